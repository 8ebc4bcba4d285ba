// What the server alone takes: the statements that cqlbulk sends, made before the clock starts, their answers dropped
// unread. No tool that asks the same can be quicker.
//
//   bulk_floor HOST KEYSPACE.TABLE count
//   bulk_floor HOST KEYSPACE.TABLE export
//   bulk_floor HOST KEYSPACE.TABLE load FILE ROWS    batches of ROWS rows as they follow in the file; with
//                                                    ROWS "partition" of one partition, at most 50
//
// The table is that of ./dev bench; FILE is a CSV file of it, without quotes. Prints one line of JSON: rows, seconds
// and CPU seconds of this process, without connecting and preparing. One thread.

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cql/session.hpp"
#include "program.hpp"

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

// Measured to be enough (two pages and eight to sixteen batches for a core of the server).
constexpr unsigned ranges = 64;
constexpr unsigned ranges_at_once = 8;
constexpr unsigned batches_at_once = 32;
constexpr std::int32_t page_rows = 5'000;
constexpr std::int32_t counted_page_rows = 100'000;
constexpr std::size_t most_rows_of_partition = 50;
constexpr std::size_t key_size = 20;  // A uuid and its length, at the start of a row.

struct Task {
  std::string host;
  std::string table;
  std::string action;
  std::string file;
  std::size_t batch_rows = 0;  ///< 0: of one partition.

  std::vector<cql::Values> values;                           ///< Of the rows to load.
  std::vector<std::pair<std::size_t, std::size_t>> batches;  ///< First row, one past the last.
  std::size_t next = 0;
  std::uint64_t rows = 0;
};

cql::BoundStatement over_range(const cql::PreparedStatement& select, std::size_t range, std::int32_t page_size) {
  const std::uint64_t width = UINT64_MAX / ranges;
  const auto border = [&](std::size_t number) {
    return number == ranges ? INT64_MAX
                            : static_cast<std::int64_t>(width * number + static_cast<std::uint64_t>(INT64_MIN));
  };
  cql::BoundStatement statement{.prepared = select};
  statement.values.add_bigint(border(range));
  statement.values.add_bigint(border(range + 1));
  statement.options.page_size = page_size;
  statement.options.idempotent = true;
  return statement;
}

asio::awaitable<void> count_ranges(cql::Session& session, cql::PreparedStatement select, Task& task) {
  while (task.next < ranges) {
    const cql::Result result = co_await session.execute(over_range(select, task.next++, counted_page_rows));
    for (const auto& [counted] : result.page.rows_as<std::int64_t>()) task.rows += static_cast<std::uint64_t>(counted);
  }
}

asio::awaitable<void> read_ranges(cql::Session& session, cql::PreparedStatement select, Task& task) {
  while (task.next < ranges) {
    cql::ResultStream stream = session.execute_stream(over_range(select, task.next++, page_rows));
    while (const auto page = co_await stream.next()) task.rows += page->row_count();
  }
}

asio::awaitable<void> send_batches(cql::Session& session, cql::PreparedStatement insert, Task& task) {
  while (task.next < task.batches.size()) {
    const auto [first, end] = task.batches[task.next++];
    cql::Batch batch;
    batch.kind = cql::Batch::Kind::unlogged;
    batch.options.idempotent = true;
    for (std::size_t row = first; row < end; ++row) batch.entries.push_back({&insert, {}, 6, task.values[row].wire()});
    co_await session.execute(std::move(batch));
    task.rows += end - first;
  }
}

template <typename Number>
Number number_of(std::string_view text) {
  Number number{};
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{}) {
    throw std::runtime_error("not a number: " + std::string(text));
  }
  return number;
}

std::array<std::byte, 16> uuid_of(std::string_view text) {
  std::array<std::byte, 16> bytes{};
  std::size_t digits = 0;
  for (const char character : text) {
    if (character == '-') continue;
    const int digit = character <= '9' ? character - '0' : character - 'a' + 10;
    bytes.at(digits / 2) |= static_cast<std::byte>(digits % 2 == 0 ? digit << 4 : digit);
    ++digits;
  }
  return bytes;
}

