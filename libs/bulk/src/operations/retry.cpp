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

observe::FailureClass class_of(const cql::Error& error) {
  using enum observe::FailureClass;
  if (error.kind() != cql::ErrorKind::no_node) return observe::failure_class(cql::to_string(error.kind()));
  for (const cql::Error& cause : error.causes()) {
    const observe::FailureClass of_cause = class_of(cause);
    if (strategy_of(of_cause).retries == 0) return of_cause;
  }
  return node_down;
}

Strategy strategy_of(observe::FailureClass failure_class) {
  using enum observe::FailureClass;
  switch (failure_class) {
    case transient:
      return {.retries = 3, .patience = std::chrono::minutes(1)};
    case node_down:
      return {.retries = 5, .patience = std::chrono::milliseconds::max()};
    case range:  // Of what is smaller each time: range_stream.hpp, count_split.hpp.
      return {.retries = 3};
    case resource:
      return {.retries = 2, .patience = std::chrono::milliseconds::max()};
    case data:
    case fatal:
    case unknown:
      break;
  }
  return {};
}

bool is_transient(const cql::Error& error) { return strategy_of(class_of(error)).retries > 0; }

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

std::uint64_t most_failed(const PaceOptions& pace, std::uint64_t pieces) {
  if (pace.max_failed_ranges_share <= 0) return 0;
  const auto by_share = static_cast<std::uint64_t>(pace.max_failed_ranges_share * static_cast<double>(pieces));
  const std::uint64_t most = std::min<std::uint64_t>(pace.max_failed_ranges, std::max<std::uint64_t>(by_share, 1));
  return std::min(most, pieces - std::min<std::uint64_t>(pieces, 1));
}

bool Tries::again(observe::FailureClass failure, std::chrono::milliseconds patience, Clock::time_point now) {
  const Strategy strategy = strategy_of(failure);
  if (count_ == 0) since_ = now;
  const bool left = count_ < strategy.retries || now - since_ < std::min(strategy.patience, patience);
  if (left) ++count_;
  return left;
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
