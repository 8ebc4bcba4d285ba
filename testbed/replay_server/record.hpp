// Reading a real table into a recording.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "cql/session.hpp"
#include "replay_server/recording.hpp"

namespace cql::replay {

/// Reads the whole table in the order of the ring. Throws Error: usage for a table that is not there or has types that
/// a recording cannot hold (user-defined ones, vectors of other than float), else what reading it throws.
[[nodiscard]] boost::asio::awaitable<Recording> record(ClusterOptions options, std::string keyspace, std::string table);

}  // namespace cql::replay
