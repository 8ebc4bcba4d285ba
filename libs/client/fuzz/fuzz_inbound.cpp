// The assembler of envelopes: raw bytes, payloads in sound segments (so that the checksums do not stop everything), and
// whole envelopes that must come back as they were; all cut into reads as the input says.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "cql/error.hpp"
#include "sansio/inbound.hpp"
#include "sansio/outbound.hpp"

namespace {

using cql::Buffer;
using cql::ByteView;
using cql::sansio::Inbound;
using cql::sansio::Outbound;

/// Takes bytes from the front of the input; zeros when it is used up.
class Choices {
 public:
  explicit Choices(ByteView bytes) : bytes_(bytes) {}
  std::size_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = std::to_integer<std::size_t>(bytes_.front());
    bytes_ = bytes_.subspan(1);
    return value;
  }
  ByteView take(std::size_t count) {
    const ByteView taken = bytes_.first(std::min(count, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  ByteView rest() { return take(bytes_.size()); }

 private:
  ByteView bytes_;
};

std::vector<std::string> feed(Inbound& in, ByteView wire, std::size_t step) {
  std::vector<std::string> bodies;
  while (!wire.empty()) {
    const Inbound::Space space = in.space();
    if (space.first.empty() && space.second.empty()) std::abort();
    std::size_t count = 0;
    for (const auto part : {space.first, space.second}) {
      const std::size_t here = std::min({part.size(), wire.size(), step - count});
      if (here != 0) std::memcpy(part.data(), wire.data(), here);
      wire = wire.subspan(here);
      count += here;
    }
    in.filled(count);
    while (auto envelope = in.next()) {
      if (envelope->header.body_size != envelope->body.size()) std::abort();
      bodies.emplace_back(cql::as_text(envelope->body));
    }
  }
  return bodies;
}

void append_envelope(int version, ByteView body, Buffer& out) {
  cql::protocol::EnvelopeHeader header;
  header.version = static_cast<std::uint8_t>(version);
  header.response = true;
  header.opcode = cql::protocol::Opcode::result;
  header.body_size = static_cast<std::uint32_t>(body.size());
  cql::protocol::append_envelope_header(header, out);
  out.append(body);
}

/// A segment without LZ4 whose checksums are right, whatever it holds.
void append_sound_segment(ByteView payload, bool self_contained, Buffer& out) {
  std::uint32_t fields = static_cast<std::uint32_t>(payload.size()) | (self_contained ? 1U << 17U : 0U);
  std::byte header[3];
  std::memcpy(header, &fields, sizeof header);
  const std::uint32_t header_crc = cql::protocol::crc24({header, sizeof header});
  const std::uint32_t payload_crc = cql::protocol::payload_crc32(payload);
  out.append(ByteView(header));
  out.append({reinterpret_cast<const std::byte*>(&header_crc), 3});
  out.append(payload);
  out.append({reinterpret_cast<const std::byte*>(&payload_crc), 4});
}

void round_trip(Choices choices, int version, bool lz4, std::size_t step) {
  Outbound out;
  Inbound in(version);
  if (version == 5) {
    out.begin_segments(lz4);
    in.begin_segments(lz4);
  } else if (lz4) {
    out.begin_compressed_bodies();
  }
  std::vector<std::string> bodies;
  while (!choices.empty() && bodies.size() < 20) {
    const ByteView seed = choices.take(choices.byte());
    std::string body(cql::as_text(seed));
    // Now and then a body of several segments.
    if (choices.byte() > 250) body.resize(body.size() + (choices.byte() << 11U), 'x');
    append_envelope(version, cql::as_bytes(body), out.envelopes());
    bodies.push_back(std::move(body));
  }
  Buffer wire;
  out.take(wire);
  if (feed(in, wire.view(), step) != bodies) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices({reinterpret_cast<const std::byte*>(data), size});
  const std::size_t mode = choices.byte();
  const int version = (mode & 1U) != 0 ? 4 : 5;
  const bool lz4 = (mode & 2U) != 0;
  const std::size_t step = std::max<std::size_t>(1, choices.byte() << ((mode >> 2U) % 12));
  if ((mode & 128U) != 0) {
    round_trip(choices, version, lz4, step);
    return 0;
  }
  Buffer wire;
  if (version == 5 && (mode & 64U) != 0) {
    while (!choices.empty()) {
      const std::size_t length = choices.byte() | (choices.byte() & 15U) << 8U;
      if (lz4) {
        cql::protocol::append_segments(choices.take(length), true, wire);
      } else {
        append_sound_segment(choices.take(length), choices.byte() < 128, wire);
      }
    }
  } else {
    wire.append(choices.rest());
  }
  Inbound in(version);
  if (version == 5) in.begin_segments(lz4);
  try {
    feed(in, wire.view(), step);
  } catch (const cql::Error& error) {
    if (error.kind() != cql::ErrorKind::protocol) std::abort();
  }
  return 0;
}
