// One client of the scripted server: reads requests, asks the state for answers, spoils them as told.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <memory>
#include <vector>

#include "cql/bytes.hpp"
#include "sansio/outbound.hpp"
#include "scripted_server/state.hpp"
#include "scripted_server/stream.hpp"

namespace cql::scripted {

class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
 public:
  ServerConnection(ServerState& state, ServerStream stream, std::size_t node, std::size_t number);
  ~ServerConnection();

  void start();
  void close();
  void release();
  /// Answers what was asked while the node was paused.
  void resume();
  /// Says nothing from now on.
  void freeze() noexcept { frozen_ = true; }
  /// EVENT, if the client registered.
  void send_event(ByteView message);
  [[nodiscard]] std::size_t node() const noexcept { return node_; }

 private:
  /// Bytes to send, then perhaps the end.
  struct Piece {
    Buffer bytes;
    bool byte_by_byte = false;
    bool then_close = false;
    bool farewell = false;  ///< TLS's, before the end.
  };

  static boost::asio::awaitable<void> read(std::shared_ptr<ServerConnection> self);
  static boost::asio::awaitable<void> write(std::shared_ptr<ServerConnection> self);
  void unwrap();
  bool take_envelope();
  void answer(const Request& request);
  void follow_handshake(const Request& request, const Reply& reply);
  void send(Piece piece);
  void send_spoiled(Buffer envelope, Reply::Way way);

  ServerState& state_;
  ServerStream stream_;
  std::size_t node_;
  std::size_t number_;
  Buffer input_;      ///< As it came.
  Buffer envelopes_;  ///< Out of their segments.
  sansio::Outbound outbound_;
  bool in_segments_ = false;
  bool lz4_ = false;
  bool registered_ = false;
  int version_ = 5;
  std::deque<Piece> queue_;
  bool writing_ = false;
  std::vector<Buffer> held_;
  std::deque<Request> unanswered_;  ///< Asked while the node is paused.
  bool frozen_ = false;
};

}  // namespace cql::scripted
