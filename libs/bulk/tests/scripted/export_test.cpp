// Exporting when the cluster misbehaves: every row once or no file at all.
#include "cqlbulk/export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "../unit/storage/scratch_directory.hpp"
#include "aim_at.hpp"
#include "cqlbulk/converters.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/resume.hpp"
#include "scripted_server/server.hpp"

namespace cqlbulk {
namespace {

using cql::scripted::Reply;
using cql::scripted::Request;
using cql::scripted::Rows;
using cql::scripted::ScriptedServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string select = "SELECT k, v FROM ks.t WHERE token(k) > :start AND token(k) <= :end";

class Exporting : public ::testing::Test {
 protected:
  Exporting() {
    server.prepared(select, {.parameters = {{"start", "bigint"}, {"end", "bigint"}}, .result = columns()});
    testing::aim_at(server, options);
    options.operation.operation_dir = scratch.path("operations");
    options.operation.pace.splits = 1;
    // So that a stream is not begun anew for larger pages.
    options.operation.pace.page_size = 1;
    options.to = scratch.path("out.csv");
  }

  static cql::scripted::ColumnList columns() { return {{"k", "int"}, {"v", "text"}}; }
  static Rows row(std::int32_t key) { return Rows(columns()).add(key, "v"); }
  /// Three pages of a row each.
  static Reply page_of(const Request& request) {
    if (request.paging_state.empty()) return Reply::rows(row(1), "second");
    if (request.paging_state == "second") return Reply::rows(row(2), "third");
    return Reply::rows(row(3));
  }
  /// The pages, except that asking for `paging_state` goes wrong the first time.
  void spoil_once(const std::string& paging_state, std::function<Reply()> spoiled) {
    server.on(select, [this, paging_state, spoiled](const Request& request) {
      if (request.paging_state == paging_state && !spoiled_.exchange(true)) return spoiled();
      return page_of(request);
    });
  }
  Report run() { return export_table(options, observer); }
  void expect_all_rows(const Report& report) {
    EXPECT_EQ(report.status, Status::success) << report.to_text();
    EXPECT_EQ(report.rows, 3U);
    EXPECT_EQ(testing::read_file(options.to), "k,v\n1,v\n2,v\n3,v\n");
  }
  /// No file is there, and what was written before the failure is kept: nothing of it is asked for again.
  void expect_to_go_on_after(const Report& failed) {
    EXPECT_EQ(failed.status, Status::failed);
    EXPECT_EQ(failed.exit_status(), 3);
    EXPECT_THAT(scratch.names(), ::testing::Not(::testing::Contains("out.csv")));
    EXPECT_THAT(failed.resume_command(), HasSubstr("cqlbulk resume " + failed.operation));
    std::atomic<bool> from_the_start{false};
    server.on(select, [&](const Request& request) {
      from_the_start = from_the_start || request.paging_state.empty();
      return page_of(request);
    });
    const Report report = resume_last();
    expect_all_rows(report);
    EXPECT_EQ(from_the_start, failed.rows == 0);
    EXPECT_EQ(report.rows_before, failed.rows);
    EXPECT_THAT(scratch.names(), ElementsAre("operations", "out.csv"));
  }
  Report resume_last() {
    ResumeOptions resume_options;
    resume_options.operation_dir = options.operation.operation_dir;
    resume_options.operation = scratch.names("operations").front();
    resume_options.cluster = server.client_options();
    return resume(resume_options, observer);
  }

