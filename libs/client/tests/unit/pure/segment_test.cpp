#include "protocol/segment.hpp"

#include <gtest/gtest.h>

#include <random>

#include "exact_bytes.hpp"
#include "protocol/envelope.hpp"

namespace cql::protocol {
namespace {

using test::ExactBytes;

struct Crc24Case {
  std::uint64_t bytes;
  std::size_t size;
  std::uint32_t crc;
};
constexpr Crc24Case crc24_cases[] = {
#include "golden/crc24.inc"
};
struct Crc32Case {
  std::string_view text;
  std::uint32_t crc;
};
constexpr Crc32Case crc32_cases[] = {
#include "golden/crc32.inc"
};

TEST(Checksum, header_and_payload_have_cassandras) {
  for (const Crc24Case& c : crc24_cases) {
    EXPECT_EQ(crc24({reinterpret_cast<const std::byte*>(&c.bytes), c.size}), c.crc) << c.bytes;
  }
  for (const Crc32Case& c : crc32_cases) EXPECT_EQ(payload_crc32(ExactBytes(as_bytes(c.text))), c.crc) << c.text;
}

/// zlib's CRC32, bit by bit.
std::uint32_t slow_crc32(ByteView bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  const auto update = [&](ByteView part) {
    for (const std::byte byte : part) {
      crc ^= std::to_integer<std::uint32_t>(byte);
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0);
    }
  };
  update(test::hex("fa2d55ca"));
  update(bytes);
  return ~crc;
}

std::vector<std::byte> random_bytes(std::size_t size, std::uint64_t seed, bool compressible) {
  std::mt19937_64 random(seed);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(compressible ? random() % 3 : random());
  return bytes;
}

TEST(Checksum, every_length_and_alignment_agrees_with_zlib) {
  const std::vector<std::byte> bytes = random_bytes(600, 1, false);
  for (std::size_t start = 0; start < 9; ++start) {
    for (std::size_t size = 0; size < 520; size += size < 80 ? 1 : 37) {
      const ByteView part = ByteView(bytes).subspan(start, size);
      EXPECT_EQ(payload_crc32(part), slow_crc32(part)) << start << " " << size;
    }
  }
}

struct Segment {
  bool self_contained;
  bool compressed;
  std::vector<std::byte> payload;
};

std::uint32_t trailer(ByteView bytes) {
  std::uint32_t crc = 0;
  std::memcpy(&crc, bytes.data(), sizeof crc);
  return crc;
}

std::vector<Segment> decode_all(ByteView bytes, bool lz4) {
  std::vector<Segment> segments;
  const std::size_t header_size = lz4 ? segment_header_size_lz4 : segment_header_size;
  while (!bytes.empty()) {
    Reader reader(bytes, "segments");
    const ExactBytes header_bytes(reader.raw(header_size));
    const SegmentHeader header = decode_segment_header(header_bytes, lz4);
    const ExactBytes payload(reader.raw(header.payload_size));
    check_segment_payload(payload, trailer(reader.raw(segment_trailer_size)));
    Buffer out;
    append_segment_payload(header, payload, lz4, out);
    segments.push_back({header.self_contained, header.uncompressed_size != 0, {out.view().begin(), out.view().end()}});
    bytes = bytes.subspan(reader.offset());
  }
  return segments;
}

std::vector<std::byte> envelope(std::size_t body_size, std::uint64_t seed, bool compressible = true) {
  Buffer out;
  EnvelopeHeader header;
  header.opcode = Opcode::query;
  header.body_size = static_cast<std::uint32_t>(body_size);
  append_envelope_header(header, out);
  out.append(random_bytes(body_size, seed, compressible));
  return {out.view().begin(), out.view().end()};
}

TEST(Segment, has_the_bytes_of_the_specification) {
  Buffer out;
  append_segments(test::hex("0102030405"), false, out);
  // 5 bytes, self-contained (bit 17), CRC24; payload; CRC32: all little-endian.
  const std::uint32_t crc = slow_crc32(test::hex("0102030405"));
  std::vector<std::byte> expected = test::hex("050002");
  const std::uint32_t header_crc = crc24(expected);
  for (unsigned i = 0; i < 3; ++i) expected.push_back(static_cast<std::byte>(header_crc >> 8U * i & 0xFFU));
  for (const std::byte byte : test::hex("0102030405")) expected.push_back(byte);
  for (unsigned i = 0; i < 4; ++i) expected.push_back(static_cast<std::byte>(crc >> 8U * i & 0xFFU));
  EXPECT_EQ(test::to_hex(out), test::to_hex(expected));
}

TEST(Segment, with_lz4_marks_an_uncompressed_payload_by_length_zero) {
  Buffer out;
  append_segments(test::hex("0102030405"), true, out);
  EXPECT_EQ(test::to_hex(out.view(0, 5)), "0500000004") << "5 on the wire, 0 uncompressed, self-contained is bit 34";
  EXPECT_EQ(test::to_hex(out.view(8, 5)), "0102030405");
}

TEST(Segment, carries_envelopes_of_any_size) {
  for (const bool lz4 : {false, true}) {
    for (const bool compressible : {false, true}) {
      for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{200}, std::size_t{70'000},
                                     max_segment_payload - 10, max_segment_payload - 9, max_segment_payload - 8,
                                     std::size_t{131'072}, std::size_t{300'000}, std::size_t{1'000'000}}) {
        const std::vector<std::byte> sent = envelope(size, size, compressible);
        Buffer wire;
        wire.append("before");
        append_segments(sent, lz4, wire);
        const std::vector<Segment> segments = decode_all(wire.view().subspan(6), lz4);
        std::vector<std::byte> received;
        for (const Segment& segment : segments) {
          EXPECT_EQ(segment.self_contained, sent.size() <= max_segment_payload);
          EXPECT_EQ(segment.compressed, lz4 && compressible && segment.payload.size() > 100);
          received.insert(received.end(), segment.payload.begin(), segment.payload.end());
        }
        EXPECT_EQ(segments.size(), (sent.size() + max_segment_payload - 1) / max_segment_payload);
        EXPECT_EQ(received, sent);
      }
    }
  }
}

