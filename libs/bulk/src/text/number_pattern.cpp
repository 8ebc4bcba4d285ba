#include "text/number_pattern.hpp"

#include <unicode/decimfmt.h>
#include <unicode/locid.h>

#include <array>
#include <cmath>

#include "cqlbulk/error.hpp"
#include "text/decimal_text.hpp"
#include "text/form_functions.hpp"
#include "text/locale_names.hpp"

namespace cqlbulk::text {

struct NumberPattern::Format {
  icu::DecimalFormat icu;
};

namespace {

/// In the order of Rounding.
constexpr std::array rounding_modes{icu::DecimalFormat::kRoundUnnecessary, icu::DecimalFormat::kRoundHalfEven,
                                    icu::DecimalFormat::kRoundHalfUp,      icu::DecimalFormat::kRoundHalfDown,
                                    icu::DecimalFormat::kRoundUp,          icu::DecimalFormat::kRoundDown,
                                    icu::DecimalFormat::kRoundCeiling,     icu::DecimalFormat::kRoundFloor};

icu::UnicodeString unicode(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

icu::DecimalFormat make_format(const TextForms& settings) {
  (void)locale_names(settings.locale);  // Refuses a locale that nobody knows.
  const icu::Locale locale =
      settings.locale.empty() ? icu::Locale::getEnglish() : icu::Locale::createCanonical(settings.locale.c_str());
  UErrorCode status = U_ZERO_ERROR;
  icu::DecimalFormatSymbols symbols(locale, status);
  using Symbols = icu::DecimalFormatSymbols;
  if (!settings.decimal_separator.empty())
    symbols.setSymbol(Symbols::kDecimalSeparatorSymbol, unicode(settings.decimal_separator));
  const bool groups = settings.group_separator != "none";
  if (groups && !settings.group_separator.empty())
    symbols.setSymbol(Symbols::kGroupingSeparatorSymbol, unicode(settings.group_separator));
  icu::DecimalFormat format(unicode(settings.number_pattern), symbols, status);
  if (U_FAILURE(status)) {
    throw Error(ErrorClass::usage,
                "\"" + settings.number_pattern + "\" is no pattern of numbers (" + u_errorName(status) + ")",
                "0 is a digit, # one that may be missing: #,##0.00 or 0.###E0.");
  }
  const auto symbol = [&symbols](Symbols::ENumberFormatSymbol which) {
    std::string text;
    return symbols.getConstSymbol(which).toUTF8String(text);
  };
  check_separators(symbol(Symbols::kDecimalSeparatorSymbol),
                   groups ? symbol(Symbols::kGroupingSeparatorSymbol) : std::string());
  if (!groups) format.setGroupingUsed(false);
  format.setLenient(false);
  format.setRoundingMode(rounding_modes.at(static_cast<std::size_t>(settings.rounding)));
  return format;
}

void write_patterned(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  std::string digits;
  const bool decimal = type.kind == cql::TypeKind::decimal;
  const WriteFunction write = decimal                               ? write_plain_decimal
                              : type.kind == cql::TypeKind::float_  ? write_plain_float
                              : type.kind == cql::TypeKind::double_ ? write_plain_double
                                                                    : forms.of(type.kind).write_inner;
  write(forms, type, value, digits);
  const bool finite = digits.find_first_of("0123456789") != std::string::npos;
  if (!finite) {  // NaN, Infinity, the empty value.
    out += digits;
  } else if (!forms.number_pattern->write(digits, out)) {
    throw Error(
        ErrorClass::failed,
        "the " + type.to_string() + " " + digits + " has more digits than " + forms.settings.number_pattern + " shows",
        "Show them, or say what becomes of them: --rounding half-even.");
  }
}

const char* parse_patterned(const FormTable& forms, const cql::DataType& type, std::string_view text,
                            cql::Buffer& out) {
  const auto parse = forms.of(type.kind).parse_inner;
  std::string digits;
  if (forms.number_pattern->read(text, digits)) return parse(forms, type, digits, out);
  const bool finite = text.find_first_of("0123456789") != std::string_view::npos;
  return finite ? "not a number in the pattern that was given" : parse(forms, type, text, out);
}

}  // namespace

NumberPattern::NumberPattern(const TextForms& settings)
    : format_(std::make_shared<const Format>(Format{make_format(settings)})) {}

bool NumberPattern::write(std::string_view digits, std::string& out) const {
  icu::UnicodeString text;
  UErrorCode status = U_ZERO_ERROR;
  format_->icu.format(icu::StringPiece(digits.data(), static_cast<std::int32_t>(digits.size())), text, nullptr, status);
  if (U_FAILURE(status)) return false;  // U_FORMAT_INEXACT_ERROR: digits are left over.
  text.toUTF8String(out);
  return true;
}

bool NumberPattern::read(std::string_view text, std::string& digits) const {
  if (text.size() > max_digits) return false;
  const icu::UnicodeString from = unicode(text);
  icu::Formattable number;
  icu::ParsePosition at(0);
  format_->icu.parse(from, number, at);
  UErrorCode status = U_ZERO_ERROR;
  if (at.getErrorIndex() >= 0 || at.getIndex() != from.length()) return false;
  const icu::StringPiece found = number.getDecimalNumber(status);
  digits.assign(found.data(), static_cast<std::size_t>(found.size()));
  DecimalText exact;
  if (!DecimalText::parse(digits, exact)) return false;  // ICU's words for NaN and the infinities.
  if (exact.digits.empty() && std::signbit(number.getDouble(status))) digits = "-0";
  // "1.23E+4" is 12300, which integers read without an exponent only.
  const bool bearable = exact.integer_digits() <= static_cast<std::int64_t>(max_digits);
  if (bearable && !exact.digits.empty() && exact.round(0, Rounding::refuse)) digits = exact.integer();
  return true;
}

void use_number_pattern(FormTable& table) {
  table.number_pattern.emplace(table.settings);
  use_for_numbers(table, write_patterned, parse_patterned);
}

}  // namespace cqlbulk::text
