#include "sansio/outbound.hpp"

#include <utility>

#include "protocol/envelope.hpp"
#include "protocol/segment.hpp"

namespace cql::sansio {

namespace {

// Smaller bodies do not gain from LZ4.
constexpr std::size_t compression_threshold = 512;
constexpr std::size_t flags_offset = 1;
constexpr std::size_t body_size_offset = 5;

// Size of the envelope that starts at `at`; we wrote it ourselves, so it is whole.
std::size_t envelope_size(const std::byte* at) {
  return protocol::envelope_header_size + load_big_endian<std::uint32_t>(at + body_size_offset);
}

}  // namespace

void Outbound::begin_segments(bool lz4) {
  form_ = Form::segments;
  lz4_ = lz4;
}

void Outbound::begin_compressed_bodies() { form_ = Form::compressed_bodies; }

void Outbound::take(Buffer& wire) {
  wire.clear();
  switch (form_) {
    case Form::plain:
      std::swap(wire, queued_);
      return;
    case Form::compressed_bodies:
      take_compressed_bodies(wire);
      break;
    case Form::segments:
      take_segments(wire);
      break;
  }
  queued_.clear();
}

void Outbound::take_compressed_bodies(Buffer& wire) {
  for (std::size_t at = 0; at < queued_.size();) {
    const std::size_t size = envelope_size(queued_.data() + at);
    const ByteView envelope = queued_.view(at, size);
    at += size;
    if (size - protocol::envelope_header_size < compression_threshold) {
      wire.append(envelope);
      continue;
    }
    const std::size_t start = wire.size();
    wire.append(envelope.first(protocol::envelope_header_size));
    protocol::append_v4_compressed_body(envelope.subspan(protocol::envelope_header_size), wire);
    std::byte* header = wire.data() + start;
    header[flags_offset] |= std::byte{protocol::envelope_flag::compressed};
    store_big_endian(header + body_size_offset,
                     static_cast<std::uint32_t>(wire.size() - start - protocol::envelope_header_size));
  }
}

void Outbound::take_segments(Buffer& wire) {
  std::size_t start = 0;  // of the envelopes that go into the next segment
  for (std::size_t at = 0; at < queued_.size();) {
    const std::size_t size = envelope_size(queued_.data() + at);
    if (at != start && at + size - start > protocol::max_segment_payload) {
      protocol::append_segments(queued_.view(start, at - start), lz4_, wire);
      start = at;
    }
    at += size;
  }
  if (start != queued_.size()) protocol::append_segments(queued_.view(start, queued_.size() - start), lz4_, wire);
}

}  // namespace cql::sansio
