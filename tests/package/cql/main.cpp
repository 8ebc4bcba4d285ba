// Asks a node its name: cql_user [HOST]. Without a host it only shows that the library is there.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cql/session.hpp>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

namespace {

cql::asio::awaitable<void> ask(std::string host) {
  cql::ClusterOptions options;
  options.contact_points = {{host, 9042}};
  const cql::Cluster cluster = co_await cql::Cluster::connect(options);
  cql::Session session = co_await cql::Session::open(cluster);
  const cql::Result result = co_await session.execute(cql::Query{.cql = "SELECT cluster_name FROM system.local"});
  for (const auto& [name] : result.page.rows_as<std::string_view>()) std::cout << "connected to " << name << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    const cql::ClusterOptions options;
    std::cout << "cql works: " << options.contact_points.front().host << ", problems: " << options.validate().size()
              << ", values: " << cql::Values::of(1, "text", std::nullopt).count() << '\n';
    return 0;
  }
  boost::asio::io_context io;
  int exit_code = 0;
  boost::asio::co_spawn(io, ask(argv[1]), [&](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& failure) {
      std::cerr << failure.what() << '\n';
      exit_code = 1;
    }
  });
  io.run();
  return exit_code;
}
