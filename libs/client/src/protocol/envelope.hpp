// Envelopes: the 9-byte header of every request and response (native_protocol_v5.spec §2.2; v4 calls them frames).
#pragma once

#include <cstdint>

#include "cql/bytes.hpp"

namespace cql::protocol {

enum class Opcode : std::uint8_t {
  error = 0x00,
  startup = 0x01,
  ready = 0x02,
  authenticate = 0x03,
  options = 0x05,
  supported = 0x06,
  query = 0x07,
  result = 0x08,
  prepare = 0x09,
  execute = 0x0A,
  register_ = 0x0B,
  event = 0x0C,
  batch = 0x0D,
  auth_challenge = 0x0E,
  auth_response = 0x0F,
  auth_success = 0x10,
};

namespace envelope_flag {
inline constexpr std::uint8_t compressed = 0x01;  ///< v4 only.
inline constexpr std::uint8_t tracing = 0x02;
inline constexpr std::uint8_t custom_payload = 0x04;
inline constexpr std::uint8_t warning = 0x08;
inline constexpr std::uint8_t beta = 0x10;
}  // namespace envelope_flag

inline constexpr std::size_t envelope_header_size = 9;
/// Larger answers than this are taken for garbage: the server's own bound on a frame is far below.
inline constexpr std::uint32_t max_envelope_body = 256U << 20U;

struct EnvelopeHeader {
  std::uint8_t version = 5;  ///< Without the direction bit.
  bool response = false;
  std::uint8_t flags = 0;
  std::int16_t stream = 0;  ///< Negative: an event.
  Opcode opcode = Opcode::error;
  std::uint32_t body_size = 0;
};

/// `bytes` holds exactly the header. Throws Error{protocol}: unknown opcode, a request where a response is due, a body
/// beyond the bound.
[[nodiscard]] EnvelopeHeader decode_envelope_header(ByteView bytes);
void append_envelope_header(const EnvelopeHeader& header, Buffer& out);

/// v4 with LZ4: the body is a big-endian i32 with the uncompressed size, then an LZ4 block.
[[nodiscard]] Buffer decompress_v4_body(ByteView body);
void append_v4_compressed_body(ByteView body, Buffer& out);

}  // namespace cql::protocol
