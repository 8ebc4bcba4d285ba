// Which of the cluster's errors are worth another try, and how long to wait before it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>

#include "cql/error.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

/// Another try may go well: a busy, starting or lost node, too few replicas, an answer that did not come in time.
[[nodiscard]] bool is_transient(const cql::Error& error);
/// The statement was surely not applied anywhere, so that even one that must not be done twice may be sent again.
[[nodiscard]] bool surely_not_applied(const cql::Error& error);
/// The server (or the client on its behalf) found the statement's values wrong: trying again changes nothing.
[[nodiscard]] bool blames_the_values(const cql::Error& error);

/// Tries of one piece of work after the first.
inline constexpr unsigned most_retries = 3;

/// `first`, twice that, four times … up to 60 s, each between half and the whole of it, so that many do not come back
/// at once. `retry` counts from 0.
[[nodiscard]] std::chrono::milliseconds backoff(unsigned retry, std::chrono::milliseconds first, double random_share);
/// Waits that long, or until the shard shall stop.
boost::asio::awaitable<void> wait_before_retry(unsigned retry, const Shard& shard);

}  // namespace cqlbulk::operations
