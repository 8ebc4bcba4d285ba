// What differs from language to language: names of months and weekdays, and the separators of numbers.
#pragma once

#include <array>
#include <string>

namespace cqlbulk::text {

struct LocaleNames {
  std::array<std::string, 12> months;
  std::array<std::string, 12> short_months;
  std::array<std::string, 7> weekdays;  ///< From Sunday.
  std::array<std::string, 7> short_weekdays;
  std::array<std::string, 2> am_pm;
  std::string decimal_separator = ".";
  std::string group_separator{};
};

/// English names and no groups for an empty name; else of a locale like de_DE. Throws cqlbulk::Error{usage} for one
/// that nobody knows.
[[nodiscard]] LocaleNames locale_names(const std::string& locale);

}  // namespace cqlbulk::text
