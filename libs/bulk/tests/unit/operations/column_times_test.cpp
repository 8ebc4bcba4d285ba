// Write times and times to live that options give to single columns: the statements of a row, as the server gets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "cql/error.hpp"
#include "cqlbulk/error.hpp"
#include "metadata_fixture.hpp"
#include "operations/load_statement.hpp"
#include "operations/row_restorer.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Role = cql::Column::Role;
using Kind = cql::TypeKind;

constexpr std::int64_t own_timestamp = 700;

cql::Table stock() {
  return test::table("ks", "t",
                     {test::column("k", Kind::int_, Role::partition_key, 0),
                      test::column("c", Kind::int_, Role::clustering, 0), test::column("s", Kind::int_, Role::static_),
                      test::column("a", Kind::int_, Role::regular), test::column("b", Kind::int_, Role::regular)});
}

/// Names of fields and their values; what is absent is null.
using Record = std::map<std::string, std::optional<std::int64_t>>;

struct Loading {
  Loading(std::initializer_list<const char*> field_names, const LoadOptions& options) {
    for (const char* name : field_names) fields.push_back({name, "text", std::nullopt});
    statement = plan_statement(table, fields, "in.csv", options);
    restorer.emplace(table, statement.restored.value());
  }

  /// The writes as text, with the values in place of the marks.
  [[nodiscard]] std::vector<std::string> writes(const Record& record) const {
    cql::Buffer row;
    for (const LoadStatement::Value& value : statement.values) {
      const auto given = record.find(value.name);
      append(value.type.value().kind, given == record.end() ? std::nullopt : given->second, row);
    }
    if (statement.timestamp == LoadStatement::Timestamp::own) append(Kind::bigint, own_timestamp, row);
    RowRestorer::Writes out;
    restorer->append(row.view(), 0, out);
    std::vector<std::string> texts;
    for (const RowRestorer::Write& write : out.writes) texts.push_back(text_of(out, write));
    return texts;
  }

  static void append(Kind kind, std::optional<std::int64_t> value, cql::Buffer& row) {
    if (!value) {
      row.append_integer(std::int32_t{-2});
    } else if (kind == Kind::bigint) {
      row.append_integer(std::int32_t{8});
      row.append_integer(*value);
    } else {
      row.append_integer(std::int32_t{4});
      row.append_integer(static_cast<std::int32_t>(*value));
    }
  }

  [[nodiscard]] std::string text_of(const RowRestorer::Writes& writes, const RowRestorer::Write& write) const {
    cql::Reader reader(writes.bytes.view(write.begin, write.size), "a write");
    std::string text;
    for (const char c : restorer->statements().at(write.statement)) {
      if (c != '?') {
        text += c;
        continue;
      }
      const std::int32_t size = reader.i32();
      const cql::ByteView value = size < 0 ? cql::ByteView() : reader.raw(static_cast<std::size_t>(size));
      text += size < 0    ? "unset"
              : size == 4 ? std::to_string(cql::load_big_endian<std::int32_t>(value.data()))
                          : std::to_string(cql::load_big_endian<std::int64_t>(value.data()));
    }
    EXPECT_EQ(reader.remaining(), 0U);
    return text;
  }

  cql::Table table = stock();
  std::vector<formats::Field> fields;
  LoadStatement statement;
  std::optional<RowRestorer> restorer;
};

LoadOptions with(const std::function<void(LoadOptions&)>& set) {
  LoadOptions options;
  set(options);
  return options;
}

TEST(ColumnTimes, ARowIsWrittenWithTheRecordsTimesAndColumnsOfTheirOwnByAnUpdateEach) {
  const Loading loading({"k", "c", "a", "b", "at", "left"}, with([](LoadOptions& options) {
                          options.column_timestamps = {{"a", "at"}};
                          options.column_ttls = {{"a", "60"}, {"b", "left"}};
                        }));
  EXPECT_THAT(loading.writes({{"k", 1}, {"c", 2}, {"a", 3}, {"b", 4}, {"at", 500}, {"left", 90}}),
              ElementsAre("INSERT INTO ks.t (k, c) VALUES (1, 2) USING TIMESTAMP 700 AND TTL 0",
                          "UPDATE ks.t USING TIMESTAMP 500 AND TTL 60 SET a = 3 WHERE k = 1 AND c = 2",
                          "UPDATE ks.t USING TIMESTAMP 700 AND TTL 90 SET b = 4 WHERE k = 1 AND c = 2"));
  EXPECT_THAT(loading.writes({{"k", 1}, {"c", 2}, {"b", 4}}),
              ElementsAre("INSERT INTO ks.t (k, c) VALUES (1, 2) USING TIMESTAMP 700 AND TTL 0",
                          "UPDATE ks.t USING TIMESTAMP 700 AND TTL 0 SET b = 4 WHERE k = 1 AND c = 2"))
      << "null: the record's, and nothing is written for a null cell";
}

