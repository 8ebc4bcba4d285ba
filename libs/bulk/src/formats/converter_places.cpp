// Finding the columns of converters.
#include "formats/converter_places.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cqlbulk/error.hpp"

namespace cqlbulk::formats {

std::vector<ConverterPlace> find_places(std::span<const ColumnConverter> converters,
                                        std::span<const cql::ColumnSpec> columns) {
  std::vector<ConverterPlace> places;
  for (const ColumnConverter& converter : converters) {
    const auto refuse = [&](std::string_view problem) {
      throw Error(ErrorClass::usage, fmt::format("the converter of column {} {}", converter.column, problem));
    };
    const auto found = std::ranges::find(columns, converter.column, &cql::ColumnSpec::name);
    if (found == columns.end()) refuse("has nothing to convert: no such column takes part");
    const auto column = static_cast<std::size_t>(found - columns.begin());
    if (std::ranges::count(places, column, &ConverterPlace::column) != 0) refuse("is not the only one");
    if (!converter.convert) refuse("has no function");
    const std::string misfit = converter.misfit ? converter.misfit(found->type) : std::string();
    if (!misfit.empty()) refuse(fmt::format("is not for {}: {}", found->type.to_string(), misfit));
    places.push_back({&converter, column});
  }
  return places;
}

}  // namespace cqlbulk::formats
