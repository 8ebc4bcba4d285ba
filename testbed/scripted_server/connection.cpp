#include "scripted_server/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "protocol/segment.hpp"

namespace cql::scripted {

namespace asio = boost::asio;
using protocol::Opcode;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

void drop_front(Buffer& buffer, std::size_t count) {
  std::memmove(buffer.data(), buffer.data() + count, buffer.size() - count);
  buffer.resize(buffer.size() - count);
}

Buffer copy_of(ByteView bytes) {
  Buffer buffer;
  buffer.append(bytes);
  return buffer;
}

}  // namespace

ServerConnection::ServerConnection(ServerState& state, ServerStream stream, std::size_t node, std::size_t number)
    : state_(state), stream_(std::move(stream)), node_(node), number_(number) {
  ++state_.open_connections;
}

ServerConnection::~ServerConnection() { --state_.open_connections; }

void ServerConnection::start() { asio::co_spawn(stream_.get_executor(), read(shared_from_this()), asio::detached); }

void ServerConnection::close() { stream_.close(); }

asio::awaitable<void> ServerConnection::read(std::shared_ptr<ServerConnection> self) {
  constexpr std::size_t chunk = 64U << 10U;
  try {
    for (bool open = co_await self->stream_.shake_hands(); open;) {
      const std::size_t before = self->input_.size();
      std::byte* at = self->input_.append_uninitialized(chunk);
      const auto [error, count] = co_await self->stream_.async_read_some(asio::buffer(at, chunk), token);
      self->input_.resize(before + count);
      if (error) break;
      do {
        self->unwrap();
      } while (self->take_envelope());
    }
  } catch (const Error&) {
    // The client broke the protocol: a real server hangs up too.
  }
  self->close();
}

// Moves whole segments' payloads to envelopes_; before the framing begins, everything.
void ServerConnection::unwrap() {
  if (!in_segments_) {
    envelopes_.append(input_.view());
    input_.clear();
    return;
  }
  const std::size_t header_size = lz4_ ? protocol::segment_header_size_lz4 : protocol::segment_header_size;
  for (;;) {
    if (input_.size() < header_size) return;
    const auto header = protocol::decode_segment_header(input_.view(0, header_size), lz4_);
    const std::size_t whole = header_size + header.payload_size + protocol::segment_trailer_size;
    if (input_.size() < whole) return;
    const ByteView payload = input_.view(header_size, header.payload_size);
    std::uint32_t crc = 0;
    std::memcpy(&crc, input_.data() + header_size + header.payload_size, sizeof crc);
    protocol::check_segment_payload(payload, crc);
    protocol::append_segment_payload(header, payload, lz4_, envelopes_);
    drop_front(input_, whole);
  }
}

// Answers the next whole envelope; false when there is none yet.
bool ServerConnection::take_envelope() {
  if (envelopes_.size() < protocol::envelope_header_size) return false;
  Reader reader(envelopes_.view(), "request");
  version_ = reader.u8();
  const std::uint8_t flags = reader.u8();
  const std::int16_t stream = reader.i16();
  const auto opcode = static_cast<Opcode>(reader.u8());
  const auto size = static_cast<std::size_t>(reader.i32());
  if (constexpr int newest_ever = 6; version_ > newest_ever) {
    // No request at all, such as the first bytes of TLS: complained of at once, as Cassandra does.
    Request nobody;
    nobody.version = version_;
    answer(nobody);
    envelopes_.clear();
    return false;
  }
  if (reader.remaining() < size) return false;
  ByteView body = reader.raw(size);
  Buffer unpacked;
  if (!in_segments_ && (flags & protocol::envelope_flag::compressed) != 0) {
    unpacked = protocol::decompress_v4_body(body);
    body = unpacked.view();
  }
  Request request = read_request(version_, flags, stream, opcode, body);
  request.node = node_;
  request.connection = number_;
  drop_front(envelopes_, protocol::envelope_header_size + size);
  answer(request);
  return true;
}

void ServerConnection::resume() {
  for (const Request& request : std::exchange(unanswered_, {})) answer(request);
}

