// One row per rule of the default retry policy. docs/reference/client-failures.md shows the same rows: neither may have
// one that the other lacks.
#include "cql/retry_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace cql {
namespace {

using Action = RetryDecision::Action;
using std::chrono::milliseconds;

constexpr RetryDecision give_up{};
constexpr RetryDecision same_node{Action::same_node};
constexpr RetryDecision next_node{Action::next_node};

RetryDecision next_after(int backoff_ms) { return {Action::next_node, milliseconds(backoff_ms)}; }

Error failed(ErrorKind kind) { return {kind, "scripted"}; }

Error read_timeout(std::int32_t received, std::int32_t required, bool data_present) {
  ServerErrorFields fields;
  fields.received = received;
  fields.required = required;
  fields.data_present = data_present;
  return {ErrorKind::read_timeout, "scripted", fields};
}

Error write_timeout(std::string type) {
  ServerErrorFields fields;
  fields.write_type = std::move(type);
  return {ErrorKind::write_timeout, "scripted", fields};
}

struct Row {
  // As in the document.
  std::string error;
  std::string when;
  std::string idempotent;
  std::string then;
  // What is tried.
  std::vector<Error> errors;
  std::vector<bool> flags;
  std::vector<Error> earlier;
  RetryDecision decision;
};

const std::vector<bool> either{false, true};
const std::vector<bool> yes{true};
const std::vector<bool> no{false};

std::vector<Error> times(std::size_t count, ErrorKind kind) { return {count, failed(kind)}; }

const std::vector<Row>& rows() {
  using Kind = ErrorKind;
  static const std::vector<Row> all{
      {"`read_timeout`",
       "enough replicas answered, none with data; first time",
       "yes",
       "once more, same node",
       {read_timeout(2, 2, false), read_timeout(3, 2, false)},
       yes,
       {},
       same_node},
      {"`read_timeout`",
       "the same again",
       "yes",
       "give up",
       {read_timeout(2, 2, false)},
       yes,
       {read_timeout(2, 2, false)},
       give_up},
      {"`read_timeout`",
       "too few replicas answered, or the data came",
       "yes",
       "give up",
       {read_timeout(1, 2, false), read_timeout(2, 2, true), read_timeout(1, 2, true), failed(Kind::read_timeout)},
       yes,
       {},
       give_up},
      {"`read_timeout`",
       "any",
       "no",
       "give up",
       {read_timeout(2, 2, false), read_timeout(1, 2, true)},
       no,
       {},
       give_up},
      {"`write_timeout`",
       "`BATCH_LOG`; first time",
       "yes",
       "once more, same node",
       {write_timeout("BATCH_LOG")},
       yes,
       {},
       same_node},
      {"`write_timeout`",
       "the same again",
       "yes",
       "give up",
       {write_timeout("BATCH_LOG")},
       yes,
       {write_timeout("BATCH_LOG")},
       give_up},
      {"`write_timeout`",
       "`SIMPLE`, `BATCH`, `UNLOGGED_BATCH`, `COUNTER`, `CAS`, `VIEW`, `CDC`",
       "yes",
       "give up",
       {write_timeout("SIMPLE"), write_timeout("BATCH"), write_timeout("UNLOGGED_BATCH"), write_timeout("COUNTER"),
        write_timeout("CAS"), write_timeout("VIEW"), write_timeout("CDC"), failed(Kind::write_timeout)},
       yes,
       {},
       give_up},
      {"`write_timeout`",
       "any",
       "no",
       "give up",
       {write_timeout("BATCH_LOG"), write_timeout("SIMPLE")},
       no,
       {},
       give_up},
      {"`unavailable`", "first time", "yes", "next node", {failed(Kind::unavailable)}, yes, {}, next_node},
      {"`unavailable`",
       "again",
       "yes",
       "give up",
       {failed(Kind::unavailable)},
       yes,
       {failed(Kind::unavailable)},
       give_up},
      {"`unavailable`", "any", "no", "give up", {failed(Kind::unavailable)}, no, {}, give_up},
      {"`overloaded`, `server_error`, `truncate_error`",
       "first failure",
       "yes",
       "next node after up to 100 ms",
       {failed(Kind::overloaded), failed(Kind::server_error), failed(Kind::truncate_error)},
       yes,
       {},
       next_after(100)},
      {"`overloaded`, `server_error`, `truncate_error`",
       "second failure",
       "yes",
       "next node after up to 200 ms",
       {failed(Kind::overloaded), failed(Kind::server_error), failed(Kind::truncate_error)},
       yes,
       times(1, Kind::overloaded),
       next_after(200)},
      {"`overloaded`, `server_error`, `truncate_error`",
       "third failure",
       "yes",
       "next node after up to 400 ms",
       {failed(Kind::overloaded), failed(Kind::server_error), failed(Kind::truncate_error)},
       yes,
       times(2, Kind::server_error),
       next_after(400)},
      {"`overloaded`, `server_error`, `truncate_error`",
       "fourth failure",
       "yes",
       "give up",
       {failed(Kind::overloaded), failed(Kind::server_error), failed(Kind::truncate_error)},
       yes,
       times(3, Kind::overloaded),
       give_up},
      {"`overloaded`, `server_error`, `truncate_error`",
       "any",
       "no",
       "give up",
       {failed(Kind::overloaded), failed(Kind::server_error), failed(Kind::truncate_error)},
       no,
       {},
       give_up},
      {"`is_bootstrapping`",
       "up to the third failure",
       "either",
       "next node",
       {failed(Kind::is_bootstrapping)},
       either,
       times(2, Kind::is_bootstrapping),
       next_node},
      {"`is_bootstrapping`",
       "fourth failure",
       "either",
       "give up",
       {failed(Kind::is_bootstrapping)},
       either,
       times(3, Kind::is_bootstrapping),
       give_up},
      {"`connection_lost`",
       "after sending; up to the third failure",
       "yes",
       "next node",
       {failed(Kind::connection_lost)},
       yes,
       times(2, Kind::connection_lost),
       next_node},
      {"`connection_lost`",
       "after sending; fourth failure",
       "yes",
       "give up",
       {failed(Kind::connection_lost)},
       yes,
       times(3, Kind::connection_lost),
       give_up},
      {"`connection_lost`", "after sending", "no", "give up", {failed(Kind::connection_lost)}, no, {}, give_up},
      {"`timeout`, `cancelled`",
       "any",
       "either",
       "give up",
       {failed(Kind::timeout), failed(Kind::cancelled)},
       either,
       {},
       give_up},
      {"`read_failure`, `write_failure`, `function_failure`, `cdc_write_failure`, `cas_write_unknown`",
       "any",
       "either",
       "give up",
       {failed(Kind::read_failure), failed(Kind::write_failure), failed(Kind::function_failure),
        failed(Kind::cdc_write_failure), failed(Kind::cas_write_unknown)},
       either,
       {},
       give_up},
      {"`syntax_error`, `invalid`, `unauthorized`, `bad_credentials`, `config_error`, `already_exists`",
       "any",
       "either",
       "give up",
       {failed(Kind::syntax_error), failed(Kind::invalid), failed(Kind::unauthorized), failed(Kind::bad_credentials),
        failed(Kind::config_error), failed(Kind::already_exists)},
       either,
       {},
       give_up},
      {"`protocol`, `server_protocol_error`, `unsupported`, `usage`",
       "any",
       "either",
       "give up",
       {failed(Kind::protocol), failed(Kind::server_protocol_error), failed(Kind::unsupported), failed(Kind::usage)},
       either,
       {},
       give_up},
      {"`unprepared`",
       "the node was told the statement twice and forgot it twice",
       "either",
       "give up",
       {failed(Kind::unprepared)},
       either,
       {},
       give_up},
  };
  return all;
}

class RetryRule : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Table, RetryRule, testing::ValuesIn(rows()),
                         [](const auto& info) { return "row_" + std::to_string(info.index + 1); });

