#include "storage/full_disk.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>

#include "posix/files.hpp"

namespace cqlbulk::storage {

bool FullDisk::wait(const std::string& path, int error_number, Clock::time_point since) const {
  constexpr std::chrono::milliseconds pause{200};
  if (error_number != ENOSPC && error_number != EDQUOT) return false;
  const auto waited = Clock::now() - since;
  if (waited >= longest_ || stop_.stop_requested()) return false;
  if (waited < pause && tell_) {
    tell_(fmt::format("{}: {}; waiting up to {} for space", path, posix::reason(error_number),
                      std::chrono::duration_cast<std::chrono::seconds>(longest_)));
  }
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop_, pause, [] { return false; });
  return true;
}

}  // namespace cqlbulk::storage
