// Rows of pages as C++ values: cell by cell, as tuples, as structs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec_support.hpp"
#include "cql/result.hpp"

namespace cql::test {

struct Person {
  std::string name;
  std::int32_t age = 0;
  bool operator==(const Person&) const = default;
};

}  // namespace cql::test

template <>
inline constexpr auto cql::fields<cql::test::Person> =
    std::tuple{cql::field("name", &cql::test::Person::name), cql::field("age", &cql::test::Person::age)};

namespace cql {
namespace {

using test::error_kind;
using test::error_text;
using test::Person;
using test::Wire;
using testing::ElementsAre;

Page page_of(ByteView rows, std::uint32_t row_count,
             std::initializer_list<std::pair<const char*, const char*>> columns) {
  auto specs = std::make_shared<std::vector<ColumnSpec>>();
  for (const auto& [name, type] : columns) specs->push_back({"ks", "t", name, parse_cql_type(type)});
  auto body = std::make_shared<Buffer>(rows.size());
  body->append(rows);
  return {std::move(specs), std::move(body), 0, row_count, {}};
}

/// (1, "ann", null), (2, "bob", true)
Page people() {
  Wire rows;
  rows.i32(4).i32(1).value("ann").i32(-1).i32(4).i32(2).value("bob").i32(1).u8(1);
  return page_of(rows, 2, {{"age", "int"}, {"name", "text"}, {"member", "boolean"}});
}

TEST(RowCursor, gets_cells_as_values) {
  const Page page = people();
  RowCursor row(page);
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.get<std::int32_t>("age"), 1);
  EXPECT_EQ(row.get<std::int64_t>(0), 1);
  EXPECT_EQ(row.get<std::string_view>("name"), "ann");
  EXPECT_EQ(row.get<std::optional<bool>>("member"), std::nullopt);
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.get<std::optional<bool>>(2), true);
  EXPECT_FALSE(row.next());
}

TEST(RowCursor, names_the_column_that_is_wrong) {
  const Page page = people();
  RowCursor row(page);
  ASSERT_TRUE(row.next());
  EXPECT_EQ(error_text([&] { static_cast<void>(row.get<bool>("member")); }),
            "column member (boolean): null; read it as std::optional<bool>");
  EXPECT_EQ(error_text([&] { static_cast<void>(row.get<std::int16_t>("age")); }),
            "column age (int) cannot be read as std::int16_t: int does not go with std::int16_t");
  EXPECT_EQ(error_text([&] { static_cast<void>(row.get<int>("nmae")); }), "the result has no column nmae");
  EXPECT_THROW(static_cast<void>(row.get<int>(3)), std::out_of_range);
}

TEST(RowCursor, says_which_bytes_are_wrong) {
  Wire rows;
  rows.value("abc").i32(0);
  const Page page = page_of(rows, 1, {{"a", "int"}, {"b", "int"}});
  RowCursor row(page);
  ASSERT_TRUE(row.next());
  EXPECT_EQ(error_text([&] { static_cast<void>(row.get<int>("a")); }), "column a (int): 3 bytes for int, 4 expected");
  EXPECT_EQ(error_kind([&] { static_cast<void>(row.get<int>("a")); }), ErrorKind::protocol);
  EXPECT_EQ(error_text([&] { static_cast<void>(row.get<int>("b")); }),
            "column b (int): an empty int, which no std::int32_t is; read it as cql::MaybeEmpty<std::int32_t>");
  EXPECT_EQ(row.get<MaybeEmpty<int>>("b").value, std::nullopt);
}

TEST(TypedRows, tuples) {
  const Page page = people();
  std::vector<std::string> seen;
  for (const auto& [age, name, member] : page.rows_as<std::int32_t, std::string_view, std::optional<bool>>()) {
    seen.push_back(std::to_string(age) + std::string(name) + (member ? "+" : "-"));
  }
  EXPECT_THAT(seen, ElementsAre("1ann-", "2bob+"));
  using Row = std::tuple<std::int64_t, std::string, std::optional<bool>>;
  std::vector<Row> rows;
  for (Row row : page.rows_as<Row>()) rows.push_back(std::move(row));
  EXPECT_THAT(rows, ElementsAre(Row{1, "ann", std::nullopt}, Row{2, "bob", true}));
}

TEST(TypedRows, structs_by_name) {
  const Page page = people();
  std::vector<Person> seen;
  for (Person person : page.rows_as<Person>()) seen.push_back(std::move(person));
  EXPECT_THAT(seen, ElementsAre(Person{"ann", 1}, Person{"bob", 2}));
}

TEST(TypedRows, can_be_walked_twice_and_are_ranges) {
  const Page page = people();
  const auto rows = page.rows_as<Person>();
  static_assert(std::ranges::input_range<decltype(rows)>);
  EXPECT_EQ(std::ranges::distance(rows), 2);
  EXPECT_EQ(std::ranges::distance(rows), 2);
  const Page none;
  EXPECT_EQ(std::ranges::distance(none.rows_as<std::tuple<>>()), 0);
}

TEST(TypedRows, views_borrow_from_the_page) {
  const Page page = people();
  for (const auto& [age, name, member] : page.rows_as<int, std::string_view, std::optional<bool>>()) {
    EXPECT_GE(name.data(), as_text(page.rows()).data());
    EXPECT_LE(name.data() + name.size(), as_text(page.rows()).data() + page.rows().size());
  }
}

TEST(TypedRows, columns_and_types_are_checked_before_the_first_row) {
  const Page page = people();
  EXPECT_EQ(error_text([&] { static_cast<void>(page.rows_as<int, std::string>()); }),
            "2 columns are read, the result has 3: age, name, member");
  EXPECT_EQ(error_text([&] { static_cast<void>(page.rows_as<int, int, bool>()); }),
            "column name (text) cannot be read as std::int32_t: text does not go with std::int32_t");
  const Page other = page_of({}, 0, {{"name", "text"}});
  EXPECT_EQ(error_text([&] { static_cast<void>(other.rows_as<Person>()); }), "the result has no column age");
}

TEST(TypedRows, a_struct_may_also_be_a_cell) {
  DataType type = DataType::scalar(TypeKind::udt);
  type.name = "person";
  type.field_names = {"name", "age"};
  type.children = {parse_cql_type("text"), parse_cql_type("int")};
  auto columns = std::make_shared<std::vector<ColumnSpec>>();
  columns->push_back({"ks", "t", "who", type});
  Wire rows;
  rows.i32(15).value("ann").i32(4).i32(7);
  auto body = std::make_shared<Buffer>();
  body->append(rows);
  const Page page(columns, body, 0, 1, {});
  for (const auto& [who] : page.rows_as<std::tuple<Person>>()) EXPECT_EQ(who, (Person{"ann", 7}));
}

TEST(TypedRows, never_read_past_the_page) {
  Wire rows;
  rows.i32(4).i32(1).value("ann").i32(1).u8(1).i32(4).i32(2).value("").i32(-1);
  test::expect_needs_every_byte(rows, [](ByteView bytes) {
    const Page page = page_of(bytes, 2, {{"age", "int"}, {"name", "text"}, {"member", "boolean"}});
    for (const auto& row : page.rows_as<int, std::string, std::optional<bool>>()) static_cast<void>(row);
  });
}

}  // namespace
}  // namespace cql
