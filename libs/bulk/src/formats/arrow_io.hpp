// Reading and writing through Arrow's streams, with errors in the words of this tool. Internal to formats/.
#pragma once

#include <arrow/result.h>
#include <arrow/status.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace arrow::io {
class RandomAccessFile;
}  // namespace arrow::io

namespace cqlbulk::formats {

/// Arrow's messages without the lines and prefixes that mean nothing to people.
[[nodiscard]] std::string one_line(std::string_view message);

/// Arrow's Status as Error{failed}; `doing` says what was done to what.
void check_status(const arrow::Status& status, std::string_view doing);
template <typename Value>
[[nodiscard]] Value take(arrow::Result<Value> result, std::string_view doing) {
  check_status(result.status(), doing);
  return std::move(result).ValueUnsafe();
}

/// The same for bytes of an input: {usage} when the file is damaged (Status::Invalid), else {failed}.
void check_read(const arrow::Status& status, const std::string& name);
/// Reads until `size` bytes are there or the file ends; returns how many there are.
std::size_t read_bytes(arrow::io::RandomAccessFile& file, const std::string& name, std::uint64_t offset,
                       std::size_t size, char* out);

}  // namespace cqlbulk::formats
