// With time_zone.cpp and number_pattern.cpp the only places that ask ICU.
#include "text/locale_names.hpp"

#include <unicode/dcfmtsym.h>
#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>

#include <algorithm>
#include <memory>

#include "cqlbulk/error.hpp"

namespace cqlbulk::text {
namespace {

LocaleNames english() {
  LocaleNames names;
  names.months = {"January", "February", "March",     "April",   "May",      "June",
                  "July",    "August",   "September", "October", "November", "December"};
  names.weekdays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  names.am_pm = {"AM", "PM"};
  constexpr std::size_t short_name = 3;
  for (std::size_t i = 0; i < names.months.size(); ++i) names.short_months[i] = names.months[i].substr(0, short_name);
  for (std::size_t i = 0; i < names.weekdays.size(); ++i) {
    names.short_weekdays[i] = names.weekdays[i].substr(0, short_name);
  }
  return names;
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

template <typename Names>
void copy(const icu::UnicodeString* from, std::int32_t count, std::int32_t first, Names& names) {
  const std::int32_t end = std::min(count - first, static_cast<std::int32_t>(names.size()));
  for (std::int32_t i = 0; i < end; ++i) names[static_cast<std::size_t>(i)] = utf8(from[i + first]);
}

/// "de_DE", "pt-BR", "fr": a language that ICU has data for.
icu::Locale find_locale(const std::string& name) {
  const icu::Locale locale = icu::Locale::createCanonical(name.c_str());
  std::int32_t count = 0;
  const icu::Locale* const known = icu::Locale::getAvailableLocales(count);
  const std::string language = locale.getLanguage();
  const bool found =
      std::any_of(known, known + count, [&](const icu::Locale& one) { return language == one.getLanguage(); });
  if (!found)
    throw Error(ErrorClass::usage, "\"" + name + "\" is no locale",
                "Give a language, perhaps with a country: de, de_CH, en_US.");
  return locale;
}

}  // namespace

LocaleNames locale_names(const std::string& locale) {
  LocaleNames names = english();
  if (locale.empty()) return names;
  const icu::Locale found = find_locale(locale);
  UErrorCode status = U_ZERO_ERROR;
  const icu::DateFormatSymbols dates(found, status);
  const icu::DecimalFormatSymbols numbers(found, status);
  if (U_FAILURE(status))
    throw Error(ErrorClass::failed, "ICU cannot tell about the locale " + locale + ": " + u_errorName(status));
  using Symbols = icu::DateFormatSymbols;
  std::int32_t count = 0;
  const auto months = [&](Symbols::DtWidthType width) { return dates.getMonths(count, Symbols::FORMAT, width); };
  const auto weekdays = [&](Symbols::DtWidthType width) { return dates.getWeekdays(count, Symbols::FORMAT, width); };
  const auto take = [&count](const icu::UnicodeString* from, std::int32_t first, auto& into) {
    copy(from, count, first, into);
  };
  take(months(Symbols::WIDE), 0, names.months);
  take(months(Symbols::ABBREVIATED), 0, names.short_months);
  // ICU counts weekdays from 1.
  take(weekdays(Symbols::WIDE), 1, names.weekdays);
  take(weekdays(Symbols::ABBREVIATED), 1, names.short_weekdays);
  take(dates.getAmPmStrings(count), 0, names.am_pm);
  using Number = icu::DecimalFormatSymbols;
  names.decimal_separator = utf8(numbers.getConstSymbol(Number::kDecimalSeparatorSymbol));
  names.group_separator = utf8(numbers.getConstSymbol(Number::kGroupingSeparatorSymbol));
  return names;
}

}  // namespace cqlbulk::text
