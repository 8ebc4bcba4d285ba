// Streams a query over TLS, logged in: how many rows, how many bytes, how fast, and for how much CPU time.
//
//   CQL_USER=app CQL_PASSWORD=… secure_rows db1.example "SELECT …" ca.pem own.pem own.key
//
// The two files of the client's certificate are for nodes that demand one. Without any file the connection is plain.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cql/session.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

namespace {

cql::ClusterOptions options_of(const std::vector<std::string>& arguments) {
  cql::ClusterOptions options;
  options.contact_points = {{arguments[0], 9042}};
  options.application_name = "secure_rows";
  if (std::getenv("CQL_USER") != nullptr && std::getenv("CQL_PASSWORD") != nullptr) {
    // Asked for every connection: a program that runs for long would look into a file or a vault here.
    options.credentials = [] { return cql::Credentials{std::getenv("CQL_USER"), std::getenv("CQL_PASSWORD")}; };
  }
  if (arguments.size() > 2) {
    options.tls.emplace();
    options.tls->ca_file = arguments[2];
  }
  if (arguments.size() > 4) {
    options.tls->certificate_file = arguments[3];
    options.tls->key_file = arguments[4];
  }
  return options;
}

cql::asio::awaitable<void> stream_rows(cql::ClusterOptions options, std::string query) {
  cql::Cluster cluster = co_await cql::Cluster::connect(std::move(options));
  cql::Session session = co_await cql::Session::open(cluster);
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu_start = std::clock();
  std::size_t bytes = 0;
  cql::ResultStream stream = session.execute_stream(cql::Query{.cql = std::move(query)});
  while (const auto page = co_await stream.next()) bytes += page->rows().size();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const double cpu = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  std::printf("%llu rows, %zu bytes, %.3f s, %.3f s of CPU\n", static_cast<unsigned long long>(stream.rows_so_far()),
              bytes, time.count(), cpu);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() != 2 && arguments.size() != 3 && arguments.size() != 5) {
    std::fprintf(stderr, "usage: secure_rows HOST QUERY [CA_FILE [CERTIFICATE_FILE KEY_FILE]]\n");
    return 2;
  }
  int exit_code = 0;
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, stream_rows(options_of(arguments), arguments[1]), [&](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "secure_rows: %s\n", failure.what());
      exit_code = 1;
    }
  });
  io.run();
  return exit_code;
}
