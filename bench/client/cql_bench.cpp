// The client as a contestant: many small requests at a chosen concurrency, or a whole table streamed, on one thread.
//
//   cql_bench HOST:PORT KEYSPACE.TABLE read   CONCURRENCY REQUESTS KEYS   rows by their whole key, all columns decoded
//   cql_bench HOST:PORT KEYSPACE.TABLE insert CONCURRENCY REQUESTS
//   cql_bench HOST:PORT KEYSPACE.TABLE rows                               the whole table, all columns decoded
//   cql_bench HOST:PORT KEYSPACE.TABLE pages                              the whole table, pages left as they came
//   cql_bench HOST:PORT KEYSPACE.TABLE keys FILE                          writes KEYS: every 50th row's, in no order
//
// KEYS: a file of 24-byte keys, uuid and timestamp, big-endian. All but `keys` print one line of JSON: what was done,
// how long it took, CPU seconds of this process for it (without connecting and preparing), and the latency's
// percentiles.

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cql/session.hpp"
#include "program.hpp"

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::size_t key_size = 24;

/// Latencies in microseconds, to about 3%.
class Histogram {
 public:
  void add(Clock::duration latency) {
    const auto us = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(latency).count());
    ++counts_[bucket_of(us)];
    ++total_;
  }
  [[nodiscard]] std::uint64_t percentile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      seen += counts_[bucket];
      if (seen > wanted) return lowest_of(bucket);
    }
    return 0;
  }

 private:
  static constexpr std::uint64_t fine = 32;  // buckets to a doubling
  static std::size_t bucket_of(std::uint64_t us) {
    if (us < fine) return us;
    const auto doubling = static_cast<std::uint64_t>(63 - __builtin_clzll(us)) - 5;
    return std::min<std::size_t>(fine + doubling * fine + ((us >> doubling) - fine), 1'023);
  }
  static std::uint64_t lowest_of(std::size_t bucket) {
    if (bucket < fine) return bucket;
    const std::size_t doubling = (bucket - fine) / fine;
    return (fine + (bucket - fine) % fine) << doubling;
  }
  std::array<std::uint64_t, 1'024> counts_{};
  std::uint64_t total_ = 0;
};

struct Task {
  std::string host;
  std::uint16_t port = 9042;
  std::string table;
  std::string action;
  std::size_t concurrency = 1;
  std::uint64_t requests = 0;
  std::string keys;  ///< The file's bytes; of `keys` its name.

  std::uint64_t started = 0;
  std::uint64_t rows = 0;
  std::uint64_t checksum = 0;  ///< So that no decoding is left out.
  Histogram latencies;
};

void decode(const cql::Page& page, Task& task) {
  const auto rows = page.rows_as<cql::Uuid, cql::Timestamp, std::string_view, std::int32_t, std::string_view, double>();
  for (const auto& [device_id, ts, payload, seq, status, temperature] : rows) {
    task.checksum += std::to_integer<std::uint64_t>(device_id.bytes[15]);
    task.checksum += static_cast<std::uint64_t>(ts.time_since_epoch().count());
    task.checksum += payload.size() + status.size();
    task.checksum += static_cast<std::uint64_t>(seq);
    task.checksum += std::bit_cast<std::uint64_t>(temperature);
    ++task.rows;
  }
}

asio::awaitable<void> read_rows(cql::Session& session, cql::PreparedStatement select, Task& task) {
  const cql::ByteView keys = cql::as_bytes(task.keys);
  while (task.started < task.requests) {
    const std::size_t at = task.started++ % (keys.size() / key_size) * key_size;
    cql::BoundStatement one{.prepared = select};
    one.options.idempotent = true;
    one.values.add(keys.subspan(at, 16));
    one.values.add(keys.subspan(at + 16, 8));
    const auto before = Clock::now();
    const cql::Result result = co_await session.execute(std::move(one));
    task.latencies.add(Clock::now() - before);
    decode(result.page, task);
  }
}

std::uint64_t scattered(std::uint64_t number) {
  number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9U;
  number = (number ^ (number >> 27U)) * 0x94D049BB133111EBU;
  return number ^ (number >> 31U);
}

asio::awaitable<void> insert_rows(cql::Session& session, cql::PreparedStatement insert, Task& task) {
  const std::string payload(100, 'x');
  while (task.started < task.requests) {
    const std::uint64_t number = task.started++;
    std::array<std::byte, 16> device{};
    cql::store_big_endian(device.data(), scattered(number));
    cql::store_big_endian(device.data() + 8, scattered(number + 1));
    cql::BoundStatement one{.prepared = insert};
    one.values.add(cql::ByteView(device));
    one.values.add_bigint(1'704'067'200'000 + static_cast<std::int64_t>(number));
    one.values.add_int(static_cast<std::int32_t>(number));
    one.values.add_bigint(static_cast<std::int64_t>(0x4035000000000000));  // 21.0
    one.values.add_text("ok");
    one.values.add_text(payload);
    const auto before = Clock::now();
    co_await session.execute(std::move(one));
    task.latencies.add(Clock::now() - before);
    ++task.rows;
  }
}

