// An HTTP service that answers from Cassandra, on one thread: GET /keyspaces/<name>/tables gives the keyspace's tables
// as a JSON array. Server and client share the io_context; nothing blocks.
//
//   http_service 127.0.0.1 127.0.0.1 8080        Cassandra's address, own address, own port
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cql/session.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

struct Service {
  cql::Cluster cluster;
  cql::Session session;
  cql::PreparedStatement tables;
};

asio::awaitable<Response> answer(std::shared_ptr<Service> service, Request request) {
  Response response(http::status::ok, request.version());
  response.set(http::field::content_type, "application/json");
  response.keep_alive(request.keep_alive());
  constexpr std::string_view before = "/keyspaces/";
  constexpr std::string_view after = "/tables";
  std::string_view path(request.target().data(), request.target().size());
  if (request.method() != http::verb::get || path.size() <= before.size() + after.size() || !path.starts_with(before) ||
      !path.ends_with(after)) {
    response.result(http::status::not_found);
    response.prepare_payload();
    co_return response;
  }
  path.remove_prefix(before.size());
  path.remove_suffix(after.size());
  try {
    cql::BoundStatement bound = service->tables.bind(path);
    bound.options.timeout = std::chrono::seconds(2);
    bound.options.idempotent = true;
    const cql::Result result = co_await service->session.execute(std::move(bound));
    for (const auto& [json] : result.page.rows_as<std::string_view>()) {
      response.body() += response.body().empty() ? "[" : ",";
      response.body() += json;
    }
    response.body() += response.body().empty() ? "[]" : "]";
  } catch (const cql::Error& error) {
    std::cerr << "http_service: " << error.what() << '\n';
    response.result(http::status::service_unavailable);
    response.body().clear();
  }
  response.prepare_payload();
  co_return response;
}

asio::awaitable<void> converse(std::shared_ptr<Service> service, tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  try {
    for (;;) {
      stream.expires_after(std::chrono::seconds(30));
      Request request;
      co_await http::async_read(stream, buffer, request, asio::use_awaitable);
      Response response = co_await answer(service, std::move(request));
      co_await http::async_write(stream, response, asio::use_awaitable);
      if (!response.keep_alive()) co_return;
    }
  } catch (const boost::system::system_error&) {
    // The caller has gone, or sent what is no HTTP: this conversation ends, the others go on.
  }
}

asio::awaitable<void> serve(std::string cassandra, tcp::endpoint endpoint) {
  cql::ClusterOptions options;
  options.contact_points = {{cassandra}};
  cql::Cluster cluster = co_await cql::Cluster::connect(options);
  cql::Session session = co_await cql::Session::open(cluster);
  cql::PreparedStatement tables =
      co_await session.prepare("SELECT JSON table_name, comment FROM system_schema.tables WHERE keyspace_name = ?");
  const auto service = std::make_shared<Service>(std::move(cluster), std::move(session), std::move(tables));

  const auto executor = co_await asio::this_coro::executor;
  tcp::acceptor acceptor(executor, endpoint);
  std::cout << "listening on http://" << acceptor.local_endpoint() << std::endl;
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(executor, converse(service, std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: http_service CASSANDRA ADDRESS PORT\n";
    return 2;
  }
  try {
    asio::io_context io(1);
    asio::signal_set stop(io, SIGINT, SIGTERM);
    stop.async_wait([&](auto, int) { io.stop(); });
    const tcp::endpoint endpoint(asio::ip::make_address(argv[2]), static_cast<std::uint16_t>(std::stoi(argv[3])));
    asio::co_spawn(io, serve(argv[1], endpoint), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);  // comes out of run()
    });
    io.run();
  } catch (const std::exception& error) {
    std::cerr << "http_service: " << error.what() << '\n';
    return 1;
  }
}
