// Reading a statement's pages to the end, going on from the last good page where one fails for a while.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>

#include "cql/session.hpp"
#include "observe/counters.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

/// Hands every page to `take`, in order and once. A page that cannot be had is asked for again up to three times: after
/// a pause, or, where it took too long, at once with a quarter of the rows; then throws the cql::Error. The statement
/// counts as idempotent.
boost::asio::awaitable<void> read_pages(const Shard& shard, cql::BoundStatement statement,
                                        observe::ShardCounters& counters,
                                        const std::function<void(const cql::Page&)>& take);

}  // namespace cqlbulk::operations
