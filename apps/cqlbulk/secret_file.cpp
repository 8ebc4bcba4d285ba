#include "secret_file.hpp"

#include <fmt/format.h>

#include <fstream>

#include "cqlbulk/error.hpp"

namespace cqlbulk::tool {

std::string read_secret(const std::string& path, const std::string& what) {
  std::ifstream file(path);
  std::string secret;
  if (!file || !std::getline(file, secret)) {
    throw Error(ErrorClass::usage, fmt::format("the {} file {} cannot be read or is empty", what, path));
  }
  if (secret.ends_with('\r')) secret.pop_back();
  return secret;
}

}  // namespace cqlbulk::tool
