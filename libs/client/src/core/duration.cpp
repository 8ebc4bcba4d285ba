// Durations and their text: CQL's own form, ISO 8601 with designators, weeks, and the alternative form.
#include <charconv>
#include <limits>
#include <optional>

#include "cql/types.hpp"

namespace cql {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

enum class Part : std::uint8_t { months, days, nanoseconds };

struct Unit {
  std::string_view name;
  Part part;
  std::uint64_t factor;
};

// Ordered from large to small: text must name its units in this order, each at most once.
constexpr Unit units[] = {
    {"y", Part::months, 12},
    {"mo", Part::months, 1},
    {"w", Part::days, 7},
    {"d", Part::days, 1},
    {"h", Part::nanoseconds, 3600ULL * nanoseconds_per_second},
    {"m", Part::nanoseconds, 60ULL * nanoseconds_per_second},
    {"s", Part::nanoseconds, nanoseconds_per_second},
    {"ms", Part::nanoseconds, 1'000'000},
    {"us", Part::nanoseconds, 1'000},
    {"ns", Part::nanoseconds, 1},
};
enum UnitIndex : std::size_t {
  years = 0,
  months = 1,
  weeks = 2,
  days = 3,
  hours = 4,
  minutes = 5,
  seconds = 6,
  micros = 8,
  none = 10
};

/// Sums up magnitudes; the sign comes last.
class Sum {
 public:
  [[nodiscard]] bool add(const Unit& unit, std::uint64_t count) {
    std::uint64_t& total = totals_[static_cast<std::size_t>(unit.part)];
    std::uint64_t product = 0;
    return !__builtin_mul_overflow(count, unit.factor, &product) && !__builtin_add_overflow(total, product, &total);
  }

  [[nodiscard]] bool finish(bool negative, Duration& out) const {
    Duration result;
    if (!signed_value(totals_[0], negative, result.months) || !signed_value(totals_[1], negative, result.days) ||
        !signed_value(totals_[2], negative, result.nanoseconds)) {
      return false;
    }
    out = result;
    return true;
  }

 private:
  template <typename Integer>
  static bool signed_value(std::uint64_t magnitude, bool negative, Integer& out) {
    const auto largest = static_cast<std::uint64_t>(std::numeric_limits<Integer>::max());
    if (magnitude > largest + (negative ? 1 : 0)) return false;
    out = static_cast<Integer>(negative ? 0 - magnitude : magnitude);
    return true;
  }

  std::uint64_t totals_[3] = {0, 0, 0};
};

bool take_number(std::string_view& text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

constexpr char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(text[i]) != word[i]) return false;
  }
  text.remove_prefix(word.size());
  return true;
}

/// The longer names first, so that "m" does not eat the start of "mo" and "ms".
std::size_t take_unit(std::string_view& text) {
  for (const std::size_t i : {1U, 7U, 8U, 9U}) {
    if (take_word(text, units[i].name)) return i;
  }
  if (take_word(text, "\xC2\xB5s")) return UnitIndex::micros;  // µs
  for (const std::size_t i : {0U, 2U, 3U, 4U, 5U, 6U}) {
    if (take_word(text, units[i].name)) return i;
  }
  return UnitIndex::none;
}

bool parse_standard(std::string_view text, Sum& sum) {
  std::size_t next = 0;
  while (!text.empty()) {
    std::uint64_t count = 0;
    if (!take_number(text, count)) return false;
    const std::size_t unit = take_unit(text);
    if (unit == UnitIndex::none || unit < next || !sum.add(units[unit], count)) return false;
    next = unit + 1;
  }
  return next != 0;
}

/// After the "P": designators in order, the ones after "T" being times. At least one is needed.
bool parse_iso_designators(std::string_view text, Sum& sum) {
  struct Designator {
    char letter;
    UnitIndex unit;
  };
  constexpr Designator dates[] = {{'Y', years}, {'M', months}, {'D', days}};
  constexpr Designator times[] = {{'H', hours}, {'M', minutes}, {'S', seconds}};
  bool any = false;
  const auto take_all = [&](const auto& designators) {
    for (const Designator& designator : designators) {
      std::string_view rest = text;
      std::uint64_t count = 0;
      if (!take_number(rest, count) || rest.empty() || rest.front() != designator.letter) continue;
      rest.remove_prefix(1);
      if (!sum.add(units[designator.unit], count)) return false;
      text = rest;
      any = true;
    }
    return true;
  };
  if (!take_all(dates)) return false;
  if (!text.empty() && text.front() == 'T') {
    text.remove_prefix(1);
    any = false;
    if (!take_all(times)) return false;
  }
  return any && text.empty();
}

/// "YYYY-MM-DDThh:mm:ss".
bool parse_iso_alternative(std::string_view text, Sum& sum) {
  constexpr std::string_view form = "0000-00-00T00:00:00";
  constexpr UnitIndex fields[] = {years, months, days, hours, minutes, seconds};
  if (text.size() != form.size()) return false;
  std::size_t field = 0;
  std::uint64_t count = 0;
  bool fits = true;
  for (std::size_t i = 0; i <= form.size(); ++i) {
    if (i == form.size() || form[i] != '0') {
      if (i < form.size() && text[i] != form[i]) return false;
      fits &= sum.add(units[fields[field++]], count);
      count = 0;
    } else {
      if (text[i] < '0' || text[i] > '9') return false;
      count = count * 10 + static_cast<std::uint64_t>(text[i] - '0');
    }
  }
  return fits;
}

bool parse_iso(std::string_view text, Sum& sum) {
  if (text.ends_with('W')) {
    std::uint64_t count = 0;
    return take_number(text, count) && text == "W" && sum.add(units[weeks], count);
  }
  if (text.find('-') != std::string_view::npos) return parse_iso_alternative(text, sum);
  return parse_iso_designators(text, sum);
}

template <typename Integer>
std::uint64_t magnitude(Integer value) {
  const auto wide = static_cast<std::int64_t>(value);
  return wide < 0 ? 0 - static_cast<std::uint64_t>(wide) : static_cast<std::uint64_t>(wide);
}

}  // namespace

bool Duration::parse(std::string_view text, Duration& out) noexcept {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  Sum sum;
  const bool ok = text.starts_with('P') ? parse_iso(text.substr(1), sum) : parse_standard(text, sum);
  return ok && sum.finish(negative, out);
}

std::string Duration::to_string() const {
  std::uint64_t left[] = {magnitude(months), magnitude(days), magnitude(nanoseconds)};
  std::string text;
  if (months < 0 || days < 0 || nanoseconds < 0) text += '-';
  for (std::size_t i = 0; i < std::size(units); ++i) {
    if (i == UnitIndex::weeks) continue;
    std::uint64_t& value = left[static_cast<std::size_t>(units[i].part)];
    if (value < units[i].factor) continue;
    text += std::to_string(value / units[i].factor);
    text += units[i].name;
    value %= units[i].factor;
  }
  return text.empty() ? "0ns" : text;
}

}  // namespace cql
