// A look at the disk before an export begins, or a load whose rows may wait there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "operations/export_plan.hpp"
#include "operations/load_plan.hpp"

namespace cqlbulk::operations {

/// What may go wrong, as a sentence; empty when nothing is known to. Estimates are no reason to refuse. Throws
/// cqlbulk::Error{usage} when not a byte is free.
[[nodiscard]] std::string look_at_free_space(const ExportPlan& plan);

/// The same from numbers: pure. `table_bytes`: an estimate; nothing when there is none.
[[nodiscard]] std::string free_space_warning(const std::string& target, std::uint64_t free_bytes,
                                             std::optional<std::uint64_t> table_bytes);

/// The same for a load: `directory` is the operation's. Never throws: what is written there is seen when it is.
[[nodiscard]] std::string look_at_spill_space(const LoadOptions& options, const LoadPlan& plan,
                                              const std::string& directory);
/// From numbers: pure. `wanted`: bytes of input whose rows may wait at a time.
[[nodiscard]] std::string spill_space_warning(const std::string& directory, std::uint64_t free_bytes,
                                              std::uint64_t wanted);

}  // namespace cqlbulk::operations
