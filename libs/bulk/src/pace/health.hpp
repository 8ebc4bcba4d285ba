// What nodes say of themselves (system_views), and what that means for whoever works on the cluster.
// Pure: readings in, verdict out. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cqlbulk::pace {

/// One row of system_views.thread_pools.
struct Stage {
  std::string name;
  std::uint64_t active = 0;
  std::uint64_t limit = 0;  ///< Of active.
  std::uint64_t pending = 0;
  std::uint64_t blocked = 0;
};

/// What was read of one node; what could not be read is absent.
struct NodeReading {
  std::string node;  ///< "127.0.0.1:9042"
  std::vector<Stage> stages;
  std::optional<std::uint64_t> pending_compactions;
  /// Messages between nodes that were dropped, since the node started: they expired, or their queue was full.
  std::optional<std::uint64_t> dropped;
  std::optional<std::uint64_t> pending_hints;  ///< Files of hints that wait for other nodes.
  std::optional<std::uint64_t> clients;        ///< Connections, ours included.
};

enum class Health : std::uint8_t { go, slow, pause };

struct Verdict {
  Health health = Health::go;
  std::string reason;  ///< "127.0.0.1:9042: 140 pending compactions"; empty for go.
};

struct HealthLimits {
  std::uint64_t compactions_slow = 100;
  std::uint64_t compactions_pause = 500;
  /// Requests that wait in a stage, for each one that it can work on.
  std::uint64_t waiting_slow = 4;
  std::uint64_t waiting_pause = 32;
  /// A verdict gets milder, a step at a time, after so many readings in a row that say so.
  unsigned milder_after = 3;
};

/// Compares with the first reading of each node: what was dropped and hinted before is nobody's business. Gets stricter
/// at once, milder slowly, so that it does not swing.
class HealthJudge {
 public:
  explicit HealthJudge(HealthLimits limits = {}) : limits_(limits) {}

  /// One round of readings, of the nodes that could be read. The worst node decides.
  const Verdict& judge(std::span<const NodeReading> round);
  [[nodiscard]] const Verdict& verdict() const noexcept { return verdict_; }

 private:
  struct Before {
    std::uint64_t dropped = 0;
    std::uint64_t first_hints = 0;
  };
  [[nodiscard]] Verdict judge_node(const NodeReading& reading);

  HealthLimits limits_;
  std::map<std::string, Before> before_;
  Verdict verdict_;
  unsigned milder_ = 0;
};

}  // namespace cqlbulk::pace
