// What a connection of the scripted server reads from and writes to: a socket, plain or with Asio's TLS over it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "scripted_server/tls.hpp"

namespace cql::scripted {

using TlsServerContext = boost::asio::ssl::context;
/// Null for a server without TLS.
[[nodiscard]] std::unique_ptr<TlsServerContext> make_server_context(const std::optional<ServerTls>& tls);

class ServerStream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;

  ServerStream(Socket socket, TlsServerContext* tls);

  [[nodiscard]] executor_type get_executor() { return socket().get_executor(); }
  /// False when the client gave up.
  boost::asio::awaitable<bool> shake_hands();

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (auto* tls = std::get_if<Tls>(&stream_)) return tls->async_read_some(buffers, std::forward<Token>(token));
    return socket().async_read_some(buffers, std::forward<Token>(token));
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (auto* tls = std::get_if<Tls>(&stream_)) return tls->async_write_some(buffers, std::forward<Token>(token));
    return socket().async_write_some(buffers, std::forward<Token>(token));
  }
  /// Tells the client in TLS that nothing more comes, and waits for its own farewell; nothing on a plain socket.
  boost::asio::awaitable<void> say_farewell();
  /// The socket's end, without any farewell in TLS.
  void shut_down_sending();
  void close();

 private:
  using Tls = boost::asio::ssl::stream<Socket>;
  [[nodiscard]] Socket& socket();

  std::variant<Socket, Tls> stream_;
};

}  // namespace cql::scripted
