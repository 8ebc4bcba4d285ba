// What a load can do besides inserting fields: counters, updates, deletes, constants and functions, statements of the
// user's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "operation_fixture.hpp"

namespace cqlbulk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LoadStatements : public testing::OperationTest {
 protected:
  LoadOptions own(std::string query, const std::string& from) const {
    LoadOptions options = load_options("", from);
    options.subject = {};
    for (std::size_t at; (at = query.find('%')) != std::string::npos;) query.replace(at, 1, keyspace + ".");
    options.subject.query = query;
    return options;
  }
};

TEST_F(LoadStatements, CountersAreAddedTo) {
  run("CREATE TABLE %counters (k int, c text, hits counter, misses counter, PRIMARY KEY (k, c))");
  scratch.write("in.csv", "c,k,hits,misses\na,1,5,\na,1,-2,1\nb,1,9223372036854775807,0\nb,2,x,1\n");
  const LoadOptions options = load_options("counters", "in.csv");
  const Report report = run_load(options);
  EXPECT_EQ(report.rows, 3U) << report.to_text();
  EXPECT_EQ(report.rejected, 1U);
  EXPECT_EQ(number("SELECT hits FROM %counters WHERE k = 1 AND c = 'a'"), 3);
  EXPECT_EQ(number("SELECT misses FROM %counters WHERE k = 1 AND c = 'a'"), 1);
  EXPECT_EQ(number("SELECT hits FROM %counters WHERE k = 1 AND c = 'b'"), INT64_MAX);
  EXPECT_EQ(run_load(options).rows, 3U);
  EXPECT_EQ(number("SELECT hits FROM %counters WHERE k = 1 AND c = 'a'"), 6) << "a second load adds again";
}

TEST_F(LoadStatements, UpdatesMakeNoRowMarker) {
  run("CREATE TABLE %updates (k int, c int, v text, w text, PRIMARY KEY (k, c))");
  scratch.write("in.csv", "k,c,v,w\n1,1,a,b\n1,2,,\n");
  LoadOptions options = load_options("updates", "in.csv");
  options.write_as = WriteAs::update;
  EXPECT_EQ(run_load(options).rows, 2U);
  EXPECT_EQ(text("SELECT w FROM %updates WHERE k = 1 AND c = 1"), "b");
  EXPECT_EQ(text("SELECT v FROM %updates WHERE k = 1 AND c = 2"), "no row") << "nothing but a key";
  run("DELETE v, w FROM %updates WHERE k = 1 AND c = 1");
  EXPECT_EQ(text("SELECT v FROM %updates WHERE k = 1 AND c = 1"), "no row");
  options.write_as = WriteAs::insert;
  EXPECT_EQ(run_load(options).rows, 2U);
  EXPECT_EQ(text("SELECT v FROM %updates WHERE k = 1 AND c = 2"), "null");
}

TEST_F(LoadStatements, DeletesRemoveRowsThatAreOlderThanTheLoad) {
  run("CREATE TABLE %deletes (k int, c int, v text, PRIMARY KEY (k, c))");
  for (const char* row : {"1, 1", "1, 2", "2, 1"})
    run(std::string("INSERT INTO %deletes (k, c, v) VALUES (") + row + ", 'x')");
  scratch.write("in.csv", "c,k\n1,1\n1,2\n9,9\n");
  LoadOptions options = load_options("deletes", "in.csv");
  options.write_as = WriteAs::remove;
  EXPECT_EQ(run_load(options).rows, 3U);
  EXPECT_EQ(number("SELECT count(*) FROM %deletes"), 1);
  EXPECT_EQ(text("SELECT v FROM %deletes WHERE k = 1 AND c = 2"), "x");
}

TEST_F(LoadStatements, ColumnsTakeConstantsAndFunctions) {
  run("CREATE TABLE %settings (id uuid PRIMARY KEY, at timestamp, day date, made timeuuid, n int, origin text, bytes "
      "blob)");
  std::string input = "n,t\n";
  for (int i = 0; i < 500; ++i) input += std::to_string(i) + ",t" + std::to_string(i) + "\n";
  scratch.write("in.csv", input);
  LoadOptions options = load_options("settings", "in.csv");
  options.set = {{"id", "uuid()"},  {"at", "current_timestamp()"},  {"day", "toDate(now())"},
                 {"made", "now()"}, {"origin", "'it''s ours: :t'"}, {"bytes", "textAsBlob(:t)"}};
  const Report report = run_load(options);
  EXPECT_EQ(report.rows, 500U) << report.to_text();
  EXPECT_EQ(number("SELECT count(*) FROM %settings"), 500) << "every record has an id of its own";
  EXPECT_EQ(text("SELECT origin FROM %settings LIMIT 1"), "it's ours: :t");
  const cql::Result times = run("SELECT at, n, blobAsText(bytes) FROM %settings");
  std::set<std::int64_t> at;
  for (cql::RowCursor row(times.page); row.next();) {
    at.insert(row.get<cql::Timestamp>(0).time_since_epoch().count());
    EXPECT_EQ(row.get<std::string>(2), "t" + std::to_string(row.get<std::int32_t>(1)));
  }
  EXPECT_EQ(at.size(), 1U) << "the operation's start for all";
  EXPECT_EQ(number("SELECT count(*) FROM %settings WHERE made > minTimeuuid('2020-01-01') ALLOW FILTERING"), 500);

  options.set[4].expression = "no_such_function()";
  EXPECT_THAT(usage_error_of([&] { run_load(options); }), HasSubstr("the server refused the statement"));
  options.set[4].expression = "now()";
  EXPECT_THAT(usage_error_of([&] { run_load(options); }), HasSubstr("makes another type than text"));
}

