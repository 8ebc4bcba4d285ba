// Lists, sets, maps, vectors, tuples and user-defined types: their bytes, what is missing in them, what is hostile.
#include <gtest/gtest.h>

#include <memory_resource>

#include "codec_support.hpp"

namespace cql::test {

struct Address {
  std::string street;
  std::optional<std::int32_t> zip;
  std::vector<std::string> phones;
  bool operator==(const Address&) const = default;
};
struct Street {
  std::string street;
};
struct Typo {
  std::string street;
  std::string strete;
};

}  // namespace cql::test

template <>
inline constexpr auto cql::fields<cql::test::Address> =
    std::tuple{cql::field("street", &cql::test::Address::street), cql::field("zip", &cql::test::Address::zip),
               cql::field("phones", &cql::test::Address::phones)};
template <>
inline constexpr auto cql::fields<cql::test::Street> = std::tuple{cql::field("street", &cql::test::Street::street)};
template <>
inline constexpr auto cql::fields<cql::test::Typo> =
    std::tuple{cql::field("street", &cql::test::Typo::street), cql::field("strete", &cql::test::Typo::strete)};

namespace cql {
namespace {

using test::Address;
using test::decoded;
using test::encoded;
using test::expect_travels;
using test::fits;
using test::Street;
using namespace std::string_literals;

DataType address_type(std::vector<std::string> names = {"street", "zip", "phones"}) {
  const std::map<std::string, std::string> types{
      {"street", "text"}, {"zip", "int"}, {"phones", "frozen<set<text>>"}, {"later", "uuid"}};
  DataType type = DataType::scalar(TypeKind::udt);
  type.keyspace = "ks";
  type.name = "address";
  for (const std::string& name : names) type.children.push_back(parse_cql_type(types.at(name)));
  type.field_names = std::move(names);
  return type;
}

TEST(CollectionCodec, lists_and_sets) {
  expect_travels(std::vector<std::int32_t>{1, -1}, "list<int>", "00000002 00000004 00000001 00000004 ffffffff");
  expect_travels(std::vector<std::string>{"a", "", "bc"}, "set<text>", "00000003 00000001 61 00000000 00000002 6263");
  expect_travels(std::set<std::string>{"a", "b"}, "set<text>", "00000002 00000001 61 00000001 62");
  expect_travels(std::unordered_set<std::int8_t>{7}, "set<tinyint>", "00000001 00000001 07");
  expect_travels(std::vector<bool>{true, false}, "list<boolean>", "00000002 00000001 01 00000001 00");
  expect_travels(std::vector<std::int32_t>{}, "list<int>", "00000000");
  expect_travels(std::vector<std::optional<std::int32_t>>{1, std::nullopt}, "list<int>",
                 "00000002 00000004 00000001 ffffffff");
  EXPECT_EQ(encoded(std::vector<const char*>{"a"}, "list<text>"), "000000010000000161");
  EXPECT_EQ(encoded(std::array<int, 2>{1, 2}, "list<tinyint>"), "0000000200000001010000000102");
  const std::vector<int> three{1, 2, 3};
  EXPECT_EQ(encoded(std::span<const int>(three).first(1), "list<tinyint>"), "000000010000000101");
  expect_travels(std::pmr::vector<std::int32_t>{9}, "list<int>", "00000001 00000004 00000009");
}

TEST(CollectionCodec, maps) {
  const std::string bytes = "00000002 00000001 61 00000004 00000001 00000001 62 00000004 00000002";
  expect_travels(std::map<std::string, std::int32_t>{{"a", 1}, {"b", 2}}, "map<text, int>", bytes);
  EXPECT_EQ((decoded<std::unordered_map<std::string, std::int64_t>>(bytes, "map<text, int>")),
            (std::unordered_map<std::string, std::int64_t>{{"a", 1}, {"b", 2}}));
  EXPECT_EQ((decoded<std::map<std::string, std::int32_t>>(
                "00000002 00000001 61 00000004 00000001 00000001 61 00000004 00000002", "map<text, int>")),
            (std::map<std::string, std::int32_t>{{"a", 2}}));
  expect_travels(std::map<Inet, std::optional<bool>>{{Inet{}, std::nullopt}}, "map<inet, boolean>",
                 "00000001 00000004 00000000 ffffffff");
}

TEST(CollectionCodec, collections_in_collections) {
  expect_travels(std::map<std::int8_t, std::vector<std::set<std::string>>>{{1, {{"a"}, {}}}},
                 "map<tinyint, frozen<list<frozen<set<text>>>>>",
                 "00000001 00000001 01 00000019 00000002 00000009 00000001 00000001 61 00000004 00000000");
}

TEST(CollectionCodec, vectors_of_elements_with_one_length) {
  expect_travels(std::array<float, 2>{1.5F, -0.0F}, "vector<float, 2>", "3fc00000 80000000");
  expect_travels(std::vector<float>{1.5F, 2}, "vector<float, 2>", "3fc00000 40000000");
  expect_travels(std::vector<std::vector<bool>>{{true}, {false}}, "vector<vector<boolean, 1>, 2>", "01 00");
  EXPECT_EQ(encoded(std::vector<int>{1}, "vector<bigint, 1>"), "0000000000000001");
  for (const char* wrong : {"", "3fc000", "3fc00000", "3fc000004000", "3fc000004000000000"}) {
    EXPECT_EQ(test::error_kind([&] { decoded<std::vector<float>>(wrong, "vector<float, 2>"); }), ErrorKind::protocol);
    EXPECT_EQ(test::error_kind([&] { decoded<std::array<float, 2>>(wrong, "vector<float, 2>"); }), ErrorKind::protocol);
  }
}

TEST(CollectionCodec, vectors_of_elements_with_a_length_each) {
  const std::string longer(200, 'x');
  expect_travels(std::vector<std::string>{"a", ""}, "vector<text, 2>", "01 61 00");
  expect_travels(std::array<std::string, 1>{longer}, "vector<text, 1>", "80c8" + test::to_hex(as_bytes(longer)));
  // The same size, and yet not what Cassandra calls fixed.
  expect_travels(std::vector<std::int8_t>{1, 2}, "vector<tinyint, 2>", "01 01 01 02");
  expect_travels(std::vector<std::int16_t>{1}, "vector<smallint, 1>", "02 0001");
  EXPECT_EQ(encoded(std::vector<int>{1}, "vector<smallint, 1>"), "020001");
  expect_travels(std::vector<RawDate>{{0}}, "vector<date, 1>", "04 00000000");
  expect_travels(std::vector<TimeOfDay>{TimeOfDay(1)}, "vector<time, 1>", "08 0000000000000001");
  expect_travels(std::vector<std::vector<std::string>>{{"a"}}, "vector<frozen<list<text>>, 1>",
                 "09 00000001 00000001 61");
  for (const char* wrong : {"", "01", "0161", "016101", "0161 00 00", "ffffffffffffffffff 00"}) {
    EXPECT_EQ(test::error_kind([&] { decoded<std::vector<std::string>>(wrong, "vector<text, 2>"); }),
              ErrorKind::protocol)
        << wrong;
  }
}

TEST(CollectionCodec, a_vector_has_its_dimension) {
  EXPECT_EQ(test::error_text([] { encoded(std::vector<float>{1}, "vector<float, 2>"); }),
            "1 elements for vector<float, 2>");
  EXPECT_FALSE(fits<std::vector<std::optional<float>>>("vector<float, 2>", Use::binding)) << "it holds no nulls";
  EXPECT_FALSE((fits<std::array<float, 3>>("vector<float, 2>", Use::binding)));
  EXPECT_FALSE((fits<std::array<float, 3>>("list<float>", Use::reading)));
  EXPECT_EQ(test::error_kind([] { encoded(std::vector<MaybeEmpty<float>>{{}, {1}}, "vector<float, 2>"); }),
            ErrorKind::usage);
  // What a hostile server may call a type: elements without bytes, four billion of them.
  DataType none = test::type_of("vector<vector<int, 1>, 2>");
  none.children[0].dimension = 0;
  none.dimension = 0xFFFFFFFFU;
  EXPECT_EQ(test::error_kind([&] { decoded<std::vector<std::vector<std::int32_t>>>("", none); }), ErrorKind::protocol);
}

TEST(CollectionCodec, null_is_an_empty_collection_but_no_vector) {
  const DataType floats = test::type_of("list<float>");
  EXPECT_TRUE(detail::decode_cell<std::vector<float>>(std::nullopt, floats).empty());
  EXPECT_TRUE(detail::decode_cell<std::vector<float>>(test::hex("00000000"), floats).empty());
  EXPECT_TRUE(detail::decode_cell<std::set<int>>(std::nullopt, test::type_of("set<int>")).empty());
  EXPECT_TRUE((detail::decode_cell<std::map<int, int>>(std::nullopt, test::type_of("map<int, int>")).empty()));
  EXPECT_EQ(detail::decode_cell<std::optional<std::vector<int>>>(std::nullopt, test::type_of("list<int>")),
            std::nullopt);
  EXPECT_EQ(test::error_kind(
                [] { detail::decode_cell<std::vector<float>>(std::nullopt, test::type_of("vector<float, 2>")); }),
            ErrorKind::usage);
}

template <typename T>
void expect_hostile_bytes_are_refused(const char* type, std::initializer_list<const char*> cases) {
  for (const char* bytes : cases) {
    EXPECT_EQ(test::error_kind([&] { decoded<T>(bytes, type); }), ErrorKind::protocol) << type << " " << bytes;
  }
}

TEST(CollectionCodec, hostile_bytes_are_refused) {
  expect_hostile_bytes_are_refused<std::vector<std::string>>(
      "list<text>", {"", "000000", "ffffffff", "7fffffff", "00000001", "00000001 00000001", "00000000 00",
                     "00000001 00000001 61 00", "00000001 7fffffff 61", "40000000 00000000"});
  expect_hostile_bytes_are_refused<std::set<std::string>>("set<text>", {"7fffffff 00000000", "00000001 00000000 00"});
  expect_hostile_bytes_are_refused<std::map<std::string, std::string>>(
      "map<text, text>",
      {"", "00000001 00000000", "00000001 00000001 61", "7fffffff 00000000 00000000", "00000001 00000000 00000000 00"});
  expect_hostile_bytes_are_refused<std::tuple<std::string, std::string>>(
      "tuple<text, text>", {"00", "00000001", "00000000 00000000 00", "00000000 00000002 61"});
}

TEST(CollectionCodec, every_byte_is_needed) {
  const auto all = encoded(std::map<std::string, std::vector<std::int32_t>>{{"a", {1, 2}}, {"b", {}}},
                           "map<text, frozen<list<int>>>");
  const DataType type = test::type_of("map<text, frozen<list<int>>>");
  test::expect_needs_every_byte(test::hex(all), [&](ByteView bytes) {
    static_cast<void>(Codec<std::map<std::string, std::vector<std::int32_t>>>::decode(bytes, type));
  });
}

TEST(TupleCodec, tuples_and_pairs) {
  using Tuple = std::tuple<std::int32_t, std::optional<std::string>, bool>;
  expect_travels(Tuple{1, "a", true}, "tuple<int, text, boolean>", "00000004 00000001 00000001 61 00000001 01");
  expect_travels(Tuple{1, std::nullopt, true}, "tuple<int, text, boolean>", "00000004 00000001 ffffffff 00000001 01");
  expect_travels(std::pair<std::int32_t, std::string>{1, "a"}, "tuple<int, text>", "00000004 00000001 00000001 61");
  expect_travels(std::vector<std::pair<std::int8_t, std::int8_t>>{{1, 2}}, "list<frozen<tuple<tinyint, tinyint>>>",
                 "00000001 0000000a 00000001 01 00000001 02");
  EXPECT_EQ((decoded<std::tuple<std::int32_t, std::optional<std::string>>>("00000004 00000001", "tuple<int, text>")),
            (std::tuple<std::int32_t, std::optional<std::string>>{1, std::nullopt}))
      << "what is missing at the end is null";
  EXPECT_EQ(
      test::error_kind([] { decoded<std::pair<std::int32_t, std::string>>("00000004 00000001", "tuple<int, text>"); }),
      ErrorKind::usage);
  EXPECT_FALSE((fits<std::tuple<int, int>>("tuple<int, int, int>", Use::binding)));
  EXPECT_FALSE((fits<std::tuple<int, int, int>>("tuple<int, int>", Use::reading)));
}

TEST(UdtCodec, a_mapped_struct_is_a_user_defined_type) {
  const Address address{"Elm", 12, {"1", "2"}};
  const std::string bytes = "00000003456c6d 000000040000000c 0000000e 00000002 0000000131 0000000132";
  EXPECT_EQ(encoded(address, address_type()), test::to_hex(test::hex(bytes)));
  EXPECT_EQ(decoded<Address>(bytes, address_type()), address);
  const DataType turned = address_type({"phones", "street", "zip"});
  EXPECT_EQ(decoded<Address>(encoded(address, turned), turned), address) << "by name, not by place";
  test::expect_needs_every_byte(test::hex(encoded(Street{"Elm"}, address_type({"street"}))), [&](ByteView cut) {
    if (cut.empty()) throw Error(ErrorKind::protocol, "no field at all is allowed, and null");
    static_cast<void>(Codec<Street>::decode(cut, address_type({"street"})));
  });
}

TEST(UdtCodec, what_is_missing_at_the_end_of_a_value_is_null) {
  EXPECT_EQ(decoded<Address>("00000003456c6d", address_type()), (Address{"Elm", std::nullopt, {}}));
  EXPECT_EQ(test::error_text([] { decoded<Address>("", address_type()); }),
            "null; read it as std::optional<std::string>");
}

TEST(UdtCodec, fields_that_the_struct_lacks_are_passed_over_and_written_as_null) {
  const DataType type = address_type({"later", "street", "zip"});
  EXPECT_EQ(decoded<Street>("00000010 00112233445566778899aabbccddeeff 00000003456c6d 00000004 00000001", type).street,
            "Elm");
  EXPECT_EQ(encoded(Street{"Elm"}, type), "ffffffff00000003456c6dffffffff");
}

TEST(UdtCodec, fields_that_the_type_lacks) {
  const DataType type = address_type({"street"});
  EXPECT_FALSE(Codec<Address>::fits(type, Use::binding));
  EXPECT_EQ(Codec<Address>::misfit(type, Use::binding), "address has no field zip");
  EXPECT_EQ(decoded<Address>("00000003456c6d", type), (Address{"Elm", std::nullopt, {}}));
  EXPECT_EQ(Codec<test::Typo>::misfit(type, Use::reading), "address has no field strete");
  EXPECT_EQ(Codec<Address>::misfit(test::type_of("text"), Use::reading),
            "text does not go with struct {street, zip, phones}");
}

TEST(UdtCodec, a_field_of_another_type_is_named) {
  DataType type = address_type();
  type.children[1] = test::type_of("bigint");
  EXPECT_EQ(Codec<Address>::misfit(type, Use::reading), "field zip: bigint does not go with std::int32_t");
  EXPECT_TRUE(Codec<Address>::fits(type, Use::binding)) << "an int goes into a bigint";
}

TEST(UdtCodec, more_bytes_than_fields_are_refused) {
  EXPECT_EQ(test::error_kind([] { decoded<Street>("00000003456c6d 00", address_type({"street"})); }),
            ErrorKind::protocol);
}

TEST(Misfit, goes_down_to_what_does_not_go_together) {
  using Deep = std::map<std::string, std::vector<std::tuple<int, std::int32_t>>>;
  const DataType type = test::type_of("map<text, frozen<list<frozen<tuple<int, bigint>>>>>");
  EXPECT_EQ(Codec<Deep>::misfit(type, Use::reading), "bigint does not go with std::int32_t");
  EXPECT_EQ(Codec<Deep>::misfit(test::type_of("list<int>"), Use::reading),
            "list<int> does not go with std::map<std::string, std::vector<std::tuple<std::int32_t, std::int32_t>>>");
  EXPECT_EQ((Codec<std::map<std::int32_t, int>>::misfit(test::type_of("map<text, int>"), Use::binding)),
            "text does not go with std::int32_t");
  EXPECT_EQ(Codec<std::set<int>>::misfit(test::type_of("set<text>"), Use::binding),
            "text does not go with std::int32_t");
  EXPECT_EQ(Codec<std::optional<std::set<int>>>::misfit(test::type_of("list<int>"), Use::binding),
            "list<int> does not go with std::set<std::int32_t>");
}

}  // namespace
}  // namespace cql
