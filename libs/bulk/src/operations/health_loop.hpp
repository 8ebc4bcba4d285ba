// Looks at every node's system_views while an operation runs, and tells the gate what to make of it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "operations/cluster_thread.hpp"
#include "operations/pace_gate.hpp"
#include "pace/health.hpp"

namespace cqlbulk::operations {

/// From construction to destruction, on a thread that mostly sleeps. What cannot be read (no GRANT, no such tables) is
/// told once and not asked again.
class HealthLoop {
 public:
  /// All must outlive it; nobody else asks the cluster thread anything meanwhile. `notice` is called on its thread.
  HealthLoop(ClusterThread& cluster, PaceGate& gate, std::chrono::milliseconds every,
             std::function<void(std::string)> notice);
  HealthLoop(const HealthLoop&) = delete;
  HealthLoop& operator=(const HealthLoop&) = delete;

 private:
  struct Round;
  void run(const std::stop_token& stop);
  boost::asio::awaitable<void> look(std::shared_ptr<Round> round, cql::Session& session);

  ClusterThread& cluster_;
  PaceGate& gate_;
  std::chrono::milliseconds every_;
  std::function<void(std::string)> notice_;
  pace::HealthJudge judge_;
  std::jthread thread_;  ///< Last: it is joined before anything that it uses goes.
};

}  // namespace cqlbulk::operations
