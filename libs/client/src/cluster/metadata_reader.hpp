// Asks one node for everything the metadata holds.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "cql/metadata.hpp"
#include "cql/result.hpp"
#include "net/connection.hpp"

namespace cql::cluster {

namespace asio = boost::asio;

/// All pages of a query on one connection, each within `timeout`. Throws Error naming the node and the query.
asio::awaitable<std::vector<Page>> query_all(std::shared_ptr<net::Connection> connection, std::string cql,
                                             std::chrono::milliseconds timeout);

struct MetadataReading {
  Metadata metadata;
  Uuid answered_by;  ///< The node at the other end of the connection.
};
asio::awaitable<MetadataReading> read_metadata(std::shared_ptr<net::Connection> connection,
                                               std::chrono::milliseconds timeout);

}  // namespace cql::cluster
