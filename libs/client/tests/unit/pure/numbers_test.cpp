// varint, decimal and vints against what Java and Cassandra make of them (golden/), and against themselves.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "cql/types.hpp"
#include "exact_bytes.hpp"

namespace cql {
namespace {

struct VarintCase {
  std::string_view text;
  std::string_view bytes;
};
constexpr VarintCase varints[] = {
#include "golden/varints.inc"
    {"0", "00"},
    {"1", "01"},
    {"127", "7f"},
    {"128", "0080"},
    {"129", "0081"},
    {"-1", "ff"},
    {"-128", "80"},
    {"-129", "ff7f"},
    {"255", "00ff"},
    {"-256", "ff00"},
    {"-32768", "8000"},
    {"999999999", "3b9ac9ff"},
    {"1000000000", "3b9aca00"},
};

TEST(Varint, text_and_shortest_bytes) {
  for (const VarintCase& c : varints) {
    Varint value;
    ASSERT_TRUE(Varint::parse(c.text, value)) << c.text;
    EXPECT_EQ(test::to_hex(value.bytes), c.bytes) << c.text;
    EXPECT_EQ(value.to_string(), c.text);
  }
}

TEST(Varint, ignores_signs_and_zeros_that_say_nothing) {
  for (const auto& [text, canonical] : std::initializer_list<std::pair<const char*, const char*>>{
           {"+5", "5"}, {"-0", "0"}, {"000000000000000000000000", "0"}, {"-00000000000000000000000017", "-17"}}) {
    Varint value;
    ASSERT_TRUE(Varint::parse(text, value)) << text;
    EXPECT_EQ(value.to_string(), canonical);
  }
}

TEST(Varint, takes_digits_only) {
  for (const char* text : {"", "-", "+", "--1", "+-1", "1 ", " 1", "1.0", "1e3", "0x10", "12345678901234567890a"}) {
    Varint value;
    EXPECT_FALSE(Varint::parse(text, value)) << text;
  }
}

TEST(Varint, reads_bytes_that_are_longer_than_need_be) {
  for (const auto& [bytes, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"0000000000000000000005", "5"},
                                                                  {"ffffffffffffffffffffff", "-1"},
                                                                  {"0000000000000000000000", "0"},
                                                                  {"ffffffffffffffffff80", "-128"},
                                                                  {"", ""}}) {
    std::string printed;
    append_varint_text(test::ExactBytes(test::hex(bytes)), printed);
    EXPECT_EQ(printed, text);
  }
}

TEST(Varint, random_bytes_survive_the_way_through_text) {
  std::mt19937_64 random(42);
  for (int i = 0; i < 3000; ++i) {
    Varint value;
    value.bytes.resize(1 + random() % 60);
    for (std::byte& byte : value.bytes) {
      // Runs of equal bits find the places where carries go wrong.
      const auto kind = random() % 4;
      byte = kind == 0 ? std::byte{0} : kind == 1 ? std::byte{0xFF} : static_cast<std::byte>(random());
    }
    Varint parsed;
    ASSERT_TRUE(Varint::parse(value.to_string(), parsed));
    EXPECT_EQ(parsed.to_string(), value.to_string());
    EXPECT_LE(parsed.bytes.size(), value.bytes.size());
    Varint again;
    ASSERT_TRUE(Varint::parse(parsed.to_string(), again));
    EXPECT_EQ(again, parsed);
  }
}

TEST(Varint, thousands_of_digits_take_milliseconds) {
  std::string digits = "-1";
  for (int i = 0; i < 20'000; ++i) digits += static_cast<char>('0' + i * 7 % 10);
  const auto start = std::chrono::steady_clock::now();
  Varint value;
  ASSERT_TRUE(Varint::parse(digits, value));
  EXPECT_EQ(value.to_string(), digits);
  // Milliseconds when built for use; the bound leaves room for sanitizers on a busy machine.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

struct DecimalCase {
  std::string_view text;
  std::int32_t scale;
  std::string_view unscaled;
  std::string_view printed;
};
constexpr DecimalCase decimals[] = {
#include "golden/decimals.inc"
};

TEST(Decimal, has_the_scale_and_the_text_that_java_gives_it) {
  for (const DecimalCase& c : decimals) {
    Decimal value;
    ASSERT_TRUE(Decimal::parse(c.text, value)) << c.text;
    EXPECT_EQ(value.scale, c.scale) << c.text;
    EXPECT_EQ(test::to_hex(value.unscaled.bytes), c.unscaled) << c.text;
    EXPECT_EQ(value.to_string(), c.printed);
    Decimal again;
    ASSERT_TRUE(Decimal::parse(value.to_string(), again));
    EXPECT_EQ(again, value) << c.text;
  }
}

TEST(Decimal, refuses_what_is_no_number_or_has_no_scale) {
  for (const char* text : {"", ".", "-", "+.", "1.2.3", "e5", "1e", "1e+", "1e+-5", "1e5.0", "--1", "1 ", "NaN",
                           "Infinity", "1E+2147483649", "1E-2147483648", "1e99999999999999999999", "0x1p3"}) {
    Decimal value;
    EXPECT_FALSE(Decimal::parse(text, value)) << text;
  }
}

TEST(Decimal, refuses_exponents_as_large_as_numbers_can_be) {
  Decimal value;
  EXPECT_FALSE(Decimal::parse("1.5e9223372036854775807", value));
  EXPECT_FALSE(Decimal::parse("1.5e-9223372036854775808", value));
}

TEST(Decimal, without_digits_has_no_text) {
  EXPECT_EQ((Decimal{0, {}}.to_string()), "");
  EXPECT_EQ((Decimal{2, {}}.to_string()), "");
}

TEST(Decimal, the_outermost_scales_go_out_and_come_back) {
  for (const std::int32_t scale :
       {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}) {
    for (const char* digits : {"1", "-12345678901234567890"}) {
      Decimal value;
      value.scale = scale;
      ASSERT_TRUE(Varint::parse(digits, value.unscaled));
      Decimal parsed;
      ASSERT_TRUE(Decimal::parse(value.to_string(), parsed)) << value.to_string();
      EXPECT_EQ(parsed, value);
    }
  }
}

TEST(Decimal, random_ones_survive_the_way_through_text) {
  std::mt19937_64 random(43);
  for (int i = 0; i < 3000; ++i) {
    std::string digits = random() % 2 == 0 ? "-" : "";
    for (auto left = 1 + random() % 40; left > 0; --left) digits += static_cast<char>('0' + random() % 10);
    Decimal value;
    ASSERT_TRUE(Varint::parse(digits, value.unscaled));
    value.scale = static_cast<std::int32_t>(random() % 100) - 50;
    Decimal parsed;
    ASSERT_TRUE(Decimal::parse(value.to_string(), parsed)) << value.to_string();
    EXPECT_EQ(parsed, value) << value.to_string();
  }
}

struct UnsignedVintCase {
  std::uint64_t value;
  std::string_view bytes;
};
constexpr UnsignedVintCase unsigned_vints[] = {
#include "golden/unsigned_vints.inc"
};
struct SignedVintCase {
  std::int64_t value;
  std::string_view bytes;
};
constexpr SignedVintCase signed_vints[] = {
#include "golden/signed_vints.inc"
};

TEST(Vint, unsigned_ones_are_coded_as_cassandra_does) {
  for (const UnsignedVintCase& c : unsigned_vints) {
    Buffer out;
    append_unsigned_vint(out, c.value);
    EXPECT_EQ(test::to_hex(out), c.bytes) << c.value;
    test::expect_needs_every_byte(out, [&](ByteView bytes) {
      Reader reader(bytes);
      EXPECT_EQ(read_unsigned_vint(reader), c.value);
      EXPECT_TRUE(reader.at_end());
    });
  }
}

TEST(Vint, signed_ones_are_coded_as_cassandra_does) {
  for (const SignedVintCase& c : signed_vints) {
    Buffer out;
    append_signed_vint(out, c.value);
    EXPECT_EQ(test::to_hex(out), c.bytes) << c.value;
    test::expect_needs_every_byte(out, [&](ByteView bytes) {
      Reader reader(bytes);
      EXPECT_EQ(read_signed_vint(reader), c.value);
    });
  }
}

TEST(Vint, every_length_goes_out_and_comes_back) {
  std::mt19937_64 random(44);
  for (int i = 0; i < 5000; ++i) {
    const std::uint64_t value = random() >> random() % 64;
    Buffer out;
    append_unsigned_vint(out, value);
    append_signed_vint(out, static_cast<std::int64_t>(value));
    Reader reader(out);
    EXPECT_EQ(read_unsigned_vint(reader), value);
    EXPECT_EQ(read_signed_vint(reader), static_cast<std::int64_t>(value));
  }
}

}  // namespace
}  // namespace cql
