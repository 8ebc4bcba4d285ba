// The least a program with a database does: connect, ask, print.
//
//   first_query 127.0.0.1
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cql/session.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

namespace {

cql::asio::awaitable<void> ask(std::string host) {
  cql::ClusterOptions options;
  options.contact_points = {{host}};
  const cql::Cluster cluster = co_await cql::Cluster::connect(options);
  cql::Session session = co_await cql::Session::open(cluster);

  const cql::Result result =
      co_await session.execute({.cql = "SELECT keyspace_name, durable_writes FROM system_schema.keyspaces"});
  for (const auto& [name, durable] : result.page.rows_as<std::string_view, bool>()) {
    std::cout << name << (durable ? "" : " (without commit log)") << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    boost::asio::io_context io(1);
    boost::asio::co_spawn(io, ask(argc > 1 ? argv[1] : "127.0.0.1"), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);  // comes out of run()
    });
    io.run();
  } catch (const std::exception& error) {
    std::cerr << "first_query: " << error.what() << '\n';
    return 1;
  }
}
