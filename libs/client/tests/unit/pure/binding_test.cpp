// Values bound to statements: by place, by name, from structs; null and unset; what is refused and how it is said.
#include <gtest/gtest.h>

#include "codec_support.hpp"
#include "core/prepared_state.hpp"
#include "cql/statement.hpp"

namespace cql::test {

struct Money {
  std::int64_t cents = 0;
};
struct Item {
  std::int32_t k = 0;
  std::optional<std::string> v;
};

}  // namespace cql::test

template <>
struct cql::Codec<cql::test::Money> {
  static std::string name() { return "Money"; }
  static bool fits(const cql::DataType& type, cql::Use) { return type.kind == cql::TypeKind::bigint; }
  static void encode(const cql::test::Money& money, const cql::DataType&, cql::Buffer& out) {
    out.append_integer(money.cents);
  }
  static cql::test::Money decode(cql::ByteView bytes, const cql::DataType& type) {
    return {cql::Codec<std::int64_t>::decode(bytes, type)};
  }
};
template <>
inline constexpr auto cql::fields<cql::test::Item> =
    std::tuple{cql::field("v", &cql::test::Item::v), cql::field("k", &cql::test::Item::k)};

namespace cql {
namespace {

using test::error_kind;
using test::error_text;
using test::to_hex;

PreparedStatement prepared(std::initializer_list<std::pair<const char*, const char*>> parameters) {
  std::vector<ColumnSpec> specs;
  for (const auto& [name, type] : parameters) specs.push_back({"ks", "t", name, parse_cql_type(type)});
  return PreparedStatement(std::make_shared<PreparedStatement::State>("INSERT", "", test::hex("01"), std::move(specs),
                                                                      std::vector<std::uint16_t>{0},
                                                                      PreparedStatement::State::ResultMetadata{}));
}

std::string wire(const BoundStatement& bound) { return to_hex(bound.values.wire()); }

TEST(Bind, by_place) {
  const PreparedStatement insert = prepared({{"k", "bigint"}, {"v", "text"}, {"w", "int"}, {"x", "list<int>"}});
  const BoundStatement bound = insert.bind(1, "x", std::nullopt, unset);
  EXPECT_EQ(bound.values.count(), 4U);
  EXPECT_EQ(wire(bound),
            "000000080000000000000001"
            "0000000178"
            "ffffffff"
            "fffffffe");
  EXPECT_EQ(bound.prepared.state(), insert.state());
  EXPECT_EQ(wire(prepared({}).bind()), "");
}

TEST(Bind, takes_text_however_it_comes) {
  const PreparedStatement statement = prepared({{"a", "text"}, {"b", "text"}, {"c", "text"}, {"d", "text"}});
  const char* pointer = "a";
  char array[] = "a";
  EXPECT_EQ(wire(statement.bind(pointer, array, std::string("a"), std::string_view("a"))),
            "0000000161"
            "0000000161"
            "0000000161"
            "0000000161");
}

TEST(Bind, null_and_unset_differ) {
  const PreparedStatement statement = prepared({{"a", "int"}, {"b", "int"}, {"c", "int"}, {"d", "int"}});
  const std::optional<int> none;
  const std::optional<int> one = 1;
  EXPECT_EQ(wire(statement.bind(none, unset_if_empty(none), unset_if_empty(one), one)),
            "ffffffff"
            "fffffffe"
            "0000000400000001"
            "0000000400000001");
}

TEST(Bind, types_of_the_users_own) {
  const PreparedStatement statement = prepared({{"price", "bigint"}, {"prices", "list<bigint>"}});
  EXPECT_EQ(wire(statement.bind(test::Money{5}, std::vector<test::Money>{{6}})),
            "000000080000000000000005"
            "00000010"
            "00000001"
            "000000080000000000000006");
  EXPECT_EQ(error_text([&] { static_cast<void>(prepared({{"price", "int"}}).bind(test::Money{5})); }),
            "parameter price (int) cannot be bound from Money: int does not go with Money");
}

TEST(Bind, counts_its_values) {
  const PreparedStatement statement = prepared({{"k", "int"}, {"v", "text"}});
  EXPECT_EQ(error_text([&] { static_cast<void>(statement.bind(1)); }),
            "1 values for 2 parameters (k, v) (query: INSERT)");
  EXPECT_EQ(error_kind([&] { static_cast<void>(statement.bind(1, "a", 2)); }), ErrorKind::usage);
  EXPECT_EQ(error_kind([&] { static_cast<void>(PreparedStatement().bind(1)); }), ErrorKind::usage);
}

TEST(Bind, names_the_parameter_that_is_wrong) {
  const PreparedStatement statement = prepared({{"k", "int"}, {"tags", "frozen<list<text>>"}});
  EXPECT_EQ(error_text([&] { static_cast<void>(statement.bind(1, std::vector<int>{})); }),
            "parameter tags (frozen<list<text>>) cannot be bound from std::vector<std::int32_t>: text does not go with "
            "std::int32_t");
  EXPECT_EQ(error_text([&] { static_cast<void>(statement.bind(std::int64_t{1} << 40U, std::nullopt)); }),
            "parameter k (int): 1099511627776 does not fit int");
  EXPECT_EQ(error_kind([&] { static_cast<void>(statement.bind(std::int64_t{1} << 40U, std::nullopt)); }),
            ErrorKind::usage);
}

TEST(Bind, a_value_that_fails_leaves_the_others) {
  Values values;
  const ColumnSpec tinies{"ks", "t", "l", parse_cql_type("list<tinyint>")};
  values.add(std::vector<int>{1}, tinies);
  const std::string before = to_hex(values.wire());
  EXPECT_EQ(error_kind([&] { values.add(std::vector<int>{1, 1000}, tinies); }), ErrorKind::usage);
  EXPECT_EQ(to_hex(values.wire()), before);
  EXPECT_EQ(values.count(), 1U);
}

TEST(BindNamed, in_any_order) {
  const PreparedStatement statement = prepared({{"k", "int"}, {"v", "text"}});
  EXPECT_EQ(wire(statement.bind_named(named("v", "x"), named("k", 1))),
            "0000000400000001"
            "0000000178");
  const PreparedStatement twice = prepared({{"at", "int"}, {"v", "text"}, {"at", "bigint"}});
  EXPECT_EQ(wire(twice.bind_named(named("at", 1), named("v", unset))),
            "0000000400000001"
            "fffffffe"
            "000000080000000000000001");
}

TEST(BindNamed, every_parameter_has_one_value) {
  const PreparedStatement statement = prepared({{"k", "int"}, {"v", "text"}, {"w", "text"}});
  EXPECT_EQ(error_text([&] { static_cast<void>(statement.bind_named(named("k", 1), named("V", "x"), named("k", 2))); }),
            "the parameters are (k, v, w); no value for v; no value for w; no parameter V; two values for k (query: "
            "INSERT)");
  EXPECT_EQ(error_kind([&] { static_cast<void>(statement.bind_named()); }), ErrorKind::usage);
}

TEST(BindFields, from_a_mapped_struct) {
  EXPECT_EQ(wire(prepared({{"k", "int"}, {"v", "text"}}).bind_fields(test::Item{1, "x"})),
            "0000000400000001"
            "0000000178");
  EXPECT_EQ(wire(prepared({{"k", "int"}, {"v", "text"}}).bind_fields(test::Item{1, std::nullopt})),
            "0000000400000001"
            "ffffffff");
  EXPECT_EQ(error_text([&] { static_cast<void>(prepared({{"k", "int"}}).bind_fields(test::Item{})); }),
            "the parameters are (k); no parameter v (query: INSERT)");
}

TEST(ValuesOf, each_as_the_type_natural_to_it) {
  EXPECT_EQ(to_hex(Values::of(std::int8_t{1}, std::int16_t{1}, 1, std::int64_t{1}).wire()),
            "0000000101"
            "000000020001"
            "0000000400000001"
            "000000080000000000000001");
  EXPECT_EQ(to_hex(Values::of("x", std::nullopt, unset, true, 1.5F).wire()),
            "0000000178"
            "ffffffff"
            "fffffffe"
            "0000000101"
            "000000043fc00000");
  EXPECT_EQ(to_hex(Values::of(std::vector<int>{1}, std::map<std::string, bool>{{"a", true}}).wire()),
            "0000000c"
            "000000010000000400000001"
            "0000000e"
            "000000010000000161"
            "0000000101");
  EXPECT_EQ(to_hex(Values::of(std::array<float, 1>{1.5F}, std::tuple{1, "a"}).wire()),
            "000000043fc00000"
            "0000000d"
            "0000000400000001"
            "0000000161");
  EXPECT_EQ(to_hex(Values::of(std::optional<int>(), std::set<std::string>{"a"}, MaybeEmpty<int>{}).wire()),
            "ffffffff"
            "00000009"
            "000000010000000161"
            "00000000");
  EXPECT_EQ(Values::of().count(), 0U);
}

TEST(Batch, borrows_bound_statements) {
  const BoundStatement bound = prepared({{"k", "int"}}).bind(7);
  Batch batch;
  batch.add(bound);
  ASSERT_EQ(batch.entries.size(), 1U);
  EXPECT_EQ(batch.entries[0].prepared, &bound.prepared);
  EXPECT_EQ(batch.entries[0].value_count, 1U);
  EXPECT_EQ(batch.entries[0].wire_values.data(), bound.values.wire().data());
}

}  // namespace
}  // namespace cql
