#include "replay_server/dataset.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "cql/error.hpp"

namespace cql::replay {

namespace {

using Compare = Condition::Compare;

ByteView value_of(const Operand& operand, const BoundValues& values) {
  if (!operand.marker) throw Error(ErrorKind::invalid, "the replay server wants key columns as bound values");
  return values.at(*operand.marker);
}

Token token_of(const Operand& operand, const BoundValues& values) {
  if (!operand.marker) return operand.number;
  const ByteView value = values.at(*operand.marker);
  if (value.size() != sizeof(Token)) throw Error(ErrorKind::invalid, "a token has 8 bytes");
  return load_big_endian<Token>(value.data());
}

/// A row's cells, as views.
std::vector<ByteView> cells_of(ByteView row, std::size_t count) {
  Reader reader(row, "row");
  std::vector<ByteView> cells;
  for (std::size_t column = 0; column < count; ++column) {
    const std::int32_t size = reader.i32();
    const ByteView value = size > 0 ? reader.raw(static_cast<std::size_t>(size)) : ByteView{};
    // With its length in front, so that null and empty stay apart.
    cells.push_back({row.data() + reader.offset() - value.size() - sizeof size, value.size() + sizeof size});
  }
  return cells;
}

}  // namespace

Dataset::Dataset(Recording recording) : recording_(std::move(recording)) {}

bool Dataset::is(const std::string& keyspace, const std::string& table) const {
  return table == recording_.table.name && (keyspace.empty() || keyspace == recording_.table.keyspace);
}

const Projection& Dataset::projection(const std::vector<std::string>& columns) {
  const std::vector<Column>& known = recording_.table.columns;
  std::vector<std::size_t> indices;
  for (const std::string& name : columns) {
    const auto found = std::find_if(known.begin(), known.end(), [&](const Column& one) { return one.name == name; });
    if (found == known.end()) throw Error(ErrorKind::invalid, "Undefined column name " + name);
    indices.push_back(static_cast<std::size_t>(found - known.begin()));
  }
  if (columns.empty()) {
    for (std::size_t index = 0; index < known.size(); ++index) indices.push_back(index);
  }

  const std::lock_guard lock(mutex_);
  for (const Projection& made : projections_) {
    if (made.columns == indices) return made;
  }
  Projection& made = projections_.emplace_back();
  made.columns = std::move(indices);
  made.id = "columns";
  for (const std::size_t index : made.columns) {
    made.specs.push_back({recording_.table.keyspace, recording_.table.name, known[index].name, known[index].type});
    made.id += ' ' + std::to_string(index);
  }
  const bool as_recorded =
      made.columns.size() == known.size() && std::is_sorted(made.columns.begin(), made.columns.end());
  if (!as_recorded) made.own = project(made.columns);
  made.rows = as_recorded ? &recording_.rows : made.own.get();
  return made;
}

std::unique_ptr<RowBlock> Dataset::project(const std::vector<std::size_t>& columns) const {
  auto block = std::make_unique<RowBlock>();
  block->offsets.reserve(recording_.rows.offsets.size());
  for (std::uint64_t row = 0; row < recording_.rows.row_count(); ++row) {
    const auto cells = cells_of(recording_.rows.rows(row, row + 1), recording_.table.columns.size());
    for (const std::size_t column : columns) block->bytes.append(cells[column]);
    block->offsets.push_back(block->bytes.size());
  }
  return block;
}

RowRange Dataset::rows_of(const Statement& statement, const BoundValues& values) const {
  const auto on_token = [](const Condition& condition) { return condition.column.empty(); };
  if (std::ranges::all_of(statement.conditions, on_token)) return in_token_range(statement, values);
  if (std::ranges::none_of(statement.conditions, on_token)) return in_partition(statement, values);
  throw Error(ErrorKind::invalid, "the replay server takes token conditions or key columns, not both");
}

RowRange Dataset::in_token_range(const Statement& statement, const BoundValues& values) const {
  const std::vector<Partition>& partitions = recording_.partitions;
  const auto before = [](const Partition& partition, Token token) { return partition.token < token; };
  const auto after = [](Token token, const Partition& partition) { return token < partition.token; };
  auto first = partitions.begin();
  auto last = partitions.end();
  for (const Condition& condition : statement.conditions) {
    const Token token = token_of(condition.operand, values);
    const auto at = std::lower_bound(partitions.begin(), partitions.end(), token, before);
    const auto behind = std::upper_bound(partitions.begin(), partitions.end(), token, after);
    const Compare compare = condition.compare;
    if (compare == Compare::greater) first = std::max(first, behind);
    if (compare == Compare::greater_equal || compare == Compare::equal) first = std::max(first, at);
    if (compare == Compare::less) last = std::min(last, at);
    if (compare == Compare::less_equal || compare == Compare::equal) last = std::min(last, behind);
  }
  const auto row_at = [&](auto partition) {
    return partition == partitions.end() ? recording_.rows.row_count() : partition->first_row;
  };
  const std::uint64_t begin = row_at(first);
  return {begin, std::max(begin, row_at(last))};
}

RowRange Dataset::in_partition(const Statement& statement, const BoundValues& values) const {
  const Table& table = recording_.table;
  std::vector<std::optional<ByteView>> key(table.partition_key_size + table.clustering_size);
  for (const Condition& condition : statement.conditions) {
    std::size_t index = 0;
    while (index < key.size() && table.columns[index].name != condition.column) ++index;
    if (index == key.size()) throw Error(ErrorKind::invalid, condition.column + " is no column of the primary key");
    key[index] = value_of(condition.operand, values);
  }
  std::vector<ByteView> components;
  for (std::size_t index = 0; index < key.size() && key[index]; ++index) components.push_back(*key[index]);
  if (components.size() < table.partition_key_size || components.size() != statement.conditions.size()) {
    throw Error(ErrorKind::invalid, "the conditions are not the front of the primary key");
  }
  Buffer serialized;
  if (table.partition_key_size == 1) {
    serialized.append(components.front());
  } else {
    append_partition_key({components.data(), table.partition_key_size}, serialized);
  }
  const Token token = murmur3_token(serialized);
  const std::vector<Partition>& partitions = recording_.partitions;
  auto partition = std::lower_bound(partitions.begin(), partitions.end(), token,
                                    [](const Partition& one, Token wanted) { return one.token < wanted; });
  for (; partition != partitions.end() && partition->token == token; ++partition) {
    const ByteView row = recording_.rows.rows(partition->first_row, partition->first_row + 1);
    if (!std::ranges::equal(partition_key_of(table, row).view(), serialized.view())) continue;
    components.erase(components.begin(), components.begin() + static_cast<std::ptrdiff_t>(table.partition_key_size));
    return with_clustering(*partition, components);
  }
  return {};
}

// Rows that share the front of their clustering key lie together.
RowRange Dataset::with_clustering(const Partition& partition, const std::vector<ByteView>& clustering) const {
  RowRange range{partition.first_row, partition.first_row + partition.row_count};
  if (clustering.empty()) return range;
  const Table& table = recording_.table;
  const auto matches = [&](std::uint64_t row) {
    Reader reader(recording_.rows.rows(row, row + 1), "row");
    for (std::size_t column = 0; column < table.partition_key_size + clustering.size(); ++column) {
      const ByteView value = reader.raw(static_cast<std::size_t>(std::max(reader.i32(), 0)));
      if (column < table.partition_key_size) continue;
      if (!std::ranges::equal(value, clustering[column - table.partition_key_size])) return false;
    }
    return true;
  };
  while (range.first < range.last && !matches(range.first)) ++range.first;
  std::uint64_t end = range.first;
  while (end < range.last && matches(end)) ++end;
  return {range.first, end};
}

}  // namespace cql::replay
