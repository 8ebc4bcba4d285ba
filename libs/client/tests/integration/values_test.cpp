// Values of every type on a real ring: bound from C++, seen by the server as the JSON it prints, read as C++ again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "integration/ring.hpp"
#include "support/run.hpp"

namespace cql::test {

struct Place {
  std::string street;
  std::optional<std::int32_t> zip;
  bool operator==(const Place&) const = default;
};

struct Everything {
  std::int32_t k = 0;
  std::string a_text;
  std::string an_ascii;
  std::vector<std::byte> a_blob;
  bool a_boolean = false;
  std::int8_t a_tinyint = 0;
  std::int16_t a_smallint = 0;
  std::int64_t a_bigint = 0;
  float a_float = 0;
  double a_double = 0;
  Decimal a_decimal;
  Varint a_varint;
  Uuid a_uuid;
  Uuid a_timeuuid;
  Inet an_inet;
  Timestamp a_timestamp;
  std::chrono::sys_days a_date;
  TimeOfDay a_time{};
  Duration a_duration;
  std::vector<std::optional<std::string>> a_list;
  std::set<std::int32_t> a_set;
  std::map<std::string, std::vector<std::int32_t>> a_map;
  std::tuple<std::int32_t, std::optional<std::string>> a_tuple;
  Place a_place;
  std::array<float, 3> some_floats{};
  std::vector<std::string> some_texts;
  bool operator==(const Everything&) const = default;
};

}  // namespace cql::test

template <>
inline constexpr auto cql::fields<cql::test::Place> =
    std::tuple{cql::field("street", &cql::test::Place::street), cql::field("zip", &cql::test::Place::zip)};

template <>
inline constexpr auto cql::fields<cql::test::Everything> = [] {
  using cql::field;
  using E = cql::test::Everything;
  return std::tuple{field("k", &E::k),
                    field("a_text", &E::a_text),
                    field("an_ascii", &E::an_ascii),
                    field("a_blob", &E::a_blob),
                    field("a_boolean", &E::a_boolean),
                    field("a_tinyint", &E::a_tinyint),
                    field("a_smallint", &E::a_smallint),
                    field("a_bigint", &E::a_bigint),
                    field("a_float", &E::a_float),
                    field("a_double", &E::a_double),
                    field("a_decimal", &E::a_decimal),
                    field("a_varint", &E::a_varint),
                    field("a_uuid", &E::a_uuid),
                    field("a_timeuuid", &E::a_timeuuid),
                    field("an_inet", &E::an_inet),
                    field("a_timestamp", &E::a_timestamp),
                    field("a_date", &E::a_date),
                    field("a_time", &E::a_time),
                    field("a_duration", &E::a_duration),
                    field("a_list", &E::a_list),
                    field("a_set", &E::a_set),
                    field("a_map", &E::a_map),
                    field("a_tuple", &E::a_tuple),
                    field("a_place", &E::a_place),
                    field("some_floats", &E::some_floats),
                    field("some_texts", &E::some_texts)};
}();

