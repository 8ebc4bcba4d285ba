// TLS over TCP. OpenSSL reads and writes the socket itself, straight from and into the user's bytes; Asio only waits
// until the socket is ready.
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "net/operation_user.hpp"
#include "net/tls_session.hpp"
#include "net/transport.hpp"

namespace cql::net {

namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Outcome = TlsSession::Outcome;

enum class TlsError { failed = 1, cut_off, no_handshake };

class TlsErrorCategory final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "tls"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<TlsError>(code)) {
      case TlsError::cut_off:
        return "it ended without TLS's farewell, as if the server had died or somebody had cut it";
      case TlsError::no_handshake:
        return "the server closed the connection during the TLS handshake";
      case TlsError::failed:
        break;
    }
    return "TLS failed";
  }
};

error_code make_error_code(TlsError error) {
  static const TlsErrorCategory category;
  return {static_cast<int>(error), category};
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(const asio::any_io_executor& executor, TlsOptions options, std::string host)
      : socket_(executor), options_(std::move(options)), host_(std::move(host)) {}

  void connect(const tcp::endpoint& endpoint, std::shared_ptr<TransportUser> user) override {
    socket_.async_connect(endpoint, [this, guard = OperationUser(std::move(user))](error_code error) mutable {
      if (!error) error = begin();
      if (error) return guard.release()->on_connected(error);
      shake_hands(std::move(guard));
    });
  }

  void read(sansio::Inbound::Space space, std::shared_ptr<TransportUser> user) override {
    space_ = space;
    std::size_t count = 0;
    const Outcome outcome = session_->read(space.first, space.second, count);
    OperationUser guard(std::move(user));
    if (waits(outcome)) return wait_to_read(outcome, std::move(guard));
    asio::post(socket_.get_executor(), [error = error_of(outcome), count, operation = std::move(guard)]() mutable {
      operation.release()->on_read(error, count);
    });
  }

  void write(ByteView bytes, std::shared_ptr<TransportUser> user) override {
    unsent_ = bytes;
    const Outcome outcome = send();
    if (waits(outcome)) return wait_to_write(outcome, std::move(user));
    asio::post(socket_.get_executor(),
               [error = error_of(outcome), user = std::move(user)] { user->on_written(error); });
  }

  void close() noexcept override {
    if (session_) session_->end();  // and is not used again: the socket's number may soon be another connection's
    error_code ignored;
    socket_.close(ignored);
  }

  [[nodiscard]] const Error* failure() const noexcept override { return failure_ ? &*failure_ : nullptr; }

 private:
  static bool waits(Outcome outcome) { return outcome == Outcome::wants_read || outcome == Outcome::wants_write; }

  // Files are read here, so that a failure is one of this connection.
  error_code begin() {
    error_code error;
    socket_.non_blocking(true, error);
    if (error) return error;
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    try {
      session_.emplace(options_, host_);
    } catch (const Error& failure) {
      failure_ = failure;
      return make_error_code(TlsError::failed);
    }
    session_->use(socket_.native_handle());
    return {};
  }

  void shake_hands(OperationUser guard) {
    const Outcome outcome = session_->handshake();
    if (outcome == Outcome::ended) return guard.release()->on_connected(make_error_code(TlsError::no_handshake));
    if (!waits(outcome)) return guard.release()->on_connected(error_of(outcome));
    socket_.async_wait(wait_of(outcome), [this, operation = std::move(guard)](error_code error) mutable {
      if (error) return operation.release()->on_connected(error);
      shake_hands(std::move(operation));
    });
  }

  void wait_to_read(Outcome outcome, OperationUser guard) {
    socket_.async_wait(wait_of(outcome), [this, operation = std::move(guard)](error_code error) mutable {
      if (error) return operation.release()->on_read(error, 0);
      std::size_t count = 0;
      const Outcome now = session_->read(space_.first, space_.second, count);
      if (waits(now)) return wait_to_read(now, std::move(operation));
      operation.release()->on_read(error_of(now), count);
    });
  }

  void wait_to_write(Outcome outcome, std::shared_ptr<TransportUser> user) {
    socket_.async_wait(wait_of(outcome), [this, user = std::move(user)](error_code error) mutable {
      if (error) return user->on_written(error);
      const Outcome now = send();
      if (waits(now)) return wait_to_write(now, std::move(user));
      user->on_written(error_of(now));
    });
  }

  Outcome send() {
    std::size_t count = 0;
    const Outcome outcome = session_->write(unsent_, count);
    unsent_ = unsent_.subspan(count);
    return outcome;
  }

  static tcp::socket::wait_type wait_of(Outcome outcome) {
    return outcome == Outcome::wants_write ? tcp::socket::wait_write : tcp::socket::wait_read;
  }

  error_code error_of(Outcome outcome) {
    switch (outcome) {
      case Outcome::ended:
        return asio::error::eof;
      case Outcome::cut_off:
        return make_error_code(TlsError::cut_off);
      case Outcome::broken:
        return {session_->socket_error(), boost::system::system_category()};
      case Outcome::failed:
        failure_ = session_->failure();
        return make_error_code(TlsError::failed);
      default:
        return {};
    }
  }

  tcp::socket socket_;
  const TlsOptions options_;
  const std::string host_;
  std::optional<TlsSession> session_;
  std::optional<Error> failure_;
  sansio::Inbound::Space space_;  ///< Of the read under way.
  ByteView unsent_;               ///< Of the write under way.
};

}  // namespace

std::unique_ptr<Transport> make_tls_transport(const asio::any_io_executor& executor, TlsOptions options,
                                              std::string host) {
  return std::make_unique<TlsTransport>(executor, std::move(options), std::move(host));
}

}  // namespace cql::net
