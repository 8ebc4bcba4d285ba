// Numbers with separators of a language: 1.234,56. Only digits, the sign and the separators change; groups are of
// three.
#include <algorithm>

#include "cqlbulk/error.hpp"
#include "text/digits.hpp"
#include "text/form_functions.hpp"
#include "text/locale_names.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::size_t group_size = 3;
constexpr std::string_view minus_sign = "\u2212";
/// What stands between groups in many languages, and is often typed as another one of them.
constexpr std::string_view spaces[] = {" ", "\u00A0", "\u202F", "\u2009"};

bool is_space(std::string_view text) { return std::ranges::find(spaces, text) != std::end(spaces); }

void write_separated(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  std::string plain;
  forms.of(type.kind).write_inner(forms, type, value, plain);
  const std::size_t sign = plain.starts_with('-') ? 1 : 0;
  const std::size_t digits = std::min(plain.find_first_not_of("0123456789", sign), plain.size()) - sign;
  out.append(plain, 0, sign);
  for (std::size_t i = 0; i < digits; ++i) {
    if (i != 0 && (digits - i) % group_size == 0) out += forms.group_separator;
    out += plain[sign + i];
  }
  std::string_view rest = std::string_view(plain).substr(sign + digits);
  if (rest.starts_with('.')) {
    out += forms.decimal_separator;
    rest.remove_prefix(1);
  }
  out += rest;
}

/// How many bytes of a group separator the text begins with.
std::size_t group_at(const FormTable& forms, std::string_view text) {
  const std::string& group = forms.group_separator;
  if (group.empty()) return 0;
  if (text.starts_with(group)) return group.size();
  if (!is_space(group)) return 0;
  const auto* const found =
      std::ranges::find_if(spaces, [&](std::string_view space) { return text.starts_with(space); });
  return found == std::end(spaces) ? 0 : found->size();
}

/// The number with a point and without groups; false when the separators stand where none can be.
bool unseparate(const FormTable& forms, std::string_view text, std::string& out) {
  if (text.starts_with(minus_sign)) {
    out += '-';
    text.remove_prefix(minus_sign.size());
  } else if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    out += text[0];
    text.remove_prefix(1);
  }
  bool grouped = false;
  std::size_t digits = 0;  // Since the last separator.
  while (!text.empty()) {
    if (is_digit(text[0])) {
      out += text[0];
      ++digits;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t group = group_at(forms, text);
    if (group == 0) break;
    if (digits == 0 || digits > group_size || (grouped && digits != group_size)) return false;
    grouped = true;
    digits = 0;
    text.remove_prefix(group);
  }
  if (grouped && digits != group_size) return false;
  if (text.starts_with(forms.decimal_separator)) {
    out += '.';
    text.remove_prefix(forms.decimal_separator.size());
  } else if (text.starts_with('.')) {
    return false;
  }
  out += text;
  return true;
}

const char* parse_separated(const FormTable& forms, const cql::DataType& type, std::string_view text,
                            cql::Buffer& out) {
  std::string plain;
  if (!unseparate(forms, text, plain)) return "not a number with the separators that were given";
  return forms.of(type.kind).parse_inner(forms, type, plain, out);
}

/// Digits, signs and letters of exponents would make numbers that are two.
bool can_separate(std::string_view text) {
  return text.find_first_of("0123456789+-eENnIiaft") == std::string_view::npos;
}

}  // namespace

void check_separators(const std::string& decimal, const std::string& group) {
  if (can_separate(decimal) && can_separate(group) && decimal != group) return;
  throw Error(ErrorClass::usage, "the separators of numbers \"" + decimal + "\" and \"" + group +
                                     "\" cannot be told from each other or from digits");
}

void use_for_numbers(FormTable& table, WriteFunction write, ParseFunction parse) {
  using cql::TypeKind;
  for (const TypeKind kind :
       {TypeKind::tinyint, TypeKind::smallint, TypeKind::int_, TypeKind::bigint, TypeKind::counter, TypeKind::varint,
        TypeKind::decimal, TypeKind::float_, TypeKind::double_}) {
    table.of(kind).write = write;
    table.of(kind).parse = parse;
    table.of(kind).alphabet = {};
  }
}

void use_separators(FormTable& table) {
  const TextForms& settings = table.settings;
  const LocaleNames names = locale_names(settings.locale);
  table.decimal_separator = settings.decimal_separator.empty() ? names.decimal_separator : settings.decimal_separator;
  table.group_separator = settings.group_separator.empty()     ? names.group_separator
                          : settings.group_separator == "none" ? std::string()
                                                               : settings.group_separator;
  if (table.decimal_separator == "." && table.group_separator.empty()) return;
  check_separators(table.decimal_separator, table.group_separator);
  use_for_numbers(table, write_separated, parse_separated);
}

}  // namespace cqlbulk::text
