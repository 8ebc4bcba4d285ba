// The outer framing of protocol v5: segments with a CRC24 over the header and a CRC32 over the payload, LZ4 or not
// (native_protocol_v5.spec §2). Pure: bytes in, bytes out.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cql/bytes.hpp"

namespace cql::protocol {

inline constexpr std::size_t max_segment_payload = (1U << 17U) - 1;
inline constexpr std::size_t segment_header_size = 6;  ///< Without LZ4; 8 with. Both include the CRC24.
inline constexpr std::size_t segment_header_size_lz4 = 8;
inline constexpr std::size_t segment_trailer_size = 4;

[[nodiscard]] std::uint32_t crc24(ByteView bytes) noexcept;
/// zlib's CRC32 seeded with the four bytes FA 2D 55 CA, as the protocol has it. Hardware instructions where there are
/// some.
[[nodiscard]] std::uint32_t payload_crc32(ByteView bytes) noexcept;

struct SegmentHeader {
  std::uint32_t payload_size = 0;       ///< Bytes on the wire between header and trailer.
  std::uint32_t uncompressed_size = 0;  ///< LZ4 only; 0 says the payload is not compressed.
  bool self_contained = false;          ///< Holds whole envelopes, else a piece of one.
};

/// Reads and checks a header; `bytes` holds exactly the header. Throws Error{protocol} on a wrong CRC24.
[[nodiscard]] SegmentHeader decode_segment_header(ByteView bytes, bool lz4);

/// Checks the trailer's CRC32 over the payload on the wire. Throws Error{protocol}.
void check_segment_payload(ByteView payload, std::uint32_t crc_on_wire);

/// Appends the payload of a segment, decompressed when need be, to `out`. Throws Error{protocol} on broken LZ4.
void append_segment_payload(const SegmentHeader& header, ByteView payload, bool lz4, Buffer& out);

/// Appends `envelopes` (one or more whole envelopes, or one that is too large) as segments. Larger than
/// max_segment_payload: cut into several segments that are not self-contained.
void append_segments(ByteView envelopes, bool lz4, Buffer& out);

}  // namespace cql::protocol
