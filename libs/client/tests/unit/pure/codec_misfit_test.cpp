// Which C++ types go with which CQL types, and what is said when they do not: names, the innermost reason, and types
// that are not even whole.
#include <gtest/gtest.h>

#include <unordered_map>
#include <unordered_set>

#include "codec_support.hpp"

namespace cql::test {

struct Place {
  std::string street;
  std::string town;
};

}  // namespace cql::test

template <>
inline constexpr auto cql::fields<cql::test::Place> =
    std::tuple{cql::field("street", &cql::test::Place::street), cql::field("town", &cql::test::Place::town)};

namespace cql {
namespace {

using test::encoded;
using test::fits;
using test::type_of;

TEST(CodecNames, are_as_in_the_source) {
  EXPECT_EQ(Codec<bool>::name(), "bool");
  EXPECT_EQ(Codec<std::uint8_t>::name(), "std::uint8_t");
  EXPECT_EQ(Codec<std::int64_t>::name(), "std::int64_t");
  EXPECT_EQ(Codec<std::string_view>::name(), "std::string_view");
  EXPECT_EQ(Codec<const char*>::name(), "const char*");
  EXPECT_EQ(Codec<ByteView>::name(), "cql::ByteView");
  EXPECT_EQ(Codec<std::vector<std::byte>>::name(), "std::vector<std::byte>");
  EXPECT_EQ(Codec<Varint>::name(), "cql::Varint");
  EXPECT_EQ(Codec<std::nullopt_t>::name(), "std::nullopt");
  EXPECT_EQ(Codec<Unset>::name(), "cql::unset");
  EXPECT_EQ(Codec<std::optional<std::int32_t>>::name(), "std::optional<std::int32_t>");
  EXPECT_EQ(Codec<UnsetIfEmpty<std::string>>::name(), "cql::UnsetIfEmpty<std::string>");
  EXPECT_EQ(Codec<MaybeEmpty<float>>::name(), "cql::MaybeEmpty<float>");
  EXPECT_EQ((Codec<std::array<float, 3>>::name()), "std::array<float, 3>");
  EXPECT_EQ(Codec<std::span<const double>>::name(), "std::span<double>");
  EXPECT_EQ(Codec<std::unordered_set<std::string>>::name(), "std::unordered_set<std::string>");
  EXPECT_EQ((Codec<std::unordered_map<std::string, bool>>::name()), "std::unordered_map<std::string, bool>");
  EXPECT_EQ((Codec<std::pair<bool, float>>::name()), "std::pair<bool, float>");
}

TEST(CodecNames, of_fields_are_those_of_the_schema) {
  const auto field = cql::field("street", &test::Place::street);
  EXPECT_EQ(field.name, "street");
  EXPECT_EQ((test::Place{"Elm", {}}.*field.member), "Elm");
  EXPECT_EQ(Codec<test::Place>::name(), "struct {street, town}");
}

TEST(Misfit, is_that_of_the_value_within) {
  const DataType list = type_of("list<int>");
  const std::string reason = "list<int> does not go with std::set<std::int32_t>";
  EXPECT_EQ(Codec<UnsetIfEmpty<std::set<std::int32_t>>>::misfit(list, Use::binding), reason);
  EXPECT_EQ(Codec<MaybeEmpty<std::set<std::int32_t>>>::misfit(list, Use::binding), reason);
  EXPECT_EQ(Codec<std::vector<std::int32_t>>::misfit(type_of("text"), Use::binding),
            "text does not go with std::vector<std::int32_t>");
  EXPECT_EQ(Codec<std::vector<std::int32_t>>::misfit(type_of("list<text>"), Use::binding),
            "text does not go with std::int32_t");
}

TEST(Misfit, of_maps_is_that_of_the_key_before_that_of_the_value) {
  using Map = std::map<std::int32_t, std::int32_t>;
  EXPECT_EQ(Codec<Map>::misfit(type_of("map<text, blob>"), Use::binding), "text does not go with std::int32_t");
  EXPECT_EQ(Codec<Map>::misfit(type_of("map<int, blob>"), Use::binding), "blob does not go with std::int32_t");
  EXPECT_EQ(Codec<Map>::misfit(type_of("int"), Use::binding),
            "int does not go with std::map<std::int32_t, std::int32_t>");
}

TEST(Misfit, of_fields_is_that_of_the_first) {
  DataType type = DataType::scalar(TypeKind::udt);
  type.name = "place";
  const auto misfit = [&](std::vector<std::string> names, std::vector<DataType> types, Use use = Use::binding) {
    type.field_names = std::move(names);
    type.children = std::move(types);
    return Codec<test::Place>::misfit(type, use);
  };
  const DataType text = type_of("text");
  EXPECT_EQ(misfit({}, {}), "place has no field street");
  EXPECT_EQ(misfit({"street"}, {text}), "place has no field town");
  EXPECT_EQ(misfit({"street"}, {text}, Use::reading), "place has no field town");
  EXPECT_EQ(misfit({"street", "town"}, {text, type_of("int")}), "field town: int does not go with std::string");
  EXPECT_EQ(misfit({"town", "street"}, {text, type_of("int")}), "field street: int does not go with std::string");
  EXPECT_EQ(misfit({"town", "street"}, {text, text}), "");
}

TEST(Misfit, of_several_elements_is_that_of_the_first) {
  using Three = std::tuple<std::int32_t, std::int32_t, std::int32_t>;
  EXPECT_EQ(Codec<Three>::misfit(type_of("tuple<int, text, blob>"), Use::binding),
            "text does not go with std::int32_t");
  EXPECT_EQ(Codec<Three>::misfit(type_of("int"), Use::binding),
            "int does not go with std::tuple<std::int32_t, std::int32_t, std::int32_t>");
  for (const char* type : {"tuple<text, int, int>", "tuple<int, text, int>", "tuple<int, int, text>"}) {
    EXPECT_FALSE(fits<Three>(type, Use::binding)) << type;
  }
  EXPECT_FALSE(fits<Three>("tuple<int, int>", Use::binding));
  EXPECT_FALSE(fits<Three>("int", Use::binding));
  EXPECT_TRUE(fits<Three>("tuple<int, int, int>", Use::binding));
}

TEST(Misfit, of_numbers_with_and_without_a_fraction) {
  EXPECT_TRUE(fits<std::int32_t>("varint", Use::binding));
  EXPECT_FALSE(fits<std::int32_t>("varint", Use::reading));
  EXPECT_FALSE(fits<std::int32_t>("decimal", Use::binding));
  EXPECT_TRUE(fits<float>("double", Use::binding));
  EXPECT_FALSE(fits<float>("int", Use::binding));
  EXPECT_FALSE(fits<float>("double", Use::reading));
  EXPECT_TRUE(fits<double>("float", Use::reading));
  EXPECT_FALSE(fits<double>("int", Use::reading));
  EXPECT_FALSE(fits<double>("float", Use::binding));
}

/// Every type of `good` fits T, none of `bad` does, nor does a type of the same kind that lacks its elements.
template <typename T>
void expect_shapes(std::initializer_list<const char*> good, std::initializer_list<const char*> bad) {
  for (const char* type : good) {
    EXPECT_TRUE(fits<T>(type, Use::binding)) << type << " from " << Codec<T>::name();
    const DataType broken = DataType::scalar(type_of(type).kind);
    EXPECT_FALSE(Codec<T>::fits(broken, Use::binding)) << type << " without elements from " << Codec<T>::name();
  }
  for (const char* type : bad) EXPECT_FALSE(fits<T>(type, Use::binding)) << type << " from " << Codec<T>::name();
}

TEST(Misfit, of_collections_that_are_not_whole) {
  expect_shapes<std::vector<std::int32_t>>({"list<int>", "set<int>", "vector<int, 2>"},
                                           {"text", "list<text>", "map<int, int>"});
  expect_shapes<std::vector<std::optional<std::int32_t>>>({"list<int>", "set<int>"}, {"vector<int, 2>"});
  expect_shapes<std::array<std::int32_t, 2>>({"list<int>", "vector<int, 2>"}, {"vector<int, 3>", "list<text>", "int"});
  EXPECT_FALSE((fits<std::array<std::int32_t, 2>>("list<int>", Use::reading)));
  expect_shapes<std::set<std::int32_t>>({"set<int>"}, {"set<text>", "list<int>"});
  expect_shapes<std::map<std::string, std::int32_t>>({"map<text, int>"},
                                                     {"map<int, int>", "map<text, text>", "list<text>"});
  expect_shapes<std::pair<std::int32_t, std::int32_t>>({"tuple<int, int>"}, {"tuple<int, text>", "text"});
}

TEST(Misfit, of_lengths_that_the_protocol_cannot_carry) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max());
  Buffer out;
  detail::append_count(most, out);
  EXPECT_EQ(test::to_hex(out.view()), "7fffffff");
  EXPECT_EQ(test::error_text([&] { detail::append_count(most + 1, out); }),
            "a collection of 2147483648 elements is beyond the protocol's 2^31");
}

TEST(Misfit, of_signs_within_a_duration) {
  for (const Duration& value : {Duration{1, 0, 0}, Duration{0, 1, 0}, Duration{0, 0, 1}, Duration{-1, 0, 0},
                                Duration{0, -1, 0}, Duration{0, 0, -1}}) {
    test::expect_travels(value, "duration", encoded(value, "duration"));
  }
  for (const Duration& value : {Duration{1, -1, 0}, Duration{1, 0, -1}, Duration{0, 1, -1}, Duration{-1, 1, 0},
                                Duration{-1, 0, 1}, Duration{0, -1, 1}}) {
    EXPECT_EQ(test::error_kind([&] { encoded(value, "duration"); }), ErrorKind::usage) << value.to_string();
  }
}

}  // namespace
}  // namespace cql
