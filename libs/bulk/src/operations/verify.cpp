// Files by their bytes, the table by its rows' checksums, range by range.
#include "cqlbulk/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cqlbulk/error.hpp"
#include "cqlbulk/row_checksum.hpp"
#include "journal/manifest.hpp"
#include "journal/operation_reader.hpp"
#include "observe/number_text.hpp"
#include "operations/cluster_thread.hpp"
#include "operations/cql_text.hpp"
#include "operations/describe.hpp"
#include "operations/pace_gate.hpp"
#include "operations/prepare.hpp"
#include "operations/range_stream.hpp"
#include "operations/run_report.hpp"
#include "operations/select.hpp"
#include "operations/shards.hpp"
#include "pace/presets.hpp"
#include "storage/storage.hpp"

namespace cqlbulk {

namespace asio = boost::asio;

namespace {

using namespace operations;
using journal::Manifest;

Manifest find_manifest(const VerifyOptions& options) {
  std::string path = options.manifest;
  if (!path.ends_with(".json")) {
    path = journal::find_operation(options.operation.operation_dir, path) + "/manifest.json";
    if (!storage::exists(path)) {
      throw Error(ErrorClass::usage,
                  fmt::format("{} has no manifest: it is no export, or not complete", options.manifest),
                  "`cqlbulk status` tells how it ended; a load has nothing to verify.");
    }
  }
  return Manifest::parse(storage::contents_of(path), path);
}

void verify_files(const Manifest& manifest, const std::stop_token& stop, VerifyResult& result) {
  for (const Manifest::File& file : manifest.files) {
    if (stop.stop_requested()) return;
    ++result.files_checked;
    if (!storage::exists(file.path)) {
      result.files.push_back({file.path, "is missing"});
    } else if (const std::uint64_t bytes = storage::size_of(file.path); bytes != file.bytes) {
      result.files.push_back({file.path, fmt::format("has {} bytes, it had {}", bytes, file.bytes)});
    } else if (storage::digest_of(file.path, stop) != file.digest && !stop.stop_requested()) {
      result.files.push_back({file.path, "has other bytes than were written"});
    }
  }
}

/// What the shards share. Each range's numbers have their own place.
struct Reading {
  struct Found {
    std::uint64_t rows = 0;
    RowChecksum checksum;
    bool read = false;
  };
  const Manifest& manifest;
  const VerifyOptions& options;
  cql::PreparedStatement statement;
  std::vector<cql::ColumnSpec> columns;
  observe::Counters& counters;
  FailureLog& failures;
  Claim claims;
  std::vector<Found> found;
};

class VerifyShard {
 public:
  VerifyShard(Reading& reading, Shard& shard)
      : reading_(reading), shard_(shard), counters_(reading.counters.shard(shard.index)) {}

  asio::awaitable<void> run() {
    co_await run_at_once(workers_of(shard_, reading_.found.size()), [this](unsigned) { return worker(); });
  }

 private:
  asio::awaitable<void> worker() {
    while (!shard_.stop.stop_requested()) {
      const RangePermit range = co_await shard_.gate.enter_range(shard_.index, shard_.stop);
      const auto claimed = range ? reading_.claims.next() : std::nullopt;
      if (!claimed) {
        shard_.gate.no_more_ranges();
        co_return;
      }
      co_await read(*claimed);
    }
  }

  asio::awaitable<void> read(std::uint64_t index) {
    const PaceOptions& pace = reading_.options.operation.pace;
    const cql::TokenRange& range = reading_.manifest.ranges[index].range;
    RangeQuery query{reading_.statement, reading_.manifest.keyspace, std::nullopt,
                     pace.consistency.value_or(cql::Consistency::local_one)};
    if (reading_.manifest.split) query.range = range;
    RangeStream stream(shard_, std::move(query), page_size_, counters_, reading_.failures);
    Reading::Found& found = reading_.found[index];
    while (const std::optional<cql::Page> page = co_await stream.next()) {
      const RowsView rows = cells_.index(reading_.columns, page->rows(), page->row_count());
      found.rows += rows.row_count;
      found.checksum.add(rows);
      observe::ShardCounters::add(counters_.rows, static_cast<std::uint64_t>(rows.row_count));
    }
    if (!stream.at_end()) co_return;
    found.read = true;
    observe::ShardCounters::add<std::uint64_t>(counters_.pieces_done, 1);
    observe::ShardCounters::add(counters_.fraction, 1.0 / static_cast<double>(reading_.found.size()));
  }

