// One connection to one node: the handshake, then many requests at once, each completed exactly once with an answer, an
// error, a timeout or a cancellation. Knows envelopes and streams, not what they say. A peer that falls silent is
// noticed.
//
// Runs on one executor (one thread or a strand). Requests are gathered and written together; answers complete their
// requests right from the read. Held by shared_ptr; operations under way keep it alive, close() ends them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cql/cluster_options.hpp"
#include "cql/error.hpp"
#include "net/transport.hpp"
#include "protocol/requests.hpp"
#include "sansio/handshake.hpp"
#include "sansio/heartbeat.hpp"
#include "sansio/inbound.hpp"
#include "sansio/outbound.hpp"
#include "sansio/stream_table.hpp"

namespace cql::net {

using sansio::Envelope;
using sansio::TimePoint;

struct ConnectionOptions {
  sansio::HandshakeOptions handshake;
  std::size_t streams = 2'048;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds heartbeat_interval{30'000};  ///< 0: none.
  std::chrono::milliseconds heartbeat_timeout{10'000};
  std::string node;  ///< What the node is called in errors; empty: by the endpoint.
  /// None: plain TCP.
  std::optional<TlsOptions> tls{};
  /// The name or address by which the node is known, for TLS; empty: the address that is connected to.
  std::string host{};
};

/// When a request has to be over, and the whole time it had, for the message.
struct Deadline {
  TimePoint at;
  std::chrono::milliseconds allowed;

  static Deadline after(std::chrono::milliseconds time) { return {std::chrono::steady_clock::now() + time, time}; }
};

/// A request that can write itself for any version and stream.
class OutgoingMessage {
 public:
  /// Appends one whole envelope. May throw Error{usage}; what it appended then is taken back.
  virtual void append(protocol::Frame frame, Buffer& out) const = 0;

 protected:
  ~OutgoingMessage() = default;
};

/// A request failed before any byte of it left: sending it to another node is safe whatever it is.
class NotSent : public Error {
 public:
  using Error::Error;
};

/// Whether a request may wait a moment to be written together with others, or goes out before anything else happens.
enum class Flush : std::uint8_t { gathered, now };

/// How a request ended.
struct Answer {
  std::exception_ptr failure;  ///< What request() throws.
  Envelope envelope;           ///< Where there is no failure.
};

/// Bytes of the protocol: before encryption, after compression.
struct Traffic {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
};

class Connection final : public TransportUser, public std::enable_shared_from_this<Connection> {
  struct Key {};

 public:
  Connection(Key, const asio::any_io_executor& executor, const asio::ip::tcp::endpoint& endpoint,
             ConnectionOptions options);
  ~Connection() override;

  /// Connects and shakes hands within options.connect_timeout. Null when the server lacks the version and
  /// `handshake.demanded` is false. Throws Error naming the node: connect, bad_credentials, unsupported, protocol, ….
  static asio::awaitable<std::shared_ptr<Connection>> open(asio::any_io_executor executor,
                                                           asio::ip::tcp::endpoint endpoint, ConnectionOptions options);

  /// Sends a request and waits for its answer, which may be an ERROR. `message` must live until then. Throws NotSent,
  /// Error{connection_lost, timeout, cancelled}, or what `message` throws.
  asio::awaitable<Envelope> request(const OutgoingMessage& message, Deadline deadline, Flush flush = Flush::gathered);

  /// As request(), for `co_await` in the same expression: without a coroutine's frame of its own.
  auto answer_to(const OutgoingMessage& message, Deadline deadline, Flush flush) {
    return asio::async_initiate<const asio::deferred_t&, void(Answer)>(
        [this, &message, deadline, flush](RequestHandler handler) {
          start_request(message, deadline, flush, std::move(handler));
        },
        asio::deferred);
  }

  /// Called for every EVENT; once when the connection has ended; each time a heartbeat was answered; and once when so
  /// many stream ids wait for answers that never come that the connection should be replaced: retire() it then.
  /// None may throw.
  void set_event_handler(std::function<void(const Envelope&)> handler) { on_event_ = std::move(handler); }
  void set_closed_handler(std::function<void(const Error&)> handler) { on_closed_ = std::move(handler); }
  void set_alive_handler(std::function<void()> handler) { on_alive_ = std::move(handler); }
  void set_worn_handler(std::function<void()> handler) { on_worn_ = std::move(handler); }

  /// Ends every request under way with Error{cancelled}.
  void close();
  /// Takes no more requests, and ends when the last one under way has.
  void retire();
  /// A heartbeat out of turn.
  void ask_for_life();

