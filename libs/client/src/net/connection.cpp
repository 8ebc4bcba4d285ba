// Requests and the end of a connection. Bytes in and out: connection_io.cpp; timers: connection_timer.cpp.
#include "net/connection.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace cql::net {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::exception_ptr cancelled_error(const std::string& node) {
  return std::make_exception_ptr(Error(ErrorKind::cancelled, "the request was cancelled").with_node(node));
}

// From here on the caller's cancellation cannot reach us any more.
template <typename Handler>
void forget_cancellation(Handler& handler) {
  if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();
}

std::unique_ptr<Transport> make_transport(const asio::any_io_executor& executor, const tcp::endpoint& endpoint,
                                          const ConnectionOptions& options) {
  if (!options.tls) return make_tcp_transport(executor);
  return make_tls_transport(executor, *options.tls,
                            options.host.empty() ? endpoint.address().to_string() : options.host);
}

constexpr std::size_t stream_id_offset = 2;

}  // namespace

std::string to_string(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

Connection::Connection(Key, const asio::any_io_executor& executor, const tcp::endpoint& endpoint,
                       ConnectionOptions options)
    : executor_(executor),
      options_(std::move(options)),
      endpoint_(endpoint),
      node_(options_.node.empty() ? to_string(endpoint) : options_.node),
      transport_(make_transport(executor, endpoint, options_)),
      timer_(executor),
      handshake_(options_.handshake),
      streams_(options_.streams),
      heartbeat_(options_.heartbeat_interval, options_.heartbeat_timeout) {}

Connection::~Connection() = default;

asio::awaitable<std::shared_ptr<Connection>> Connection::open(asio::any_io_executor executor, tcp::endpoint endpoint,
                                                              ConnectionOptions options) {
  auto connection = std::make_shared<Connection>(Key{}, executor, endpoint, std::move(options));
  const bool ready = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr, bool)>(
      [&](OpenHandler handler) { connection->start_opening(endpoint, std::move(handler)); }, asio::use_awaitable);
  co_return ready ? connection : nullptr;
}

void Connection::start_opening(const tcp::endpoint& endpoint, OpenHandler handler) {
  if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
    slot.assign([weak = weak_from_this()](asio::cancellation_type) {
      if (const auto self = weak.lock()) self->fail(Error(ErrorKind::cancelled, "connecting was cancelled"));
    });
  }
  open_handler_.emplace(std::move(handler));
  open_deadline_ = std::chrono::steady_clock::now() + options_.connect_timeout;
  watch(open_deadline_);
  transport_->connect(endpoint, shared_from_this());
}

asio::awaitable<Envelope> Connection::request(const OutgoingMessage& message, Deadline deadline, Flush flush) {
  Answer answer = co_await answer_to(message, deadline, flush);
  if (answer.failure) std::rethrow_exception(answer.failure);
  co_return std::move(answer.envelope);
}

// What a request's cancellation slot calls. Weak: a slot may outlive the request when an io_context is destroyed.
auto Connection::cancellation_of(sansio::StreamTicket ticket) {
  return [weak = weak_from_this(), ticket](asio::cancellation_type) {
    if (const auto self = weak.lock()) self->cancel_request(ticket);
  };
}

void Connection::start_request(const OutgoingMessage& message, Deadline deadline, Flush flush, RequestHandler handler) {
  if (state_ != State::open) {
    NotSent error(ErrorKind::connection_lost, "the connection takes no more requests");
    error.with_node(node_);
    complete_later({std::move(handler), deadline.allowed}, std::make_exception_ptr(error));
    return;
  }
  if (streams_.full()) {
    enqueue(message, deadline, std::move(handler));
    return;
  }
  auto slot = asio::get_associated_cancellation_slot(handler);
  const sansio::StreamTicket ticket = streams_.acquire({std::move(handler), deadline.allowed}, deadline.at);
  Buffer& out = outbound_.envelopes();
  const std::size_t before = out.size();
  try {
    message.append({version(), ticket.id}, out);
  } catch (...) {
    out.resize(before);
    complete_later(*streams_.withdraw(ticket), std::current_exception());
    return;
  }
  if (slot.is_connected()) slot.assign(cancellation_of(ticket));
  watch(deadline.at);
  if (streams_.waiting() == 1 && heartbeat_.on()) {
    const TimePoint now = std::chrono::steady_clock::now();
    heartbeat_.busy(now);
    watch(now + heartbeat_.quiet(true));
  }
  if (flush == Flush::now) {
    this->flush();
  } else {
    schedule_flush();
  }
}

