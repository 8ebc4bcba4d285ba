#include "replay_server/wide.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "cql/error.hpp"
#include "replay_server/synthesis.hpp"

namespace cql::replay {

namespace {

constexpr std::uint64_t seed = 20240608;
constexpr std::size_t most_columns = 1'000;
constexpr std::array kinds{TypeKind::int_, TypeKind::text, TypeKind::double_, TypeKind::timestamp};

TypeKind kind_of(std::size_t column) { return kinds.at((column - 1) % kinds.size()); }

Table wide_table(std::size_t columns, std::string keyspace, std::string name) {
  Table table;
  table.keyspace = std::move(keyspace);
  table.name = std::move(name);
  table.columns.push_back(synthetic_column("id", TypeKind::bigint, Column::Role::partition_key, 0));
  for (std::size_t column = 1; column < columns; ++column) {
    std::string number = std::to_string(column);
    number.insert(0, 3 - std::min<std::size_t>(number.size(), 3), '0');  // so that they are in order
    table.columns.push_back(synthetic_column("c" + number, kind_of(column), Column::Role::regular));
  }
  table.partition_key_size = 1;
  return table;
}

std::vector<std::pair<Token, std::int64_t>> keys_by_token(std::uint64_t rows) {
  std::vector<std::pair<Token, std::int64_t>> keys;
  keys.reserve(rows);
  std::array<std::byte, sizeof(std::int64_t)> bytes{};
  for (std::uint64_t row = 0; row < rows; ++row) {
    store_big_endian(bytes.data(), row);
    keys.emplace_back(murmur3_token(ByteView(bytes)), static_cast<std::int64_t>(row));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

void append_value(TypeKind kind, std::uint64_t random, Buffer& out) {
  constexpr std::string_view letters = "abcdefghijklmnop";
  constexpr std::int64_t first_ms = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
  constexpr std::uint64_t year_ms = 31'536'000'000;
  switch (kind) {
    case TypeKind::int_:
      return append_number(static_cast<std::int32_t>(random), out);
    case TypeKind::double_:
      return append_number(std::bit_cast<std::int64_t>(static_cast<double>(random % 1'000'000) / 1000), out);
    case TypeKind::timestamp:
      return append_number(first_ms + static_cast<std::int64_t>(random % year_ms), out);
    default: {
      std::array<char, 12> text{};
      for (std::size_t i = 0; i < text.size(); ++i) text[i] = letters[random >> 4 * i & 0xFU];
      return append_cell(as_bytes({text.data(), text.size()}), out);
    }
  }
}

}  // namespace

Recording synthesise_wide(std::uint64_t rows, std::size_t columns, std::string keyspace, std::string table) {
  if (columns < 1 || columns > most_columns) throw Error(ErrorKind::usage, "columns: 1 to 1000");
  Recording recording;
  recording.table = wide_table(columns, std::move(keyspace), std::move(table));
  recording.rows.offsets.reserve(rows + 1);
  std::mt19937_64 random(seed);
  Buffer row;
  for (const auto& [token, id] : keys_by_token(rows)) {
    row.clear();
    append_number(id, row);
    for (std::size_t column = 1; column < columns; ++column) append_value(kind_of(column), random(), row);
    recording.add_row(row);
  }
  return recording;
}

}  // namespace cql::replay
