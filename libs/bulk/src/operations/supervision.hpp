// What watches over an operation's pace while it runs: its gate, its control socket, the look at the nodes' health.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "cqlbulk/report.hpp"
#include "journal/operation_directory.hpp"
#include "observe/ticker.hpp"
#include "operations/cluster_thread.hpp"
#include "operations/health_loop.hpp"
#include "operations/pace_gate.hpp"
#include "posix/local_socket.hpp"

namespace cqlbulk::operations {

/// A stop that comes from the caller, or from the control socket.
class RunStop {
 public:
  explicit RunStop(std::stop_token outer) : forward_(std::move(outer), [this] { source_.request_stop(); }) {}
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  void request() { source_.request_stop(); }

 private:
  std::stop_source source_;
  std::stop_callback<std::function<void()>> forward_;
};

/// From construction to destruction, while shards work. Any thread may use the gate.
class Supervision {
 public:
  /// `directory` may be null: then nobody can speak to the operation. All must outlive it.
  Supervision(const PaceOptions& options, PaceGate& gate, ClusterThread& cluster,
              const journal::OperationDirectory* directory, observe::Ticker& ticker, RunStop& stop);
  /// Ends it, and says in the report what was held up and why.
  void end(Report& report);

 private:
  std::string answer(const std::string& line);

  PaceGate& gate_;
  RunStop& stop_;
  std::unique_ptr<posix::LocalServer> server_;
  std::unique_ptr<HealthLoop> health_;
};

}  // namespace cqlbulk::operations
