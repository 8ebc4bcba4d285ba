// Counting: by the server, split by split, bisecting what times out.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "cqlbulk/observer.hpp"
#include "cqlbulk/options.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk {

enum class CountBy { total, range, host, partition };

struct CountOptions {
  /// The page size governs the server's own paging inside COUNT(*): large is best, nothing of it travels.
  OperationOptions operation = with_large_pages();
  Subject subject;
  CountBy by = CountBy::total;
  /// CountBy::partition: how many of the largest partitions are kept.
  std::size_t top = 10;

 private:
  static OperationOptions with_large_pages() {
    OperationOptions operation;
    operation.pace.page_size = 100'000;
    return operation;
  }
};

struct CountResult {
  struct Range {
    cql::TokenRange range;
    std::uint64_t rows = 0;
    std::vector<std::string> replicas;  ///< Endpoints, primary first.
  };
  struct Host {
    std::string endpoint;
    std::string datacenter;
    std::uint64_t rows = 0;  ///< Of partitions whose primary replica it is, so that the hosts add up to the total.
  };
  struct Partition {
    std::string key;  ///< The key columns as JSON: {"id":1}.
    std::uint64_t rows = 0;
  };
  std::uint64_t total = 0;            ///< All rows only when the report's status is success.
  std::uint64_t pieces_counted = 0;   ///< Of report.pieces.
  std::vector<Range> ranges;          ///< CountBy::range, in the order of the ring.
  std::vector<Host> hosts;            ///< CountBy::host, sorted by endpoint.
  std::vector<Partition> partitions;  ///< CountBy::partition, largest first.
  Report report;
};

/// Runs on threads of its own and returns when all is counted. `stop` ends it early: status interrupted, total as far
/// as counted. Throws cqlbulk::Error before any work (usage) or when nothing could be counted (failed).
[[nodiscard]] CountResult count(const CountOptions& options, Observer& observer, std::stop_token stop = {});

/// The report's JSON with "ranges", "hosts" or "partitions" added where they were counted.
[[nodiscard]] std::string to_json(const CountResult& result);

}  // namespace cqlbulk
