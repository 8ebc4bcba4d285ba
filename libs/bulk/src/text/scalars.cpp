// Which functions a scalar type has.
#include "text/scalars.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cql/error.hpp"

namespace cqlbulk::text {
namespace {

using cql::TypeKind;

struct Entry {
  TypeKind kind;
  ScalarText text;
};

constexpr Entry entries[] = {
    {TypeKind::custom, {write_blob, parse_blob, JsonForm::quoted}},
    {TypeKind::ascii, {write_text, parse_ascii, JsonForm::text}},
    {TypeKind::bigint, {write_bigint, parse_bigint, JsonForm::number}},
    {TypeKind::blob, {write_blob, parse_blob, JsonForm::quoted}},
    {TypeKind::boolean, {write_boolean, parse_boolean, JsonForm::boolean}},
    {TypeKind::counter, {write_bigint, parse_bigint, JsonForm::number}},
    {TypeKind::decimal, {write_decimal, parse_decimal, JsonForm::number}},
    {TypeKind::double_, {write_double, parse_double, JsonForm::real}},
    {TypeKind::float_, {write_float, parse_float, JsonForm::real}},
    {TypeKind::int_, {write_int, parse_int, JsonForm::number}},
    {TypeKind::timestamp, {write_timestamp, parse_timestamp, JsonForm::quoted}},
    {TypeKind::uuid, {write_uuid, parse_uuid, JsonForm::quoted}},
    {TypeKind::text, {write_text, parse_text, JsonForm::text}},
    {TypeKind::varint, {write_varint, parse_varint, JsonForm::number}},
    {TypeKind::timeuuid, {write_uuid, parse_timeuuid, JsonForm::quoted}},
    {TypeKind::inet, {write_inet, parse_inet, JsonForm::quoted}},
    {TypeKind::date, {write_date, parse_date, JsonForm::quoted}},
    {TypeKind::time, {write_time, parse_time, JsonForm::quoted}},
    {TypeKind::smallint, {write_smallint, parse_smallint, JsonForm::number}},
    {TypeKind::tinyint, {write_tinyint, parse_tinyint, JsonForm::number}},
    {TypeKind::duration, {write_duration, parse_duration, JsonForm::quoted}},
};

}  // namespace

bool is_nested(TypeKind kind) {
  switch (kind) {
    case TypeKind::list:
    case TypeKind::map:
    case TypeKind::set:
    case TypeKind::udt:
    case TypeKind::tuple:
    case TypeKind::vector:
      return true;
    default:
      return false;
  }
}

const ScalarText& scalar_text(TypeKind kind) {
  const auto* const entry = std::ranges::find(entries, kind, &Entry::kind);
  // A kind this table does not know is treated as what every value is at least: bytes.
  return entry == std::end(entries) ? entries[0].text : entry->text;
}

void refuse_bytes(const cql::DataType& type, cql::ByteView value, std::string_view problem) {
  throw cql::Error(cql::ErrorKind::protocol, fmt::format("{} bytes are no value of {}{}{}", value.size(),
                                                         type.to_string(), problem.empty() ? "" : ": ", problem));
}

}  // namespace cqlbulk::text