TEST(ColumnTimes, StandBesideTimesOfTheRecord) {
  const Loading loading({"k", "c", "a", "b", "at", "left"}, with([](LoadOptions& options) {
                          options.timestamp = "at";
                          options.timestamp_unit = TimeUnit::milliseconds;
                          options.ttl = "left";
                          options.column_timestamps = {{"b", "9"}};
                        }));
  EXPECT_THAT(loading.writes({{"k", 1}, {"c", 2}, {"a", 3}, {"b", 4}, {"at", 5}, {"left", 90}}),
              ElementsAre("INSERT INTO ks.t (k, c, a) VALUES (1, 2, 3) USING TIMESTAMP 5000 AND TTL 90",
                          "UPDATE ks.t USING TIMESTAMP 9000 AND TTL 90 SET b = 4 WHERE k = 1 AND c = 2"));
  EXPECT_THROW((void)loading.writes({{"k", 1}, {"c", 2}, {"at", INT64_MAX}}), cql::Error)
      << "no number of microseconds";
  const Loading constants({"k", "c", "a", "b"}, with([](LoadOptions& options) {
                            options.timestamp = "5";
                            options.ttl = "6";
                            options.column_ttls = {{"b", "0"}};
                          }));
  EXPECT_THAT(constants.writes({{"k", 1}, {"c", 2}, {"a", 3}, {"b", 4}}),
              ElementsAre("INSERT INTO ks.t (k, c, a) VALUES (1, 2, 3) USING TIMESTAMP 5 AND TTL 6",
                          "UPDATE ks.t USING TIMESTAMP 5 AND TTL 0 SET b = 4 WHERE k = 1 AND c = 2"));
}

TEST(ColumnTimes, AnUpdateWritesNoMarker) {
  const Loading loading({"k", "c", "a"}, with([](LoadOptions& options) {
                          options.write_as = WriteAs::update;
                          options.column_ttls = {{"a", "60"}};
                        }));
  EXPECT_THAT(loading.writes({{"k", 1}, {"c", 2}, {"a", 3}}),
              ElementsAre("UPDATE ks.t USING TIMESTAMP 700 AND TTL 60 SET a = 3 WHERE k = 1 AND c = 2"));
  EXPECT_THAT(loading.writes({{"k", 1}, {"c", 2}}), ::testing::IsEmpty());
}

TEST(ColumnTimes, APartitionOfStaticColumnsAloneIsWrittenByItsKey) {
  const Loading loading({"k", "c", "s", "a"}, with([](LoadOptions& options) { options.column_ttls = {{"a", "60"}}; }));
  EXPECT_THAT(loading.writes({{"k", 1}, {"s", 3}}),
              ElementsAre("UPDATE ks.t USING TIMESTAMP 700 AND TTL 0 SET s = 3 WHERE k = 1"));
  EXPECT_THROW((void)loading.writes({{"k", 1}, {"s", 3}, {"a", 4}}), cql::Error);
}

TEST(ColumnTimes, WhatCannotBeIsRefusedByName) {
  const auto refusal = [](const std::function<void(LoadOptions&)>& set) -> std::string {
    const cql::Table table = stock();
    const std::vector<formats::Field> fields = {{"k", "", {}}, {"c", "", {}}, {"a", "", {}}, {"at", "", {}}};
    LoadOptions options = with(set);
    options.ignore_fields = true;
    try {
      (void)plan_statement(table, fields, "in.csv", options);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_THAT(refusal([](auto& options) { options.column_ttls = {{"k", "1"}}; }), HasSubstr("k (--ttl-of) is part of"));
  EXPECT_THAT(refusal([](auto& options) { options.column_ttls = {{"x", "1"}}; }), HasSubstr("no column x"));
  EXPECT_THAT(refusal([](auto& options) { options.column_ttls = {{"b", "1"}}; }), HasSubstr("gets no value"));
  EXPECT_THAT(refusal([](auto& options) { options.column_ttls = {{"a", "1"}, {"a", "2"}}; }), HasSubstr("two times"));
  EXPECT_THAT(refusal([](auto& options) { options.column_ttls = {{"a", "-1"}}; }), HasSubstr("no number of seconds"));
  EXPECT_THAT(refusal([](auto& options) { options.column_ttls = {{"a", "an"}}; }), HasSubstr("Did you mean \"a"));
  EXPECT_THAT(refusal([](auto& options) { options.column_timestamps = {{"a", "99999999999999999999"}}; }),
              HasSubstr("no whole number of microseconds"));
  EXPECT_THAT(refusal([](auto& options) {
                options.column_timestamps = {{"a", "1"}};
                options.restore_ttl = "_ttl";
                options.nulls = Nulls::write;
              }),
              HasSubstr("--timestamp-of, --ttl-of, --nulls write cannot be given together with --restore-writetime"));
  EXPECT_EQ(refusal([](auto& options) { options.column_timestamps = {{"a", "at"}}; }), "accepted");
}

}  // namespace
}  // namespace cqlbulk::operations
