#include "storage/part_names.hpp"

#include <fmt/format.h>

#include <cctype>

#include "cqlbulk/error.hpp"

namespace cqlbulk::storage {

namespace {

constexpr std::string_view placeholder = "{number}";
constexpr std::size_t least_digits = 5;

[[noreturn]] void refuse(std::string_view pattern, std::string_view why) {
  throw Error(ErrorClass::usage, fmt::format("the pattern of file names \"{}\" {}", pattern, why),
              "Write for example --file-name-pattern 'orders-{number}.csv'");
}

}  // namespace

PartNames::PartNames(std::string_view pattern, std::string_view suffix)
    : before_("part-"), after_(suffix), any_suffix_(pattern.empty()) {
  if (pattern.empty()) return;
  const std::size_t place = pattern.find(placeholder);
  if (place == std::string_view::npos) refuse(pattern, "has no {number}");
  before_ = pattern.substr(0, place);
  after_ = pattern.substr(place + placeholder.size());
  if (after_.find(placeholder) != std::string::npos) refuse(pattern, "has {number} twice");
  if (pattern.find('/') != std::string_view::npos) refuse(pattern, "has a slash: the files lie in the target itself");
  // Neither would be read again from the directory.
  if (pattern.starts_with('.') || pattern.starts_with('_')) refuse(pattern, "makes hidden files");
}

std::string PartNames::name(std::uint64_t number) const { return fmt::format("{}{:05}{}", before_, number, after_); }

bool PartNames::matches(std::string_view name) const {
  if (!name.starts_with(before_)) return false;
  name.remove_prefix(before_.size());
  std::size_t digits = 0;
  while (digits < name.size() && std::isdigit(static_cast<unsigned char>(name[digits])) != 0) ++digits;
  name.remove_prefix(digits);
  return digits >= least_digits && (any_suffix_ ? name.starts_with('.') : name == after_);
}

}  // namespace cqlbulk::storage
