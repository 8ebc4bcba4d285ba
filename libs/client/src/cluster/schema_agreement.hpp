// After a change of schema: waiting until every node that is up has it, so that the next request may go anywhere.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "cql/metadata.hpp"
#include "net/connection.hpp"

namespace cql::cluster {

namespace asio = boost::asio;

/// Asks the node that made the change again and again what versions it sees. Gives up silently after ten seconds: the
/// change itself has been made. Throws only Error{cancelled}.
asio::awaitable<void> await_schema_agreement(std::shared_ptr<net::Connection> connection,
                                             std::shared_ptr<const Metadata> metadata);

}  // namespace cql::cluster
