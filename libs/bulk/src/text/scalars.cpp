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

constexpr std::string_view integers = "0123456789-";
constexpr std::string_view reals = "0123456789+-.eENaInfity";
constexpr std::string_view hex = "0123456789abcdefx";

constexpr Entry entries[] = {
    {TypeKind::custom, {write_blob, parse_blob, JsonForm::quoted, hex}},
    {TypeKind::ascii, {write_text, parse_ascii, JsonForm::text, {}}},
    {TypeKind::bigint, {write_bigint, parse_bigint, JsonForm::number, integers}},
    {TypeKind::blob, {write_blob, parse_blob, JsonForm::quoted, hex}},
    {TypeKind::boolean, {write_boolean, parse_boolean, JsonForm::boolean, "truefals"}},
    {TypeKind::counter, {write_bigint, parse_bigint, JsonForm::number, integers}},
    {TypeKind::decimal, {write_decimal, parse_decimal, JsonForm::number, reals}},
    {TypeKind::double_, {write_double, parse_double, JsonForm::real, reals}},
    {TypeKind::float_, {write_float, parse_float, JsonForm::real, reals}},
    {TypeKind::int_, {write_int, parse_int, JsonForm::number, integers}},
    {TypeKind::timestamp, {write_timestamp, parse_timestamp, JsonForm::quoted, "0123456789+-:.TZ"}},
    {TypeKind::uuid, {write_uuid, parse_uuid, JsonForm::quoted, "0123456789abcdef-"}},
    {TypeKind::text, {write_text, parse_text, JsonForm::text, {}}},
    {TypeKind::varint, {write_varint, parse_varint, JsonForm::number, integers}},
    {TypeKind::timeuuid, {write_uuid, parse_timeuuid, JsonForm::quoted, "0123456789abcdef-"}},
    {TypeKind::inet, {write_inet, parse_inet, JsonForm::quoted, "0123456789abcdef.:"}},
    {TypeKind::date, {write_date, parse_date, JsonForm::quoted, "0123456789+-"}},
    {TypeKind::time, {write_time, parse_time, JsonForm::quoted, "0123456789:."}},
    {TypeKind::smallint, {write_smallint, parse_smallint, JsonForm::number, integers}},
    {TypeKind::tinyint, {write_tinyint, parse_tinyint, JsonForm::number, integers}},
    {TypeKind::duration, {write_duration, parse_duration, JsonForm::quoted, "0123456789-ymodhsun"}},
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
