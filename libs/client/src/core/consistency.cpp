// Names of consistency levels.
#include "cql/consistency.hpp"

#include <algorithm>
#include <array>

namespace cql {
namespace {

constexpr std::array<std::string_view, 12> names{"ANY",    "ONE",          "TWO",          "THREE",
                                                 "QUORUM", "ALL",          "LOCAL_QUORUM", "EACH_QUORUM",
                                                 "SERIAL", "LOCAL_SERIAL", "LOCAL_ONE",    "NODE_LOCAL"};

constexpr char upper(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

}  // namespace

std::string_view to_string(Consistency consistency) {
  const auto number = static_cast<std::size_t>(consistency);
  return number < names.size() ? names[number] : "UNKNOWN";
}

std::optional<Consistency> parse_consistency(std::string_view name) {
  for (std::size_t number = 0; number < names.size(); ++number) {
    if (std::ranges::equal(names[number], name, {}, {}, upper)) return static_cast<Consistency>(number);
  }
  return std::nullopt;
}

}  // namespace cql