void Connection::enqueue(const OutgoingMessage& message, Deadline deadline, RequestHandler handler) {
  Buffer envelope;
  try {
    message.append({version(), 0}, envelope);
  } catch (...) {
    complete_later({std::move(handler), deadline.allowed}, std::current_exception());
    return;
  }
  const std::uint64_t serial = ++queue_serial_;
  if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
    slot.assign([weak = weak_from_this(), serial](asio::cancellation_type) {
      if (const auto self = weak.lock()) self->cancel_queued(serial);
    });
  }
  queue_.push_back({{std::move(handler), deadline.allowed}, deadline.at, serial, std::move(envelope)});
  watch(deadline.at);
}

// A stream id became free: the request that has waited longest takes it.
void Connection::start_queued() {
  while (!queue_.empty() && !streams_.full()) {
    Queued next = std::move(queue_.front());
    queue_.pop_front();
    auto slot = asio::get_associated_cancellation_slot(next.waiter.handler);
    const sansio::StreamTicket ticket = streams_.acquire(std::move(next.waiter), next.deadline);
    if (slot.is_connected()) slot.assign(cancellation_of(ticket));
    store_big_endian(next.envelope.data() + stream_id_offset, ticket.id);
    outbound_.envelopes().append(next.envelope.view());
    schedule_flush();
  }
}

void Connection::cancel_request(sansio::StreamTicket ticket) {
  auto waiter = streams_.park(ticket);
  if (!waiter) return;
  complete_later(std::move(*waiter), cancelled_error(node_));
  if (state_ == State::retiring) return finish_retiring();
  if (streams_.parked() * 2 > options_.streams) check_wear(std::chrono::steady_clock::now());
}

void Connection::cancel_queued(std::uint64_t serial) {
  for (auto queued = queue_.begin(); queued != queue_.end(); ++queued) {
    if (queued->serial != serial) continue;
    Waiter waiter = std::move(queued->waiter);
    queue_.erase(queued);
    complete_later(std::move(waiter), cancelled_error(node_));
    return;
  }
}

void Connection::complete_later(Waiter waiter, std::exception_ptr error) {
  forget_cancellation(waiter.handler);
  asio::post(executor_, [handler = std::move(waiter.handler), error = std::move(error)]() mutable {
    handler(Answer{std::move(error), {}});
  });
}

void Connection::close() { fail(Error(ErrorKind::cancelled, "the session was closed")); }

void Connection::retire() {
  if (state_ != State::open) return;
  state_ = State::retiring;
  finish_retiring();
}

// Ids that are only parked need no more waiting; nor do requests that wait for an id which nobody will give back.
void Connection::finish_retiring() {
  if (streams_.waiting() > 0 || (!queue_.empty() && !streams_.full())) return;
  fail(Error(ErrorKind::connection_lost, "the connection was replaced"));
}

void Connection::fail(const Error& reason) {
  if (state_ == State::closed) return;
  const bool was_open = state_ != State::opening;
  state_ = State::closed;
  const auto self = shared_from_this();  // on_closed_ may let go of us
  transport_->close();
  timer_.cancel();

  Error named = reason;
  named.with_node(node_);
  if (!was_open) return finish_opening(std::make_exception_ptr(named), false);

  const bool cancelled = reason.kind() == ErrorKind::cancelled;
  const ErrorKind kind = cancelled ? ErrorKind::cancelled : ErrorKind::connection_lost;
  NotSent not_sent(kind, reason.message());
  not_sent.with_node(node_);
  Error lost(kind, reason.message());
  lost.with_node(node_);
  for (auto& [ticket, waiter] : streams_.take_all()) {
    const bool sent = cancelled || ticket.serial <= sent_serial_;
    complete_later(std::move(waiter), sent ? std::make_exception_ptr(lost) : std::make_exception_ptr(not_sent));
  }
  for (Queued& queued : std::exchange(queue_, {})) {
    complete_later(std::move(queued.waiter), std::make_exception_ptr(not_sent));
  }
  on_event_ = nullptr;
  on_alive_ = nullptr;
  on_worn_ = nullptr;
  if (const auto on_closed = std::exchange(on_closed_, nullptr)) on_closed(named);
}

void Connection::finish_opening(std::exception_ptr error, bool ready) {
  if (!open_handler_) return;
  OpenHandler handler = std::move(*open_handler_);
  open_handler_.reset();
  forget_cancellation(handler);
  asio::post(executor_, [handler = std::move(handler), error = std::move(error), ready]() mutable {
    handler(std::move(error), std::move(ready));
  });
}

// The io_context goes away with operations under way: the waiting coroutines hold what holds us, so let them go.
void Connection::on_abandoned() noexcept {
  state_ = State::closed;
  on_event_ = nullptr;
  on_closed_ = nullptr;
  on_alive_ = nullptr;
  on_worn_ = nullptr;
  const auto open_handler = std::move(open_handler_);
  open_handler_.reset();
  const auto waiters = streams_.take_all();
  const auto queue = std::exchange(queue_, {});
}

}  // namespace cql::net
