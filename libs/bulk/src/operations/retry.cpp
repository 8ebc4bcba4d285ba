#include "operations/retry.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

/// When no node was left to try, what they said decides: all of them have to allow it.
template <typename Judge>
bool all_causes(const cql::Error& error, Judge judge) {
  return std::all_of(error.causes().begin(), error.causes().end(), judge);
}

}  // namespace

bool is_transient(const cql::Error& error) {
  using Kind = cql::ErrorKind;
  switch (error.kind()) {
    case Kind::connect:
    case Kind::connection_lost:
    case Kind::timeout:
    case Kind::unavailable:
    case Kind::overloaded:
    case Kind::is_bootstrapping:
    case Kind::write_timeout:
    case Kind::read_timeout:
    case Kind::read_failure:
    case Kind::write_failure:
    case Kind::unprepared:
      return true;
    case Kind::no_node:
      return all_causes(error, is_transient);
    default:
      return false;
  }
}

bool surely_not_applied(const cql::Error& error) {
  using Kind = cql::ErrorKind;
  switch (error.kind()) {
    case Kind::connect:
    case Kind::tls:
    case Kind::unavailable:
    case Kind::overloaded:
    case Kind::is_bootstrapping:
    case Kind::unprepared:  // Of a batch nothing is done when one of its statements is not known.
      return true;
    case Kind::no_node:
      return all_causes(error, surely_not_applied);
    default:
      return false;
  }
}

bool blames_the_values(const cql::Error& error) {
  using Kind = cql::ErrorKind;
  return error.kind() == Kind::invalid || error.kind() == Kind::usage || error.kind() == Kind::function_failure;
}

std::chrono::milliseconds backoff(unsigned retry, std::chrono::milliseconds first, double random_share) {
  constexpr std::chrono::milliseconds longest{60'000};
  constexpr unsigned most_doublings = 16;  // a millisecond is a minute by then
  const std::chrono::milliseconds whole = std::min(first, longest) * (1LL << std::min(retry, most_doublings));
  const double share = 0.5 + std::clamp(random_share, 0.0, 1.0) / 2;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::min(whole, longest) * share);
}

asio::awaitable<void> wait_before_retry(unsigned retry, const Shard& shard) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const double share = std::uniform_real_distribution<double>(0, 1)(random);
  const auto until = std::chrono::steady_clock::now() + backoff(retry, shard.retry_wait, share);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  // In short steps, so that a stop from another thread needs no way into this timer.
  const std::stop_token stop = shard.stop;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until) {
    timer.expires_at(std::min(until, std::chrono::steady_clock::now() + std::chrono::milliseconds(50)));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace cqlbulk::operations
