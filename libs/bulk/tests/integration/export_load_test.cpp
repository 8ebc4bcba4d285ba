// Out and in again, on a real ring: what comes back is what was there, for every type, format and shape of output.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "cqlbulk/error.hpp"
#include "cqlbulk/resume.hpp"
#include "cqlbulk/status.hpp"
#include "operation_fixture.hpp"

namespace cqlbulk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class RoundTrip : public testing::OperationTest {
 protected:
  static void create_all_types(const std::string& table) {
    run("CREATE TYPE IF NOT EXISTS %address (street text, zip int, tags frozen<set<text>>)");
    run("CREATE TABLE %" + table +
        " (pk int, ck text, ascii_ ascii, bigint_ bigint, blob_ blob, boolean_ boolean, date_ date, decimal_ decimal,"
        " double_ double, duration_ duration, float_ float, inet_ inet, smallint_ smallint, text_ text, time_ time,"
        " timestamp_ timestamp, timeuuid_ timeuuid, tinyint_ tinyint, uuid_ uuid, varint_ varint, list_ list<int>,"
        " set_ set<text>, map_ map<text, bigint>, frozen_list frozen<list<text>>, tuple_ tuple<int, text>,"
        " udt_ address, frozen_udt frozen<address>, vector_ vector<float, 3>, \"Odd \"\"name\" text, static_ text "
        "static,"
        " PRIMARY KEY (pk, ck))");
  }
  static void fill_all_types(const std::string& table) {
    const std::string insert =
        "INSERT INTO %" + table +
        " (pk, ck, ascii_, bigint_, blob_, boolean_, date_, decimal_, double_, duration_, float_, inet_, smallint_,"
        " text_, time_, timestamp_, timeuuid_, tinyint_, uuid_, varint_, list_, set_, map_, frozen_list, tuple_, udt_,"
        " frozen_udt, vector_, \"Odd \"\"name\") VALUES ";
    run(insert +
        "(1, 'usual', 'ascii', 1234567890123, 0xcafe, true, '2024-02-29', 12.340, 0.1, 1y2mo3d4h5m6s7ms, 1.5,"
        " '192.168.0.1', -3, 'naïve, \"quoted\"\nsecond line', '12:34:56.789012345', '2024-02-29T12:34:56.789Z',"
        " 50554d6e-29bb-11e5-b345-feff819cdc9f, -128, 123e4567-e89b-12d3-a456-426614174000,"
        " 123456789012345678901234567890, [1, 2, 3], {'a', 'b,c'}, {'k': 9007199254740993}, ['x', ''],"
        " (1, 'one'), {street: 'Elm', zip: 12345, tags: {'t'}}, {street: null, zip: 1, tags: null}, [1.5, -2.25, 3],"
        " 'odd')");
    run(insert +
        "(2, 'extreme', '', -9223372036854775808, 0x, false, '-5877641-06-23', -1E-400, NaN, -1mo1ns, -Infinity,"
        " '2001:db8::1', 32767, '', '00:00:00', '2262-04-11T23:47:16.854Z', 50554d6e-29bb-11e5-b345-feff819cdc9f,"
        " 127, 00000000-0000-0000-0000-000000000000, -1, [-2147483648], {''}, {'': -1}, [], (null, ''),"
        " {street: '', zip: null, tags: {}}, {street: '', zip: null, tags: {}}, [0, -0.0, 3.4e38], '')");
    run("INSERT INTO %" + table + " (pk, ck) VALUES (3, '')");
    run("INSERT INTO %" + table + " (pk, static_) VALUES (4, 'static row alone')");
    run("INSERT INTO %" + table + " (pk, ck, timestamp_) VALUES (5, 'ancient', -62198755200000)");
    for (int i = 0; i < 300; ++i) {
      run("INSERT INTO %" + table + " (pk, ck, text_, bigint_) VALUES (" + std::to_string(100 + i % 20) + ", 'row " +
          std::to_string(i) + "', 'text " + std::to_string(i * i) + "', " + std::to_string(i) + ")");
    }
  }
  /// A row of a static column alone has no clustering key: it cannot be inserted like the others.
  static void drop_static_row(const std::string& table) { run("DELETE FROM %" + table + " WHERE pk = 4"); }
};

