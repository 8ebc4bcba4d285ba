// Bytes in and out of a connection: the handshake, reading, completing, and gathered writing.
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "net/connection.hpp"
#include "protocol/responses.hpp"

namespace cql::net {

using boost::system::error_code;

void Connection::on_connected(error_code error) {
  if (state_ == State::closed) return;
  if (error) {
    const std::string where = to_string(endpoint_);
    return fail_to_open(error, "cannot connect" + (where == node_ ? "" : " to " + where) + ": " + error.message());
  }
  connected_ = true;
  handshake_.start(outbound_.envelopes());
  flush();
  read();
}

void Connection::read() {
  if (state_ != State::closed) transport_->read(inbound_.space(), shared_from_this());
}

void Connection::on_read(error_code error, std::size_t count) {
  if (state_ == State::closed) return;
  if (error) {
    const Error* known = transport_->failure();
    const std::string how = error == asio::error::eof ? "the server closed the connection"
                            : known != nullptr        ? "the connection broke: " + known->message()
                                                      : "the connection broke: " + error.message();
    if (state_ == State::opening) return fail_to_open(error, how + " " + std::string(handshake_.stage_name()));
    return fail(Error(ErrorKind::connection_lost, how));
  }
  heartbeat_.heard(std::chrono::steady_clock::now());
  traffic_.in += count;
  inbound_.filled(count);
  dispatch_input();
}

void Connection::fail_to_open(error_code error, const std::string& how) {
  if (const Error* known = transport_->failure()) return fail(*known);
  // What a node that demands TLS does with a plain first message.
  const bool maybe_tls =
      connected_ && !options_.tls && !handshake_.answered() && error != asio::error::operation_aborted;
  fail(Error(ErrorKind::connect, maybe_tls ? how + "; it may demand TLS, and this connection is plain" : how));
}

// Completes whatever the bytes at hand answer, then writes what was asked meanwhile, then reads on.
void Connection::dispatch_input() {
  // A completed coroutine's end may throw into us (a completion handler that rethrows): the rest of the input and the
  // next read are then taken up on the next turn.
  struct Resume {
    Connection* connection;
    ~Resume() {
      if (connection == nullptr) return;
      connection->dispatching_ = false;
      asio::post(connection->executor_, [self = connection->shared_from_this()] {
        if (self->state_ != State::closed) self->dispatch_input();
      });
    }
  } resume{this};

  dispatching_ = true;
  while (state_ != State::closed) {
    auto envelope = next_envelope();
    if (!envelope) break;
    if (state_ == State::opening) {
      shake_hands(*envelope);
    } else {
      answer(std::move(*envelope));
    }
  }
  resume.connection = nullptr;
  dispatching_ = false;
  if (state_ == State::retiring) finish_retiring();
  if (state_ == State::closed) return;
  flush();
  read();
}

// Fails the connection and gives nothing when the bytes are broken.
std::optional<Envelope> Connection::next_envelope() {
  try {
    return inbound_.next();
  } catch (const Error& error) {
    fail(error);
    return std::nullopt;
  }
}

void Connection::shake_hands(const Envelope& envelope) {
  using Step = sansio::Handshake::Step;
  Step step = Step::more;
  try {
    Buffer answer;
    step = handshake_.receive(envelope, answer);
    begin_protocol_form();
    outbound_.envelopes().append(answer.view());
  } catch (const Error& error) {
    return fail(error);
  } catch (const std::exception& error) {  // the caller's credentials function
    return fail(Error(ErrorKind::usage, std::string("no user name and password could be had: ") + error.what()));
  } catch (...) {
    return fail(Error(ErrorKind::usage, "no user name and password could be had"));
  }
  switch (step) {
    case Step::more:
      return;
    case Step::downgrade:
      state_ = State::closed;
      transport_->close();
      timer_.cancel();
      return finish_opening(nullptr, false);
    case Step::ready:
      state_ = State::open;
      inbound_.expect_version(version());
      check_heartbeat(std::chrono::steady_clock::now());
      return finish_opening(nullptr, true);
  }
}

void Connection::begin_protocol_form() {
  if (in_segments_ || !handshake_.framing_begins()) return;
  in_segments_ = true;
  if (version() >= 5) {
    inbound_.begin_segments(options_.handshake.lz4);
    outbound_.begin_segments(options_.handshake.lz4);
  } else if (options_.handshake.lz4) {
    outbound_.begin_compressed_bodies();
  }
}

void Connection::answer(Envelope envelope) {
  if (envelope.header.stream < 0) {
    if (envelope.header.opcode == protocol::Opcode::event) {
      if (on_event_) on_event_(envelope);
      return;
    }
    return fail(Error(ErrorKind::protocol, "the server sent an answer that belongs to no request"));
  }
  if (!streams_.expects(envelope.header.stream)) {
    if (is_heartbeat(envelope)) {
      heartbeat_.answered();
      check_heartbeat(std::chrono::steady_clock::now());
      if (on_alive_) on_alive_();
      return;
    }
    return fail(Error(ErrorKind::protocol, "the server answered on stream " + std::to_string(envelope.header.stream) +
                                               ", where nothing was asked"));
  }
  std::optional<Waiter> waiter = streams_.answered(envelope.header.stream);
  if (!queue_.empty()) start_queued();
  if (waiter) waiter->handler(Answer{nullptr, std::move(envelope)});
}

// Written at the end of the current turn, together with everything else that is asked until then.
void Connection::schedule_flush() {
  if (writing_ || flush_scheduled_ || dispatching_) return;
  flush_scheduled_ = true;
  asio::post(executor_, [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    self->flush();
  });
}

void Connection::flush() {
  if (writing_ || state_ == State::closed || outbound_.empty()) return;
  outbound_.take(wire_);
  sent_serial_ = streams_.last_serial();
  writing_ = true;
  traffic_.out += wire_.size();
  transport_->write(wire_.view(), shared_from_this());
}

void Connection::on_written(error_code error) {
  writing_ = false;
  if (state_ == State::closed) return;
  if (error) {
    const std::string how = "the connection broke while sending: " + error.message();
    if (state_ == State::opening) return fail_to_open(error, how);
    return fail(Error(ErrorKind::connection_lost, how));
  }
  flush();
}

}  // namespace cql::net