/// "2024-01-01T19:55:10.308Z" as milliseconds since 1970.
std::int64_t timestamp_of(const std::string& text) {
  std::tm time{};
  if (strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time) == nullptr) throw std::runtime_error("not a time: " + text);
  return std::int64_t{timegm(&time)} * 1'000 + number_of<int>(std::string_view(text).substr(20, 3));
}

void read_rows(Task& task) {
  std::ifstream file(task.file);
  std::string line;
  if (!std::getline(file, line) || line != "device_id,ts,seq,temperature,status,payload") {
    throw std::runtime_error(task.file + " is not a file of the benchmark's table");
  }
  while (std::getline(file, line)) {
    std::vector<std::string> fields;
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      fields.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    if (fields.size() != 6) throw std::runtime_error("not six fields: " + line);
    cql::Values& row = task.values.emplace_back();
    row.add(cql::ByteView(uuid_of(fields[0])));
    row.add_bigint(timestamp_of(fields[1]));
    row.add_int(number_of<std::int32_t>(fields[2]));
    row.add_bigint(std::bit_cast<std::int64_t>(number_of<double>(fields[3])));
    row.add_text(fields[4]);
    row.add_text(fields[5]);
  }
}

bool same_partition(const cql::Values& a, const cql::Values& b) {
  return std::memcmp(a.wire().data(), b.wire().data(), key_size) == 0;
}

void make_batches(Task& task) {
  const std::size_t most = task.batch_rows > 0 ? task.batch_rows : most_rows_of_partition;
  for (std::size_t first = 0; first < task.values.size();) {
    std::size_t end = first + 1;
    while (end < task.values.size() && end - first < most &&
           (task.batch_rows > 0 || same_partition(task.values[first], task.values[end]))) {
      ++end;
    }
    task.batches.emplace_back(first, end);
    first = end;
  }
}

asio::awaitable<void> run(Task& task) {
  cql::ClusterOptions options;
  options.contact_points = {{task.host, 9042}};
  options.application_name = "bulk_floor";
  const cql::Cluster cluster = co_await cql::Cluster::connect(options);
  cql::Session session = co_await cql::Session::open(cluster);
  const std::string columns = "device_id, ts, seq, temperature, status, payload";
  const std::string range = " WHERE token(device_id) > ? AND token(device_id) <= ?";
  std::string cql =
      "SELECT " + std::string(task.action == "count" ? "COUNT(*)" : columns) + " FROM " + task.table + range;
  if (task.action == "load") cql = "INSERT INTO " + task.table + " (" + columns + ") VALUES (?, ?, ?, ?, ?, ?)";
  const cql::PreparedStatement statement = co_await session.prepare(cql);

  const double cpu_before = bench::cpu_seconds();
  const auto before = Clock::now();
  if (task.action == "count") {
    co_await bench::at_once(ranges_at_once, [&] { return count_ranges(session, statement, task); });
  } else if (task.action == "export") {
    co_await bench::at_once(ranges_at_once, [&] { return read_ranges(session, statement, task); });
  } else {
    co_await bench::at_once(batches_at_once, [&] { return send_batches(session, statement, task); });
  }
  const std::chrono::duration<double> wall = Clock::now() - before;
  std::printf(R"({"rows": %llu, "seconds": %.6f, "cpu_seconds": %.6f})"
              "\n",
              static_cast<unsigned long long>(task.rows), wall.count(), bench::cpu_seconds() - cpu_before);
}

bool parse(int argc, char** argv, Task& task) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) return false;
  task.host = arguments[0];
  task.table = arguments[1];
  task.action = arguments[2];
  if (task.action != "load") return arguments.size() == 3 && (task.action == "count" || task.action == "export");
  if (arguments.size() != 5) return false;
  task.file = arguments[3];
  if (arguments[4] != "partition") task.batch_rows = number_of<std::size_t>(arguments[4]);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Task task;
  try {
    if (!parse(argc, argv, task)) {
      std::fprintf(stderr, "usage: bulk_floor HOST KEYSPACE.TABLE count | export | load FILE ROWS|partition\n");
      return 2;
    }
    if (task.action == "load") {
      read_rows(task);
      make_batches(task);
    }
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bulk_floor: %s\n", failure.what());
    return 1;
  }
  return bench::run_to_the_end("bulk_floor", run(task));
}
