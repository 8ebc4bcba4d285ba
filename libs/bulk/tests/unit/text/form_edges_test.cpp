// Values and settings at the edges of the text forms: kinds that nobody knows, bytes beyond a type's range, numbers
// that only just are none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "cql/error.hpp"
#include "cql/types.hpp"
#include "cqlbulk/error.hpp"
#include "text/composite_bytes.hpp"
#include "text/form_table.hpp"
#include "text_values.hpp"

namespace cqlbulk::text {
namespace {

using testing::from_hex;
using testing::parse;
using testing::refusal;
using testing::to_hex;
using testing::type_of;
using testing::with;
using testing::write;

/// The value's bytes, or what is wrong with the text.
std::string bytes_of(const char* type, const std::string& text, const Forms& forms = {}) {
  const auto parsed = parse(type_of(type), text, forms);
  return parsed.problem.empty() ? to_hex(parsed.value) : "!" + parsed.problem;
}

TEST(FormEdges, a_kind_that_nobody_knows_is_bytes) {
  for (const unsigned number : {0x1EU, 0x3FU, 0x7FU}) {
    const auto kind = static_cast<cql::TypeKind>(number);
    const auto type = cql::DataType::scalar(kind);
    EXPECT_EQ(write(type, "\xCA\xFE"), "0xcafe");
    EXPECT_EQ(write(type, "\xCA\xFE", true), "\"0xcafe\"");
    EXPECT_EQ(parse(type, "0xcafe").value, "\xCA\xFE");
    std::string json;
    default_json_writer(kind)(FormTable(), type, cql::as_bytes("\xCA\xFE"), json);
    EXPECT_EQ(json, "\"0xcafe\"");
    EXPECT_FALSE(is_nested(kind));
    EXPECT_EQ(scalar_text(kind).json, JsonForm::quoted);
  }
}

TEST(FormEdges, wrong_settings_are_refused) {
  EXPECT_EQ(refusal([](TextForms& forms) { forms.false_word = ""; }),
            "text forms that cannot be: a word for booleans is empty");
  EXPECT_THAT(refusal([](TextForms& forms) { forms.group_separator = "5"; }), ::testing::HasSubstr("separators"));
  EXPECT_THAT(refusal([](TextForms& forms) { forms.locale = "_DE"; }), ::testing::HasSubstr("is no locale"));
  EXPECT_THAT(refusal([](TextForms& forms) { forms.locale = std::string(300, 'a'); }),
              ::testing::HasSubstr("is no locale"));
}

TEST(FormEdges, separators_stand_where_groups_of_three_end) {
  const Forms french = with([](TextForms& forms) { forms.locale = "fr"; });
  const char* const wrong = "!not a number with the separators that were given";
  EXPECT_EQ(bytes_of("decimal", "1 234,5", french), bytes_of("decimal", "1234.5"));
  EXPECT_EQ(bytes_of("decimal", "1.5", french), wrong);
  EXPECT_EQ(bytes_of("decimal", "1 23 456", french), wrong);
  EXPECT_EQ(bytes_of("decimal", "1 234 5", french), wrong);
}

TEST(FormEdges, texts_that_only_just_are_none) {
  EXPECT_EQ(bytes_of("blob", ""), "");
  EXPECT_EQ(bytes_of("timeuuid", "61626364"), "!not a UUID");
  EXPECT_EQ(bytes_of("float", "n1n"), "!not a number");
  EXPECT_EQ(bytes_of("float", "n[n"), "!not a number");
  EXPECT_EQ(bytes_of("varint", std::string(1'000'001, '1')), "!more than a million digits");
  EXPECT_EQ(bytes_of("decimal", std::string(1'000'001, '1')), "!more than a million digits");
  EXPECT_EQ(bytes_of("list<ascii>", "[12]"), "00000001000000023132");
  EXPECT_THAT(bytes_of("list<frozen<list<int>>>", "[x]"), ::testing::StartsWith("!element 0: not valid JSON"));
  EXPECT_THAT(bytes_of("list<frozen<list<int>>>", R"(["\q"])"), ::testing::StartsWith("!element 0: not valid JSON"));
  EXPECT_EQ(bytes_of("timestamp", "99999999999999999999"), "!out of range for timestamp");
  EXPECT_EQ(bytes_of("timestamp", "12345"), "0000000000003039");
}

TEST(FormEdges, nothing_is_zero_whatever_its_exponent) {
  const Forms seconds = with([](TextForms& forms) { forms.timestamps = TextForms::Timestamps::seconds; });
  EXPECT_EQ(bytes_of("timestamp", "0e50", seconds), "0000000000000000");
  EXPECT_EQ(bytes_of("timestamp", "0.0", seconds), "0000000000000000");
  const Forms rounding = with([](TextForms& forms) { forms.rounding = Rounding::down; });
  EXPECT_EQ(bytes_of("varint", "0e2000000", rounding), "00");
  EXPECT_EQ(bytes_of("int", "0e2000000", rounding), "00000000");
}

TEST(FormEdges, numbers_by_policy_keep_their_limits) {
  const Forms rounding = with([](TextForms& forms) { forms.rounding = Rounding::down; });
  const Forms saturating = with([](TextForms& forms) { forms.overflow = Overflow::saturate; });
  EXPECT_EQ(bytes_of("varint", "0." + std::string(1'000'001, '0'), rounding), "!more than a million digits");
  EXPECT_EQ(bytes_of("varint", "1.5", saturating), "!not a whole number");
  EXPECT_EQ(bytes_of("int", "1e12", saturating), "7fffffff");
  EXPECT_EQ(bytes_of("int", "1e30", saturating), "7fffffff");
  EXPECT_EQ(bytes_of("int", "-1e30", saturating), "80000000");
  EXPECT_EQ(bytes_of("int", "1e30", rounding), "!out of range");
  EXPECT_EQ(bytes_of("tinyint", "", rounding), "!a tinyint cannot be empty");
  EXPECT_EQ(bytes_of("double", "x", rounding), "!not a number");
}

TEST(FormEdges, plain_decimals_of_too_many_digits_are_told_shortened) {
  const Forms plain = with([](TextForms& forms) { forms.numbers = TextForms::Numbers::plain; });
  EXPECT_EQ(write(type_of("decimal"), from_hex("00000000 05"), false, plain), "5");
  EXPECT_EQ(write(type_of("decimal"), from_hex("ffffd8f0 00"), false, plain), "0") << "10,000 zeros at most";
  const auto problem = [&](const std::string& value) -> std::string {
    try {
      return write(type_of("decimal"), value, false, plain);
    } catch (const Error& error) {
      return error.message();
    }
  };
  EXPECT_EQ(problem(from_hex("ffffd8ef 01")), "the decimal 1E+10001 is beyond 10,000 digits without an exponent");
  EXPECT_THAT(problem(from_hex("00002711") + std::string(100, '\x7F')),
              ::testing::HasSubstr("… is beyond 10,000 digits without an exponent"));
}

TEST(FormEdges, durations_beyond_32_bits_are_no_values) {
  const auto written = [](std::int64_t months, std::int64_t days, std::int64_t nanoseconds) {
    cql::Buffer bytes;
    for (const std::int64_t number : {months, days, nanoseconds}) cql::append_signed_vint(bytes, number);
    return write(type_of("duration"), cql::as_text(bytes.view()));
  };
  constexpr std::int64_t beyond = std::int64_t{1} << 31U;
  EXPECT_EQ(written(beyond - 1, 1, 0), "178956970y7mo1d");
  EXPECT_EQ(written(-beyond, 0, -1), "-178956970y8mo1ns");
  EXPECT_THROW((void)written(beyond, 0, 0), cql::Error);
  EXPECT_THROW((void)written(-beyond - 1, 0, 0), cql::Error);
  EXPECT_THROW((void)written(0, beyond, 0), cql::Error);
  EXPECT_THROW((void)written(0, -beyond - 1, 0), cql::Error);
}

TEST(FormEdges, lengths_of_elements_grow_where_they_must) {
  const auto shortened = [](std::size_t size) {
    constexpr std::size_t before = 1;
    cql::Buffer out(before + 5 + size);
    out.resize(before + length_size + size);
    out.data()[0] = std::byte{'b'};
    for (std::size_t i : {std::size_t{0}, size - 1}) out.data()[before + length_size + i] = std::byte(i % 251);
    shorten_length(out, before);
    cql::Reader reader(out.view());
    EXPECT_EQ(reader.u8(), 'b');
    EXPECT_EQ(cql::read_unsigned_vint(reader), size);
    EXPECT_EQ(reader.remaining(), size);
    EXPECT_EQ(reader.rest()[size - 1], std::byte((size - 1) % 251));
    return out.size() - size - before;
  };
  EXPECT_EQ(shortened(1), 1U);
  EXPECT_EQ(shortened(127), 1U);
  EXPECT_EQ(shortened(200), 2U);
  EXPECT_EQ(shortened(std::size_t{1} << 24U), 4U);
  EXPECT_EQ(shortened(std::size_t{1} << 28U), 5U) << "longer than the length that stood there";
}

}  // namespace
}  // namespace cqlbulk::text