TEST_F(RoundTrip, EveryTypeComesBackInEveryFormatAndShape) {
  create_all_types("all_types");
  fill_all_types("all_types");
  drop_static_row("all_types");
  EXPECT_EQ(run_export(export_options("all_types", "reference.csv")).rows, 304U);
  const std::vector<std::string> reference = sorted_lines("reference.csv");
  int copies = 0;
  for (const char* target : {"copy.csv", "parts_csv/", "copy.parquet", "parts_parquet/"}) {
    SCOPED_TRACE(target);
    ExportOptions out = export_options("all_types", target);
    if (out.to.back() == '/') {
      out.format = out.to.find("csv") != std::string::npos ? FormatKind::csv : FormatKind::parquet;
      out.max_file_rows = 100;
    }
    out.operation.pace.threads = 2;
    const Report exported = run_export(out);
    EXPECT_EQ(exported.status, Status::success) << exported.to_text();
    EXPECT_EQ(exported.rows, 304U);
    const std::string table = "all_types_" + std::to_string(++copies);
    create_all_types(table);
    const Report loaded = run_load(load_options(table, target));
    EXPECT_EQ(loaded.status, Status::success) << loaded.to_text();
    EXPECT_EQ(loaded.rows, 304U);
    EXPECT_EQ(loaded.records_read, 304U);
    const std::string again = "again_" + std::to_string(copies) + ".csv";
    EXPECT_EQ(run_export(export_options(table, again)).rows, 304U);
    EXPECT_EQ(sorted_lines(again), reference);
  }
}

TEST_F(RoundTrip, StaticColumnsGoByThePartitionKeyAlone) {
  create_all_types("statics");
  fill_all_types("statics");
  ExportOptions out = export_options("statics", "statics.csv");
  out.columns = {{"pk", "pk"}, {"static_", "static_"}};
  out.subject.where = "pk = 4";
  EXPECT_EQ(run_export(out).rows, 1U);
  create_all_types("statics_copy");
  EXPECT_EQ(run_load(load_options("statics_copy", "statics.csv")).rows, 1U);
  EXPECT_EQ(text("SELECT static_ FROM %statics_copy WHERE pk = 4"), "static row alone");
}

class Exports : public testing::OperationTest {
 protected:
  static void create(const std::string& table, int rows) {
    run("CREATE TABLE %" + table + " (id int PRIMARY KEY, v text)");
    std::string batch;
    for (int i = 0; i < rows; ++i) {
      batch += "INSERT INTO %" + table + " (id, v) VALUES (" + std::to_string(i) + ", 'v') USING TIMESTAMP 1000;";
      if (i % 100 == 99 || i + 1 == rows) run("BEGIN UNLOGGED BATCH " + std::exchange(batch, {}) + " APPLY BATCH");
    }
  }
};

TEST_F(Exports, AnEmptyTableIsAFileWithColumnsOnly) {
  create("nothing", 0);
  EXPECT_EQ(run_export(export_options("nothing", "empty.csv")).status, Status::success);
  EXPECT_EQ(testing::read_file(scratch.path("empty.csv")), "id,v\n");
  EXPECT_EQ(run_export(export_options("nothing", "empty.parquet")).status, Status::success);
  ExportOptions parts = export_options("nothing", "parts/");
  parts.format = FormatKind::csv;
  EXPECT_THAT(run_export(parts).files, ElementsAre(scratch.path("parts/part-00000.csv")));
  EXPECT_EQ(run_load(load_options("nothing", "empty.csv")).rows, 0U);
  EXPECT_EQ(run_load(load_options("nothing", "empty.parquet")).rows, 0U);
}

