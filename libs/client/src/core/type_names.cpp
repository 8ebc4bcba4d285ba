// The names of native types and the words CQL keeps for itself.
#include "core/type_names.hpp"

#include <algorithm>
#include <array>

namespace cql {
namespace {

constexpr std::array native_kinds{
    TypeKind::ascii,   TypeKind::bigint,  TypeKind::blob,     TypeKind::boolean,  TypeKind::counter,
    TypeKind::decimal, TypeKind::double_, TypeKind::float_,   TypeKind::int_,     TypeKind::timestamp,
    TypeKind::uuid,    TypeKind::text,    TypeKind::varint,   TypeKind::timeuuid, TypeKind::inet,
    TypeKind::date,    TypeKind::time,    TypeKind::smallint, TypeKind::tinyint,  TypeKind::duration,
};

// Sorted. Cassandra 5.0's reserved words and those that were reserved in earlier versions: quoting one more is
// harmless.
constexpr auto reserved_words = std::to_array<std::string_view>({
    "add",         "allow",        "alter",    "and",     "apply",        "asc",   "authorize", "batch",    "begin",
    "by",          "columnfamily", "create",   "default", "delete",       "desc",  "describe",  "drop",     "entries",
    "execute",     "from",         "full",     "grant",   "if",           "in",    "index",     "infinity", "insert",
    "into",        "is",           "keyspace", "limit",   "materialized", "mbean", "mbeans",    "modify",   "nan",
    "norecursive", "not",          "null",     "of",      "on",           "or",    "order",     "primary",  "rename",
    "replace",     "revoke",       "schema",   "select",  "set",          "table", "to",        "token",    "truncate",
    "unlogged",    "unset",        "update",   "use",     "using",        "view",  "where",     "with",
});
static_assert(std::ranges::is_sorted(reserved_words));

}  // namespace

std::optional<TypeKind> native_type(std::string_view name) {
  if (name == "varchar") return TypeKind::text;
  for (const TypeKind kind : native_kinds) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

std::size_t parameter_count(TypeKind kind) {
  switch (kind) {
    case TypeKind::list:
    case TypeKind::set:
    case TypeKind::vector:
      return 1;
    case TypeKind::map:
      return 2;
    default:
      return 0;
  }
}

std::string quote_identifier(std::string_view name) {
  const auto plain = [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '_';
  };
  const bool bare = !name.empty() && name.front() >= 'a' && name.front() <= 'z' && std::ranges::all_of(name, plain) &&
                    !std::ranges::binary_search(reserved_words, name);
  if (bare) return std::string(name);
  std::string quoted = "\"";
  for (const char character : name) quoted.append(character == '"' ? 2 : 1, character);
  return quoted += '"';
}

}  // namespace cql
