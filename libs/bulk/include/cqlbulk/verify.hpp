// Checking an export against its manifest: are the files what was written, is the table what was read?
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "cqlbulk/observer.hpp"
#include "cqlbulk/options.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk {

struct VerifyOptions {
  /// How to reach the cluster, how hard to work; operation_dir: where an id is looked for.
  OperationOptions operation;
  /// An export's id, its directory, or a manifest's path.
  std::string manifest;
  bool files = true;
  bool table = true;  ///< False: no cluster is needed.
};

struct VerifyResult {
  struct File {
    std::string path;
    std::string problem;  ///< "is missing", "has 10 bytes, it had 12", "has other bytes than were written"
  };
  struct Range {
    cql::TokenRange range;
    std::uint64_t rows_then = 0;
    std::uint64_t rows_now = 0;  ///< The same number with another checksum: rows were changed.
  };
  std::uint64_t files_checked = 0;
  std::uint64_t ranges_checked = 0;
  std::uint64_t rows_then = 0;  ///< In the manifest.
  std::uint64_t rows_now = 0;   ///< In the table, when that was looked at.
  std::vector<File> files;      ///< That are not as they were.
  std::vector<Range> ranges;    ///< That differ, in the order of the ring.
  Report report;                ///< Status: success when all is as it was, partial_success when something differs.

  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] std::string to_json() const;
};

/// Reads the files once, and the table with the export's statement, range by range. Throws cqlbulk::Error{usage}: there
/// is no manifest, or the table has other columns than were exported.
[[nodiscard]] VerifyResult verify(const VerifyOptions& options, Observer& observer, std::stop_token stop = {});

}  // namespace cqlbulk
