#include "text/time_pattern.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cqlbulk/error.hpp"
#include "text/walker.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr unsigned full_name = 4;  ///< "MMMM": shorter is abbreviated.
constexpr unsigned any_width = 1;
constexpr std::int64_t century = 2000;  ///< Of "yy".

struct Letter {
  char letter;
  unsigned widest;
  bool date;                 ///< Part of a day's name, else of its time.
  std::int64_t nanoseconds;  ///< Of one step.
};
constexpr std::int64_t day = 86'400 * nanoseconds_per_second;
constexpr Letter letters[] = {{'y', 4, true, day},
                              {'M', 4, true, day},
                              {'d', 2, true, day},
                              {'E', 4, true, day},
                              {'H', 2, false, 3'600 * nanoseconds_per_second},
                              {'h', 2, false, 3'600 * nanoseconds_per_second},
                              {'a', 1, false, 43'200 * nanoseconds_per_second},
                              {'m', 2, false, 60 * nanoseconds_per_second},
                              {'s', 2, false, nanoseconds_per_second},
                              {'S', 9, false, nanoseconds_per_second},
                              {'X', 3, false, day},
                              {'x', 3, false, day}};

bool is_letter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

bool is_number(char letter, unsigned width) {
  if (letter == 'M') return width < 3;
  return letter != 0 && std::string_view("ydHhmsS").find(letter) != std::string_view::npos;
}

void append_padded(std::uint64_t number, unsigned width, std::string& out) {
  char digits[20];
  const auto* const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  const auto size = static_cast<unsigned>(end - digits);
  if (size < width) out.append(width - size, '0');
  out.append(digits, size);
}

void write_offset(const std::string& style, std::int32_t offset, std::string& out) {
  if (offset == 0 && style[0] == 'X') {
    out += 'Z';
    return;
  }
  const auto size = static_cast<std::uint32_t>(offset < 0 ? -offset : offset);
  out += offset < 0 ? '-' : '+';
  append_padded(size / 3600, 2, out);
  // "+02" stands for whole hours only.
  const bool minutes = style.size() > 1 || size % 3600 != 0;
  const bool colon = style.size() > 2;
  const auto part = [&](std::uint32_t number) {
    if (colon) out += ':';
    append_padded(number, 2, out);
  };
  if (minutes) part(size / 60 % 60);
  if (size % 60 != 0) part(size % 60);
}

}  // namespace

TimePattern::TimePattern(std::string_view pattern, Use use, LocaleNames names)
    : text_(pattern), names_(std::move(names)), resolution_(day) {
  for (std::size_t at = 0; at < pattern.size();) {
    if (is_letter(pattern[at])) {
      const std::size_t end = std::min(pattern.find_first_not_of(pattern[at], at), pattern.size());
      add_letters(pattern[at], static_cast<unsigned>(end - at));
      at = end;
      continue;
    }
    if (items_.empty() || items_.back().letter != 0) items_.emplace_back();
    std::string& literal = items_.back().literal;
    if (pattern[at] != '\'') {
      literal += pattern[at++];
      continue;
    }
    if (pattern.substr(at, 2) == "''") {
      literal += '\'';
      at += 2;
      continue;
    }
    const std::size_t close = pattern.find('\'', at + 1);
    if (close == std::string_view::npos) {
      throw Error(ErrorClass::usage, "the pattern \"" + text_ + "\" has an apostrophe that does not close");
    }
    literal += pattern.substr(at + 1, close - at - 1);
    at = close + 1;
  }
  find_tight_items();
  check(use);
}

void TimePattern::find_tight_items() {
  for (std::size_t i = 0; i + 1 < items_.size(); ++i)
    items_[i].tight =
        is_number(items_[i].letter, items_[i].width) && is_number(items_[i + 1].letter, items_[i + 1].width);
}

void TimePattern::add_letters(char letter, unsigned width) {
  const auto* const known = std::ranges::find(letters, letter, &Letter::letter);
  if (known == std::end(letters) || width > known->widest || (letter == 'y' && width == 3)) {
    throw Error(
        ErrorClass::usage,
        "the pattern \"" + text_ + "\" has \"" + std::string(width, letter) + "\", which stands for nothing here",
        "Letters are y or yyyy, yy, M to MMMM, d, E, H, h, a, m, s, S, X, x; other text stands in apostrophes.");
  }
  if (has(letter)) throw Error(ErrorClass::usage, "the pattern \"" + text_ + "\" has " + letter + " in two places");
  items_.push_back({.letter = letter, .width = width});
  std::int64_t step = known->nanoseconds;
  if (letter == 'S') {
    for (unsigned i = 0; i < width; ++i) step /= 10;
  }
  resolution_ = std::min(resolution_, step);
}

bool TimePattern::has(char letter) const { return std::ranges::find(items_, letter, &Item::letter) != items_.end(); }

void TimePattern::check(Use use) const {
  const auto refuse = [this](const std::string& problem) {
    throw Error(ErrorClass::usage, "the pattern \"" + text_ + "\" " + problem);
  };
  for (const Letter& known : letters) {
    if (!has(known.letter)) continue;
    if (use == Use::date && !known.date) refuse(std::string("has ") + known.letter + ", which a date has not");
    if (use == Use::time && (known.date || known.nanoseconds == day)) {
      refuse(std::string("has ") + known.letter + ", which a time of a day has not");
    }
  }
  for (const Item& item : items_) {
    if (item.tight && item.width == any_width && item.letter != 'S') {
      refuse(std::string("has ") + item.letter +
             " right before another number: write it twice, so that its width is known");
    }
  }
  if (use != Use::time && !(has('y') && has('M') && has('d')))
    refuse("lacks the year (y), the month (M) or the day (d)");
  if (use == Use::time && !has('H') && !has('h')) refuse("lacks the hour (H)");
  if (has('h') != has('a')) refuse("needs h and a together: hours from 1 to 12 and AM or PM");
  if (has('h') && has('H')) refuse("has the hour twice (H and h)");
  if (has('X') && has('x')) refuse("has the offset twice (X and x)");
}

void TimePattern::write(const TimeParts& parts, std::string& out) const {
  for (const Item& item : items_) {
    if (item.letter == 0) {
      out += item.literal;
    } else {
      write_item(item, parts, out);
    }
  }
}

void TimePattern::write_item(const Item& item, const TimeParts& parts, std::string& out) const {
  constexpr unsigned noon = 12;
  switch (item.letter) {
    case 'y':
      return write_year(item, parts.year, out);
    case 'M':
      if (item.width < 3) return append_padded(parts.month, item.width, out);
      out += (item.width < full_name ? names_.short_months : names_.months)[parts.month - 1];
      return;
    case 'd':
      return append_padded(parts.day, item.width, out);
    case 'E':
      out += (item.width < full_name ? names_.short_weekdays : names_.weekdays)[parts.weekday];
      return;
    case 'H':
      return append_padded(parts.hour, item.width, out);
    case 'h':
      return append_padded(parts.hour % noon == 0 ? noon : parts.hour % noon, item.width, out);
    case 'a':
      out += names_.am_pm[parts.hour / noon];
      return;
    case 'm':
      return append_padded(parts.minute, item.width, out);
    case 's':
      return append_padded(parts.second, item.width, out);
    case 'S': {
      std::string digits;
      append_padded(parts.nanosecond, 9, digits);
      out.append(digits, 0, item.width);
      return;
    }
    default:
      write_offset(std::string(item.width, item.letter), parts.offset, out);
  }
}

void TimePattern::write_year(const Item& item, std::int64_t year, std::string& out) const {
  if (item.width == 2) {
    if (year < century || year >= century + 100) {
      throw Error(ErrorClass::failed,
                  "the year " + std::to_string(year) + " cannot be written as \"yy\", which stands for 2000 to 2099",
                  "Write it in full: yyyy.");
    }
    append_padded(static_cast<std::uint64_t>(year - century), 2, out);
    return;
  }
  if (item.tight && (year < 0 || year > 9999)) {
    throw Error(ErrorClass::failed,
                "the year " + std::to_string(year) + " cannot be told from what follows it in " + text_,
                "Put something behind the year: yyyy-MM-dd.");
  }
  // Beyond four digits a sign says that there are more.
  if (year < 0 || year > 9999) out += year < 0 ? '-' : '+';
  append_padded(static_cast<std::uint64_t>(year < 0 ? -year : year), year < 0 || year > 9999 ? 4 : item.width, out);
}

/// Takes a text apart, item by item.
class TimePattern::Reader {
 public:
  Reader(std::string_view text, const LocaleNames& names) : rest_(text), names_(names) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  bool literal(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool item(const Item& item, TimeParts& parts) {
    const unsigned most = std::max(item.width, 2U);
    switch (item.letter) {
      case 'y':
        return year(item, parts.year);
      case 'M':
        if (item.width < 3) return number(item.width, most, 1, 12, parts.month);
        return name(item.width < full_name ? names_.short_months : names_.months, 1, parts.month);
      case 'd':
        return number(item.width, most, 1, 31, parts.day);
      case 'E':
        return name(item.width < full_name ? names_.short_weekdays : names_.weekdays, 0, parts.weekday);
      case 'H':
        return number(item.width, most, 0, 23, parts.hour);
      case 'h':
        return number(item.width, most, 1, 12, parts.hour);
      case 'a':
        return name(names_.am_pm, 0, afternoon_);
      case 'm':
        return number(item.width, most, 0, 59, parts.minute);
      case 's':
        return number(item.width, most, 0, 59, parts.second);
      case 'S': {
        if (!number(item.width, item.width, 0, 999'999'999, parts.nanosecond)) return false;
        for (unsigned i = item.width; i < 9; ++i) parts.nanosecond *= 10;
        return true;
      }
      default:
        parts.has_offset = true;
        return offset(parts.offset);
    }
  }
  [[nodiscard]] unsigned afternoon() const { return afternoon_; }

 private:
  bool number(unsigned least_digits, unsigned most_digits, unsigned least, unsigned most, unsigned& out) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < most_digits && digits < rest_.size() && is_digit(rest_[digits])) {
      value = value * 10 + static_cast<unsigned>(rest_[digits++] - '0');
    }
    if (digits < least_digits || value < least || value > most) return false;
    rest_.remove_prefix(digits);
    out = value;
    return true;
  }
  bool year(const Item& item, std::int64_t& out) {
    unsigned value = 0;
    if (item.width == 2) {
      if (!number(2, 2, 0, 99, value)) return false;
      out = century + value;
      return true;
    }
    const bool negative = !rest_.empty() && rest_[0] == '-';
    const bool has_sign = negative || (!rest_.empty() && rest_[0] == '+');
    if (has_sign) rest_.remove_prefix(1);
    // A sign allows for more digits; where another number follows at once nobody could tell where they end.
    const unsigned most = has_sign && !item.tight ? 9 : 4;
    if (!number(item.width == any_width && !has_sign ? 1 : 4, most, 0, 999'999'999, value)) return false;
    out = negative ? -std::int64_t{value} : std::int64_t{value};
    return true;
  }
  /// The longest that fits: "June" before "Jun".
  template <typename Names>
  bool name(const Names& names, unsigned first, unsigned& out) {
    std::size_t longest = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].size() <= longest || !rest_.starts_with(names[i])) continue;
      longest = names[i].size();
      out = static_cast<unsigned>(i) + first;
    }
    rest_.remove_prefix(longest);
    return longest != 0;
  }
  bool offset(std::int32_t& out) {
    if (literal("Z")) {
      out = 0;
      return true;
    }
    if (rest_.empty() || (rest_[0] != '+' && rest_[0] != '-')) return false;
    const bool negative = rest_[0] == '-';
    rest_.remove_prefix(1);
    unsigned hours = 0;
    unsigned minutes = 0;
    unsigned seconds = 0;
    if (!number(2, 2, 0, 18, hours)) return false;
    if (literal(":") || (!rest_.empty() && is_digit(rest_[0]))) {
      if (!number(2, 2, 0, 59, minutes)) return false;
      if ((literal(":") || (!rest_.empty() && is_digit(rest_[0]))) && !number(2, 2, 0, 59, seconds)) return false;
    }
    const auto size = static_cast<std::int32_t>(hours * 3600 + minutes * 60 + seconds);
    out = negative ? -size : size;
    return true;
  }

  std::string_view rest_;
  const LocaleNames& names_;
  unsigned afternoon_ = 0;
};

bool TimePattern::read(std::string_view text, TimeParts& parts) const {
  constexpr unsigned noon = 12;
  Reader reader(text, names_);
  for (const Item& item : items_) {
    if (!(item.letter == 0 ? reader.literal(item.literal) : reader.item(item, parts))) return false;
  }
  if (has('h')) parts.hour = parts.hour % noon + noon * reader.afternoon();
  return reader.done();
}

}  // namespace cqlbulk::text
