// Scalars as JSON values: numbers and booleans bare, the rest in quotes. An empty value is "".
#include <array>

#include "text/digits.hpp"
#include "text/json_values.hpp"
#include "text/nested_writer.hpp"
#include "text/scalars.hpp"

namespace cqlbulk::text {
namespace {

void write_escaped_text(const FormTable& /*forms*/, const cql::DataType& /*type*/, cql::ByteView value,
                        std::string& out) {
  write_json_string(cql::as_text(value), out);
}

/// The letter after the backslash; 'u' for control characters that have none of their own; 0 for what needs no escape.
constexpr auto escapes = [] {
  std::array<char, 256> letters{};
  for (std::size_t i = 0; i < 0x20; ++i) letters[i] = 'u';
  letters['\b'] = 'b';
  letters['\f'] = 'f';
  letters['\n'] = 'n';
  letters['\r'] = 'r';
  letters['\t'] = 't';
  letters['"'] = '"';
  letters['\\'] = '\\';
  return letters;
}();

/// Without an early exit, so that the compiler makes vector code of it: most text needs none.
bool needs_escapes(std::string_view text) {
  bool special = false;
  for (const char character : text) {
    special |= (static_cast<unsigned char>(character) < 0x20) | (character == '"') | (character == '\\');
  }
  return special;
}

}  // namespace

void write_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t done = 0;
  const std::size_t looked_at = needs_escapes(text) ? text.size() : 0;
  for (std::size_t i = 0; i < looked_at; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char letter = escapes[byte];
    if (letter == 0) continue;
    out += text.substr(done, i - done);
    out += '\\';
    out += letter;
    if (letter == 'u') {
      out += "00";
      out.append(hex_pairs.data() + std::size_t{2} * byte, 2);
    }
    done = i + 1;
  }
  out += text.substr(done);
  out += '"';
}

WriteFunction default_json_writer(cql::TypeKind kind) {
  using cql::TypeKind;
  switch (kind) {
    case TypeKind::ascii:
    case TypeKind::text:
      return write_escaped_text;
    case TypeKind::tinyint:
      return write_bare<write_tinyint>;
    case TypeKind::smallint:
      return write_bare<write_smallint>;
    case TypeKind::int_:
      return write_bare<write_int>;
    case TypeKind::bigint:
    case TypeKind::counter:
      return write_bare<write_bigint>;
    case TypeKind::varint:
      return write_bare<write_varint>;
    case TypeKind::decimal:
      return write_bare<write_decimal>;
    case TypeKind::boolean:
      return write_bare<write_boolean>;
    case TypeKind::float_:
      return write_real_json<write_float>;
    case TypeKind::double_:
      return write_real_json<write_double>;
    case TypeKind::timestamp:
      return write_quoted<write_timestamp>;
    case TypeKind::date:
      return write_quoted<write_date>;
    case TypeKind::time:
      return write_quoted<write_time>;
    case TypeKind::duration:
      return write_quoted<write_duration>;
    case TypeKind::uuid:
    case TypeKind::timeuuid:
      return write_quoted<write_uuid>;
    case TypeKind::inet:
      return write_quoted<write_inet>;
    case TypeKind::list:
    case TypeKind::set:
      return write_nested<write_list>;
    case TypeKind::map:
      return write_nested<write_map>;
    case TypeKind::tuple:
      return write_tuple;
    case TypeKind::udt:
      return write_udt;
    case TypeKind::vector:
      return write_nested<write_vector>;
    case TypeKind::custom:
    case TypeKind::blob:
      return write_quoted<write_blob>;
  }
  return write_quoted<write_blob>;
}

}  // namespace cqlbulk::text
