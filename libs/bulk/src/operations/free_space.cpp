#include "operations/free_space.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cqlbulk/error.hpp"
#include "observe/number_text.hpp"

namespace cqlbulk::operations {

std::string free_space_warning(const std::string& target, std::uint64_t free_bytes,
                               std::optional<std::uint64_t> table_bytes) {
  if (free_bytes == 0) {
    throw Error(ErrorClass::usage, fmt::format("not a byte is free where {} would lie", target),
                "Free some space, or write somewhere else.");
  }
  if (!table_bytes || *table_bytes <= free_bytes) return {};
  return fmt::format(
      "the disk may become full: {} are free where {} will lie, and the table has about {} (the nodes' "
      "estimate, as they hold it)",
      observe::bytes_text(free_bytes), target, observe::bytes_text(*table_bytes));
}

std::string look_at_free_space(const ExportPlan& plan) {
  if (plan.target.kind == storage::Location::Kind::standard_stream) return {};
  const std::optional<std::uint64_t> free = storage::free_bytes(plan.target.path);
  if (!free) return {};
  return free_space_warning(plan.target.path, *free, plan.size.known() ? std::optional(plan.size.bytes) : std::nullopt);
}

std::string spill_space_warning(const std::string& directory, std::uint64_t free_bytes, std::uint64_t wanted) {
  if (wanted <= free_bytes) return {};
  return fmt::format(
      "the disk may become full: {} are free where {} lies, and rows of up to {} of input wait there "
      "(--group-spill)",
      observe::bytes_text(free_bytes), directory, observe::bytes_text(wanted));
}

std::string look_at_spill_space(const LoadOptions& options, const LoadPlan& plan, const std::string& directory) {
  if (!options.group_spill || options.dry_run) return {};
  const std::optional<std::uint64_t> free = storage::free_bytes(directory);
  return free ? spill_space_warning(directory, *free, std::min(*options.group_spill, plan.bytes)) : std::string();
}

}  // namespace cqlbulk::operations
