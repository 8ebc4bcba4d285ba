// What the records of a journal add up to: where a resumed operation goes on. Pure. Records are checked against the
// plan they are about, whatever their checksums say.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "journal/records.hpp"

namespace cqlbulk::journal {

/// How far a split is with all files together.
struct SplitState {
  std::uint64_t rows = 0;
  bool done = false;
  SplitPosition position;  ///< Where it goes on.
  RowChecksum checksum{};
};

struct ExportState {
  std::vector<SplitState> splits;     ///< One for each planned split.
  std::vector<PartRecord> fragments;  ///< Of the one file, as recorded.
  std::vector<PartRecord> parts;      ///< What somebody sees or is to see.
  std::uint64_t rows = 0;             ///< In all files that splits were written to.
  std::uint64_t bytes = 0;            ///< Of parts, or of fragments while there is no part.
  std::uint64_t splits_done = 0;
};

/// Throws cqlbulk::Error{failed} when the records cannot be those of an export of so many splits. `name` is for
/// messages.
[[nodiscard]] ExportState replay_export(std::span<const PartRecord> records, std::uint64_t splits,
                                        const std::string& name);

/// A unit as it was planned.
struct PlannedUnit {
  std::uint64_t source = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first_record = 0;
  std::uint64_t records = 0;
};

struct LoadState {
  std::vector<bool> done;             ///< One for each planned unit.
  std::vector<std::uint32_t> starts;  ///< How often each was begun, where that is recorded.
  std::uint64_t units_done = 0;
  std::uint64_t records = 0;  ///< Of units that are done: rows + rejected + uncertain + left_out.
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t uncertain = 0;
  std::uint64_t left_out = 0;
  std::uint64_t bytes = 0;
  std::vector<RejectFileSize> reject_files;  ///< As they were after the last unit that is done, in order of first use.
};

/// Throws cqlbulk::Error{failed} when the records cannot be those of a load of these units.
[[nodiscard]] LoadState replay_load(std::span<const UnitRecord> records, std::span<const StartRecord> starts,
                                    std::span<const PlannedUnit> units, const std::string& name);

}  // namespace cqlbulk::journal
