// One request from its plan to its one end: node after node until one answers, or an error stands as the retry policy
// says, or the time is over, or the caller cancels. Slow attempts may get company (speculative execution).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "cluster/cluster_state.hpp"
#include "cluster/messages.hpp"
#include "cluster/node_pool.hpp"
#include "cluster/routing.hpp"
#include "cluster/signal.hpp"
#include "cql/error.hpp"
#include "cql/metrics.hpp"
#include "cql/request_event.hpp"
#include "net/connection.hpp"

namespace cql::cluster {

/// What the requests of a session share.
struct RequestContext {
  RequestContext(asio::any_io_executor on, std::shared_ptr<const ClusterState> state)
      : executor(std::move(on)), cluster(std::move(state)), ended(executor), random(std::random_device{}()) {}

  asio::any_io_executor executor;
  std::shared_ptr<const ClusterState> cluster;
  bool closed = false;
  Signal ended;  ///< Wakes those who wait between two attempts.
  std::minstd_rand random;
  SessionMetrics counted;  ///< Without the nodes.
};

/// What is asked. Borrowed from the coroutine that executes it.
struct Request {
  /// Whether it may be done twice.
  enum class Repeatable : std::uint8_t {
    as_stated,  ///< As the options say, unless text or schema show the contrary.
    always,
    never,
  };
  const net::OutgoingMessage& message;
  const RequestOptions& options;
  std::string_view cql;  ///< For errors; what is judged when `prepared` is empty.
  /// Statements that a node may have forgotten, by the id it then names.
  std::span<const PreparedStatement> prepared{};
  ExecuteMessage* renew = nullptr;  ///< To be told after a re-preparation.
  net::Flush flush = net::Flush::gathered;
  Repeatable repeatable = Repeatable::as_stated;
  RequestEvent::Kind kind = RequestEvent::Kind::query;
};

struct Response {
  net::Envelope envelope;
  std::shared_ptr<net::Connection> connection;
  std::chrono::steady_clock::time_point arrived;
  Uuid host_id;
  std::uint32_t attempts = 1;
  std::uint32_t speculative_attempts = 0;
};

/// No node was left, and none of them was ever asked: `causes` say why.
[[nodiscard]] Error no_node(std::vector<Error> causes);

/// Counted as a request from its construction to answered() or failed(); when neither comes, it was cancelled.
class Execution {
 public:
  Execution(std::shared_ptr<RequestContext> context, const Request& request, Plan plan);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution();

  /// Once. Throws Error with the node, the query, the number of attempts and how the others failed. The execution must
  /// outlive it, as must all that the request borrows.
  asio::awaitable<Response> run();

  /// The request has ended, as far as its caller is concerned: counts it and tells the observer. Only the first of them
  /// that is called.
  void answered(const Response& response) noexcept;
  void failed(const Error& error) noexcept;

 private:
  struct Race;
  struct Runner;

  asio::awaitable<Response> follow_plan(Plan::Step first);
  asio::awaitable<void> make_known(NodePool& node, NodePool::ConnectionPtr connection, Error error, int preparations);
  [[nodiscard]] Response response_from(Plan::Step step, std::chrono::steady_clock::time_point attempt_began,
                                       net::Envelope envelope, NodePool::ConnectionPtr connection);
  [[nodiscard]] RetryDecision go_on_after(Error failure, bool was_sent);
  asio::awaitable<void> pause(std::chrono::milliseconds backoff);
  /// Counts the beginning, says when it was.
  [[nodiscard]] std::chrono::steady_clock::time_point begin_attempt(NodePool& node, bool again);
  void tell_end(std::chrono::steady_clock::time_point ended, std::string_view node, const Error* error) const noexcept;
  [[nodiscard]] RetryDecision judge(const Error& error, bool was_sent);
  [[nodiscard]] bool idempotent();
  [[nodiscard]] const SpeculativeExecution* speculation();

  asio::awaitable<Response> race(Plan::Step first, SpeculativeExecution speculation);
  asio::awaitable<void> await_decision(std::shared_ptr<Race> race, Plan::Step first, SpeculativeExecution speculation);
  void start_runner(const std::shared_ptr<Race>& race, Plan::Step first);
  static asio::awaitable<void> run_in(std::shared_ptr<Race> race, Runner* runner, Execution* execution,
                                      Plan::Step first);
  static asio::awaitable<void> end_all(std::shared_ptr<Race> race);

  /// The request's end by `error`, with what is known about the attempts.
  [[nodiscard]] Error ended_by(Error error) const;
  [[nodiscard]] Error out_of_nodes() const;
  [[nodiscard]] Error cancelled() const;

  std::shared_ptr<RequestContext> context_;
  Request request_;
  Plan plan_;
  std::chrono::steady_clock::time_point began_;
  net::Deadline deadline_;
  std::optional<bool> idempotent_;
  std::uint32_t attempts_ = 0;
  std::uint32_t speculative_attempts_ = 0;
  std::vector<Error> failures_;             ///< Of attempts that ended without ending the request.
  std::optional<std::size_t> last_answer_;  ///< Among failures_, the latest of an attempt that was sent.
  bool ended_ = false;
  bool ran_out_ = false;  ///< The last error thrown is that no node was left.
};

}  // namespace cql::cluster
