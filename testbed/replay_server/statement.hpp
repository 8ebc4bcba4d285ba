// The little CQL that the replay server understands: what clients that read and write whole tables send.
//
//   SELECT * | columns | COUNT(*) FROM [ks.]t [WHERE condition AND …] [LIMIT n] [ALLOW FILTERING]
//     condition: token(…) > ? (also >=, <, <=, and a number in place of the marker), column = ?
//   INSERT …, UPDATE …, DELETE …, TRUNCATE …, USE ks
// Markers are ? or :name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cql::replay {

/// A bound value by its marker's place, or a number in the text.
struct Operand {
  std::optional<std::size_t> marker;
  std::int64_t number = 0;
};

struct Condition {
  enum class Compare : std::uint8_t { equal, less, less_equal, greater, greater_equal };
  std::string column;  ///< Empty: the token of the partition key.
  Compare compare = Compare::equal;
  Operand operand;
};

struct Marker {
  std::string name;    ///< As PREPARE tells it: the column, or what stands behind the colon.
  std::string column;  ///< Whose type it has; empty for a token and for what is no column.
  enum class Kind : std::uint8_t { column, token, timestamp, ttl, limit } kind = Kind::column;
};

struct Statement {
  enum class Kind : std::uint8_t { select, write, use };
  Kind kind = Kind::select;
  std::string keyspace;              ///< Empty when the text does not say.
  std::string table;                 ///< Of `use`: the keyspace.
  bool count = false;                ///< SELECT COUNT(*)
  std::vector<std::string> columns;  ///< Of a select; empty for *.
  std::vector<Condition> conditions;
  std::optional<Operand> limit;
  std::vector<Marker> markers;
};

/// Throws cql::Error{invalid} that says what it cannot do.
[[nodiscard]] Statement parse_statement(std::string_view cql);

}  // namespace cql::replay
