// Looking things up in a metadata snapshot.
#include "cql/metadata.hpp"

#include <algorithm>

namespace cql {

std::string Node::endpoint() const {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
}

const Column* Table::column(std::string_view column_name) const noexcept {
  const auto found = std::ranges::find(columns, column_name, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

std::string Table::qualified_name() const { return quote_identifier(keyspace) + '.' + quote_identifier(name); }

const Keyspace* Metadata::keyspace(std::string_view name) const noexcept {
  const auto found = keyspaces.find(name);
  return found == keyspaces.end() ? nullptr : &found->second;
}

const Table* Metadata::table(std::string_view keyspace_name, std::string_view name) const noexcept {
  const Keyspace* holder = keyspace(keyspace_name);
  if (holder == nullptr) return nullptr;
  const auto found = holder->tables.find(name);
  return found == holder->tables.end() ? nullptr : &found->second;
}

bool Metadata::murmur3() const noexcept {
  constexpr std::string_view name = "Murmur3Partitioner";
  return partitioner == name || std::string_view(partitioner).ends_with(".Murmur3Partitioner");
}

}  // namespace cql