TEST_F(LoadStatements, StatementsOfTheUsersOwnTakeFieldsByName) {
  run("CREATE TABLE %own (k int PRIMARY KEY, v text, m map<text, int>)");
  scratch.write("in.csv", "id,v,key,n\n1,a,x,10\n2,b,y,20\n1,c,z,30\n");
  LoadOptions options = own("UPDATE %own SET v = :v, m[:key] = :n WHERE k = :k", "in.csv");
  options.map = {{"id", "k"}};
  Report report = run_load(options);
  EXPECT_EQ(report.rows, 3U) << report.to_text();
  EXPECT_EQ(text("SELECT v FROM %own WHERE k = 1"), "c") << "the later record wins";
  EXPECT_EQ(number("SELECT count(*) FROM %own"), 2);
  EXPECT_EQ(run("SELECT m['x'], m['z'] FROM %own WHERE k = 1").page.row_count(), 1U);
  EXPECT_LT(number("SELECT writetime(v) FROM %own WHERE k = 1"),
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count());

  scratch.write("gone.csv", "key,k\nx,1\n");
  EXPECT_EQ(run_load(own("DELETE m[:key] FROM %own WHERE k = :k", "gone.csv")).rows, 1U);
  ExportOptions out = export_options("own", "out.csv");
  run_export(out);
  EXPECT_THAT(sorted_lines("out.csv"), ElementsAre("k,m,v", "1,\"{\"\"z\"\":30}\",c", "2,\"{\"\"y\"\":20}\",b"));

  scratch.write("key.csv", "k\n1\n");
  EXPECT_THAT(usage_error_of([&] { run_load(own("UPDATE %own SET v = :w WHERE k = :k", "key.csv")); }),
              HasSubstr("no field for the marker :w"));
  EXPECT_THAT(usage_error_of([&] { run_load(own("UPDATE %own SET v = 'x' WHERE k = :k", "gone.csv")); }),
              HasSubstr("the field \"key\" has no marker"));
  EXPECT_THAT(usage_error_of([&] { run_load(own("UPDATE %own SET nix = :v WHERE k = :k", "gone.csv")); }),
              HasSubstr("the server refused"));
  options.timestamp = "5";
  EXPECT_THAT(usage_error_of([&] { run_load(options); }), HasSubstr("--timestamp has no place beside --query"));
}

TEST_F(LoadStatements, RowsWhoseConditionDoesNotHoldAreRejected) {
  run("CREATE TABLE %conditions (k int PRIMARY KEY, v text)");
  run("INSERT INTO %conditions (k, v) VALUES (2, 'theirs')");
  scratch.write("in.csv", "k,v\n1,a\n2,b\n3,c\n");
  const Report report = run_load(own("INSERT INTO %conditions (k, v) VALUES (:k, :v) IF NOT EXISTS", "in.csv"));
  EXPECT_EQ(report.rows, 2U) << report.to_text();
  EXPECT_EQ(report.rejected, 1U);
  EXPECT_EQ(testing::read_file(report.reject_file), "k,v\n2,b\n");
  EXPECT_THAT(testing::read_file(report.reject_file + ".reasons.jsonl"), HasSubstr("not applied"));
  EXPECT_EQ(text("SELECT v FROM %conditions WHERE k = 2"), "theirs");
  EXPECT_EQ(text("SELECT v FROM %conditions WHERE k = 3"), "c");
}

TEST_F(LoadStatements, PartitionsWithNothingButStaticColumnsComeBack) {
  for (const char* table : {"statics", "statics_copy"}) {
    run(std::string("CREATE TABLE %") + table + " (k int, c int, d int, s text static, v text, PRIMARY KEY (k, c, d))");
  }
  run("INSERT INTO %statics (k, s) VALUES (1, 'alone')");
  run("INSERT INTO %statics (k, c, d, s, v) VALUES (2, 1, 1, 'with rows', 'a')");
  run("INSERT INTO %statics (k, c, d) VALUES (2, 2, 2)");
  for (const char* file : {"statics.csv", "statics.parquet"}) {
    EXPECT_EQ(run_export(export_options("statics", file)).rows, 3U);
    for (const WriteAs write_as : {WriteAs::insert, WriteAs::update}) {
      run("TRUNCATE %statics_copy");
      LoadOptions options = load_options("statics_copy", file);
      options.write_as = write_as;
      const Report report = run_load(options);
      EXPECT_EQ(report.rows, 3U) << report.to_text();
      run_export(export_options("statics_copy", "copy.csv"));
      run_export(export_options("statics", "original.csv"));
      std::vector<std::string> expected = sorted_lines("original.csv");
      // An UPDATE makes no row of a key alone.
      if (write_as == WriteAs::update) std::erase(expected, "2,2,2,with rows,");
      EXPECT_EQ(sorted_lines("copy.csv"), expected) << file;
      for (const char* name : {"copy.csv", "original.csv"}) std::remove(scratch.path(name).c_str());
    }
  }
  scratch.write("bad.csv", "k,c,d,s,v\n1,1,,x,\n1,,,x,v\n1,,,x,\n");
  LoadOptions trying = load_options("statics_copy", "bad.csv");
  trying.dry_run = true;
  EXPECT_EQ(run_load(trying).rejected, 2U) << "a dry run finds the same";
  const Report report = run_load(load_options("statics_copy", "bad.csv"));
  EXPECT_EQ(report.rows, 1U) << report.to_text();
  EXPECT_EQ(report.rejected, 2U);
  EXPECT_THAT(testing::read_file(report.reject_file + ".reasons.jsonl"),
              HasSubstr("null in a column of the primary key"));
}

}  // namespace
}  // namespace cqlbulk
