// Which statements may be sent twice. Text and schema can show that a statement must not be; that it may be, only its
// author knows, who says so by RequestOptions::idempotent.
//
// Cassandra's trap: writing a non-frozen list twice appends twice, even with one timestamp (CASSANDRA-11368).
#pragma once

#include <string_view>

#include "cql/metadata.hpp"
#include "cql/statement.hpp"

namespace cql {

/// A SELECT: idempotent whatever the options say.
[[nodiscard]] bool is_read(std::string_view cql);

/// False when the text shows that doing it twice differs from doing it once: a condition (IF), or a function that gives
/// another value each time (now(), uuid(), current…()). Words in literals and comments do not count.
[[nodiscard]] bool is_safely_repeatable(std::string_view cql);

/// As above, and false too for a write that names a non-frozen list, or that goes to a counter table. Tables are known
/// by the statement's parameters; a list or counter bound to what the metadata does not know counts as such a write. A
/// statement without parameters is judged by its text alone.
[[nodiscard]] bool is_safely_repeatable(const PreparedStatement& statement, const Metadata& metadata);

}  // namespace cql
