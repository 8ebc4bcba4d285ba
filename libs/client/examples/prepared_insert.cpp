// Writes and reads rows with prepared statements: values in order, by name, from a struct and back into one.
//
//   prepared_insert 127.0.0.1
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cql/session.hpp>
#include <exception>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <tuple>

struct Reading {
  std::int32_t sensor = 0;
  cql::Timestamp at;
  double celsius = 0;
  std::optional<std::string> note;
  std::set<std::string> tags;
};

template <>
inline constexpr auto cql::fields<Reading> = std::tuple{
    cql::field("sensor", &Reading::sensor), cql::field("at", &Reading::at), cql::field("celsius", &Reading::celsius),
    cql::field("note", &Reading::note), cql::field("tags", &Reading::tags)};

namespace {

cql::asio::awaitable<void> write_and_read(std::string host) {
  cql::ClusterOptions options;
  options.contact_points = {{host}};
  const cql::Cluster cluster = co_await cql::Cluster::connect(options);
  cql::Session session = co_await cql::Session::open(cluster);

  co_await session.execute({.cql = "CREATE KEYSPACE IF NOT EXISTS cql_examples WITH replication = "
                                   "{'class': 'SimpleStrategy', 'replication_factor': 1}"});
  co_await session.execute({.cql = "CREATE TABLE IF NOT EXISTS cql_examples.readings (sensor int, at timestamp, "
                                   "celsius double, note text, tags set<text>, PRIMARY KEY (sensor, at))"});

  const cql::PreparedStatement insert = co_await session.prepare(
      "INSERT INTO cql_examples.readings (sensor, at, celsius, note, tags) VALUES (?, ?, ?, ?, ?)");
  const auto noon = cql::Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)) + std::chrono::hours(12);

  // In order. std::nullopt writes null; cql::unset leaves the column as it is.
  co_await session.execute(insert.bind(7, noon, 20.5, std::nullopt, cql::unset));
  // By name, in any order.
  co_await session.execute(insert.bind_named(cql::named("celsius", 20.7), cql::named("sensor", 7),
                                             cql::named("at", noon + std::chrono::minutes(1)),
                                             cql::named("note", "door open"), cql::named("tags", cql::unset)));
  // From a struct. Writing it twice does the same as once, so it may be sent again when a node fails.
  cql::BoundStatement bound =
      insert.bind_fields(Reading{7, noon + std::chrono::minutes(2), 21.1, "closed", {"checked", "hall"}});
  bound.options.idempotent = true;
  co_await session.execute(std::move(bound));

  const cql::PreparedStatement select =
      co_await session.prepare("SELECT * FROM cql_examples.readings WHERE sensor = ?");
  const cql::Result result = co_await session.execute(select.bind(7));
  for (const Reading& reading : result.page.rows_as<Reading>()) {
    std::cout << reading.at.time_since_epoch().count() << ": " << reading.celsius << " °C, "
              << reading.note.value_or("no note") << ", " << reading.tags.size() << " tags\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    boost::asio::io_context io(1);
    boost::asio::co_spawn(io, write_and_read(argc > 1 ? argv[1] : "127.0.0.1"), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);  // comes out of run()
    });
    io.run();
  } catch (const std::exception& error) {
    std::cerr << "prepared_insert: " << error.what() << '\n';
    return 1;
  }
}
