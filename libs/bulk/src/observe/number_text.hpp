// Numbers as people read them. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace cqlbulk::observe {

/// "12,345,678"
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "512 B", "28.4 MB": powers of 1000.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "0.42 s", "12.3 s", "2 min 5 s", "3 h 20 min", "2 d 4 h"
[[nodiscard]] std::string duration_text(std::chrono::duration<double> duration);
/// "2026-02-03T04:05:06.789Z"
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);
/// "1 row", "2 rows"
[[nodiscard]] std::string counted(std::uint64_t number, const char* singular, const char* plural);

}  // namespace cqlbulk::observe
