// Arrow's streams and errors in the words of this tool.
#include "formats/arrow_io.hpp"

#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::formats {

std::string one_line(std::string_view message) {
  // From debug builds: "\n<file>:<line>  <expression>".
  message = message.substr(0, message.find('\n'));
  for (const std::string_view prefix :
       {"IOError: ", "Invalid: ", "Couldn't deserialize thrift: ", "TProtocolException: "}) {
    if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
  }
  while (message.ends_with('.') || message.ends_with(' ')) message.remove_suffix(1);
  return std::string(message);
}

void check_status(const arrow::Status& status, std::string_view doing) {
  if (!status.ok()) throw Error(ErrorClass::failed, fmt::format("{}: {}", doing, one_line(status.message())));
}

void check_read(const arrow::Status& status, const std::string& name) {
  if (status.ok()) return;
  throw Error(status.IsInvalid() ? ErrorClass::usage : ErrorClass::failed,
              fmt::format("reading {}: {}", name, one_line(status.message())));
}

std::size_t read_bytes(arrow::io::RandomAccessFile& file, const std::string& name, std::uint64_t offset,
                       std::size_t size, char* out) {
  std::size_t filled = 0;
  while (filled < size) {
    const auto got =
        file.ReadAt(static_cast<std::int64_t>(offset + filled), static_cast<std::int64_t>(size - filled), out + filled);
    check_read(got.status(), name);
    if (*got == 0) break;
    filled += static_cast<std::size_t>(*got);
  }
  return filled;
}

}  // namespace cqlbulk::formats
