// The clock that the pace goes by; `now` is always an argument.
#pragma once

#include <chrono>

namespace cqlbulk::pace {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;
using Seconds = std::chrono::duration<double>;

}  // namespace cqlbulk::pace