void PrintTo(const Row& row, std::ostream* out) { *out << row.error << ", " << row.when << ", " << row.idempotent; }

TEST_P(RetryRule, decides_as_the_table_says) {
  const Row& row = GetParam();
  for (const Error& error : row.errors) {
    for (const bool idempotent : row.flags) {
      EXPECT_EQ(default_retry_policy({error, idempotent, row.earlier}), row.decision)
          << to_string(error.kind()) << ", idempotent " << idempotent;
    }
  }
}

std::string cells(const Row& row) {
  return "| " + row.error + " | " + row.when + " | " + row.idempotent + " | " + row.then + " |";
}

// Between the marks, without heading and ruler; each line's first four cells.
std::vector<std::string> documented_rows() {
  std::ifstream document(CQL_FAILURES_DOCUMENT);
  std::vector<std::string> found;
  bool inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("| Error | When")) {
      inside = true;
    } else if (!line.starts_with('|')) {
      inside = false;
    } else if (inside && !line.starts_with("|--")) {
      std::size_t end = 0;
      for (int bar = 0; bar < 4; ++bar) end = line.find('|', end + 1);
      found.push_back(line.substr(0, end + 1));
    }
  }
  return found;
}

TEST(RetryTable, of_the_document_is_the_one_that_is_tested) {
  std::vector<std::string> tested;
  for (const Row& row : rows()) tested.push_back(cells(row));
  EXPECT_THAT(documented_rows(), testing::ElementsAreArray(tested));
}

TEST(RetryPolicy, no_retries_gives_up_always) {
  for (const Row& row : rows()) {
    for (const Error& error : row.errors) EXPECT_EQ(no_retries({error, true, {}}), give_up);
  }
}

// Whatever the kind: nothing that is not idempotent is sent again, unless the server cannot have begun with it.
TEST(RetryPolicy, repeats_nothing_that_may_have_happened) {
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::unprepared); ++kind) {
    const auto error = static_cast<ErrorKind>(kind);
    if (error == ErrorKind::is_bootstrapping) continue;
    EXPECT_EQ(default_retry_policy({failed(error), false, {}}), give_up) << to_string(error);
  }
}

}  // namespace
}  // namespace cql
