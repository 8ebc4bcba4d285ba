// How far local time is ahead of UTC, for any moment that a timestamp can hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cqlbulk::text {

class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;
  /// "Z", "UTC", "+02:00", or a name of the IANA time zone database ("Europe/Berlin"). Throws cqlbulk::Error{usage}.
  explicit TimeZone(const std::string& name);

  /// Seconds east of UTC at a moment in seconds since 1970.
  [[nodiscard]] std::int32_t offset_at(std::int64_t seconds) const;
  /// The same from the local time: of two the earlier moment; nothing when the clocks leave it out.
  [[nodiscard]] std::optional<std::int32_t> offset_of_local(std::int64_t local_seconds) const;

 private:
  struct Period {
    std::int64_t begin = 0;  ///< Of the first one without meaning: it reaches back to the beginning.
    std::int32_t offset = 0;
  };
  std::vector<Period> periods_{{}};
};

}  // namespace cqlbulk::text