void ServerConnection::answer(const Request& request) {
  if (frozen_) return;
  if (state_.paused.contains(node_)) {
    unanswered_.push_back(request);
    return;
  }
  if (!state_.speaks(request.version)) {
    // Said in the newest version that there is, as Cassandra does.
    Request other = request;
    other.version = state_.options.versions.back();
    Buffer envelope;
    Reply::error(error_code::protocol_error, state_.version_complaint(request.version))
        .append_envelope(other, {}, envelope);
    send({.bytes = std::move(envelope), .then_close = true});
    return;
  }
  const ServerState::Answer answer = state_.answer(request);
  Buffer envelope;
  answer.reply.append_envelope(request, answer.metadata_id, envelope);
  send_spoiled(std::move(envelope), answer.reply.way());
  follow_handshake(request, answer.reply);
}

void ServerConnection::follow_handshake(const Request& request, const Reply& reply) {
  if (request.opcode == Opcode::register_) registered_ = true;
  if (request.opcode != Opcode::startup) return;
  if (reply.opcode() != Opcode::ready && reply.opcode() != Opcode::authenticate) return;
  lz4_ = request.options.contains("COMPRESSION");
  if (request.version >= 5) {
    in_segments_ = true;
    outbound_.begin_segments(lz4_);
    input_.append(envelopes_.view());
    envelopes_.clear();
  } else if (lz4_) {
    outbound_.begin_compressed_bodies();
  }
}

void ServerConnection::send_spoiled(Buffer envelope, Reply::Way way) {
  using Way = Reply::Way;
  if (way == Way::held) {
    held_.push_back(std::move(envelope));
    return;
  }
  outbound_.envelopes().append(envelope.view());
  Piece piece;
  outbound_.take(piece.bytes);
  switch (way) {
    case Way::whole:
    case Way::held:
      break;
    case Way::never:
      return;
    case Way::hang_up:
      piece.bytes.clear();
      piece.then_close = true;
      break;
    case Way::farewell:
      piece.bytes.clear();
      piece.farewell = true;
      piece.then_close = true;
      break;
    case Way::hang_up_midway:
      piece.bytes.resize(piece.bytes.size() / 2);
      piece.then_close = true;
      break;
    case Way::byte_by_byte:
      piece.byte_by_byte = true;
      break;
    case Way::wrong_crc:
      piece.bytes.data()[piece.bytes.size() - 1] ^= std::byte{0x01};
      break;
    case Way::wrong_header:
      piece.bytes.data()[0] ^= std::byte{0x01};
      break;
    case Way::garbage:
      piece.bytes = copy_of(as_bytes("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html></html>"));
      break;
  }
  send(std::move(piece));
}

void ServerConnection::send(Piece piece) {
  queue_.push_back(std::move(piece));
  if (writing_) return;
  writing_ = true;
  asio::co_spawn(stream_.get_executor(), write(shared_from_this()), asio::detached);
}

asio::awaitable<void> ServerConnection::write(std::shared_ptr<ServerConnection> self) {
  while (!self->queue_.empty()) {
    const Piece piece = std::move(self->queue_.front());
    self->queue_.pop_front();
    const std::size_t step = piece.byte_by_byte ? 1 : std::max<std::size_t>(piece.bytes.size(), 1);
    for (std::size_t at = 0; at < piece.bytes.size(); at += step) {
      const auto [error, count] =
          co_await asio::async_write(self->stream_, asio::buffer(piece.bytes.data() + at, step), token);
      if (error) break;
    }
    if (piece.farewell) co_await self->stream_.say_farewell();
    if (piece.then_close) {
      self->stream_.shut_down_sending();
      self->close();
    }
  }
  self->writing_ = false;
}

void ServerConnection::release() {
  for (Buffer& envelope : std::exchange(held_, {})) send_spoiled(std::move(envelope), Reply::Way::whole);
}

void ServerConnection::send_event(ByteView message) {
  if (!registered_ || frozen_ || state_.paused.contains(node_)) return;
  Request nobody;
  nobody.version = version_;
  nobody.stream = -1;
  Buffer envelope;
  Reply::message(Opcode::event, message).append_envelope(nobody, {}, envelope);
  send_spoiled(std::move(envelope), Reply::Way::whole);
}

}  // namespace cql::scripted