namespace cql::test {
namespace {

using namespace std::chrono;

constexpr const char* columns =
    "k int PRIMARY KEY, a_text text, an_ascii ascii, a_blob blob, a_boolean boolean, a_tinyint tinyint, "
    "a_smallint smallint, a_bigint bigint, a_float float, a_double double, a_decimal decimal, a_varint varint, "
    "a_uuid uuid, a_timeuuid timeuuid, an_inet inet, a_timestamp timestamp, a_date date, a_time time, "
    "a_duration duration, a_list frozen<list<text>>, a_set set<int>, a_map map<text, frozen<list<int>>>, "
    "a_tuple tuple<int, text>, a_place frozen<place>, some_floats vector<float, 3>, some_texts vector<text, 2>";

template <typename Value>
Value parsed(std::string_view text) {
  Value value;
  EXPECT_TRUE(Value::parse(text, value)) << text;
  return value;
}

Everything ordinary() {
  return {.k = 1,
          .a_text = "ä\"b",
          .an_ascii = "abc",
          .a_blob = {std::byte{0}, std::byte{0xFF}},
          .a_boolean = true,
          .a_tinyint = -128,
          .a_smallint = 32767,
          .a_bigint = std::numeric_limits<std::int64_t>::min(),
          .a_float = 1.5F,
          .a_double = -2.25,
          .a_decimal = parsed<Decimal>("-1.50"),
          .a_varint = parsed<Varint>("123456789012345678901234567890"),
          .a_uuid = parsed<Uuid>("00112233-4455-6677-8899-aabbccddeeff"),
          .a_timeuuid = parsed<Uuid>("50554d6e-29bb-11e5-b345-feff819cdc9f"),
          .an_inet = parsed<Inet>("2001:db8::1"),
          .a_timestamp = Timestamp(sys_days(2024y / February / 29)) + 1ms,
          .a_date = sys_days(2024y / February / 29),
          .a_time = 23h + 59min + 59s + 1ns,
          .a_duration = {1, 2, 3},
          .a_list = {"x", ""},
          .a_set = {-1, 3},
          .a_map = {{"a", {1, 2}}, {"b", {}}},
          .a_tuple = {7, std::nullopt},
          .a_place = {"Elm", 12},
          .some_floats = {1, -0.0F, 2.5F},
          .some_texts = {"one", std::string(300, 'y')}};
}

Everything extreme() {
  Everything row = ordinary();
  row.k = std::numeric_limits<std::int32_t>::min();
  row.a_text.clear();
  row.an_ascii.clear();
  row.a_blob.clear();
  row.a_tinyint = 127;
  row.a_float = -std::numeric_limits<float>::infinity();
  row.a_double = std::numeric_limits<double>::denorm_min();
  row.a_decimal = parsed<Decimal>("1E+300");
  row.a_varint = parsed<Varint>("-" + std::string(2'000, '9'));
  row.an_inet = parsed<Inet>("127.0.0.1");
  row.a_timestamp = Timestamp::min();
  row.a_date = sys_days(days(std::numeric_limits<std::int32_t>::min()));
  row.a_time = TimeOfDay(0);
  row.a_duration = {-1, -2, std::numeric_limits<std::int64_t>::min()};
  row.a_list.clear();
  row.a_set.clear();
  row.a_map.clear();
  row.a_tuple = {-1, ""};
  row.a_place = {"", std::nullopt};
  return row;
}

/// What the server prints of each column of `ordinary()`.
const std::map<std::string, std::string> printed{
    {"k", "1"},
    {"a_text", R"("ä\"b")"},
    {"an_ascii", R"("abc")"},
    {"a_blob", R"("0x00ff")"},
    {"a_boolean", "true"},
    {"a_tinyint", "-128"},
    {"a_smallint", "32767"},
    {"a_bigint", "-9223372036854775808"},
    {"a_float", "1.5"},
    {"a_double", "-2.25"},
    {"a_decimal", "-1.50"},
    {"a_varint", "123456789012345678901234567890"},
    {"a_uuid", R"("00112233-4455-6677-8899-aabbccddeeff")"},
    {"a_timeuuid", R"("50554d6e-29bb-11e5-b345-feff819cdc9f")"},
    {"an_inet", R"("2001:db8:0:0:0:0:0:1")"},
    {"a_timestamp", R"("2024-02-29 00:00:00.001Z")"},
    {"a_date", R"("2024-02-29")"},
    {"a_time", R"("23:59:59.000000001")"},
    {"a_duration", R"("1mo2d3ns")"},
    {"a_list", R"(["x", ""])"},
    {"a_set", "[-1, 3]"},
    {"a_map", R"({"a": [1, 2], "b": []})"},
    {"a_tuple", "[7, null]"},
    {"a_place", R"({"street": "Elm", "zip": 12})"},
    {"some_floats", "[1.0, -0.0, 2.5]"},
    {"some_texts", "[\"one\", \"" + std::string(300, 'y') + "\"]"},
};

asio::awaitable<Session> open(const Cluster& cluster) {
  Session session = co_await Session::open(cluster);
  // One replica: what travels is looked at here, not who keeps it.
  co_await session.execute(
      query("CREATE KEYSPACE IF NOT EXISTS values_it WITH replication = {'class': 'SimpleStrategy', "
            "'replication_factor': 1}"));
  co_await session.execute(query("CREATE TYPE IF NOT EXISTS values_it.place (street text, zip int)"));
  co_await session.execute(query(std::string("CREATE TABLE IF NOT EXISTS values_it.everything (") + columns + ")"));
  co_return std::move(session);
}

std::string insert_statement() {
  std::string names;
  std::string markers;
  std::apply(
      [&](const auto&... field) {
        ((names += (names.empty() ? "" : ", ") + std::string(field.name)), ...);
        ((markers += (markers.empty() ? ":" : ", :") + std::string(field.name)), ...);
      },
      fields<Everything>);
  return "INSERT INTO values_it.everything (" + names + ") VALUES (" + markers + ")";
}

class ValuesOnRing : public testing::TestWithParam<int> {
 protected:
  static ClusterOptions options() {
    ClusterOptions made = ring_options();
    made.protocol_version = GetParam();
    return made;
  }
};
INSTANTIATE_TEST_SUITE_P(Versions, ValuesOnRing, testing::Values(4, 5),
                         [](const auto& info) { return "v" + std::to_string(info.param); });

TEST_P(ValuesOnRing, every_type_is_what_the_server_prints_and_comes_back) {
  run([](ClusterOptions options) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await open(cluster);
    const PreparedStatement insert = co_await session.prepare(insert_statement());
    const PreparedStatement select = co_await session.prepare("SELECT * FROM values_it.everything WHERE k = ?");
    for (const Everything& written : {ordinary(), extreme()}) {
      co_await session.execute(insert.bind_fields(written));
      const Result result = co_await session.execute(select.bind(written.k));
      int rows = 0;
      for (const Everything& read : result.page.rows_as<Everything>()) {
        EXPECT_TRUE(read == written) << written.k;
        ++rows;
      }
      EXPECT_EQ(rows, 1);
    }
    for (const auto& [name, text] : printed) {
      const Result result =
          co_await session.execute(query("SELECT to_json(" + name + ") FROM values_it.everything WHERE k = 1"));
      EXPECT_EQ(result.page.row_count(), 1U);
      for (const auto& [json] : result.page.rows_as<std::string_view>()) EXPECT_EQ(json, text) << name;
    }
  }(options()));
}

TEST_P(ValuesOnRing, null_unset_and_empty_are_three_things) {
  run([](ClusterOptions options) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await open(cluster);
    const PreparedStatement insert =
        co_await session.prepare("INSERT INTO values_it.everything (k, a_text, a_bigint, a_list) VALUES (?, ?, ?, ?)");
    const PreparedStatement select =
        co_await session.prepare("SELECT a_text, a_bigint, a_list FROM values_it.everything WHERE k = ?");
    using Row = std::tuple<std::optional<std::string>, std::optional<MaybeEmpty<std::int64_t>>,
                           std::optional<std::vector<std::string>>>;
    const auto read = [&]() -> asio::awaitable<Row> {
      const Result result = co_await session.execute(select.bind(2));
      co_return *result.page.rows_as<Row>().begin();
    };
    co_await session.execute(insert.bind(2, "x", 5, std::vector{"y"}));
    co_await session.execute(insert.bind(2, unset, unset, unset));
    EXPECT_EQ(co_await read(), Row("x", MaybeEmpty<std::int64_t>{5}, std::vector<std::string>{"y"}));
    co_await session.execute(insert.bind(2, std::nullopt, MaybeEmpty<std::int64_t>{}, std::vector<std::string>{}));
    EXPECT_EQ(co_await read(), Row(std::nullopt, MaybeEmpty<std::int64_t>{}, std::vector<std::string>{}));
    co_await session.execute(insert.bind_named(named("a_list", std::nullopt), named("k", 2), named("a_text", ""),
                                               named("a_bigint", std::nullopt)));
    EXPECT_EQ(co_await read(), Row("", std::nullopt, std::nullopt));
  }(options()));
}

TEST_P(ValuesOnRing, simple_queries_take_values_as_their_natural_types) {
  run([](ClusterOptions options) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await open(cluster);
    co_await session.execute(Query{
        .cql = "INSERT INTO values_it.everything (k, a_text, a_bigint, a_double, a_set, a_tuple, some_floats, a_date, "
               "a_time, a_varint) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        .values =
            Values::of(3, "text", std::int64_t{7}, std::nan(""), std::set{1, 2}, std::tuple{1, "a"},
                       std::array{1.0F, 2.0F, 3.0F}, 2024y / February / 29, TimeOfDay(5s), parsed<Varint>("-129"))});
    const Result result = co_await session.execute(
        Query{.cql = "SELECT a_text, a_bigint, a_double, a_set, a_tuple, some_floats, a_date, a_time, a_varint "
                     "FROM values_it.everything WHERE k = ?",
              .values = Values::of(3)});
    for (const auto& [text, number, real, set, tuple, floats, date, time, varint] :
         result.page.rows_as<std::string, std::int64_t, double, std::set<int>, std::pair<int, std::string>,
                             std::vector<float>, year_month_day, TimeOfDay, Varint>()) {
      EXPECT_EQ(text, "text");
      EXPECT_EQ(number, 7);
      EXPECT_TRUE(std::isnan(real));
      EXPECT_EQ(set, (std::set{1, 2}));
      EXPECT_EQ(tuple, std::pair(1, std::string("a")));
      EXPECT_EQ(floats, (std::vector{1.0F, 2.0F, 3.0F}));
      EXPECT_EQ(date, 2024y / February / 29);
      EXPECT_EQ(time, TimeOfDay(5s));
      EXPECT_EQ(varint.to_string(), "-129");
    }
    EXPECT_EQ(result.page.row_count(), 1U);
  }(options()));
}

TEST_P(ValuesOnRing, counters_and_types_that_grew) {
  run([](ClusterOptions options) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await open(cluster);
    const std::string suffix = "_v" + std::to_string(cluster.protocol_version());
    co_await session.execute(
        query("CREATE TABLE IF NOT EXISTS values_it.counted" + suffix + " (k int PRIMARY KEY, n counter)"));
    co_await session.execute(query("TRUNCATE values_it.counted" + suffix));
    const PreparedStatement add =
        co_await session.prepare("UPDATE values_it.counted" + suffix + " SET n = n + ? WHERE k = ?");
    co_await session.execute(add.bind(5, 1));
    co_await session.execute(add.bind(-7, 1));
    const Result counted = co_await session.execute(query("SELECT n FROM values_it.counted" + suffix));
    for (const auto& [n] : counted.page.rows_as<std::int64_t>()) EXPECT_EQ(n, -2);

    co_await session.execute(query("DROP TABLE IF EXISTS values_it.grown" + suffix));
    co_await session.execute(query("DROP TYPE IF EXISTS values_it.grown" + suffix));
    co_await session.execute(query("CREATE TYPE values_it.grown" + suffix + " (street text)"));
    co_await session.execute(
        query("CREATE TABLE values_it.grown" + suffix + " (k int PRIMARY KEY, v frozen<grown" + suffix + ">)"));
    co_await session.execute(query("INSERT INTO values_it.grown" + suffix + " (k, v) VALUES (1, {street: 'Elm'})"));
    co_await session.execute(query("ALTER TYPE values_it.grown" + suffix + " ADD zip int"));
    const Result grown = co_await session.execute(query("SELECT v FROM values_it.grown" + suffix));
    for (const auto& [place] : grown.page.rows_as<std::tuple<Place>>()) EXPECT_EQ(place, (Place{"Elm", std::nullopt}));
    EXPECT_EQ(grown.page.row_count(), 1U);
  }(options()));
}

}  // namespace
}  // namespace cql::test
