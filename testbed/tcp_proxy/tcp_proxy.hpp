// A network that fails on demand: stands between a client and one server, passes bytes on, and can be cut, one way or
// both, or slowed. Nothing is lost while it is cut: as after a short failure of a real network, bytes come later.
//
//   TcpProxy proxy("127.0.0.11", 9042);      // listens on 127.0.0.1:proxy.port()
//   proxy.cut(Way::answers); … proxy.heal();
//
// Runs on a thread of its own; every function may be called from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace cql::testbed {

class TcpProxy {
 public:
  enum class Way : std::uint8_t {
    requests,  ///< From the client to the server.
    answers,   ///< From the server to the client.
    both,
  };

  TcpProxy(std::string host, std::uint16_t port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// Connections are made, but no byte goes this way, and nobody learns that the other side hung up.
  void cut(Way way);
  /// Every piece of up to 64 KiB takes this much longer.
  void slow(std::chrono::milliseconds delay);
  /// As a sound network.
  void heal();
  /// How many connections were made so far.
  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace cql::testbed
