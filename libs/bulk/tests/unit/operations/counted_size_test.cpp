// What a server counts of rows in a batch is never underestimated. The sizes here are those that a node of Cassandra 5.0 told in
// its warnings of batches with that row.
#include "operations/counted_size.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cql/statement.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

/// Number and texts, as collections and user-defined types have them.
std::string collection(std::int32_t number, const std::vector<std::string>& parts) {
  cql::Buffer bytes;
  if (number >= 0) bytes.append_integer(number);
  for (const std::string& part : parts) {
    bytes.append_integer(static_cast<std::int32_t>(part.size()));
    bytes.append(cql::as_bytes(part));
  }
  return std::string(cql::as_text(bytes));
}

class CountedSizeTest : public ::testing::Test {
 protected:
  CountedSizeTest() {
    table_.keyspace = "ks";
    table_.name = "t";
    add("k", "int", cql::Column::Role::partition_key);
    table_.partition_key_size = 1;
  }
  void add(const std::string& name, const std::string& type, cql::Column::Role role = cql::Column::Role::regular) {
    const auto types = [](std::string_view) {
      cql::DataType address;
      address.kind = cql::TypeKind::udt;
      address.field_names = {"street", "city"};
      address.children = {cql::DataType::scalar(cql::TypeKind::text), cql::DataType::scalar(cql::TypeKind::text)};
      return std::optional(address);
    };
    cql::Column column;
    column.name = name;
    column.type = cql::parse_cql_type(type, types);
    column.role = role;
    table_.columns.push_back(column);
  }
  /// Counted of one row with these values, besides its key.
  std::size_t counted(const std::vector<std::string>& values, const LoadOptions& options = {}) {
    LoadStatement statement;
    cql::Values row;
    row.add_int(1);
    for (const std::string& value : values) row.add_text(value);
    row.add_bigint(1);  // The load's own timestamp.
    for (std::uint16_t i = 0; i < table_.columns.size(); ++i) {
      statement.values.push_back({.name = table_.columns[i].name, .type = table_.columns[i].type});
      statement.columns.push_back(&table_.columns[i]);
      statement.markers.push_back({Marker::Takes::value, i});
    }
    statement.markers.push_back({Marker::Takes::value, static_cast<std::uint16_t>(table_.columns.size())});
    const cql::ByteView wire = row.wire();
    const RowGroup group{{wire.data(), static_cast<std::uint32_t>(wire.size()), 0}};
    return counted_size(statement, table_, options).of(group);
  }
  cql::Table table_;
};

}  // namespace
}  // namespace cqlbulk::operations
