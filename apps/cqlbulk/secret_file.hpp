// Passwords and tokens, which come from files and never from the command line.
#pragma once

#include <string>

namespace cqlbulk::tool {

/// The first line, without its end. Throws cqlbulk::Error{usage} naming the file; `what` is "password", "token".
[[nodiscard]] std::string read_secret(const std::string& path, const std::string& what);

}  // namespace cqlbulk::tool
