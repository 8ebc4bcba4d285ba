// Reading operations' directories, those of crashed ones too. Needs no cluster and changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/records.hpp"

namespace cqlbulk::journal {

/// An operation as its directory tells it.
struct Operation {
  std::string id;
  std::string path;
  Json description;  ///< operation.json
  std::vector<PartRecord> parts;
  std::vector<StartRecord> starts;
  std::vector<UnitRecord> units;
  std::uint64_t runs = 1;
  double seconds = 0;            ///< Of the runs that came to an end.
  std::optional<EndRecord> end;  ///< Of the last run, when that is over.
  bool running = false;          ///< A process holds the journal's lock.
  std::uint64_t journal_bytes = 0;
  std::uint64_t torn_bytes = 0;

  static constexpr const char* discarded = "DISCARDED";  ///< Status of what was given up.

  /// Nothing is left to do.
  [[nodiscard]] bool complete() const {
    return end && (end->status == "SUCCESS" || end->status == "PARTIAL SUCCESS" || end->status == discarded);
  }
};

/// Throws cqlbulk::Error{usage} when the directory holds no operation, Error{failed} when its journal is damaged.
[[nodiscard]] Operation read_operation(const std::string& path);

/// The directory of an operation that is named by its id, below `base`, or by its path. Throws cqlbulk::Error{usage}
/// when there is none.
[[nodiscard]] std::string find_operation(const std::string& base, const std::string& name);

/// The directories of all operations below `base`, oldest first; empty when there is no such directory.
[[nodiscard]] std::vector<std::string> list_operations(const std::string& base);

/// The latest unfinished operation below `base` whose description has this fingerprint: its directory, or nothing.
[[nodiscard]] std::optional<std::string> find_unfinished(const std::string& base, const std::string& fingerprint);

}  // namespace cqlbulk::journal
