// From a name or an address to an open connection in the version both sides speak.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cql/cluster_options.hpp"
#include "cql/metadata.hpp"
#include "net/connection.hpp"

namespace cql::cluster {

namespace asio = boost::asio;

/// Connects in `version`, which the server must have; without one, in the highest that it has. Errors call the node
/// `node`; empty: by its endpoint. `host`: the name or address by which the caller knows it, for TLS; empty: its
/// address.
asio::awaitable<std::shared_ptr<net::Connection>> dial(asio::any_io_executor executor, asio::ip::tcp::endpoint endpoint,
                                                       std::string node, ClusterOptions options,
                                                       std::optional<int> version, std::string host = {});

/// Whom to reach: a node, or whatever answers at the contact points.
struct Target {
  std::optional<Node> node;
};

/// Connects to the target, at the address that options.address_translator gives; addresses are tried one after the
/// other. Throws the last one's Error, or what the translator had to say.
asio::awaitable<std::shared_ptr<net::Connection>> dial(asio::any_io_executor executor, Target target,
                                                       ClusterOptions options, int version);

/// A connection that is not in anybody's keeping yet: closed when it goes, unless it was released.
class FreshConnection {
 public:
  explicit FreshConnection(std::shared_ptr<net::Connection> connection) : connection_(std::move(connection)) {}
  FreshConnection(const FreshConnection&) = delete;
  FreshConnection& operator=(const FreshConnection&) = delete;
  ~FreshConnection() {
    if (connection_) connection_->close();
  }
  [[nodiscard]] const std::shared_ptr<net::Connection>& get() const noexcept { return connection_; }
  /// Somebody else has it now.
  void release() noexcept { connection_.reset(); }

 private:
  std::shared_ptr<net::Connection> connection_;
};

/// The addresses of a contact point. Throws Error{connect} naming the host when there is none.
asio::awaitable<std::vector<asio::ip::tcp::endpoint>> resolve(ContactPoint contact_point);

}  // namespace cql::cluster
