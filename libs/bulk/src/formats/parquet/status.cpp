// Arrow's errors in the words of this tool.
#include <fmt/format.h>

#include "formats/parquet/parquet.hpp"

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

}  // namespace cqlbulk::formats
