// Periods of one offset, taken from ICU once; from 2100 on the rules repeat with the calendar, every 400 years.
#include "text/time_zone.hpp"

#include <unicode/basictz.h>
#include <unicode/tzrule.h>
#include <unicode/tztrans.h>

#include <algorithm>
#include <memory>

#include "cqlbulk/error.hpp"
#include "text/civil.hpp"
#include "text/walker.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t seconds_per_era = days_per_era * seconds_per_day;
constexpr std::int64_t rules_repeat_from = days_from_civil({2100, 1, 1}) * seconds_per_day;
constexpr std::int64_t rules_known_to = rules_repeat_from + seconds_per_era;
constexpr double long_ago_ms = -1e16;
constexpr double milliseconds = 1000;

std::optional<std::int32_t> fixed_offset(std::string_view name) {
  if (name == "Z" || name == "UTC" || name == "GMT") return 0;
  if (name.size() < 3 || (name[0] != '+' && name[0] != '-')) return std::nullopt;
  Walker walker{name.data() + 1, name.data() + name.size()};
  unsigned hours = 0;
  unsigned minutes = 0;
  if (!walker.take_two(hours)) return std::nullopt;
  walker.take(':');
  if (!walker.done() && !walker.take_two(minutes)) return std::nullopt;
  if (!walker.done() || hours > 18 || minutes > 59) return std::nullopt;
  const auto seconds = static_cast<std::int32_t>(hours * 3600 + minutes * 60);
  return name[0] == '-' ? -seconds : seconds;
}

std::unique_ptr<icu::BasicTimeZone> find_zone(const std::string& name) {
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (*zone == icu::TimeZone::getUnknown()) {
    throw Error(ErrorClass::usage, "\"" + name + "\" is no time zone",
                "Give Z, an offset like +02:00, or a name like Europe/Berlin.");
  }
  auto& basic = dynamic_cast<icu::BasicTimeZone&>(*zone);  // As all are that ICU makes.
  zone.release();
  return std::unique_ptr<icu::BasicTimeZone>(&basic);
}

std::int32_t offset_of(const icu::TimeZoneRule& rule) {
  return (rule.getRawOffset() + rule.getDSTSavings()) / static_cast<std::int32_t>(milliseconds);
}

}  // namespace

TimeZone::TimeZone(const std::string& name) {
  if (const auto offset = fixed_offset(name)) {
    periods_.front().offset = *offset;
    return;
  }
  const auto zone = find_zone(name);
  std::int32_t raw = 0;
  std::int32_t daylight = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone->getOffset(long_ago_ms, false, raw, daylight, status);
  periods_.front().offset = (raw + daylight) / static_cast<std::int32_t>(milliseconds);
  icu::TimeZoneTransition transition;
  for (double at = long_ago_ms; zone->getNextTransition(at, false, transition);) {
    at = transition.getTime();
    const auto begin = static_cast<std::int64_t>(at / milliseconds);
    if (begin >= rules_known_to) break;
    const std::int32_t offset = offset_of(*transition.getTo());
    if (offset != periods_.back().offset) periods_.push_back({begin, offset});
  }
}

std::int32_t TimeZone::offset_at(std::int64_t seconds) const {
  if (periods_.size() == 1) return periods_.front().offset;
  if (seconds >= rules_known_to) seconds = rules_repeat_from + (seconds - rules_repeat_from) % seconds_per_era;
  const auto after = std::upper_bound(periods_.begin() + 1, periods_.end(), seconds,
                                      [](std::int64_t moment, const Period& period) { return moment < period.begin; });
  return (after - 1)->offset;
}

std::optional<std::int32_t> TimeZone::offset_of_local(std::int64_t local_seconds) const {
  // The clocks are changed less than once in two days.
  for (const std::int64_t near : {local_seconds - seconds_per_day, local_seconds + seconds_per_day}) {
    const std::int32_t offset = offset_at(near);
    if (offset_at(local_seconds - offset) == offset) return offset;
  }
  return std::nullopt;
}

}  // namespace cqlbulk::text
