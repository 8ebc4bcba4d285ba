#include "replay_server/dataset.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "cql/error.hpp"

namespace cql::replay {

namespace {

using Compare = Condition::Compare;
__extension__ using Wide = unsigned __int128;

/// How far a token is from the start of the ring.
std::uint64_t position(Token token) {
  return static_cast<std::uint64_t>(token) - static_cast<std::uint64_t>(minimum_token);
}

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

Dataset::Dataset(Recording recording, std::uint64_t copies) : recording_(std::move(recording)), copies_(copies) {
  constexpr std::uint64_t most_rows = std::numeric_limits<std::int64_t>::max();
  if (copies < 1 || recording_.rows.row_count() > most_rows / copies) {
    throw Error(ErrorKind::usage, "copies: at least 1, and fewer than 2^63 rows in all");
  }
}

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

// A copy's tokens are the recording's, squeezed: the first share of the ring is the first copy's, and so on.
std::uint64_t Dataset::rows_before(Token token, bool and_at_it) const {
  const Wide share = (Wide{1} << 64U) / copies_;
  const std::uint64_t copy = std::min(static_cast<std::uint64_t>(position(token) / share), copies_ - 1);
  const Wide wanted = position(token) - copy * share;
  const auto is_before = [&](const Partition& partition) {
    const Wide squeezed = std::min(Wide{position(partition.token)} / copies_, share - 1);
    return squeezed < wanted || (and_at_it && squeezed == wanted);
  };
  const std::vector<Partition>& partitions = recording_.partitions;
  const auto behind = std::partition_point(partitions.begin(), partitions.end(), is_before);
  const std::uint64_t rows = recording_.rows.row_count();
  return copy * rows + (behind == partitions.end() ? rows : behind->first_row);
}

RowRange Dataset::in_token_range(const Statement& statement, const BoundValues& values) const {
  RowRange range{0, row_count()};
  for (const Condition& condition : statement.conditions) {
    const Token token = token_of(condition.operand, values);
    const Compare compare = condition.compare;
    if (compare == Compare::greater) range.first = std::max(range.first, rows_before(token, true));
    if (compare == Compare::greater_equal || compare == Compare::equal) {
      range.first = std::max(range.first, rows_before(token, false));
    }
    if (compare == Compare::less) range.last = std::min(range.last, rows_before(token, false));
    if (compare == Compare::less_equal || compare == Compare::equal) {
      range.last = std::min(range.last, rows_before(token, true));
    }
  }
  return {range.first, std::max(range.first, range.last)};
}

RowRange Dataset::in_one_copy(RowRange range) const {
  const std::uint64_t rows = recording_.rows.row_count();
  if (range.first >= range.last) return range;
  return {range.first, std::min(range.last, (range.first / rows + 1) * rows)};
}

ByteView Dataset::bytes(const Projection& projection, RowRange in_one_copy) const {
  if (in_one_copy.first >= in_one_copy.last) return {};
  const std::uint64_t first = in_one_copy.first % recording_.rows.row_count();
  return projection.rows->rows(first, first + in_one_copy.size());
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