TEST(Segment, whole_envelopes_share_segments_and_large_ones_have_their_own) {
  std::vector<std::byte> sent;
  for (const unsigned size : {60'000U, 60'000U, 60'000U, 300'000U, 10U, 20U, 140'000U, 131'062U, 5U}) {
    const std::vector<std::byte> one = envelope(size, size);
    sent.insert(sent.end(), one.begin(), one.end());
  }
  Buffer wire;
  append_segments(sent, false, wire);
  std::vector<std::byte> received;
  std::string shape;
  for (const Segment& segment : decode_all(wire, false)) {
    shape += segment.self_contained ? 'w' : 'p';
    received.insert(received.end(), segment.payload.begin(), segment.payload.end());
  }
  EXPECT_EQ(received, sent);
  // Two of 60,000; one; 300,000 in three pieces; 10 and 20; 140,000 in two; 131,062; 5.
  EXPECT_EQ(shape, "wwpppwppww");
}

TEST(Segment, every_flipped_bit_is_noticed) {
  for (const bool lz4 : {false, true}) {
    Buffer wire;
    append_segments(envelope(300, 5), lz4, wire);
    for (std::size_t bit = 0; bit < wire.size() * 8; ++bit) {
      std::byte& byte = wire.data()[bit / 8];
      const std::byte flip{static_cast<unsigned char>(1U << bit % 8)};
      byte ^= flip;
      EXPECT_EQ(test::error_kind([&] { decode_all(wire, lz4); }), ErrorKind::protocol) << "bit " << bit;
      byte ^= flip;
    }
    EXPECT_NO_THROW(decode_all(wire, lz4));
  }
}

TEST(Segment, header_has_exactly_its_size) {
  for (const bool lz4 : {false, true}) {
    Buffer wire;
    append_segments(envelope(30, 6), lz4, wire);
    const std::size_t size = lz4 ? segment_header_size_lz4 : segment_header_size;
    test::expect_needs_every_byte(wire.view(0, size),
                                  [&](ByteView bytes) { static_cast<void>(decode_segment_header(bytes, lz4)); });
    EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_segment_header(wire.view(0, size + 1), lz4)); }),
              ErrorKind::protocol);
  }
}

TEST(Segment, broken_lz4_is_an_error_and_adds_nothing) {
  Buffer wire;
  append_segments(envelope(2000, 7), true, wire);
  const SegmentHeader header = decode_segment_header(wire.view(0, segment_header_size_lz4), true);
  const ByteView payload = wire.view(segment_header_size_lz4, header.payload_size);
  Buffer out;
  out.append("kept");
  const auto expect_broken = [&](SegmentHeader changed, ByteView bytes) {
    const ExactBytes exact(bytes);
    EXPECT_EQ(test::error_kind([&] { append_segment_payload(changed, exact, true, out); }), ErrorKind::protocol);
    EXPECT_EQ(as_text(out), "kept");
  };
  SegmentHeader changed = header;
  changed.uncompressed_size += 1;
  expect_broken(changed, payload);
  changed.uncompressed_size -= 2;
  expect_broken(changed, payload);
  for (std::size_t size = 0; size < payload.size(); ++size) {
    changed = header;
    changed.payload_size = static_cast<std::uint32_t>(size);
    expect_broken(changed, payload.first(size));
  }
  expect_broken(header, payload.first(payload.size() - 1));
}

}  // namespace
}  // namespace cql::protocol
