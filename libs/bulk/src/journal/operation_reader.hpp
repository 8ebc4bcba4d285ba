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
  std::vector<UnitRecord> units;
  std::optional<EndRecord> end;
  bool running = false;  ///< A process holds the journal's lock.
  std::uint64_t torn_bytes = 0;
};

/// Throws cqlbulk::Error{usage} when the directory holds no operation, Error{failed} when its journal is damaged.
[[nodiscard]] Operation read_operation(const std::string& path);

/// The directories of all operations below `base`, oldest first; empty when there is no such directory.
[[nodiscard]] std::vector<std::string> list_operations(const std::string& base);

}  // namespace cqlbulk::journal
