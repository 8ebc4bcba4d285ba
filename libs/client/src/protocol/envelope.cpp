// The envelope header, and v4's compressed bodies.
#include "protocol/envelope.hpp"

#include <fmt/format.h>
#include <lz4.h>

#include "cql/error.hpp"

namespace cql::protocol {
namespace {

constexpr std::uint8_t direction_bit = 0x80;

bool is_response(Opcode opcode) {
  switch (opcode) {
    case Opcode::error:
    case Opcode::ready:
    case Opcode::authenticate:
    case Opcode::supported:
    case Opcode::result:
    case Opcode::event:
    case Opcode::auth_challenge:
    case Opcode::auth_success:
      return true;
    case Opcode::startup:
    case Opcode::options:
    case Opcode::query:
    case Opcode::prepare:
    case Opcode::execute:
    case Opcode::register_:
    case Opcode::batch:
    case Opcode::auth_response:
      return false;
  }
  return false;
}

const char* chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }
char* chars(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

}  // namespace

EnvelopeHeader decode_envelope_header(ByteView bytes) {
  Reader reader(bytes, "envelope header");
  EnvelopeHeader header;
  const std::uint8_t version = reader.u8();
  header.version = version & static_cast<std::uint8_t>(~direction_bit);
  header.response = (version & direction_bit) != 0;
  if (!header.response) reader.fail(fmt::format("a request (first byte {:#04x}) where a response is due", version));
  header.flags = reader.u8();
  header.stream = reader.i16();
  const std::uint8_t opcode = reader.u8();
  header.opcode = static_cast<Opcode>(opcode);
  if (!is_response(header.opcode)) reader.fail(fmt::format("opcode {:#04x} is no response's", opcode));
  header.body_size = static_cast<std::uint32_t>(reader.i32());
  if (header.body_size > max_envelope_body) {
    reader.fail(fmt::format("a body of {} bytes; at most {} are taken", header.body_size, max_envelope_body));
  }
  if (!reader.at_end()) reader.fail(fmt::format("{} bytes too many", reader.remaining()));
  return header;
}

void append_envelope_header(const EnvelopeHeader& header, Buffer& out) {
  std::byte* const at = out.append_uninitialized(envelope_header_size);
  at[0] = static_cast<std::byte>(header.version | (header.response ? direction_bit : 0));
  at[1] = static_cast<std::byte>(header.flags);
  store_big_endian(at + 2, header.stream);
  at[4] = static_cast<std::byte>(header.opcode);
  store_big_endian(at + 5, header.body_size);
}

Buffer decompress_v4_body(ByteView body) {
  Reader reader(body, "compressed body");
  const auto size = static_cast<std::uint32_t>(reader.i32());
  const ByteView block = reader.rest();
  // LZ4 cannot make more than 255 bytes of one: what claims to be larger is not worth the memory.
  if (size > max_envelope_body || size > block.size() * 255) {
    reader.fail(fmt::format("{} bytes cannot decompress to {}", block.size(), size));
  }
  Buffer out;
  if (size == 0) return out;
  out.resize(size);
  const int written = LZ4_decompress_safe(chars(block.data()), chars(out.data()), static_cast<int>(block.size()),
                                          static_cast<int>(size));
  if (written < 0 || static_cast<std::uint32_t>(written) != size) {
    reader.fail(fmt::format("{} bytes do not decompress to {} bytes by LZ4", block.size(), size));
  }
  return out;
}

void append_v4_compressed_body(ByteView body, Buffer& out) {
  if (body.size() > max_envelope_body) {
    throw Error(ErrorKind::usage,
                fmt::format("a body of {} bytes; at most {} can be sent", body.size(), max_envelope_body));
  }
  const auto size = static_cast<int>(body.size());
  const int bound = LZ4_compressBound(size);
  const std::size_t start = out.size();
  out.append_integer(static_cast<std::int32_t>(size));
  std::byte* const target = out.append_uninitialized(static_cast<std::size_t>(bound));
  const int written = LZ4_compress_default(chars(body.data()), chars(target), size, bound);
  out.resize(start + sizeof(std::int32_t) + static_cast<std::size_t>(written));
}

}  // namespace cql::protocol
