// Streams a table page by page: how many rows, how many bytes, how fast.
//
//   stream_rows 127.0.0.1 "SELECT * FROM system_schema.columns"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cql/session.hpp>
#include <cstdio>
#include <exception>
#include <string>

namespace {

cql::asio::awaitable<void> stream_rows(std::string host, std::string query) {
  cql::ClusterOptions options;
  options.contact_points = {{host, 9042}};
  options.application_name = "stream_rows";
  cql::Cluster cluster = co_await cql::Cluster::connect(std::move(options));
  cql::Session session = co_await cql::Session::open(cluster);
  std::printf("%s: protocol version %d, %zu nodes, data centre %s\n", cluster.metadata()->cluster_name.c_str(),
              cluster.protocol_version(), cluster.metadata()->nodes.size(), cluster.local_datacenter().c_str());

  const auto start = std::chrono::steady_clock::now();
  std::size_t bytes = 0;
  cql::ResultStream stream = session.execute_stream(cql::Query{.cql = std::move(query)});
  // The next page is on its way while this one is looked at.
  while (const auto page = co_await stream.next()) bytes += page->rows().size();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  std::printf("%llu rows in %llu pages, %zu bytes, %.3f s\n", static_cast<unsigned long long>(stream.rows_so_far()),
              static_cast<unsigned long long>(stream.pages_so_far()), bytes, time.count());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: stream_rows HOST QUERY\n");
    return 2;
  }
  int exit_code = 0;
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, stream_rows(argv[1], argv[2]), [&](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "stream_rows: %s\n", failure.what());
      exit_code = 1;
    }
  });
  io.run();
  return exit_code;
}
