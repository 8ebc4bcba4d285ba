// Making the real ring suffer: `./dev cluster kill 2` and the like, while the test's io_context goes on.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "support/run.hpp"
#include "support/until.hpp"

namespace cql::test {

inline std::vector<std::string> ring_hosts() {
  const char* hosts = std::getenv("CQLBULK_TEST_HOSTS");
  std::istringstream text(hosts != nullptr ? hosts : "127.0.0.11,127.0.0.12,127.0.0.13");
  std::vector<std::string> found;
  for (std::string host; std::getline(text, host, ',');) found.push_back(host);
  return found;
}

inline std::string ring_under_test() {
  const char* ring = std::getenv("CQLBULK_TEST_RING");
  return ring != nullptr ? ring : "test";
}

/// The testbed's command line; returns its exit status. What it says of a failure goes to the test's own output.
inline int ring_command(const std::string& arguments, const std::string& ring = ring_under_test()) {
  const std::string command = std::string("python3 '") + CQLBULK_PROJECT_DIR + "/testbed/cassandra' " + arguments +
                              " --name " + ring + " >/dev/null";
  return std::system(command.c_str());
}

/// As ring_command, on a thread of its own. Throws when it fails.
inline asio::awaitable<void> tell_ring(std::string arguments, std::string ring = ring_under_test()) {
  const auto status = std::make_shared<std::atomic<int>>(-1);
  const auto done = std::make_shared<std::atomic<bool>>(false);
  std::thread([arguments, ring, status, done] {
    *status = ring_command(arguments, ring);
    *done = true;
  }).detach();
  co_await until([&] { return done->load(); }, std::chrono::seconds(200));
  if (*status != 0) throw std::runtime_error("./dev cluster " + arguments + " failed");
}

/// Whatever a test did to the ring, it is whole again afterwards.
class RingGuard {
 public:
  RingGuard() = default;
  RingGuard(const RingGuard&) = delete;
  RingGuard& operator=(const RingGuard&) = delete;
  ~RingGuard() {
    for (const char* node : {"1", "2", "3"}) {
      ring_command(std::string("resume ") + node);
      if (ring_command(std::string("start ") + node) != 0) ADD_FAILURE() << "node " << node << " does not come back";
    }
  }
};

}  // namespace cql::test