  [[nodiscard]] bool is_open() const noexcept { return state_ == State::open; }
  /// It ended because nothing came any more.
  [[nodiscard]] bool fell_silent() const noexcept { return fell_silent_; }
  /// Where it leads.
  [[nodiscard]] const asio::ip::tcp::endpoint& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return streams_.waiting() + queue_.size(); }
  [[nodiscard]] const Traffic& traffic() const noexcept { return traffic_; }
  [[nodiscard]] int version() const noexcept { return options_.handshake.version; }
  [[nodiscard]] const std::string& node() const noexcept { return node_; }

 private:
  /// What `co_await` on an operation makes Asio resume a coroutine with. (Its variant for void(std::exception_ptr, T)
  /// does not compile in Boost 1.81, hence Answer.)
  using RequestHandler = asio::detail::awaitable_async_op_handler<void(Answer), asio::any_io_executor>;
  using OpenHandler = asio::async_result<asio::use_awaitable_t<>, void(std::exception_ptr, bool)>::handler_type;
  enum class State : std::uint8_t { opening, open, retiring, closed };

  struct Waiter {
    RequestHandler handler;
    std::chrono::milliseconds allowed;
  };
  /// A request that waits for a free stream id; its envelope says stream 0.
  struct Queued {
    Waiter waiter;
    TimePoint deadline;
    std::uint64_t serial;
    Buffer envelope;
  };

  void on_connected(boost::system::error_code error) override;
  void on_read(boost::system::error_code error, std::size_t count) override;
  void on_written(boost::system::error_code error) override;
  void on_abandoned() noexcept override;

  void start_opening(const asio::ip::tcp::endpoint& endpoint, OpenHandler handler);
  void start_request(const OutgoingMessage& message, Deadline deadline, Flush flush, RequestHandler handler);
  void enqueue(const OutgoingMessage& message, Deadline deadline, RequestHandler handler);
  void start_queued();
  auto cancellation_of(sansio::StreamTicket ticket);
  void cancel_request(sansio::StreamTicket ticket);
  void cancel_queued(std::uint64_t serial);

  void read();
  void dispatch_input();
  std::optional<Envelope> next_envelope();
  void shake_hands(const Envelope& envelope);
  void begin_protocol_form();
  void answer(Envelope envelope);

  void schedule_flush();
  void flush();
  void watch(TimePoint deadline);
  void on_timer();
  void expire_requests(TimePoint now);
  void check_heartbeat(TimePoint now);
  void follow_heartbeat(sansio::Heartbeat::Step step);
  bool is_heartbeat(const Envelope& envelope) const noexcept;
  void check_wear(TimePoint now);
  void finish_retiring();

  void fail(const Error& reason);
  void fail_to_open(boost::system::error_code error, const std::string& how);
  void finish_opening(std::exception_ptr error, bool ready);
  void complete_later(Waiter waiter, std::exception_ptr error);

  asio::any_io_executor executor_;
  ConnectionOptions options_;
  asio::ip::tcp::endpoint endpoint_;
  std::string node_;
  std::unique_ptr<Transport> transport_;
  asio::steady_timer timer_;
  TimePoint watched_ = TimePoint::max();  ///< When the timer fires.
  TimePoint open_deadline_ = TimePoint::max();

  State state_ = State::opening;
  bool connected_ = false;  ///< The transport is; the handshake may begin.
  sansio::Handshake handshake_;
  std::optional<OpenHandler> open_handler_;

  sansio::Inbound inbound_;
  sansio::Outbound outbound_;
  Buffer wire_;  ///< What is being written.
  bool writing_ = false;
  bool flush_scheduled_ = false;
  bool dispatching_ = false;
  bool in_segments_ = false;

  sansio::StreamTable<Waiter> streams_;
  std::uint64_t sent_serial_ = 0;  ///< Requests with a higher serial have not left yet.
  std::list<Queued> queue_;
  std::uint64_t queue_serial_ = 0;

  Traffic traffic_;
  sansio::Heartbeat heartbeat_;
  bool fell_silent_ = false;
  TimePoint worn_since_ = TimePoint::max();  ///< Too many stream ids are parked since then.

  std::function<void(const Envelope&)> on_event_;
  std::function<void(const Error&)> on_closed_;
  std::function<void()> on_alive_;
  std::function<void()> on_worn_;
};

/// "127.0.0.1:9042", IPv6 in brackets.
[[nodiscard]] std::string to_string(const asio::ip::tcp::endpoint& endpoint);

}  // namespace cql::net
