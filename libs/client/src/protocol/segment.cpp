// Segments to bytes and back. Unlike everything else in the protocol, their integers are little-endian.
#include "protocol/segment.hpp"

#include <fmt/format.h>
#include <lz4.h>

#include <algorithm>

#include "cql/error.hpp"
#include "protocol/envelope.hpp"

namespace cql::protocol {
namespace {

constexpr unsigned size_bits = 17;
constexpr std::size_t crc24_size = 3;

std::uint64_t load_little_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::to_integer<std::uint64_t>(bytes[i]) << 8U * i;
  return value;
}

void store_little_endian(std::byte* at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) at[i] = static_cast<std::byte>(value >> 8U * i & 0xFFU);
}

const char* chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }
char* chars(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

void store_header(std::byte* at, std::size_t header_size, const SegmentHeader& header) {
  const bool lz4 = header_size == segment_header_size_lz4;
  std::uint64_t fields = header.payload_size;
  if (lz4) fields |= std::uint64_t{header.uncompressed_size} << size_bits;
  if (header.self_contained) fields |= std::uint64_t{1} << (lz4 ? 2 * size_bits : size_bits);
  const std::size_t fields_size = header_size - crc24_size;
  store_little_endian(at, fields, fields_size);
  store_little_endian(at + fields_size, crc24({at, fields_size}), crc24_size);
}

/// One segment around at most max_segment_payload bytes.
void append_segment(ByteView payload, bool self_contained, bool lz4, Buffer& out) {
  const std::size_t header_size = lz4 ? segment_header_size_lz4 : segment_header_size;
  const std::size_t start = out.size();
  out.append_uninitialized(header_size + payload.size() + segment_trailer_size);
  std::byte* const body = out.data() + start + header_size;

  SegmentHeader header{static_cast<std::uint32_t>(payload.size()), 0, self_contained};
  int compressed = 0;
  if (lz4) {
    // Room for less than the payload: LZ4 gives up where it saves nothing.
    const auto size = static_cast<int>(payload.size());
    compressed = LZ4_compress_default(chars(payload.data()), chars(body), size, size - 1);
  }
  if (compressed > 0) {
    header.uncompressed_size = header.payload_size;
    header.payload_size = static_cast<std::uint32_t>(compressed);
  } else {
    std::ranges::copy(payload, body);
  }
  store_header(body - header_size, header_size, header);
  store_little_endian(body + header.payload_size, payload_crc32({body, header.payload_size}), segment_trailer_size);
  out.resize(start + header_size + header.payload_size + segment_trailer_size);
}

/// Bytes of the envelope at the front, header included; what is there when that is less.
std::size_t envelope_size(ByteView envelopes) {
  if (envelopes.size() < envelope_header_size) return envelopes.size();
  const auto body = load_big_endian<std::uint32_t>(envelopes.data() + envelope_header_size - sizeof(std::uint32_t));
  return std::min(envelopes.size(), envelope_header_size + body);
}

/// Whole envelopes from the front that fit into one segment together; 0 when the first alone does not.
std::size_t whole_envelopes(ByteView envelopes) {
  std::size_t size = 0;
  while (size < envelopes.size()) {
    const std::size_t next = envelope_size(envelopes.subspan(size));
    if (size + next > max_segment_payload) break;
    size += next;
  }
  return size;
}

}  // namespace

SegmentHeader decode_segment_header(ByteView bytes, bool lz4) {
  const std::size_t header_size = lz4 ? segment_header_size_lz4 : segment_header_size;
  if (bytes.size() != header_size) {
    throw Error(ErrorKind::protocol, fmt::format("segment header of {} bytes, {} expected", bytes.size(), header_size));
  }
  const ByteView field_bytes = bytes.first(header_size - crc24_size);
  const std::uint64_t crc_on_wire = load_little_endian(bytes.last(crc24_size));
  const std::uint32_t crc = crc24(field_bytes);
  if (crc != crc_on_wire) {
    throw Error(ErrorKind::protocol,
                fmt::format("segment header is corrupt: its CRC24 is {:#08x}, {:#08x} was sent", crc, crc_on_wire));
  }
  const std::uint64_t fields = load_little_endian(field_bytes);
  SegmentHeader header;
  header.payload_size = static_cast<std::uint32_t>(fields & max_segment_payload);
  if (lz4) header.uncompressed_size = static_cast<std::uint32_t>(fields >> size_bits & max_segment_payload);
  header.self_contained = (fields >> (lz4 ? 2 * size_bits : size_bits) & 1U) != 0;
  return header;
}

void check_segment_payload(ByteView payload, std::uint32_t crc_on_wire) {
  const std::uint32_t crc = payload_crc32(payload);
  if (crc != crc_on_wire) {
    throw Error(ErrorKind::protocol,
                fmt::format("segment payload of {} bytes is corrupt: its CRC32 is {:#010x}, {:#010x} was sent",
                            payload.size(), crc, crc_on_wire));
  }
}

void append_segment_payload(const SegmentHeader& header, ByteView payload, bool lz4, Buffer& out) {
  if (payload.size() != header.payload_size) {
    throw Error(ErrorKind::protocol,
                fmt::format("segment payload of {} bytes, {} expected", payload.size(), header.payload_size));
  }
  if (!lz4 || header.uncompressed_size == 0) {
    out.append(payload);
    return;
  }
  const std::size_t start = out.size();
  std::byte* const target = out.append_uninitialized(header.uncompressed_size);
  const int size = LZ4_decompress_safe(chars(payload.data()), chars(target), static_cast<int>(payload.size()),
                                       static_cast<int>(header.uncompressed_size));
  if (size < 0 || static_cast<std::uint32_t>(size) != header.uncompressed_size) {
    out.resize(start);
    throw Error(ErrorKind::protocol, fmt::format("segment payload of {} bytes does not decompress to {} bytes by LZ4",
                                                 payload.size(), header.uncompressed_size));
  }
}

void append_segments(ByteView envelopes, bool lz4, Buffer& out) {
  while (!envelopes.empty()) {
    if (const std::size_t whole =
            envelopes.size() <= max_segment_payload ? envelopes.size() : whole_envelopes(envelopes);
        whole > 0) {
      append_segment(envelopes.first(whole), true, lz4, out);
      envelopes = envelopes.subspan(whole);
      continue;
    }
    // The server wants nothing else in the segments of an envelope that is cut.
    ByteView large = envelopes.first(envelope_size(envelopes));
    envelopes = envelopes.subspan(large.size());
    while (!large.empty()) {
      const std::size_t piece = std::min(large.size(), max_segment_payload);
      append_segment(large.first(piece), false, lz4, out);
      large = large.subspan(piece);
    }
  }
}

}  // namespace cql::protocol
