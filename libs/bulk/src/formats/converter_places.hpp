// Which converter is for which column. Internal to formats/.
#pragma once

#include <span>
#include <vector>

#include "cqlbulk/column_converter.hpp"
#include "cqlbulk/rows.hpp"

namespace cqlbulk::formats {

struct ConverterPlace {
  const ColumnConverter* converter;
  std::size_t column;  ///< Where it stands among the columns.
};

/// Throws cqlbulk::Error{usage} for one whose column is not there, comes twice or has a type that it is not for, and
/// for one without function.
[[nodiscard]] std::vector<ConverterPlace> find_places(std::span<const ColumnConverter> converters,
                                                      std::span<const cql::ColumnSpec> columns);

}  // namespace cqlbulk::formats
