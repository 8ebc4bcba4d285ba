// An export with write times and times to live, and a load of it, leave the cells as they were.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "cqlbulk/rows.hpp"
#include "operation_fixture.hpp"

namespace cqlbulk {
namespace {

using ::testing::HasSubstr;

class Restores : public testing::OperationTest {
 protected:
  static constexpr const char* columns =
      "(k int, c int, s text static, v text, w int, f frozen<list<int>>, tags set<text>, m map<text, int>, l "
      "list<int>, "
      "PRIMARY KEY (k, c))";
  static constexpr const char* cells =
      "SELECT k, c, s, v, w, f, tags, m, l, WRITETIME(s), WRITETIME(v), WRITETIME(w), WRITETIME(f), WRITETIME(tags), "
      "WRITETIME(m) FROM %";

  static void fill() {
    run(std::string("CREATE TABLE %cells ") + columns);
    run(std::string("CREATE TABLE %copy ") + columns);
    // Born by INSERT, all alike; by UPDATE, all different; with elements of different ages; a static cell alone.
    run("INSERT INTO %cells (k, c, v, w, f, tags, m) VALUES (1, 1, 'a', 1, [1, 2], {'x', 'y'}, {'p': 1}) USING "
        "TIMESTAMP "
        "1000000");
    run("UPDATE %cells USING TIMESTAMP 2000000 SET v = 'b' WHERE k = 1 AND c = 2");
    run("UPDATE %cells USING TIMESTAMP 3000000 AND TTL 5000 SET w = 2 WHERE k = 1 AND c = 2");
    run("UPDATE %cells USING TIMESTAMP 4000000 SET tags = tags + {'m'} WHERE k = 1 AND c = 2");
    run("UPDATE %cells USING TIMESTAMP 5000000 AND TTL 7000 SET tags = tags + {'a'} WHERE k = 1 AND c = 2");
    run("UPDATE %cells USING TIMESTAMP 6000000 SET m['q'] = 7 WHERE k = 1 AND c = 2");
    run("UPDATE %cells USING TIMESTAMP 7000000 SET m['r'] = 8 WHERE k = 1 AND c = 2");
    run("UPDATE %cells USING TIMESTAMP 8000000 SET s = 'static' WHERE k = 1");
    run("INSERT INTO %cells (k, c) VALUES (2, 1) USING TIMESTAMP 9000000");
    run("INSERT INTO %cells (k, s) VALUES (5, 'static alone') USING TIMESTAMP 9500000");
    run("INSERT INTO %cells (k, c, v) VALUES (3, 1, 'short') USING TIMESTAMP 1000 AND TTL 1");
    run("INSERT INTO %cells (k, c, l) VALUES (4, 1, [3, 1, 2]) USING TIMESTAMP 10000000");
  }
  static std::vector<std::string> rows_of(std::string statement, const std::string& table) {
    const cql::Result result = run(statement + table);
    std::vector<std::string> rows;
    CellIndex index;
    const RowsView view = index.index(result.page.columns(), result.page.rows(), result.page.row_count());
    for (std::size_t row = 0; row < view.row_count; ++row) {
      std::string text;
      for (std::size_t column = 0; column < view.columns.size(); ++column) {
        const Cell& cell = view.cell(row, column);
        text += cell.has_value() ? std::string(cql::as_text(view.value(cell))) : "null";
        text += '|';
      }
      rows.push_back(text);
    }
    return rows;
  }
};

TEST_F(Restores, EveryReadableCellsTimes) {
  fill();
  for (const char* file : {"cells.csv", "cells.parquet"}) {
    ExportOptions out = export_options("cells", file);
    out.writetime_suffix = "_writetime";
    out.ttl_suffix = "_ttl";
    const Report exported = run_export(out);
    ASSERT_EQ(exported.status, Status::success) << exported.to_text();
    run("TRUNCATE %copy");
    LoadOptions in = load_options("copy", file);
    in.restore_writetime = "_writetime";
    in.restore_ttl = "_ttl";
    const Report report = run_load(in);
    ASSERT_EQ(report.status, Status::success) << report.to_text();
    EXPECT_EQ(report.rows, exported.rows);
    // The row whose only cell had a second to live may have been there, or not; it is gone by now or soon.
    std::string only_lasting(cells);
    EXPECT_EQ(rows_of(only_lasting, "copy WHERE k IN (1, 2, 4, 5)"),
              rows_of(only_lasting, "cells WHERE k IN (1, 2, 4, 5)"))
        << file;
    // "a" expires, "m" does not.
    const auto ttls = [](const std::string& table) {
      const cql::Result result = run("SELECT TTL(w), TTL(tags) FROM %" + table + " WHERE k = 1 AND c = 2");
      cql::RowCursor row(result.page);
      EXPECT_TRUE(row.next());
      std::vector<std::optional<std::int32_t>> found = row.get<std::vector<std::optional<std::int32_t>>>(1);
      found.push_back(row.get<std::optional<std::int32_t>>(0));
      return found;
    };
    const auto then = ttls("cells");
    const auto now = ttls("copy");
    ASSERT_EQ(now.size(), 3U);
    EXPECT_EQ(now[1], std::nullopt);
    for (const std::size_t i : {0U, 2U}) EXPECT_NEAR(now[i].value_or(0), then[i].value_or(-9), 2) << i;
    EXPECT_EQ(text("SELECT CAST(TTL(v) AS text) FROM %copy WHERE k = 1 AND c = 2"), "null");
  }
}

TEST_F(Restores, LeavesOutWhatHasExpiredAndSaysHowMuch) {
  run("CREATE TABLE %expired (k int PRIMARY KEY, v text, w text)");
  scratch.write("in.csv",
                "k,v,w,v_writetime,w_writetime,v_ttl,w_ttl,ttl_read_at\n"
                "1,a,b,1000,2000,10,,2020-01-01T00:00:00Z\n"
                "2,a,,1000,,10,,2020-01-01T00:00:00Z\n");
  LoadOptions in = load_options("expired", "in.csv");
  in.restore_writetime = "_writetime";
  in.restore_ttl = "_ttl";
  const Report report = run_load(in);
  EXPECT_EQ(report.rows, 2U) << report.to_text();
  EXPECT_EQ(report.expired_cells, 2U);
  EXPECT_THAT(report.to_text(), HasSubstr("2 cells not written, their time being over"));
  EXPECT_EQ(text("SELECT v FROM %expired WHERE k = 1"), "null");
  EXPECT_EQ(number("SELECT writetime(w) FROM %expired WHERE k = 1"), 2000);
  EXPECT_EQ(text("SELECT v FROM %expired WHERE k = 2"), "no row");
}

TEST_F(Restores, RefusesWhatDoesNotGoTogether) {
  run("CREATE TABLE %refused (k int PRIMARY KEY, v text)");
  scratch.write("in.csv", "k,v\n1,a\n");
  LoadOptions in = load_options("refused", "in.csv");
  in.restore_writetime = "_writetime";
  EXPECT_THAT(usage_error_of([&] { run_load(in); }), HasSubstr("no field holds the write time"));
  in.timestamp = "5";
  EXPECT_THAT(usage_error_of([&] { run_load(in); }), HasSubstr("--timestamp cannot be given together"));
}

}  // namespace
}  // namespace cqlbulk
