#include "sansio/inbound.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "cql/error.hpp"

namespace cql::sansio {

using protocol::EnvelopeHeader;

namespace {

// Room for the largest segment with its header and trailer, while one is read in. In between there is room for small
// answers only: a client of hundreds of nodes has as many connections, most of them idle.
constexpr std::size_t input_capacity = (128U << 10U) + 64;
constexpr std::size_t idle_capacity = 16U << 10U;

// Room that is made at once for a body; more only as it comes, for a header can claim anything.
constexpr std::size_t first_reserve = 8U << 20U;

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorKind::protocol, message); }

}  // namespace

Inbound::Inbound(int version) : version_(version), input_(idle_capacity) {}

void Inbound::begin_segments(bool lz4) {
  framing_ = Framing::segments;
  lz4_ = lz4;
}

// Bytes that may be read straight into the large body before anything has to be looked at.
std::size_t Inbound::direct_remaining() const {
  if (!large_) return 0;
  if (framing_ == Framing::none) return large_->header.body_size - large_->body.size();
  if (!segment_ || segment_->uncompressed_size != 0) return 0;
  return segment_->payload_size - piece_size_;
}

// Its payload is looked at only when all of it is there.
bool Inbound::needs_whole_segment() const {
  return segment_ && (!large_ || segment_->self_contained || segment_->uncompressed_size != 0);
}

void Inbound::give_back_room() {
  if (input_.capacity() > idle_capacity) input_ = Buffer(idle_capacity);
  if (unpacked_.capacity() > idle_capacity) unpacked_ = Buffer();
}

Inbound::Space Inbound::space() {
  direct_ = consumed_ == input_.size() ? direct_remaining() : 0;
  if (direct_ != 0) {
    Buffer& body = large_->body;
    if (body.size() == body.capacity()) {
      body.reserve(std::min<std::size_t>(large_->header.body_size, body.capacity() * 2));
    }
    direct_ = std::min(direct_, body.capacity() - body.size());
  }
  if (consumed_ == input_.size()) {
    input_.clear();
    consumed_ = 0;
    if (!segment_ && !large_) give_back_room();
  } else if (consumed_ != 0) {
    std::memmove(input_.data(), input_.data() + consumed_, input_.size() - consumed_);
    input_.resize(input_.size() - consumed_);
    consumed_ = 0;
  }
  if (needs_whole_segment() && segment_->payload_size + protocol::segment_trailer_size > input_.capacity()) {
    input_.reserve(input_capacity);
  }
  std::span<std::byte> rest(input_.data() + input_.size(), input_.capacity() - input_.size());
  if (framing_ == Framing::segments && !lz4_ && large_ && large_->body.size() + direct_ < large_->header.body_size) {
    // Stop before the next piece's payload, so that it too is read straight into place.
    const std::size_t wanted =
        protocol::segment_header_size + (segment_ ? protocol::segment_trailer_size : std::size_t{0});
    rest = rest.first(wanted - input_.size());
  }
  if (direct_ == 0) return {rest, {}};
  Buffer& body = large_->body;
  // When the tail is not the whole remainder of what belongs there, nothing may be read beyond it.
  if (direct_ < direct_remaining()) rest = {};
  return {{body.data() + body.size(), direct_}, rest};
}

void Inbound::filled(std::size_t count) {
  const std::size_t direct = std::min(count, direct_);
  if (direct != 0) {
    large_->body.resize(large_->body.size() + direct);
    piece_size_ += direct;
  }
  input_.resize(input_.size() + count - direct);
}

std::optional<Envelope> Inbound::next() { return framing_ == Framing::none ? next_unframed() : next_in_segments(); }

EnvelopeHeader Inbound::read_header(ByteView bytes) const {
  const EnvelopeHeader header = protocol::decode_envelope_header(bytes);
  if (version_ != 0 && header.version != version_) {
    fail("the server answered in protocol version " + std::to_string(header.version) + " on a connection of version " +
         std::to_string(version_));
  }
  return header;
}

void Inbound::begin_large(const EnvelopeHeader& header) {
  large_.emplace();
  large_->header = header;
  large_->body.reserve(std::min<std::size_t>(header.body_size, first_reserve));
}

std::optional<Envelope> Inbound::next_unframed() {
  if (!large_) {
    const ByteView bytes = input();
    if (bytes.size() < protocol::envelope_header_size) return std::nullopt;
    const EnvelopeHeader header = read_header(bytes.first(protocol::envelope_header_size));
    consumed_ += protocol::envelope_header_size;
    begin_large(header);
  }
  Buffer& body = large_->body;
  const std::size_t here = std::min(input().size(), large_->header.body_size - body.size());
  body.append(input().first(here));
  consumed_ += here;
  if (body.size() < large_->header.body_size) return std::nullopt;
  return finish_large();
}

