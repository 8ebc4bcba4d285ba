#include "replay_server/wire.hpp"

#include <isa-l/crc.h>

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/segment.hpp"

namespace cql::replay {

namespace {

/// Larger answers are worth a gathered write of their own.
constexpr std::size_t small_answer = 8U << 10U;

std::uint32_t continue_crc32(std::uint32_t crc, ByteView bytes) {
  return crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

void append_header(const Answer& answer, Buffer& out) {
  protocol::EnvelopeHeader header;
  header.version = static_cast<std::uint8_t>(answer.version);
  header.response = true;
  header.stream = answer.stream;
  header.opcode = answer.opcode;
  header.body_size = static_cast<std::uint32_t>(answer.body.size() + answer.rows.size());
  protocol::append_envelope_header(header, out);
}

void store_little_endian(std::uint32_t value, std::size_t size, std::byte* at) {
  for (std::size_t i = 0; i < size; ++i) at[i] = static_cast<std::byte>(value >> 8U * i & 0xFFU);
}

// native_protocol_v5.spec §2.2: 17 bits of length, a bit for self-contained, then the CRC24 of the three bytes.
std::array<std::byte, protocol::segment_header_size> segment_header(std::size_t payload, bool self_contained) {
  constexpr unsigned size_bits = 17;
  constexpr std::size_t field_size = 3;
  std::array<std::byte, protocol::segment_header_size> header{};
  const auto fields = static_cast<std::uint32_t>(payload) | (self_contained ? 1U << size_bits : 0U);
  store_little_endian(fields, field_size, header.data());
  store_little_endian(protocol::crc24({header.data(), field_size}), field_size, header.data() + field_size);
  return header;
}

}  // namespace

void WireWriter::begin_segments() {
  flush_small();
  in_segments_ = true;
}

void WireWriter::add(const Answer& answer) {
  if (answer.body.size() + answer.rows.size() <= small_answer) {
    append_header(answer, small_);
    small_.append(answer.body);
    small_.append(answer.rows);
    return;
  }
  flush_small();
  Buffer head;
  append_header(answer, head);
  head.append(answer.body);
  add_large(head, answer.rows);
}

void WireWriter::flush_small() {
  if (small_.empty()) return;
  const std::size_t start = own_.size();
  if (in_segments_) {
    // Whole envelopes, as many to a segment as fit.
    protocol::append_segments(small_, false, own_);
  } else {
    own_.append(small_);
  }
  pieces_.push_back({nullptr, start, own_.size() - start});
  size_ += own_.size() - start;
  small_.clear();
}

void WireWriter::add_large(ByteView head, ByteView rows) {
  if (!in_segments_) {
    add_own(head);
    add_external(rows);
    return;
  }
  constexpr std::array initial{std::byte{0xFA}, std::byte{0x2D}, std::byte{0x55}, std::byte{0xCA}};
  const std::uint32_t seed = continue_crc32(0, initial);
  const bool self_contained = head.size() + rows.size() <= protocol::max_segment_payload;
  while (!head.empty() || !rows.empty()) {
    const std::size_t payload = std::min(protocol::max_segment_payload, head.size() + rows.size());
    const ByteView from_head = head.first(std::min(payload, head.size()));
    const ByteView from_rows = rows.first(payload - from_head.size());
    add_own(segment_header(payload, self_contained));
    add_own(from_head);
    add_external(from_rows);
    std::array<std::byte, protocol::segment_trailer_size> trailer{};
    store_little_endian(continue_crc32(continue_crc32(seed, from_head), from_rows), trailer.size(), trailer.data());
    add_own(trailer);
    head = head.subspan(from_head.size());
    rows = rows.subspan(from_rows.size());
  }
}

void WireWriter::add_own(ByteView bytes) {
  if (bytes.empty()) return;
  const std::size_t start = own_.size();
  own_.append(bytes);
  size_ += bytes.size();
  if (!pieces_.empty() && pieces_.back().external == nullptr && pieces_.back().offset + pieces_.back().size == start) {
    pieces_.back().size += bytes.size();
  } else {
    pieces_.push_back({nullptr, start, bytes.size()});
  }
}

void WireWriter::add_external(ByteView bytes) {
  if (bytes.empty()) return;
  pieces_.push_back({bytes.data(), 0, bytes.size()});
  size_ += bytes.size();
}

const std::vector<boost::asio::const_buffer>& WireWriter::take() {
  flush_small();
  std::swap(own_, writing_);
  for (const Piece& piece : pieces_) {
    const std::byte* at = piece.external != nullptr ? piece.external : writing_.data() + piece.offset;
    buffers_.emplace_back(at, piece.size);
  }
  pieces_.clear();
  size_ = 0;
  return buffers_;
}

void WireWriter::release() noexcept {
  buffers_.clear();
  writing_.clear();
}

}  // namespace cql::replay
