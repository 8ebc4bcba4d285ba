// What happens on a connection as time goes by: requests that are over, a peer that falls silent, ids that do not come
// back. One timer serves all; it is set for whatever is due first.
#include <string>
#include <utility>

#include "net/connection.hpp"

namespace cql::net {

using Step = sansio::Heartbeat::Step;

namespace {

std::exception_ptr timeout_error(std::chrono::milliseconds allowed, const std::string& node) {
  Error error(ErrorKind::timeout, "no answer within " + std::to_string(allowed.count()) + " ms");
  return std::make_exception_ptr(error.with_node(node));
}

}  // namespace

void Connection::watch(TimePoint deadline) {
  if (deadline >= watched_) return;
  watched_ = deadline;
  timer_.expires_at(deadline);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    if (error) return;
    if (const auto self = weak.lock()) self->on_timer();
  });
}

void Connection::on_timer() {
  watched_ = TimePoint::max();
  if (state_ == State::closed) return;
  const TimePoint now = std::chrono::steady_clock::now();
  if (state_ == State::opening) {
    if (now < open_deadline_) return watch(open_deadline_);
    const std::string stage = connected_     ? std::string(handshake_.stage_name())
                              : options_.tls ? "while connecting, the TLS handshake included"
                                             : "while connecting";
    return fail(Error(ErrorKind::connect, "no connection within " + std::to_string(options_.connect_timeout.count()) +
                                              " ms (" + stage + ")"));
  }
  expire_requests(now);
  if (streams_.waiting() == 0 && streams_.full()) {
    return fail(Error(ErrorKind::connection_lost, "every request on this connection timed out"));
  }
  watch(streams_.next_deadline());
  if (!queue_.empty()) watch(queue_.front().deadline);
  if (state_ == State::retiring) finish_retiring();
  if (state_ == State::open) check_wear(now);
  if (state_ != State::closed) check_heartbeat(now);
}

void Connection::expire_requests(TimePoint now) {
  for (Waiter& waiter : streams_.expire(now)) {
    const auto allowed = waiter.allowed;
    complete_later(std::move(waiter), timeout_error(allowed, node_));
  }
  while (!queue_.empty() && queue_.front().deadline <= now) {
    Waiter waiter = std::move(queue_.front().waiter);
    queue_.pop_front();
    const auto allowed = waiter.allowed;
    complete_later(std::move(waiter), timeout_error(allowed, node_));
  }
}

void Connection::check_heartbeat(TimePoint now) { follow_heartbeat(heartbeat_.check(now, in_flight() > 0)); }

void Connection::ask_for_life() {
  if (state_ == State::open) follow_heartbeat(heartbeat_.ask_now(std::chrono::steady_clock::now()));
}

void Connection::follow_heartbeat(Step step) {
  if (step == Step::silent) {
    fell_silent_ = true;
    return fail(Error(ErrorKind::connection_lost, "the node fell silent: nothing came from it for more than " +
                                                      std::to_string(heartbeat_.timeout().count()) +
                                                      " ms, no answer to a heartbeat either"));
  }
  if (step == Step::ask) {
    // Its id is the one after those for requests: there must be one when all of them are taken.
    protocol::append_options({version(), static_cast<std::int16_t>(options_.streams)}, outbound_.envelopes());
    schedule_flush();
  }
  watch(heartbeat_.next());
}

bool Connection::is_heartbeat(const Envelope& envelope) const noexcept {
  return heartbeat_.outstanding() && static_cast<std::size_t>(envelope.header.stream) == options_.streams;
}

// A few ids whose answers are late are nothing; when they are many, and stay, the node has lost our requests.
void Connection::check_wear(TimePoint now) {
  if (streams_.parked() * 2 <= options_.streams) {
    worn_since_ = TimePoint::max();
    return;
  }
  if (worn_since_ == TimePoint::max()) worn_since_ = now;
  const TimePoint until = worn_since_ + heartbeat_.timeout();
  if (now < until) return watch(until);
  if (const auto on_worn = std::exchange(on_worn_, nullptr)) on_worn();
}

}  // namespace cql::net