std::optional<Envelope> Inbound::next_in_segments() {
  for (;;) {
    if (in_self_contained_) {
      if (auto envelope = next_in_self_contained()) return envelope;
    }
    if (!segment_ && !open_segment()) return std::nullopt;
    if (!segment_->self_contained && segment_->uncompressed_size == 0 && large_) {
      if (!continue_piece()) return std::nullopt;
    } else {
      const std::size_t payload_size = segment_->payload_size;
      const ByteView bytes = input();
      if (bytes.size() < payload_size + protocol::segment_trailer_size) return std::nullopt;
      const ByteView payload = bytes.first(payload_size);
      std::uint32_t crc = 0;
      std::memcpy(&crc, bytes.data() + payload_size, sizeof crc);  // little-endian on the wire
      protocol::check_segment_payload(payload, crc);
      const protocol::SegmentHeader segment = *std::exchange(segment_, std::nullopt);
      const bool compressed = segment.uncompressed_size != 0;
      if (segment.self_contained) {
        contained_unpacked_ = compressed;
        if (compressed) {
          unpacked_.clear();
          protocol::append_segment_payload(segment, payload, lz4_, unpacked_);
          contained_at_ = 0;
          contained_end_ = unpacked_.size();
        } else {
          contained_at_ = consumed_;
          contained_end_ = consumed_ + payload_size;
        }
        in_self_contained_ = true;
      } else if (compressed && large_) {
        Buffer& body = large_->body;
        if (segment.uncompressed_size > large_->header.body_size - body.size()) {
          fail("a segment holds more than what is left of its envelope");
        }
        protocol::append_segment_payload(segment, payload, lz4_, body);
      } else if (compressed) {
        unpacked_.clear();
        protocol::append_segment_payload(segment, payload, lz4_, unpacked_);
        take_piece(unpacked_.view());
      } else {
        take_piece(payload);
      }
      consumed_ += payload_size + protocol::segment_trailer_size;
    }
    if (large_ && !segment_ && large_->body.size() == large_->header.body_size) return finish_large();
  }
}

bool Inbound::open_segment() {
  const std::size_t size = lz4_ ? protocol::segment_header_size_lz4 : protocol::segment_header_size;
  if (input().size() < size) return false;
  segment_ = protocol::decode_segment_header(input().first(size), lz4_);
  consumed_ += size;
  if (segment_->self_contained && (large_ || head_size_ != 0)) {
    fail("a self-contained segment came amid the pieces of a large envelope");
  }
  piece_start_ = large_ ? large_->body.size() : 0;
  piece_size_ = 0;
  if (large_ && !segment_->self_contained && segment_->uncompressed_size == 0 &&
      segment_->payload_size > large_->header.body_size - large_->body.size()) {
    fail("a segment holds more than what is left of its envelope");
  }
  return true;
}

// A further piece of a large envelope, read straight into its body as far as it was not in the input already.
bool Inbound::continue_piece() {
  Buffer& body = large_->body;
  const std::size_t here = std::min(input().size(), segment_->payload_size - piece_size_);
  body.append(input().first(here));
  consumed_ += here;
  piece_size_ += here;
  if (piece_size_ < segment_->payload_size || input().size() < protocol::segment_trailer_size) return false;
  std::uint32_t crc = 0;
  std::memcpy(&crc, input().data(), sizeof crc);
  protocol::check_segment_payload(body.view(piece_start_, piece_size_), crc);
  consumed_ += protocol::segment_trailer_size;
  segment_.reset();
  return true;
}

// The first piece of a large envelope: its header, then the start of its body.
void Inbound::take_piece(ByteView payload) {
  const std::size_t head = std::min(payload.size(), head_.size() - head_size_);
  if (head != 0) std::memcpy(head_.data() + head_size_, payload.data(), head);
  head_size_ += head;
  if (head_size_ < head_.size()) return;
  head_size_ = 0;
  const EnvelopeHeader header = read_header(head_);
  const ByteView rest = payload.subspan(head);
  if (rest.size() > header.body_size) fail("a segment holds more than what is left of its envelope");
  begin_large(header);
  large_->body.append(rest);
}

std::optional<Envelope> Inbound::next_in_self_contained() {
  if (contained_at_ == contained_end_) {
    in_self_contained_ = false;
    return std::nullopt;
  }
  const Buffer& from = contained_unpacked_ ? unpacked_ : input_;
  const ByteView rest = from.view(contained_at_, contained_end_ - contained_at_);
  if (rest.size() < protocol::envelope_header_size) {
    fail("a self-contained segment ends within an envelope's header");
  }
  Envelope envelope;
  envelope.header = read_header(rest.first(protocol::envelope_header_size));
  if (envelope.header.body_size > rest.size() - protocol::envelope_header_size) {
    fail("a self-contained segment ends within an envelope");
  }
  envelope.body.append(rest.subspan(protocol::envelope_header_size, envelope.header.body_size));
  contained_at_ += protocol::envelope_header_size + envelope.header.body_size;
  return finish(std::move(envelope));
}

Envelope Inbound::finish(Envelope envelope) const {
  if (framing_ == Framing::none && (envelope.header.flags & protocol::envelope_flag::compressed) != 0) {
    envelope.body = protocol::decompress_v4_body(envelope.body.view());
    envelope.header.flags = static_cast<std::uint8_t>(envelope.header.flags & ~protocol::envelope_flag::compressed);
    envelope.header.body_size = static_cast<std::uint32_t>(envelope.body.size());
  }
  return envelope;
}

Envelope Inbound::finish_large() {
  Envelope envelope = std::move(*large_);
  large_.reset();
  return finish(std::move(envelope));
}

}  // namespace cql::sansio
