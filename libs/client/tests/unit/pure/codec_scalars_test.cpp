// Plain C++ values and the bytes that native_protocol_v5.spec §6 gives them.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "codec_support.hpp"

namespace cql {
namespace {

using test::decoded;
using test::encoded;
using test::expect_only_this_size;
using test::expect_travels;
using test::fits;
using namespace std::chrono;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(ScalarCodec, integers_of_their_own_size) {
  expect_travels<std::int8_t>(-128, "tinyint", "80");
  expect_travels<std::int8_t>(127, "tinyint", "7f");
  expect_travels<std::int16_t>(-32768, "smallint", "8000");
  expect_travels<std::int32_t>(std::numeric_limits<std::int32_t>::min(), "int", "80000000");
  expect_travels<std::int32_t>(-2, "int", "fffffffe");
  expect_travels<std::int64_t>(std::numeric_limits<std::int64_t>::max(), "bigint", "7fffffffffffffff");
  expect_travels<std::int64_t>(std::numeric_limits<std::int64_t>::min(), "counter", "8000000000000000");
  expect_travels<long long>(5, "bigint", "0000000000000005");
  expect_only_this_size<std::int8_t>("tinyint", "01");
  expect_only_this_size<std::int16_t>("smallint", "0101");
  expect_only_this_size<std::int32_t>("int", "01010101");
  expect_only_this_size<std::int64_t>("bigint", "0101010101010101");
}

TEST(ScalarCodec, integers_are_bound_to_every_integer_type_that_holds_them) {
  EXPECT_EQ(encoded(7, "tinyint"), "07");
  EXPECT_EQ(encoded(-1, "smallint"), "ffff");
  EXPECT_EQ(encoded(7, "bigint"), "0000000000000007");
  EXPECT_EQ(encoded(7, "counter"), "0000000000000007");
  EXPECT_EQ(encoded(std::int64_t{-5}, "int"), "fffffffb");
  EXPECT_EQ(encoded(std::uint64_t{42}, "tinyint"), "2a");
  for (const auto& [type, value] : std::initializer_list<std::pair<const char*, std::int64_t>>{
           {"tinyint", 128}, {"tinyint", -129}, {"smallint", 32768}, {"int", 2147483648}, {"int", -2147483649}}) {
    EXPECT_EQ(test::error_text([&] { encoded(value, type); }), std::to_string(value) + " does not fit " + type);
  }
  EXPECT_EQ(test::error_kind([] { encoded(std::numeric_limits<std::uint64_t>::max(), "bigint"); }), ErrorKind::usage);
}

TEST(ScalarCodec, integers_are_bound_to_varint_in_the_shortest_form) {
  for (const auto& [value, bytes] : std::initializer_list<std::pair<std::int64_t, const char*>>{
           {0, "00"},
           {1, "01"},
           {127, "7f"},
           {128, "0080"},
           {255, "00ff"},
           {256, "0100"},
           {-1, "ff"},
           {-128, "80"},
           {-129, "ff7f"},
           {-256, "ff00"},
           {std::numeric_limits<std::int64_t>::max(), "7fffffffffffffff"},
           {std::numeric_limits<std::int64_t>::min(), "8000000000000000"}}) {
    EXPECT_EQ(encoded(value, "varint"), bytes) << value;
    EXPECT_EQ(decoded<Varint>(bytes, "varint").to_string(), std::to_string(value));
  }
  EXPECT_EQ(encoded(std::numeric_limits<std::uint64_t>::max(), "varint"), "00ffffffffffffffff");
  EXPECT_EQ(encoded(std::uint8_t{200}, "varint"), "00c8");
}

TEST(ScalarCodec, integers_are_read_from_types_of_at_most_their_size) {
  EXPECT_EQ(decoded<std::int64_t>("fe", "tinyint"), -2);
  EXPECT_EQ(decoded<std::int64_t>("fffe", "smallint"), -2);
  EXPECT_EQ(decoded<std::int64_t>("fffffffe", "int"), -2);
  EXPECT_EQ(decoded<std::int32_t>("80", "tinyint"), -128);
  EXPECT_FALSE(fits<std::int32_t>("bigint", Use::reading));
  EXPECT_FALSE(fits<std::int32_t>("counter", Use::reading));
  EXPECT_FALSE(fits<std::int8_t>("smallint", Use::reading));
  EXPECT_FALSE(fits<std::int64_t>("varint", Use::reading));
  EXPECT_FALSE(fits<std::int64_t>("timestamp", Use::reading));
  EXPECT_FALSE(fits<std::int64_t>("timestamp", Use::binding));
  EXPECT_FALSE(fits<std::int32_t>("double", Use::binding));
  EXPECT_FALSE(fits<bool>("int", Use::binding));
  EXPECT_FALSE(fits<std::int32_t>("boolean", Use::binding));
  static_assert(!Readable<std::uint32_t>, "a negative number would not survive");
}

TEST(ScalarCodec, booleans) {
  expect_travels(true, "boolean", "01");
  expect_travels(false, "boolean", "00");
  EXPECT_TRUE(decoded<bool>("ff", "boolean"));
  expect_only_this_size<bool>("boolean", "01");
}

TEST(ScalarCodec, floating_point_bit_for_bit) {
  expect_travels(1.5F, "float", "3fc00000");
  expect_travels(1.5, "double", "3ff8000000000000");
  expect_travels(std::numeric_limits<double>::infinity(), "double", "7ff0000000000000");
  expect_travels(-std::numeric_limits<float>::infinity(), "float", "ff800000");
  expect_travels(std::numeric_limits<double>::denorm_min(), "double", "0000000000000001");
  EXPECT_TRUE(std::signbit(decoded<double>("8000000000000000", "double")));
  EXPECT_EQ(encoded(-0.0, "double"), "8000000000000000");
  EXPECT_EQ(encoded(decoded<double>("7ff8000000000001", "double"), "double"), "7ff8000000000001")
      << "a NaN keeps its bits";
  EXPECT_TRUE(std::isnan(decoded<float>("7fc00000", "float")));
  EXPECT_EQ(encoded(1.5F, "double"), "3ff8000000000000") << "a double holds every float";
  EXPECT_EQ(decoded<double>("3fc00000", "float"), 1.5);
  EXPECT_FALSE(fits<double>("float", Use::binding));
  EXPECT_FALSE(fits<float>("double", Use::reading));
  expect_only_this_size<float>("float", "3fc00000");
  expect_only_this_size<double>("double", "3ff8000000000000");
}

TEST(ScalarCodec, text) {
  expect_travels("ab"s, "text", "6162");
  expect_travels(""s, "ascii", "");
  expect_travels("ä\0b"s, "varchar", "c3a40062");
  EXPECT_EQ(encoded("ab"sv, "text"), "6162");
  EXPECT_EQ(encoded<const char*>("ab", "ascii"), "6162");
  EXPECT_EQ(test::error_kind([] { encoded<const char*>(nullptr, "text"); }), ErrorKind::usage);
  EXPECT_FALSE(fits<std::string>("blob", Use::binding));
  static_assert(!Readable<const char*>);
}

TEST(ScalarCodec, views_borrow_from_the_bytes_read) {
  const test::ExactBytes bytes(test::hex("616263"));
  EXPECT_EQ(static_cast<const void*>(Codec<std::string_view>::decode(bytes.view(), test::type_of("text")).data()),
            bytes.view().data());
  EXPECT_EQ(Codec<ByteView>::decode(bytes.view(), test::type_of("blob")).data(), bytes.view().data());
}

TEST(ScalarCodec, blobs_and_custom_types) {
  expect_travels(test::hex("00ff"), "blob", "00ff");
  expect_travels(std::vector<std::byte>{}, "blob", "");
  expect_travels(test::hex("01"), "'org.example.Custom'", "01");
  EXPECT_EQ(encoded(ByteView(test::hex("0a")), "blob"), "0a");
  EXPECT_FALSE(fits<ByteView>("text", Use::reading));
  EXPECT_FALSE(fits<std::vector<std::byte>>("list<tinyint>", Use::reading));
}

TEST(ScalarCodec, uuids_and_addresses) {
  Uuid uuid;
  ASSERT_TRUE(Uuid::parse("00112233-4455-6677-8899-aabbccddeeff", uuid));
  expect_travels(uuid, "uuid", "00112233445566778899aabbccddeeff");
  expect_travels(uuid, "timeuuid", "00112233445566778899aabbccddeeff");
  expect_only_this_size<Uuid>("uuid", "00112233445566778899aabbccddeeff");
  for (const auto& [text, bytes] :
       {std::pair{"127.0.0.1", "7f000001"}, std::pair{"2001:db8::1", "20010db8000000000000000000000001"}}) {
    Inet inet;
    ASSERT_TRUE(Inet::parse(text, inet));
    expect_travels(inet, "inet", bytes);
  }
  EXPECT_EQ(test::error_kind([] { decoded<Inet>("7f00000101", "inet"); }), ErrorKind::protocol);
  EXPECT_EQ(test::error_kind([] { decoded<Inet>("", "inet"); }), ErrorKind::usage);
  EXPECT_EQ(test::error_kind([] { encoded(Inet{.bytes = {}, .size = 5}, "inet"); }), ErrorKind::usage);
}

TEST(ScalarCodec, timestamps_over_the_whole_range) {
  expect_travels(Timestamp(0ms), "timestamp", "0000000000000000");
  expect_travels(Timestamp(-1ms), "timestamp", "ffffffffffffffff");
  expect_travels(Timestamp::min(), "timestamp", "8000000000000000");
  expect_travels(Timestamp::max(), "timestamp", "7fffffffffffffff");
  expect_travels(Timestamp(sys_days(2024y / February / 29)), "timestamp", "0000018df2292800");
  expect_only_this_size<Timestamp>("timestamp", "0000000000000000");
}

TEST(ScalarCodec, dates_in_three_forms) {
  expect_travels(RawDate{0}, "date", "00000000");
  expect_travels(RawDate{0xFFFFFFFFU}, "date", "ffffffff");
  expect_travels(sys_days(), "date", "80000000");
  expect_travels(sys_days(days(-2147483648LL)), "date", "00000000");
  expect_travels(sys_days(days(2147483647)), "date", "ffffffff");
  expect_travels(1970y / January / 1, "date", "80000000");
  expect_travels(2024y / February / 29, "date", "80004d46");
  expect_travels(year(-32767) / January / 1, "date", test::encoded(sys_days(year(-32767) / January / 1), "date"));
  expect_travels(year(32767) / December / 31, "date", test::encoded(sys_days(year(32767) / December / 31), "date"));
  expect_only_this_size<RawDate>("date", "80000000");
  expect_only_this_size<sys_days>("date", "80000000");
  expect_only_this_size<year_month_day>("date", "80000000");
  EXPECT_EQ(test::error_text([] { encoded(2023y / February / 29, "date"); }), "2023-02-29 is no date");
  EXPECT_EQ(test::error_text([] { decoded<year_month_day>("00000000", "date"); }),
            "day -2147483648 since 1970 is beyond the years of std::chrono::year_month_day; read it as "
            "std::chrono::sys_days");
  EXPECT_EQ(test::error_kind([] { decoded<year_month_day>("ffffffff", "date"); }), ErrorKind::usage);
  EXPECT_EQ(test::error_kind([] { encoded(sys_days(days(2147483648LL)), "date"); }), ErrorKind::usage);
}

TEST(ScalarCodec, times_within_a_day) {
  expect_travels(TimeOfDay(0), "time", "0000000000000000");
  expect_travels(TimeOfDay(24h) - 1ns, "time", "00004e94914effff");
  expect_only_this_size<TimeOfDay>("time", "0000000000000000");
  EXPECT_EQ(test::error_kind([] { encoded(TimeOfDay(24h), "time"); }), ErrorKind::usage);
  EXPECT_EQ(test::error_kind([] { encoded(TimeOfDay(-1), "time"); }), ErrorKind::usage);
  EXPECT_EQ(test::error_kind([] { decoded<TimeOfDay>("00004e94914f0000", "time"); }), ErrorKind::protocol);
  EXPECT_EQ(test::error_kind([] { decoded<TimeOfDay>("ffffffffffffffff", "time"); }), ErrorKind::protocol);
}

TEST(ScalarCodec, durations_of_either_sign) {
  expect_travels(Duration{}, "duration", "000000");
  expect_travels(Duration{1, 2, 3}, "duration", "020406");
  expect_travels(Duration{-1, -2, -3}, "duration", "010305");
  constexpr auto max = std::numeric_limits<std::int32_t>::max();
  constexpr auto min = std::numeric_limits<std::int32_t>::min();
  for (const Duration& value : {Duration{max, max, std::numeric_limits<std::int64_t>::max()},
                                Duration{min, min, std::numeric_limits<std::int64_t>::min()}}) {
    expect_travels(value, "duration", encoded(value, "duration"));
  }
  EXPECT_EQ(test::error_text([] { encoded(Duration{1, -2, 0}, "duration"); }),
            "a duration of 1 months, -2 days and 0 nanoseconds: all must have one sign");
  EXPECT_EQ(test::error_kind([] { decoded<Duration>("f8ffffffff0000", "duration"); }), ErrorKind::protocol);
  EXPECT_EQ(test::error_kind([] { decoded<Duration>("00000000", "duration"); }), ErrorKind::protocol);
  for (const char* cut : {"02", "0204", "f8ff", "0204ff"}) {
    EXPECT_EQ(test::error_kind([&] { decoded<Duration>(cut, "duration"); }), ErrorKind::protocol) << cut;
  }
  EXPECT_EQ(test::error_kind([] { decoded<Duration>("", "duration"); }), ErrorKind::usage);
}

TEST(ScalarCodec, varints_of_any_size) {
  Varint large;
  ASSERT_TRUE(Varint::parse("-" + std::string(2'000, '7'), large));
  expect_travels(large, "varint", test::to_hex(large.bytes));
  expect_travels(Varint{}, "varint", "");
}

TEST(ScalarCodec, decimals_of_any_scale) {
  for (const char* text : {"0", "-1.50", "1E+3", "1E-2147483647", "-9E+2147483647", "0.000"}) {
    Decimal decimal;
    ASSERT_TRUE(Decimal::parse(text, decimal)) << text;
    const std::string bytes = encoded(decimal, "decimal");
    expect_travels(decimal, "decimal", bytes);
    EXPECT_EQ(decoded<Decimal>(bytes, "decimal").to_string(), decimal.to_string());
  }
  Decimal decimal;
  ASSERT_TRUE(Decimal::parse("1E+3", decimal));
  EXPECT_EQ(encoded(decimal, "decimal"), "fffffffd01");
  EXPECT_EQ(test::error_kind([] { encoded(Decimal{}, "decimal"); }), ErrorKind::usage);
  EXPECT_EQ(test::error_kind([] { decoded<Decimal>("", "decimal"); }), ErrorKind::usage);
  for (const char* cut : {"00", "000000", "00000000"}) {
    EXPECT_EQ(test::error_kind([&] { decoded<Decimal>(cut, "decimal"); }), ErrorKind::protocol) << cut;
  }
}

TEST(ScalarCodec, empty_values_have_a_type_of_their_own) {
  EXPECT_EQ(decoded<MaybeEmpty<std::int32_t>>("", "int").value, std::nullopt);
  EXPECT_EQ(decoded<MaybeEmpty<std::int32_t>>("00000005", "int").value, 5);
  EXPECT_EQ(encoded(MaybeEmpty<Uuid>{}, "uuid"), "");
  EXPECT_EQ(encoded(MaybeEmpty<std::int32_t>{5}, "bigint"), "0000000000000005");
  EXPECT_EQ(test::error_text([] { decoded<std::int32_t>("", "int"); }),
            "an empty int, which no std::int32_t is; read it as cql::MaybeEmpty<std::int32_t>");
  EXPECT_FALSE(fits<MaybeEmpty<std::int32_t>>("bigint", Use::reading));
}

TEST(ScalarCodec, random_numbers_come_back) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 10'000; ++i) {
    const auto bits = static_cast<std::int64_t>(random() >> random() % 64);
    EXPECT_EQ(decoded<std::int64_t>(encoded(bits, "bigint"), "bigint"), bits);
    EXPECT_EQ(decoded<Varint>(encoded(bits, "varint"), "varint").to_string(), std::to_string(bits));
    EXPECT_EQ(decoded<Timestamp>(encoded(Timestamp(milliseconds(bits)), "timestamp"), "timestamp"),
              Timestamp(milliseconds(bits)));
    const sys_days date{days(static_cast<std::int32_t>(bits))};
    EXPECT_EQ(decoded<sys_days>(encoded(date, "date"), "date"), date);
  }
}

}  // namespace
}  // namespace cql
