// Segments: arbitrary headers, arbitrary payloads under a valid header, and envelopes there and back. Checksums are
// made right where the fuzzer could not get past them.
#include "fuzzing.hpp"
#include "protocol/envelope.hpp"
#include "protocol/segment.hpp"

namespace {

using namespace cql;
using namespace cql::protocol;
using fuzzing::accepted;
using fuzzing::check;

void arbitrary_header(ByteView bytes, bool lz4) {
  accepted([&] { static_cast<void>(decode_segment_header(bytes, lz4)); });
  const std::size_t size = lz4 ? segment_header_size_lz4 : segment_header_size;
  if (bytes.size() < size) return;
  Buffer valid;
  valid.append(bytes.first(size));
  const std::uint32_t crc = crc24(valid.view(0, size - 3));
  for (unsigned i = 0; i < 3; ++i) valid.data()[size - 3 + i] = static_cast<std::byte>(crc >> 8U * i & 0xFFU);
  const SegmentHeader header = decode_segment_header(valid, lz4);
  check(header.payload_size <= max_segment_payload && header.uncompressed_size <= max_segment_payload);
  Buffer out;
  accepted([&] { append_segment_payload(header, bytes.subspan(size), lz4, out); });
}

void arbitrary_payload(ByteView payload, std::uint32_t uncompressed_size) {
  SegmentHeader header{static_cast<std::uint32_t>(payload.size()), uncompressed_size, true};
  Buffer out;
  if (accepted([&] { append_segment_payload(header, payload, true, out); })) {
    check(out.size() == (uncompressed_size == 0 ? payload.size() : uncompressed_size));
  } else {
    check(out.empty());
  }
}

void there_and_back(ByteView bytes, bool lz4) {
  Buffer wire;
  append_segments(bytes, lz4, wire);
  Buffer received;
  Reader reader(wire);
  while (!reader.at_end()) {
    const SegmentHeader header =
        decode_segment_header(reader.raw(lz4 ? segment_header_size_lz4 : segment_header_size), lz4);
    const ByteView payload = reader.raw(header.payload_size);
    std::uint32_t crc = 0;
    std::memcpy(&crc, reader.raw(segment_trailer_size).data(), sizeof crc);
    check_segment_payload(payload, crc);
    append_segment_payload(header, payload, lz4, received);
  }
  check(as_text(received) == as_text(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = fuzzing::bytes_of(data, size);
  fuzzing::Choices choices(bytes);
  const std::uint8_t choice = choices.byte();
  const bool lz4 = (choice & 1U) != 0;
  switch (choice / 2 % 4) {
    case 0:
      arbitrary_header(bytes, lz4);
      break;
    case 1:
      arbitrary_payload(bytes, static_cast<std::uint32_t>(choices.byte()) * choices.byte());
      break;
    case 2:
      there_and_back(bytes, lz4);
      break;
    default: {
      Buffer body;
      if (accepted([&] { body = decompress_v4_body(bytes); })) check(body.size() <= max_envelope_body);
      Buffer wire;
      append_v4_compressed_body(bytes, wire);
      check(as_text(decompress_v4_body(wire)) == as_text(bytes));
    }
  }
  return 0;
}
