#include "replay_server/connection.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "cql/error.hpp"
#include "protocol/segment.hpp"
#include "replay_server/result.hpp"

namespace cql::replay {

namespace asio = boost::asio;
using boost::system::error_code;
using protocol::Opcode;

namespace {

constexpr std::size_t chunk = 64U << 10U;
/// Clients that ask for more than they read wait here until they have read.
constexpr std::size_t most_unwritten = 32U << 20U;

void drop_front(Buffer& buffer, std::size_t count) {
  if (count == 0) return;
  std::memmove(buffer.data(), buffer.data() + count, buffer.size() - count);
  buffer.resize(buffer.size() - count);
}

ByteView without_custom_payload(std::uint8_t flags, ByteView body) {
  if ((flags & protocol::envelope_flag::custom_payload) == 0) return body;
  Reader reader(body, "request");
  const std::size_t entries = reader.u16();
  for (std::size_t entry = 0; entry < entries; ++entry) {
    reader.string();
    const std::int32_t size = reader.i32();
    if (size > 0) reader.raw(static_cast<std::size_t>(size));
  }
  return reader.rest();
}

}  // namespace

ClientConnection::ClientConnection(const NodeContext& context, asio::ip::tcp::socket socket)
    : context_(context), socket_(std::move(socket)), random_(context.node) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void ClientConnection::read() {
  if (reading_ || !socket_.is_open()) return;
  reading_ = true;
  const std::size_t before = input_.size();
  std::byte* at = input_.append_uninitialized(chunk);
  input_.resize(before);
  socket_.async_read_some(asio::buffer(at, chunk), [self = shared_from_this()](error_code error, std::size_t count) {
    self->reading_ = false;
    if (error) return self->close();
    self->on_read(count);
  });
}

void ClientConnection::on_read(std::size_t count) {
  input_.append_uninitialized(count);
  try {
    if (!take_requests()) return;
  } catch (const Error&) {
    return close();  // the client broke the protocol: a real server hangs up too
  }
  write();
  if (writer_.size() < most_unwritten) read();
}

// False when the connection is of no use any more.
bool ClientConnection::take_requests() {
  if (!in_segments_) {
    std::size_t at = 0;
    while (!in_segments_ && take_envelope(input_, at)) {
    }
    drop_front(input_, at);
  }
  if (in_segments_) unwrap_segments();
  return socket_.is_open();
}

void ClientConnection::unwrap_segments() {
  std::size_t at = 0;
  for (;;) {
    if (input_.size() - at < protocol::segment_header_size) break;
    const auto header = protocol::decode_segment_header(input_.view(at, protocol::segment_header_size), false);
    const std::size_t whole = protocol::segment_header_size + header.payload_size + protocol::segment_trailer_size;
    if (input_.size() - at < whole) break;
    const ByteView payload = input_.view(at + protocol::segment_header_size, header.payload_size);
    std::uint32_t crc = 0;
    std::memcpy(&crc, payload.data() + payload.size(), sizeof crc);
    protocol::check_segment_payload(payload, crc);
    envelopes_.append(payload);
    at += whole;
  }
  drop_front(input_, at);
  std::size_t taken = 0;
  while (take_envelope(envelopes_, taken)) {
  }
  drop_front(envelopes_, taken);
}

// Answers the envelope at `at`; false when there is no whole one.
bool ClientConnection::take_envelope(Buffer& from, std::size_t& at) {
  if (from.size() - at < protocol::envelope_header_size) return false;
  Reader reader(from.view(at, from.size() - at), "request");
  Request request;
  request.node = context_.node;
  request.version = reader.u8();
  const std::uint8_t flags = reader.u8();
  request.stream = reader.i16();
  request.opcode = static_cast<Opcode>(reader.u8());
  const std::int32_t size = reader.i32();
  if (size < 0 || static_cast<std::uint32_t>(size) > protocol::max_envelope_body) reader.fail("an impossible length");
  if (reader.remaining() < static_cast<std::size_t>(size)) return false;
  if ((flags & protocol::envelope_flag::compressed) != 0) reader.fail("compression was not offered");
  request.body = without_custom_payload(flags, reader.raw(static_cast<std::size_t>(size)));
  at += protocol::envelope_header_size + static_cast<std::size_t>(size);
  answer(request);
  return true;
}

void ClientConnection::answer(const Request& request) {
  if (std::ranges::find(context_.versions, request.version) == context_.versions.end()) return refuse_version(request);
  Answer made = context_.service.answer(request);
  if (request.opcode == Opcode::startup) {
    // The answer itself still goes out bare.
    writer_.add(made);
    if (request.version >= 5) {
      writer_.begin_segments();
      in_segments_ = true;
    }
    return;
  }
  if (context_.latency.none()) return writer_.add(made);
  auto timer = std::make_shared<asio::steady_timer>(socket_.get_executor(), context_.latency.draw(random_));
  timer->async_wait([self = shared_from_this(), timer, made = std::move(made)](error_code error) {
    if (error || !self->socket_.is_open()) return;
    self->writer_.add(made);
    self->write();
  });
}

void ClientConnection::refuse_version(const Request& request) {
  const int newest = context_.versions.back();
  Answer refusal{.version = newest, .stream = request.stream, .opcode = Opcode::error, .body = {}};
  std::string known;
  for (const int version : context_.versions) {
    known += (known.empty() ? "" : ", ") + std::to_string(version) + "/v" + std::to_string(version);
  }
  refusal.body = error_body(Error(ErrorKind::server_protocol_error, "Invalid or unsupported protocol version (" +
                                                                        std::to_string(request.version) +
                                                                        "); supported versions are (" + known + ")"));
  writer_.add(refusal);
  close_when_written_ = true;
}

void ClientConnection::write() {
  if (writing_ || !socket_.is_open()) return;
  if (writer_.empty()) {
    if (close_when_written_) close();
    return;
  }
  writing_ = true;
  asio::async_write(socket_, writer_.take(), [self = shared_from_this()](error_code error, std::size_t) {
    self->writing_ = false;
    self->writer_.release();
    if (error) return self->close();
    self->write();
    if (self->writer_.size() < most_unwritten) self->read();
  });
}

void ClientConnection::close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace cql::replay