TEST_F(Exports, WriteEveryRowOnceWhateverTheSplitsAndPages) {
  create("many", 1'000);
  for (const std::uint32_t splits : {1U, 7U, 64U, 500U}) {
    for (const std::int32_t page : {1, 10, 5'000}) {
      if (page == 1 && splits != 7) continue;
      ExportOptions options = export_options("many", "many.csv");
      options.overwrite = true;
      options.operation.pace.splits = splits;
      options.operation.pace.page_size = page;
      options.operation.pace.threads = 3;
      EXPECT_EQ(run_export(options).rows, 1'000U) << splits << " " << page;
      std::vector<std::string> lines = sorted_lines("many.csv");
      EXPECT_THAT(lines, SizeIs(1'001));
      EXPECT_EQ(std::unique(lines.begin(), lines.end()), lines.end());
    }
  }
}

TEST_F(Exports, StopAtExactlyTheRowsAskedFor) {
  create("limited", 500);
  for (const char* target : {"limited.csv", "limited/"}) {
    ExportOptions options = export_options("limited", target);
    options.format = FormatKind::csv;
    options.operation.pace.max_rows = 123;
    options.operation.pace.page_size = 10;
    EXPECT_EQ(run_export(options).rows, 123U);
  }
  EXPECT_THAT(sorted_lines("limited.csv"), SizeIs(124));
}

TEST_F(Exports, RotatePartsBelowTheirRows) {
  create("rotated", 500);
  ExportOptions options = export_options("rotated", "rotated/");
  options.format = FormatKind::csv;
  options.max_file_rows = 60;
  options.operation.pace.threads = 2;
  const Report report = run_export(options);
  EXPECT_GE(report.files.size(), 9U);
  std::size_t rows = 0;
  for (const std::string& name : scratch.names("rotated")) {
    const std::size_t lines = sorted_lines("rotated/" + name).size();
    EXPECT_LE(lines, 61U) << name;
    rows += lines - 1;
  }
  EXPECT_EQ(rows, 500U);
  EXPECT_THAT(status_json(scratch.path("operations"), report.operation), HasSubstr("\"state\": \"SUCCESS\""));
}

TEST_F(Exports, SelectColumnsRestrictionsAndWritetimes) {
  create("chosen", 10);
  ExportOptions options = export_options("chosen", "chosen.csv");
  options.columns = {{"v", "value"}, {"id", "id"}};
  options.writetime_suffix = "_writetime";
  options.subject.where = "id = 3";
  EXPECT_EQ(run_export(options).rows, 1U);
  EXPECT_EQ(testing::read_file(scratch.path("chosen.csv")), "value,value_writetime,id\nv,1000,3\n");
}

TEST_F(Exports, RunAQueryWholeWhenItCannotBeSplit) {
  create("queried", 10);
  ExportOptions options = export_options("", "queried.csv");
  options.subject = {};
  options.subject.query = "SELECT count(*) AS n FROM " + keyspace + ".queried";
  const Report report = run_export(options);
  EXPECT_EQ(report.pieces, 1U);
  EXPECT_EQ(testing::read_file(scratch.path("queried.csv")), "n\n10\n");
}

TEST_F(Exports, RefuseWhatCannotBeBeforeAnyWork) {
  create("refused", 1);
  scratch.write("there.csv", "mine");
  EXPECT_THAT(usage_error_of([&] { run_export(export_options("refused", "there.csv")); }), HasSubstr("exists already"));
  EXPECT_THAT(usage_error_of([&] { run_export(export_options("refused", "absent/x.csv")); }),
              HasSubstr("absent/x.csv"));
  EXPECT_THAT(usage_error_of([&] { run_export(export_options("refuzed", "x.csv")); }),
              HasSubstr("Did you mean refused"));
  ExportOptions wrong = export_options("refused", "x.csv");
  wrong.subject.where = "no such thing";
  EXPECT_THAT(usage_error_of([&] { run_export(wrong); }), Not(HasSubstr("no error")));
  EXPECT_EQ(testing::read_file(scratch.path("there.csv")), "mine");
  EXPECT_THAT(scratch.names("operations"), IsEmpty());
}

TEST_F(Exports, GoOnWhereTheyWereInterrupted) {
  create("slow", 1'000);
  for (const char* target : {"slow.csv", "slow.parquet", "slow/"}) {
    SCOPED_TRACE(target);
    ExportOptions options = export_options("slow", target);
    options.format = std::string(target).ends_with("parquet") ? FormatKind::parquet : FormatKind::csv;
    options.operation.pace.page_size = 1;
    options.operation.pace.parallelism = 1;
    options.operation.pace.threads = 1;
    std::stop_source stop;
    // The first hidden part shows that rows are under way.
    std::jthread stopper([&](const std::stop_token& done) {
      while (!done.stop_requested()) {
        for (const std::string& name : scratch.names()) {
          if (name.find(".cqlbulk-") != std::string::npos && !scratch.names(name).empty()) {
            stop.request_stop();
            return;
          }
        }
        std::this_thread::yield();
      }
    });
    const Report report = run_export(options, stop.get_token());
    EXPECT_EQ(report.status, Status::interrupted) << report.to_text();
    EXPECT_LT(report.rows, 1'000U);
    const bool directory = std::string(target).ends_with('/');
    if (!directory) EXPECT_FALSE(std::filesystem::exists(scratch.path(target)));
    EXPECT_THAT(status_text(scratch.path("operations"), report.operation), HasSubstr("INTERRUPTED"));

    ResumeOptions again;
    again.operation = report.operation;
    again.operation_dir = scratch.path("operations");
    again.cluster = cluster_options();
    again.page_size = 5'000;
    const Report resumed = resume(again, observer);
    EXPECT_EQ(resumed.status, Status::success) << resumed.to_text();
    EXPECT_EQ(resumed.rows, 1'000U);
    EXPECT_EQ(resumed.rows_before, report.rows);
    EXPECT_THAT(scratch.names(), UnorderedElementsAre("operations", directory ? "slow" : target));
    std::filesystem::remove_all(scratch.path(target));
  }
}

}  // namespace
}  // namespace cqlbulk
