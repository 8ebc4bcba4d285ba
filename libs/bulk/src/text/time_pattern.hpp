// Dates and times by a pattern of letters, those of Java and ICU that have a number or a name: what it cannot show is
// the caller's to round before, what it does not name is not read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/locale_names.hpp"

namespace cqlbulk::text {

/// A local moment, part by part.
struct TimeParts {
  std::int64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned weekday = 0;  ///< From Sunday; only written.
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  std::uint32_t nanosecond = 0;
  std::int32_t offset = 0;  ///< Seconds east of UTC.
  bool has_offset = false;  ///< Reading: the text named it.
};

class TimePattern {
 public:
  enum class Use { timestamp, date, time };

  /// Letters: y M d E H h a m s S X x, text in apostrophes. Throws cqlbulk::Error{usage} for others, and when a part is
  /// missing without which the value cannot be read.
  TimePattern(std::string_view pattern, Use use, LocaleNames names);

  /// Throws cqlbulk::Error{failed} for a year that "yy" cannot show.
  void write(const TimeParts& parts, std::string& out) const;
  /// False when the text is none of this pattern. Parts are in their ranges; the day may be beyond its month.
  [[nodiscard]] bool read(std::string_view text, TimeParts& parts) const;
  /// The nanoseconds of the smallest part that is shown; a day's when there is none below.
  [[nodiscard]] std::int64_t resolution() const { return resolution_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Item {
    char letter = 0;  ///< 0: literal text.
    unsigned width = 0;
    bool tight = false;  ///< Digits of the next item follow at once.
    std::string literal{};
  };
  class Reader;

  void add_letters(char letter, unsigned width);
  /// Marks numbers between which nothing stands.
  void find_tight_items();
  void check(Use use) const;
  [[nodiscard]] bool has(char letter) const;
  void write_item(const Item& item, const TimeParts& parts, std::string& out) const;
  void write_year(const Item& item, std::int64_t year, std::string& out) const;

  std::string text_;
  LocaleNames names_;
  std::vector<Item> items_;
  std::int64_t resolution_ = 0;
};

}  // namespace cqlbulk::text
