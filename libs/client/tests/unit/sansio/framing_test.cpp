// Bytes to envelopes and back, cut at every place where the network may cut them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "cql/error.hpp"
#include "sansio/inbound.hpp"
#include "sansio/outbound.hpp"

namespace cql::sansio {
namespace {

using testing::HasSubstr;

struct Form {
  const char* name;
  int version;
  bool lz4;
};
class Bytes : public testing::TestWithParam<Form> {
 protected:
  void begin(Inbound& in) const {
    if (GetParam().version == 5) in.begin_segments(GetParam().lz4);
  }
  void begin(Outbound& out) const {
    if (GetParam().version == 5) {
      out.begin_segments(GetParam().lz4);
    } else if (GetParam().lz4) {
      out.begin_compressed_bodies();
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Forms, Bytes,
                         testing::Values(Form{"v4", 4, false}, Form{"v4_lz4", 4, true}, Form{"v5", 5, false},
                                         Form{"v5_lz4", 5, true}),
                         [](const auto& info) { return std::string(info.param.name); });

/// v4 has no checksums.
class ChecksummedBytes : public Bytes {};
INSTANTIATE_TEST_SUITE_P(Forms, ChecksummedBytes, testing::Values(Form{"v5", 5, false}, Form{"v5_lz4", 5, true}),
                         [](const auto& info) { return std::string(info.param.name); });

void append_envelope(int version, std::int16_t stream, std::string_view body, Buffer& out) {
  protocol::EnvelopeHeader header;
  header.version = static_cast<std::uint8_t>(version);
  header.response = true;
  header.stream = stream;
  header.opcode = protocol::Opcode::result;
  header.body_size = static_cast<std::uint32_t>(body.size());
  protocol::append_envelope_header(header, out);
  out.append(body);
}

std::string text(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string made(size, ' ');
  for (char& c : made) c = static_cast<char>('a' + random() % 4);
  return made;
}

/// Feeds the bytes in steps of the given size and collects the bodies.
std::vector<std::string> feed(Inbound& in, ByteView bytes, std::size_t step) {
  std::vector<std::string> bodies;
  while (!bytes.empty()) {
    const Inbound::Space space = in.space();
    std::size_t count = 0;
    for (const std::span<std::byte> part : {space.first, space.second}) {
      const std::size_t here = std::min({part.size(), bytes.size(), step - count});
      if (here != 0) std::memcpy(part.data(), bytes.data(), here);
      bytes = bytes.subspan(here);
      count += here;
    }
    EXPECT_GT(count, 0U);
    in.filled(count);
    while (auto envelope = in.next()) bodies.emplace_back(as_text(envelope->body));
  }
  return bodies;
}

TEST_P(Bytes, small_envelopes_come_whole_at_every_cut) {
  Outbound out;
  begin(out);
  std::vector<std::string> bodies{"", "x", text(600, 1), text(3'000, 2), ""};
  std::int16_t stream = 0;
  for (const std::string& body : bodies) append_envelope(GetParam().version, stream++, body, out.envelopes());
  Buffer wire;
  out.take(wire);
  EXPECT_TRUE(out.empty());
  for (const std::size_t step : {1U, 2U, 3U, 7U, 64U, 1'000U, 100'000U}) {
    Inbound in(GetParam().version);
    begin(in);
    EXPECT_EQ(feed(in, wire.view(), step), bodies) << step;
  }
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    Inbound in(GetParam().version);
    begin(in);
    std::vector<std::string> got = feed(in, wire.view().first(cut), 100'000);
    const std::vector<std::string> rest = feed(in, wire.view().subspan(cut), 100'000);
    got.insert(got.end(), rest.begin(), rest.end());
    ASSERT_EQ(got, bodies) << cut;
  }
}

TEST_P(Bytes, large_envelopes_come_whole_however_they_are_cut) {
  Outbound out;
  begin(out);
  std::vector<std::string> bodies;
  for (const std::size_t size : {131'000UL, 131'062UL, 131'063UL, 131'071UL, 262'133UL, 262'134UL, 1'000'003UL, 5UL}) {
    bodies.push_back(text(size, static_cast<unsigned>(size)));
    append_envelope(GetParam().version, 1, bodies.back(), out.envelopes());
    bodies.push_back("between");
    append_envelope(GetParam().version, 1, bodies.back(), out.envelopes());
  }
  Buffer wire;
  out.take(wire);
  for (const std::size_t step : {11UL, 1'000UL, 65'536UL, 131'072UL, 131'075UL, 10'000'000UL}) {
    Inbound in(GetParam().version);
    begin(in);
    EXPECT_EQ(feed(in, wire.view(), step), bodies) << step;
  }
  std::mt19937 random(7);
  for (int time = 0; time < 20; ++time) {
    Inbound in(GetParam().version);
    begin(in);
    std::vector<std::string> got;
    for (ByteView rest = wire.view(); !rest.empty();) {
      const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % 300'000);
      for (std::string& body : feed(in, rest.first(size), 1 + random() % 200'000)) got.push_back(std::move(body));
      rest = rest.subspan(size);
    }
    ASSERT_EQ(got, bodies);
  }
}

TEST_P(Bytes, a_body_of_many_megabytes_comes_whole) {
  Outbound out;
  begin(out);
  const std::vector<std::string> bodies{text(20'000'000, 1), "after"};
  for (const std::string& body : bodies) append_envelope(GetParam().version, 1, body, out.envelopes());
  Buffer wire;
  out.take(wire);
  for (const std::size_t step : {100'000UL, 30'000'000UL}) {
    Inbound in(GetParam().version);
    begin(in);
    EXPECT_EQ(feed(in, wire.view(), step), bodies);
  }
}

TEST_P(ChecksummedBytes, every_flipped_bit_is_noticed_or_harmless) {
  Outbound out;
  begin(out);
  append_envelope(5, 1, text(700, 1), out.envelopes());
  append_envelope(5, 2, text(40, 2), out.envelopes());
  Buffer wire;
  out.take(wire);
  for (std::size_t bit = 0; bit < wire.size() * 8; ++bit) {
    wire.data()[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    Inbound in(5);
    begin(in);
    try {
      EXPECT_TRUE(feed(in, wire.view(), 100'000).empty()) << "bit " << bit;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::protocol);
    }
    wire.data()[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
  }
}

void expect_failure(ByteView envelopes, bool cut_into_segments, const char* says) {
  Buffer wire;
  if (cut_into_segments) {
    // Each byte range as a segment that claims to be whole.
    protocol::append_segments(envelopes, false, wire);
  }
  Inbound in(5);
  in.begin_segments(false);
  try {
    feed(in, wire.view(), 100'000);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::protocol);
    EXPECT_THAT(error.what(), HasSubstr(says));
  }
}

TEST(Segments, a_self_contained_segment_must_hold_whole_envelopes) {
  Buffer envelope;
  append_envelope(5, 1, "body", envelope);
  expect_failure(envelope.view(0, envelope.size() - 1), true, "ends within an envelope");
  expect_failure(envelope.view(0, 5), true, "within an envelope's header");
}

TEST(Segments, an_envelope_of_another_version_is_refused) {
  Buffer envelope;
  append_envelope(4, 1, "body", envelope);
  expect_failure(envelope.view(), true, "version 4");
}

TEST(Segments, pieces_must_not_exceed_their_envelope) {
  // An envelope's first piece, then one piece too long.
  Buffer long_one;
  append_envelope(5, 1, text(200'000, 1), long_one);
  Buffer wire;
  protocol::append_segments(long_one.view(), false, wire);
  Buffer twice;
  const std::size_t first = protocol::segment_header_size + protocol::max_segment_payload + 4;
  twice.append(wire.view(0, first));
  twice.append(wire.view(0, first));
  Inbound in(5);
  in.begin_segments(false);
  try {
    feed(in, twice.view(), 100'000);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("more than what is left"));
  }
}

TEST(Segments, bodies_of_large_envelopes_are_read_into_place) {
  Buffer envelope;
  append_envelope(5, 1, text(900'000, 1), envelope);
  Buffer wire;
  protocol::append_segments(envelope.view(), false, wire);
  Inbound in(5);
  in.begin_segments(false);
  ByteView rest = wire.view();
  std::size_t in_place = 0;
  while (!rest.empty()) {
    const Inbound::Space space = in.space();
    const bool direct = !space.second.empty();
    for (const std::span<std::byte> part : {space.first, space.second}) {
      const std::size_t here = std::min(part.size(), rest.size());
      if (here == 0) continue;
      std::memcpy(part.data(), rest.data(), here);
      rest = rest.subspan(here);
      if (direct && part.data() == space.first.data()) in_place += here;
      in.filled(here);
      break;
    }
    while (in.next()) {
    }
  }
  EXPECT_GT(in_place, 700'000U);
}

TEST_P(Bytes, a_connection_at_rest_keeps_little_room) {
  Inbound in;
  begin(in);
  const std::size_t at_rest = in.space().first.size();
  EXPECT_LE(at_rest, 16U << 10U);
  Outbound out;
  begin(out);
  append_envelope(GetParam().version, 1, text(300'000, 5), out.envelopes());
  Buffer wire;
  out.take(wire);
  EXPECT_EQ(feed(in, wire, wire.size()).size(), 1U);
  EXPECT_EQ(in.space().first.size(), at_rest);
}

TEST(Outbound, packs_small_envelopes_together_and_large_ones_alone) {
  Outbound out;
  out.begin_segments(false);
  for (int request = 0; request < 2'000; ++request) append_envelope(5, 1, text(91, 1), out.envelopes());
  Buffer wire;
  out.take(wire);
  // 200,000 bytes of envelopes: two segments.
  EXPECT_EQ(wire.size(), 2'000 * 100 + 2 * (protocol::segment_header_size + protocol::segment_trailer_size));
}

}  // namespace
}  // namespace cql::sansio
