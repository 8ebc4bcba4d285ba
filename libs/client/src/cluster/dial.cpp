#include "cluster/dial.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "cql/error.hpp"

namespace cql::cluster {

using asio::ip::tcp;

namespace {

constexpr int newest_version = 5;
constexpr int oldest_version = 4;

net::ConnectionOptions connection_options(const ClusterOptions& options, const std::string& node,
                                          const std::string& host, int version, bool demanded) {
  net::ConnectionOptions connection;
  connection.node = node;
  connection.heartbeat_interval = options.heartbeat_interval;
  connection.heartbeat_timeout = options.heartbeat_timeout;
  connection.handshake.version = version;
  connection.handshake.demanded = demanded;
  connection.handshake.lz4 = options.compression == Compression::lz4;
  connection.handshake.credentials = options.credentials;
  connection.handshake.application_name = options.application_name;
  connection.handshake.application_version = options.application_version;
  connection.streams = options.streams_per_connection;
  connection.connect_timeout = options.connect_timeout;
  connection.tls = options.tls;
  connection.host = host;
  return connection;
}

// The caller's own function: whatever it throws is an error about the node.
ContactPoint translated(const ClusterOptions& options, const Node& node) {
  if (!options.address_translator) return {node.address, node.port};
  try {
    return options.address_translator(node);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::connect, std::string("the address translator failed: ") + error.what())
        .with_node(node.endpoint());
  }
}

std::vector<ContactPoint> addresses_of(const Target& target, const ClusterOptions& options) {
  if (!target.node) return options.contact_points;
  return {translated(options, *target.node)};
}

}  // namespace

asio::awaitable<std::shared_ptr<net::Connection>> dial(asio::any_io_executor executor, tcp::endpoint endpoint,
                                                       std::string node, ClusterOptions options,
                                                       std::optional<int> version, std::string host) {
  if (version) {
    co_return co_await net::Connection::open(executor, endpoint,
                                             connection_options(options, node, host, *version, true));
  }
  auto connection = co_await net::Connection::open(executor, endpoint,
                                                   connection_options(options, node, host, newest_version, false));
  if (!connection) {
    connection = co_await net::Connection::open(executor, endpoint,
                                                connection_options(options, node, host, oldest_version, true));
  }
  co_return connection;
}

asio::awaitable<std::shared_ptr<net::Connection>> dial(asio::any_io_executor executor, Target target,
                                                       ClusterOptions options, int version) {
  std::optional<Error> failure;
  for (const ContactPoint& address : addresses_of(target, options)) {
    try {
      for (const tcp::endpoint& endpoint : co_await resolve(address)) {
        try {
          co_return co_await dial(executor, endpoint, target.node ? target.node->endpoint() : std::string(), options,
                                  version, address.host);
        } catch (const Error& error) {
          if (error.kind() == ErrorKind::cancelled) throw;
          failure = error;
        }
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      failure = error;
    }
  }
  throw failure ? *failure : Error(ErrorKind::connect, "there is no address to connect to");
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

}  // namespace cql::cluster
