// What all operations on the scripted server have in common.
#pragma once

#include <chrono>

#include "scripted_server/server.hpp"

namespace cqlbulk::testing {

/// Options for ks.t on the server: one thread, short waits, no look at the nodes' health.
template <typename Options>
void aim_at(cql::scripted::ScriptedServer& server, Options& options) {
  options.operation.cluster = server.client_options();
  options.operation.pace.threads = 1;
  options.operation.pace.retry_wait = std::chrono::milliseconds(10);
  options.operation.pace.cool_down = std::chrono::milliseconds(10);
  options.operation.pace.health_every = std::chrono::milliseconds(0);
  options.operation.pace.patience = std::chrono::milliseconds(0);
  options.subject.keyspace = "ks";
  options.subject.table = "t";
}

}  // namespace cqlbulk::testing
