// One client of the replay server: its bytes to requests, the service's answers to bytes, after the node's latency.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <random>

#include "cql/bytes.hpp"
#include "replay_server/latency.hpp"
#include "replay_server/service.hpp"
#include "replay_server/wire.hpp"

namespace cql::replay {

/// What all clients of one node share.
struct NodeContext {
  Service& service;
  std::size_t node = 0;
  Latency latency;
  const std::vector<int>& versions;
};

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(const NodeContext& context, boost::asio::ip::tcp::socket socket);
  void start() { read(); }
  [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.get_executor(); }

 private:
  void read();
  void on_read(std::size_t count);
  bool take_requests();
  void unwrap_segments();
  bool take_envelope(Buffer& from, std::size_t& at);
  void answer(const Request& request);
  void refuse_version(const Request& request);
  void write();
  void close();

  NodeContext context_;
  boost::asio::ip::tcp::socket socket_;
  std::mt19937_64 random_;
  Buffer input_;      ///< As it came.
  Buffer envelopes_;  ///< v5: out of their segments.
  bool in_segments_ = false;
  bool close_when_written_ = false;
  bool reading_ = false;
  bool writing_ = false;
  WireWriter writer_;
};

}  // namespace cql::replay
