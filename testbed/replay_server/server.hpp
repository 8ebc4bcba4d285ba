// The replay server: a recorded table behind one node or many, served at the speed of memory. It has threads of its
// own from construction to destruction; every function may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cql/cluster_options.hpp"
#include "replay_server/latency.hpp"
#include "replay_server/service.hpp"

namespace cql::replay {

struct ReplayOptions {
  std::size_t nodes = 1;
  /// The first node's address. The others have the same one and ports of their own, or addresses that follow.
  std::string address = "127.0.0.1";
  /// The first node's port; 0 lets the system choose, for each node.
  std::uint16_t port = 0;
  /// Each node on an address of its own (127.0.0.1, 127.0.0.2, …) with the same port.
  bool addresses = false;
  std::size_t tokens_per_node = 16;
  std::size_t replication_factor = 1;
  std::size_t threads = 1;
  std::vector<int> versions{4, 5};
  /// By node, the last one for those behind it; empty: none waits.
  std::vector<Latency> latencies{};
};

class ServerThreads;

class ReplayServer {
 public:
  /// Listens before it returns. Throws Error{usage}: options that cannot be, an address that is taken.
  ReplayServer(std::shared_ptr<Dataset> dataset, ReplayOptions options);
  ~ReplayServer();
  ReplayServer(const ReplayServer&) = delete;
  ReplayServer& operator=(const ReplayServer&) = delete;

  [[nodiscard]] std::vector<ContactPoint> nodes() const;
  [[nodiscard]] Statistics statistics() const;

 private:
  std::shared_ptr<Dataset> dataset_;
  std::unique_ptr<ServerThreads> threads_;
};

}  // namespace cql::replay