asio::awaitable<void> stream_table(cql::Session& session, cql::PreparedStatement select, Task& task) {
  cql::BoundStatement all{.prepared = std::move(select)};
  all.options.idempotent = true;
  cql::ResultStream stream = session.execute_stream(std::move(all));
  while (const auto page = co_await stream.next()) {
    if (task.action == "rows") {
      decode(*page, task);
    } else {
      task.rows += page->row_count();
    }
  }
}

asio::awaitable<void> write_keys(cql::Session& session, Task& task) {
  constexpr std::size_t taken = 50;
  std::vector<std::array<char, key_size>> found;
  cql::ResultStream stream = session.execute_stream(cql::Query{.cql = "SELECT device_id, ts FROM " + task.table});
  for (std::size_t number = 0; const cql::RowCursor* row = co_await stream.next_row(); ++number) {
    if (number % taken != taken / 2) continue;
    std::array<char, key_size>& key = found.emplace_back();
    std::memcpy(key.data(), row->cell(0UL)->data(), 16);
    std::memcpy(key.data() + 16, row->cell(1)->data(), 8);
  }
  // Neighbours on the ring are not to be asked for one after the other.
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a[7] != b[7] ? a[7] < b[7] : a < b; });
  std::ofstream file(task.keys, std::ios::binary | std::ios::trunc);
  for (const auto& key : found) file.write(key.data(), key_size);
  if (!file.flush()) throw std::runtime_error(task.keys + " cannot be written");
}

asio::awaitable<void> run(Task& task) {
  cql::ClusterOptions options;
  options.contact_points = {{task.host, task.port}};
  options.application_name = "cql_bench";
  const cql::Cluster cluster = co_await cql::Cluster::connect(options);
  cql::Session session = co_await cql::Session::open(cluster);
  if (task.action == "keys") co_return co_await write_keys(session, task);
  const std::string columns = "device_id, ts, payload, seq, status, temperature";
  std::string cql = "SELECT " + columns + " FROM " + task.table;
  if (task.action == "read") cql += " WHERE device_id = ? AND ts = ?";
  if (task.action == "insert") {
    cql = "INSERT INTO " + task.table + " (device_id, ts, seq, temperature, status, payload) VALUES (?, ?, ?, ?, ?, ?)";
  }
  const cql::PreparedStatement statement = co_await session.prepare(cql);

  const double cpu_before = bench::cpu_seconds();
  const auto before = Clock::now();
  if (task.action == "read") {
    co_await bench::at_once(task.concurrency, [&] { return read_rows(session, statement, task); });
  } else if (task.action == "insert") {
    co_await bench::at_once(task.concurrency, [&] { return insert_rows(session, statement, task); });
  } else {
    co_await stream_table(session, statement, task);
  }
  const std::chrono::duration<double> wall = Clock::now() - before;
  std::printf(
      R"({"requests": %llu, "rows": %llu, "seconds": %.6f, "cpu_seconds": %.6f, "p50_us": %llu, "p99_us": %llu, )"
      R"("checksum": %llu})"
      "\n",
      static_cast<unsigned long long>(task.started), static_cast<unsigned long long>(task.rows), wall.count(),
      bench::cpu_seconds() - cpu_before, static_cast<unsigned long long>(task.latencies.percentile(0.5)),
      static_cast<unsigned long long>(task.latencies.percentile(0.99)), static_cast<unsigned long long>(task.checksum));
}

bool parse(int argc, char** argv, Task& task) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) return false;
  const std::size_t colon = arguments[0].find(':');
  task.host = arguments[0].substr(0, colon);
  if (colon != std::string::npos) task.port = static_cast<std::uint16_t>(std::stoul(arguments[0].substr(colon + 1)));
  task.table = arguments[1];
  task.action = arguments[2];
  if (task.action == "rows" || task.action == "pages") return arguments.size() == 3;
  if (task.action == "keys" && arguments.size() == 4) {
    task.keys = arguments[3];
    return true;
  }
  const bool reads = task.action == "read";
  if ((!reads && task.action != "insert") || arguments.size() != (reads ? 6U : 5U)) return false;
  task.concurrency = std::stoul(arguments[3]);
  task.requests = std::stoull(arguments[4]);
  if (!reads) return true;
  std::ifstream file(arguments[5], std::ios::binary);
  task.keys.assign(std::istreambuf_iterator<char>(file), {});
  return task.keys.size() >= key_size;
}

}  // namespace

int main(int argc, char** argv) {
  Task task;
  if (!parse(argc, argv, task)) {
    std::fprintf(
        stderr,
        "usage: cql_bench HOST:PORT KEYSPACE.TABLE read CONCURRENCY REQUESTS KEYS | insert CONCURRENCY REQUESTS "
        "| rows | pages | keys FILE\n");
    return 2;
  }
  return bench::run_to_the_end("cql_bench", run(task));
}