  testing::ScratchDirectory scratch;
  ScriptedServer server;
  ExportOptions options;
  Observer observer;
  std::atomic<bool> spoiled_{false};
};

TEST_F(Exporting, WritesThePagesInTheirOrder) {
  server.on(select, page_of);
  expect_all_rows(run());
}

TEST_F(Exporting, GoesOnFromThePageAtWhichTheNodeWasBusy) {
  spoil_once("third", [] { return Reply::error(cql::scripted::error_code::overloaded, "busy"); });
  const Report report = run();
  expect_all_rows(report);
  EXPECT_EQ(report.retries, 1U);
  EXPECT_EQ(report.failures_by_kind.at("overloaded").count, 1U);
}

TEST_F(Exporting, GoesOnFromThePageAtWhichTheConnectionBroke) {
  spoil_once("second", [] { return Reply::hang_up(); });
  expect_all_rows(run());
}

TEST_F(Exporting, LeavesNoFileWhenAPageIsGarbled) {
  spoil_once("third", [] { return Reply::rows(row(3)).wrong_crc(); });
  server.on(select, [](const Request& request) {
    return request.paging_state == "third" ? Reply::rows(row(3)).wrong_crc() : page_of(request);
  });
  const Report report = run();
  expect_to_go_on_after(report);
  EXPECT_THAT(report.error, HasSubstr("127.0.0.1:"));
}

TEST_F(Exporting, LeavesNoFileWhenAPageIsCutShort) {
  server.on(select, [](const Request& request) {
    return request.paging_state == "third" ? Reply::rows(row(3)).truncated(3) : page_of(request);
  });
  expect_to_go_on_after(run());
}

TEST_F(Exporting, StopsAtWhatNoSecondTryHelpsAndNamesTheRange) {
  server.on(select, [](const Request& request) {
    return request.paging_state == "second" ? Reply::error(cql::scripted::error_code::invalid, "no such thing")
                                            : page_of(request);
  });
  const Report report = run();
  expect_to_go_on_after(report);
  EXPECT_EQ(report.pieces_failed, 1U);
  EXPECT_THAT(report.error, HasSubstr("exporting ks.t, token range (-9223372036854775808, 9223372036854775807]"));
  EXPECT_THAT(report.error, HasSubstr("no such thing"));
}

TEST_F(Exporting, KeepsThePartsThatWereWholeWhenItFails) {
  options.to = scratch.path("parts/");
  options.format = FormatKind::csv;
  options.max_file_rows = 1;
  server.on(select, [](const Request& request) {
    return request.paging_state == "third" ? Reply::error(cql::scripted::error_code::invalid, "no such thing")
                                           : page_of(request);
  });
  const Report report = run();
  EXPECT_EQ(report.status, Status::failed);
  EXPECT_THAT(report.files, ElementsAre(scratch.path("parts/part-00000.csv"), scratch.path("parts/part-00001.csv")));
  EXPECT_THAT(scratch.names("parts"), ElementsAre("part-00000.csv", "part-00001.csv"));
  EXPECT_THAT(scratch.names(), ElementsAre("operations", "parts"));
}

TEST_F(Exporting, WritesWhatAConverterMakesOfAColumnAlsoWhenItGoesOn) {
  options.converters = {
      into_file<std::int32_t>("k", [](std::int32_t key) { return std::string(static_cast<std::size_t>(key), '#'); })};
  server.on(select, [](const Request& request) {
    return request.paging_state == "third" ? Reply::error(cql::scripted::error_code::invalid, "no") : page_of(request);
  });
  EXPECT_EQ(run().status, Status::failed);
  server.on(select, page_of);
  EXPECT_THROW((void)resume_last(), Error) << "without its converters";
  options.operation.auto_resume = true;
  const Report report = run();
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(report.rows_before, 2U);
  EXPECT_EQ(testing::read_file(options.to), "k,v\n#,v\n##,v\n###,v\n");
}

TEST_F(Exporting, AsksForSmallerPagesOfLargeRows) {
  const std::string large(40'000, 'x');
  options.operation.pace.page_size = 5'000;
  std::atomic<std::int32_t> asked_last{0};
  server.on(select, [&](const Request& request) {
    asked_last = request.page_size.value_or(0);
    const int page = request.paging_state.empty() ? 0 : std::stoi(request.paging_state);
    Rows rows(columns());
    for (int i = 0; i < 4; ++i) rows.add(page * 4 + i, large);
    return page < 5 ? Reply::rows(rows, std::to_string(page + 1)) : Reply::rows(rows);
  });
  EXPECT_EQ(run().rows, 24U);
  EXPECT_EQ(asked_last, 6);
}

TEST_F(Exporting, NeverAsksForLargerPagesOfAQueryWithALimit) {
  // Cassandra answers a page size of the LIMIT or more from the beginning, whatever the paging state says.
  const std::string limited = "SELECT k, v FROM ks.t LIMIT 30";
  server.prepared(limited, {.result = columns()});
  std::atomic<std::int32_t> last{0};
  std::atomic<bool> grew{false};
  server.on(limited, [&](const Request& request) {
    const std::int32_t size = request.page_size.value_or(0);
    if (!request.paging_state.empty() && size > last) grew = true;
    last = size;
    const int page = request.paging_state.empty() ? 0 : std::stoi(request.paging_state);
    // A row that is larger than a page comes amid small ones.
    const Rows rows = Rows(columns()).add(page, page == 2 ? std::string(3'000'000, 'x') : std::string("v"));
    return page < 6 ? Reply::rows(rows, std::to_string(page + 1)) : Reply::rows(rows);
  });
  options.operation.pace.page_size = 20;
  options.subject = {};
  options.subject.query = limited;
  EXPECT_EQ(run().rows, 7U);
  EXPECT_FALSE(grew);
}

TEST_F(Exporting, NeverAsksForLargerPagesOfSuchAQueryWhenItGoesOn) {
  const std::string limited = "SELECT k, v FROM ks.t LIMIT 30";
  server.prepared(limited, {.result = columns()});
  server.on(limited, [](const Request& request) {
    return request.paging_state.empty() ? page_of(request) : Reply::error(cql::scripted::error_code::invalid, "no");
  });
  options.operation.pace.page_size = 20;
  options.subject = {};
  options.subject.query = limited;
  EXPECT_EQ(run().status, Status::failed);
  std::atomic<std::int32_t> largest{0};
  server.on(limited, [&](const Request& request) {
    largest = std::max(largest.load(), request.page_size.value_or(0));
    return page_of(request);
  });
  ResumeOptions again;
  again.operation_dir = options.operation.operation_dir;
  again.operation = scratch.names("operations").front();
  again.cluster = server.client_options();
  again.page_size = 1'000;
  EXPECT_EQ(resume(again, observer).rows, 3U);
  EXPECT_EQ(largest, 20);
}

/// What is asked for.
cql::TokenRange range_of(const Request& request) {
  const auto token = [&](std::size_t value) {
    return cql::load_big_endian<std::int64_t>(cql::as_bytes(request.values.at(value)).data());
  };
  return {token(0), token(1)};
}

/// Nobody can read the partition with the token 0: too many tombstones.
Reply too_many_tombstones() {
  cql::Buffer more;
  more.append_integer(std::int16_t{1});  // Consistency ONE
  more.append_integer(std::int32_t{0});  // received
  more.append_integer(std::int32_t{1});  // required
  more.append_integer(std::int32_t{1});  // failed
  more.append_integer(std::int8_t{4});
  for (const int byte : {127, 0, 0, 1}) more.append_integer(static_cast<std::int8_t>(byte));
  more.append_integer(std::int16_t{1});  // READ_TOO_MANY_TOMBSTONES
  more.append_integer(std::int8_t{0});   // data present
  constexpr std::int32_t read_failure = 0x1300;
  return Reply::error(read_failure, "Operation failed", more.view());
}

TEST_F(Exporting, AsksForSmallerRangesWhereTheServerMeetsTooManyTombstones) {
  // One row in each quarter of the ring; a query over more than a 16th of it meets too many.
  constexpr std::uint64_t most = std::uint64_t{1} << 60U;
  std::atomic<int> refused{0};
  server.on(select, [&](const Request& request) {
    const cql::TokenRange range = range_of(request);
    if (range.width() - 1 >= most) {
      ++refused;
      return too_many_tombstones();
    }
    Rows rows(columns());
    for (std::int64_t quarter = 0; quarter < 4; ++quarter) {
      const std::int64_t token = static_cast<std::int64_t>((static_cast<std::uint64_t>(quarter) + 2) << 62U) + 1'000;
      if (range.contains(token)) rows.add(static_cast<std::int32_t>(quarter), "v");
    }
    return Reply::rows(rows);
  });
  const Report report = run();
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(testing::read_file(options.to), "k,v\n0,v\n1,v\n2,v\n3,v\n");
  EXPECT_GE(refused, 4);
  EXPECT_EQ(report.failures_by_kind.at("read_failure").count, static_cast<std::uint64_t>(refused));
}

TEST_F(Exporting, LeavesASickRangeAndGoesOnWithTheOthers) {
  options.operation.pace.splits = 4;
  server.on(select, [&](const Request& request) {
    const cql::TokenRange range = range_of(request);
    if (range.contains(0)) return too_many_tombstones();
    return Reply::rows(Rows(columns()).add(static_cast<std::int32_t>(range.start >> 62U), "v"));
  });
  const Report failed = run();
  EXPECT_EQ(failed.status, Status::failed);
  EXPECT_EQ(failed.pieces_failed, 1U);
  EXPECT_EQ(failed.rows, 3U) << "of the other ranges";
  EXPECT_THAT(failed.error, HasSubstr("1 of 4 token ranges of ks.t could not be exported"));
  // Once the tombstones are gone, only what is missing is read.
  std::atomic<int> queries{0};
  server.on(select, [&](const Request&) {
    ++queries;
    return Reply::rows(Rows(columns()).add(7, "v"));
  });
  const Report report = resume_last();
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(queries, 1);
  EXPECT_EQ(report.rows, 4U);
}

TEST_F(Exporting, GoesOnInASmallerRangeAfterAResume) {
  // The first half of the ring can be read, in two pieces; then the server will not any more.
  options.to = scratch.path("parts/");
  options.format = FormatKind::csv;
  options.max_file_rows = 1;
  const auto piece = [](const Request& request) {
    const cql::TokenRange range = range_of(request);
    Rows rows(columns());
    for (const std::int64_t token : {cql::minimum_token + 1'000, std::int64_t{1'000}}) {
      if (range.contains(token)) rows.add(token < 0 ? 1 : 2, "v");
    }
    return Reply::rows(rows);
  };
  server.on(select, [&](const Request& request) {
    const cql::TokenRange range = range_of(request);
    return range.contains(0) || range.width() == 0 ? too_many_tombstones() : piece(request);
  });
  const Report failed = run();
  EXPECT_EQ(failed.status, Status::failed);
  EXPECT_EQ(failed.rows, 1U);
  std::atomic<bool> from_the_start{false};
  server.on(select, [&](const Request& request) {
    from_the_start = from_the_start || range_of(request).start == cql::minimum_token;
    return piece(request);
  });
  const Report report = resume_last();
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(report.rows, 2U);
  EXPECT_FALSE(from_the_start) << "what was read is on record, though no page began behind it";
}

TEST_F(Exporting, WaitsForANodeThatIsDown) {
  options.operation.pace.patience = std::chrono::minutes(10);
  std::atomic<int> asked{0};
  server.on(select, [&](const Request& request) {
    // More often than any count of tries would bear.
    if (++asked <= 9) return Reply::unavailable(1, 0);
    return page_of(request);
  });
  expect_all_rows(run());
}

TEST_F(Exporting, NoticesThatTheTableWasAltered) {
  server.on(select, [](const Request& request) {
    if (request.paging_state.empty()) return Reply::rows(row(1), "second");
    return Reply::rows(Rows({{"k", "int"}, {"v", "int"}}).add(2, 2));
  });
  const Report report = run();
  // Where the server does not announce its columns anew, the value cannot be told from text.
  if (report.status == Status::failed) EXPECT_THAT(report.error, HasSubstr("altered"));
}

TEST_F(Exporting, EndsAFileAfterEveryPageWhenItIsToBeSmall) {
  server.on(select, page_of);
  options.to = scratch.path("parts/");
  options.format = FormatKind::csv;
  options.max_file_bytes = 1;
  const Report report = run();
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(report.files.size(), 3U);
}

TEST_F(Exporting, IsNotTakenUpOnAnotherTable) {
  server.on(select, [](const Request&) { return Reply::error(cql::scripted::error_code::invalid, "no"); });
  EXPECT_EQ(run().status, Status::failed);
  const std::string description =
      options.operation.operation_dir + "/" + scratch.names("operations").front() + "/operation.json";
  std::string text = testing::read_file(description);
  const std::size_t at = text.find("\"table_id\": \"") + 13;
  text[at] = text[at] == '0' ? '1' : '0';
  std::ofstream(description) << text;
  try {
    (void)resume_last();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.what(), HasSubstr("dropped and created again"));
  }
}

TEST_F(Exporting, IsNotTakenUpWithoutAPartOfWhatItWrote) {
  spoil_once("third", [] { return Reply::error(cql::scripted::error_code::invalid, "no"); });
  const Report failed = run();
  EXPECT_EQ(failed.rows, 2U);
  const std::string staging = scratch.names().front();
  ASSERT_THAT(staging, HasSubstr(".out.csv.cqlbulk-"));
  std::filesystem::remove(scratch.path(staging + "/first-00000"));
  try {
    (void)resume_last();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.what(), HasSubstr("first-00000 is missing"));
  }
}

TEST_F(Exporting, GoesOnByItselfWhenAsked) {
  spoil_once("third", [] { return Reply::error(cql::scripted::error_code::invalid, "no"); });
  const Report failed = run();
  options.operation.auto_resume = true;
  const Report report = run();
  expect_all_rows(report);
  EXPECT_EQ(report.operation, failed.operation);
  // Nothing is unfinished now: a new one begins, and finds the file there.
  EXPECT_THROW((void)run(), Error);
}

}  // namespace
}  // namespace cqlbulk
