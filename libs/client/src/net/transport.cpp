// TCP. TLS: tls_transport.cpp.
#include "net/transport.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "net/operation_user.hpp"

namespace cql::net {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

class TcpTransport final : public Transport {
 public:
  explicit TcpTransport(const asio::any_io_executor& executor) : socket_(executor) {}

  void connect(const tcp::endpoint& endpoint, std::shared_ptr<TransportUser> user) override {
    socket_.async_connect(endpoint, [this, guard = OperationUser(std::move(user))](error_code error) mutable {
      const auto user_alive = guard.release();
      if (!error) {
        error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
        socket_.set_option(asio::socket_base::keep_alive(true), ignored);
      }
      user_alive->on_connected(error);
    });
  }

  void read(sansio::Inbound::Space space, std::shared_ptr<TransportUser> user) override {
    const std::array<asio::mutable_buffer, 2> buffers{asio::buffer(space.first.data(), space.first.size()),
                                                      asio::buffer(space.second.data(), space.second.size())};
    socket_.async_read_some(buffers,
                            [guard = OperationUser(std::move(user))](error_code error, std::size_t count) mutable {
                              guard.release()->on_read(error, count);
                            });
  }

  void write(ByteView bytes, std::shared_ptr<TransportUser> user) override {
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                      [user = std::move(user)](error_code error, std::size_t) { user->on_written(error); });
  }

  void close() noexcept override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  tcp::socket socket_;
};

}  // namespace

std::unique_ptr<Transport> make_tcp_transport(const asio::any_io_executor& executor) {
  return std::make_unique<TcpTransport>(executor);
}

}  // namespace cql::net
