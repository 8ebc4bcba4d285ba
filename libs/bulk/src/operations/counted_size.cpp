#include "operations/counted_size.hpp"

#include <algorithm>

namespace cqlbulk::operations {

namespace {

/// A cell of an element counts 20 bytes besides its key and value; in the row each of these has four of length.
constexpr std::size_t more_of_set_element = 16;
constexpr std::size_t more_of_map_entry = 12;
constexpr std::size_t more_of_list_element = 32;  // Its key is a timeuuid.
constexpr std::size_t more_of_field = 18;         // Its key is the field's number, in two bytes.

std::optional<CountedSize::SeveralCells> several_cells(std::size_t value, const cql::DataType& type) {
  switch (type.kind) {
    case cql::TypeKind::set:
      return CountedSize::SeveralCells{value, more_of_set_element};
    case cql::TypeKind::map:
      return CountedSize::SeveralCells{value, more_of_map_entry};
    case cql::TypeKind::list:
      return CountedSize::SeveralCells{value, more_of_list_element};
    case cql::TypeKind::udt:
      return CountedSize::SeveralCells{value, more_of_field, type.children.size()};
    default:
      return std::nullopt;
  }
}

/// Only the schema knows what is frozen. Where a marker of the user's own statement goes nobody here knows.
bool is_frozen(const LoadStatement& statement, const cql::Table& table, const LoadStatement::Value& value) {
  if (statement.own_text) return false;
  const cql::Column* const column = table.column(value.name);
  return column != nullptr && column->type.frozen;
}

}  // namespace

std::size_t CountedSize::of(std::span<const RowToLoad> rows) const {
  std::size_t size = of_partition + rows.size() * row_;
  for (const RowToLoad& row : rows) {
    size += row.size;
    if (!several_.empty()) size += of_elements(row.wire());
  }
  return size;
}

std::size_t CountedSize::of_elements(cql::ByteView row) const {
  std::size_t size = 0;
  cql::Reader reader(row, "a row");
  std::size_t value = 0;
  for (const SeveralCells& cells : several_) {
    for (; value < cells.value; ++value) {
      const std::int32_t skipped = reader.i32();
      static_cast<void>(reader.raw(skipped > 0 ? static_cast<std::size_t>(skipped) : 0));
    }
    const std::int32_t bytes = reader.i32();
    const cql::ByteView content = reader.raw(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    ++value;
    if (content.size() < sizeof(std::int32_t)) continue;
    const auto counted = cql::load_big_endian<std::int32_t>(content.data());
    size += cells.more_of_each * cells.elements.value_or(static_cast<std::size_t>(std::max(counted, 0)));
  }
  return size;
}

CountedSize counted_size(const LoadStatement& statement, const cql::Table& table, const LoadOptions& options) {
  std::size_t constants = statement.own_text ? statement.cql.size() : 0;
  for (const LoadOptions::Setting& setting : options.set) constants += setting.expression.size();
  std::vector<CountedSize::SeveralCells> several;
  for (std::size_t i = 0; i < statement.values.size(); ++i) {
    const LoadStatement::Value& value = statement.values[i];
    if (!value.type || is_frozen(statement, table, value)) continue;
    if (const auto cells = several_cells(i, *value.type)) several.push_back(*cells);
  }
  return CountedSize(std::max(statement.markers.size(), statement.columns.size()), constants, std::move(several));
}

}  // namespace cqlbulk::operations
