#include "cluster/dial.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "cql/error.hpp"

namespace cql::cluster {

using asio::ip::tcp;

namespace {

constexpr int newest_version = 5;
constexpr int oldest_version = 4;

net::ConnectionOptions connection_options(const ClusterOptions& options, int version, bool demanded) {
  net::ConnectionOptions connection;
  connection.handshake.version = version;
  connection.handshake.demanded = demanded;
  connection.handshake.lz4 = options.compression == Compression::lz4;
  connection.handshake.throw_on_overload = options.throw_on_overload;
  connection.handshake.credentials = options.credentials;
  connection.handshake.application_name = options.application_name;
  connection.handshake.application_version = options.application_version;
  connection.streams = options.streams_per_connection;
  connection.connect_timeout = options.connect_timeout;
  return connection;
}

}  // namespace

asio::awaitable<std::shared_ptr<net::Connection>> dial(asio::any_io_executor executor, tcp::endpoint endpoint,
                                                       ClusterOptions options, std::optional<int> version) {
  if (version) {
    co_return co_await net::Connection::open(executor, endpoint, connection_options(options, *version, true));
  }
  auto connection =
      co_await net::Connection::open(executor, endpoint, connection_options(options, newest_version, false));
  if (!connection) {
    connection = co_await net::Connection::open(executor, endpoint, connection_options(options, oldest_version, true));
  }
  co_return connection;
}

asio::awaitable<std::vector<tcp::endpoint>> resolve(ContactPoint contact_point) {
  std::vector<tcp::endpoint> endpoints;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(contact_point.host, error);
  if (!error) {
    endpoints.emplace_back(address, contact_point.port);
    co_return endpoints;
  }
  tcp::resolver resolver(co_await asio::this_coro::executor);
  auto [failed, found] = co_await resolver.async_resolve(contact_point.host, std::to_string(contact_point.port),
                                                         asio::as_tuple(asio::use_awaitable));
  if (failed) {
    throw Error(ErrorKind::connect,
                "cannot find the address of host \"" + contact_point.host + "\": " + failed.message());
  }
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  co_return endpoints;
}

tcp::endpoint endpoint_of(const std::string& address, std::uint16_t port) {
  boost::system::error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  if (error) throw Error(ErrorKind::protocol, "\"" + address + "\" is no address of a node");
  return {parsed, port};
}

}  // namespace cql::cluster
