// Many queries, a limited number at a time: workers that each take the next piece of work until there is none. Here
// they write rows and read them again.
//
//   concurrent_queries 127.0.0.1 10000 64
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cql/session.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;

struct Work {
  cql::Session session;
  cql::PreparedStatement insert;
  cql::PreparedStatement select;
  std::int32_t total;
  std::int32_t next = 0;
  std::int32_t found = 0;
};

// All workers run on the one thread of the io_context, so they share the work without locks.
asio::awaitable<void> worker(std::shared_ptr<Work> work) {
  while (work->next < work->total) {
    const std::int32_t key = work->next++;
    co_await work->session.execute(work->insert.bind(key, "value of " + std::to_string(key)));
    const cql::Result result = co_await work->session.execute(work->select.bind(key));
    work->found += static_cast<std::int32_t>(result.page.row_count());
  }
}

asio::awaitable<void> run(std::string host, std::int32_t total, int at_once) {
  cql::ClusterOptions options;
  options.contact_points = {{host}};
  const cql::Cluster cluster = co_await cql::Cluster::connect(options);
  cql::Session session = co_await cql::Session::open(cluster);
  co_await session.execute({.cql = "CREATE KEYSPACE IF NOT EXISTS cql_examples WITH replication = "
                                   "{'class': 'SimpleStrategy', 'replication_factor': 1}"});
  co_await session.execute({.cql = "CREATE TABLE IF NOT EXISTS cql_examples.pairs (k int PRIMARY KEY, v text)"});
  cql::PreparedStatement insert = co_await session.prepare("INSERT INTO cql_examples.pairs (k, v) VALUES (?, ?)");
  cql::PreparedStatement select = co_await session.prepare("SELECT v FROM cql_examples.pairs WHERE k = ?");
  const auto work = std::make_shared<Work>(std::move(session), std::move(insert), std::move(select), total);

  const auto start = std::chrono::steady_clock::now();
  const auto executor = co_await asio::this_coro::executor;
  std::vector<decltype(asio::co_spawn(executor, worker(work), asio::deferred))> workers;
  for (int i = 0; i < at_once; ++i) workers.push_back(asio::co_spawn(executor, worker(work), asio::deferred));
  // The first error cancels the other workers, and with them their requests.
  const auto [order, errors] = co_await asio::experimental::make_parallel_group(std::move(workers))
                                   .async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  for (const std::size_t first : order) {
    if (errors[first]) std::rethrow_exception(errors[first]);
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  std::cout << 2 * total << " queries, " << at_once << " at a time: " << work->found << " rows found, " << time.count()
            << " s\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: concurrent_queries HOST KEYS AT_ONCE\n";
    return 2;
  }
  try {
    asio::io_context io(1);
    asio::co_spawn(io, run(argv[1], std::stoi(argv[2]), std::stoi(argv[3])), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);  // comes out of run()
    });
    io.run();
  } catch (const std::exception& error) {
    std::cerr << "concurrent_queries: " << error.what() << '\n';
    return 1;
  }
}