  Reading& reading_;
  Shard& shard_;
  observe::ShardCounters& counters_;
  PageSizer page_size_{reading_.options.operation.pace.page_size};
  CellIndex cells_;  ///< Used between two suspensions only.
};

asio::awaitable<void> verify_on(Reading& reading, Shard shard) {
  VerifyShard running(reading, shard);
  co_await until_stopped(shard.stop, running.run());
}

std::vector<cql::ColumnSpec> columns_of(const cql::PreparedStatement& statement, const Manifest& manifest) {
  const auto found = statement.result_columns();
  const std::size_t count = found ? found->size() : 0;
  bool same = count == manifest.columns.size();
  for (std::size_t i = 0; same && i < count; ++i) same = (*found)[i].name == manifest.columns[i].name;
  if (same) return *found;
  throw Error(ErrorClass::usage,
              fmt::format("{}.{} has other columns than when it was exported", manifest.keyspace, manifest.table),
              "Verify the files alone (--files), or export again.");
}

void compare(const Reading& reading, VerifyResult& result) {
  for (std::size_t i = 0; i < reading.found.size(); ++i) {
    const Reading::Found& now = reading.found[i];
    if (!now.read) continue;
    const Manifest::Range& then = reading.manifest.ranges[i];
    ++result.ranges_checked;
    result.rows_now += now.rows;
    if (now.rows != then.rows || now.checksum != then.checksum) {
      result.ranges.push_back({then.range, then.rows, now.rows});
    }
  }
}

/// What a statement reads anew each time says nothing about the table.
void check_lasting(const Manifest& manifest) {
  const CqlText cql = read_cql(manifest.statement);
  for (std::size_t i = 0; i < cql.tokens.size(); ++i) {
    if (!(cql.is_word(i, "ttl") || cql.is_word(i, "now")) || !cql.is_symbol(i + 1, '(')) continue;
    throw Error(ErrorClass::usage,
                "the export has times to live, which change by the second: its table cannot be compared",
                "Verify its files alone: --files");
  }
}

void verify_table(const VerifyOptions& options, const Manifest& manifest, const RunClock& clock, Observer& observer,
                  const std::stop_token& stop, VerifyResult& result) {
  ClusterThread cluster(options.operation.cluster, stop);
  const PaceOptions& pace = options.operation.pace;
  const plan::MemoryShares memory =
      memory_of(pace, thread_count(pace.threads), pace::planned_ranges(pace.preset, pace.parallelism));
  const unsigned threads = memory.threads;
  observe::Counters counters(threads);
  cql::PreparedStatement statement = prepare(cluster, manifest.statement);
  std::vector<cql::ColumnSpec> columns = columns_of(statement, manifest);
  PaceGate gate(options.operation.pace, *cluster.metadata(), manifest.keyspace, cluster.cluster().local_datacenter(),
                threads);
  FailureLog failures;
  Reading reading{
      manifest, options,  std::move(statement),          std::move(columns),
      counters, failures, Claim(manifest.ranges.size()), std::vector<Reading::Found>(manifest.ranges.size())};
  observe::Ticker ticker(observer, result.report,
                         [&] { return observe::progress_of(counters.totals(), "verify", manifest.ranges.size()); });
  run_guarded(result.report, stop, [&] {
    run_shards(cluster.cluster(), threads, gate, memory.in_flight, options.operation.pace, stop,
               [&reading](Shard shard) { return verify_on(reading, shard); });
  });
  ticker.stop();
  finish_report(result.report, clock, counters.totals(), failures, ticker);
  compare(reading, result);
}

}  // namespace

VerifyResult verify(const VerifyOptions& options, Observer& observer, std::stop_token stop) {
  const RunClock clock;
  const Manifest manifest = find_manifest(options);
  if (options.table) check_lasting(manifest);
  VerifyResult result;
  result.rows_then = manifest.rows();
  Report& report = result.report;
  report.command = "verify";
  report.keyspace = manifest.keyspace;
  report.table = manifest.table;
  report.source_or_target = options.manifest;
  report.consistency = cql::to_string(options.operation.pace.consistency.value_or(cql::Consistency::local_one));
  report.pieces = options.table ? manifest.ranges.size() : 0;
  if (options.files) verify_files(manifest, stop, result);
  if (options.table && !stop.stop_requested()) verify_table(options, manifest, clock, observer, stop, result);
  if (stop.stop_requested()) report.status = Status::interrupted;
  if (report.status == Status::success && !(result.files.empty() && result.ranges.empty())) {
    report.status = Status::partial_success;
  }
  report.seconds = clock.elapsed().count();
  return result;
}

std::string VerifyResult::to_text() const {
  std::string text = fmt::format("{}: {}.{}, {} exported\n",
                                 report.status == Status::partial_success ? "DIFFERENT"
                                 : report.status == Status::success       ? "SAME"
                                                                          : to_string(report.status),
                                 report.keyspace, report.table, observe::counted(rows_then, "row", "rows"));
  if (!report.error.empty()) text += fmt::format("  {}\n", report.error);
  if (files_checked > 0) {
    text += fmt::format("  {} looked at, {} not as written\n", observe::counted(files_checked, "file", "files"),
                        observe::grouped(files.size()));
  }
  for (const File& file : files) text += fmt::format("    {} {}\n", file.path, file.problem);
  if (ranges_checked > 0) {
    text +=
        fmt::format("  {} of the table read, {} now; {} differ\n", observe::counted(ranges_checked, "range", "ranges"),
                    observe::counted(rows_now, "row", "rows"), observe::grouped(ranges.size()));
  }
  constexpr std::size_t shown = 20;
  for (std::size_t i = 0; i < ranges.size() && i < shown; ++i) {
    const Range& range = ranges[i];
    text += fmt::format("    ({}, {}]: {}, now {}{}\n", range.range.start, range.range.end,
                        observe::counted(range.rows_then, "row", "rows"), observe::grouped(range.rows_now),
                        range.rows_then == range.rows_now ? ", with other values" : "");
  }
  if (ranges.size() > shown) text += fmt::format("    … and {} more\n", ranges.size() - shown);
  return text;
}

std::string VerifyResult::to_json() const {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(report.to_json());
  json["files_checked"] = files_checked;
  json["ranges_checked"] = ranges_checked;
  json["rows_then"] = rows_then;
  json["rows_now"] = rows_now;
  auto& other_files = json["different_files"] = nlohmann::ordered_json::array();
  for (const File& file : files) other_files.push_back({{"path", file.path}, {"problem", file.problem}});
  auto& other_ranges = json["different_ranges"] = nlohmann::ordered_json::array();
  for (const Range& range : ranges) {
    other_ranges.push_back({{"start", fmt::format("{}", range.range.start)},
                            {"end", fmt::format("{}", range.range.end)},
                            {"rows_then", range.rows_then},
                            {"rows_now", range.rows_now}});
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace cqlbulk
