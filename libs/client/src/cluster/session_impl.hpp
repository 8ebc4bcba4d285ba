// What a session does: chooses a node, sends, tries another where that is safe, prepares again where a node forgot.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cluster/cluster_state.hpp"
#include "cluster/gate.hpp"
#include "cluster/messages.hpp"
#include "cluster/node_pool.hpp"
#include "cluster/routing.hpp"
#include "cluster/signal.hpp"
#include "cql/session.hpp"

namespace cql {

/// Every coroutine takes the session as a shared_ptr, so that destroying the handle amid requests is safe.
class SessionImpl : public std::enable_shared_from_this<SessionImpl> {
 public:
  using Self = std::shared_ptr<SessionImpl>;

  SessionImpl(asio::any_io_executor executor, std::shared_ptr<cluster::ClusterState> cluster)
      : executor_(std::move(executor)), gate_(executor_), cluster_(std::move(cluster)) {}

  /// Connects to one near node at least.
  static asio::awaitable<void> start(Self self);
  /// Holder: a Query or BoundStatement, or a std::reference_wrapper to one that outlives the request.
  template <typename Holder>
  static asio::awaitable<Result> execute_query(Self self, Holder holder, net::Flush flush = net::Flush::gathered);
  template <typename Holder>
  static asio::awaitable<Result> execute_bound(Self self, Holder holder, net::Flush flush = net::Flush::gathered);
  static asio::awaitable<Result> execute_batch(Self self, Batch batch);
  static asio::awaitable<PreparedStatement> prepare(Self self, std::string cql);
  /// Refuses new requests, waits for those under way, then closes; sooner when the time has come or when cancelled.
  static asio::awaitable<void> drain(Self self, std::chrono::milliseconds time);
  void close() noexcept;

  [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
  /// What a request may take when it does not say so itself.
  [[nodiscard]] std::chrono::milliseconds request_timeout() const noexcept { return cluster_->options.request_timeout; }

 private:
  using StatePtr = std::shared_ptr<PreparedStatement::State>;

  /// One request on its way; borrowed from the coroutine that executes it.
  struct Request {
    const net::OutgoingMessage& message;
    const RequestOptions& options;
    std::string_view cql;  ///< For errors.
    /// Statements that a node may have forgotten, by the id it then names.
    std::span<const PreparedStatement> prepared{};
    cluster::ExecuteMessage* renew = nullptr;  ///< To be told after a re-preparation.
    net::Flush flush = net::Flush::gathered;
  };
  struct Response {
    net::Envelope envelope;
    std::shared_ptr<net::Connection> connection;
  };

  static asio::awaitable<Response> send(Self self, Request request, cluster::Plan plan);
  static asio::awaitable<Response> send_to(Self self, cluster::NodePool& node, const Request& request,
                                           net::Deadline deadline);

  static Result read(Response& response, std::string_view cql, PreparedStatement::State* prepared,
                     const Columns& known_columns);
  /// The result; after a change of schema, once all nodes have it.
  static asio::awaitable<Result> settled(Self self, Result result, std::shared_ptr<net::Connection> connection);

  cluster::Plan plan(const RequestOptions& options, const PreparedStatement* prepared, ByteView wire_values);
  const std::shared_ptr<cluster::RoutingView>& view();
  void rebuild_view();
  std::shared_ptr<cluster::NodePool> pool_of(const Node& node);
  [[nodiscard]] cluster::Gate::Pass enter() { return gate_.enter("the session is closed"); }

  asio::any_io_executor executor_;
  cluster::Gate gate_;  ///< Every request goes through.
  std::shared_ptr<cluster::ClusterState> cluster_;
  std::shared_ptr<cluster::RoutingView> view_;
  std::uint64_t view_generation_ = 0;
  std::map<Uuid, std::shared_ptr<cluster::NodePool>> pools_;  ///< By host id.
  std::shared_ptr<cluster::NodePool> contact_pool_;           ///< Serves for all nodes: options.only_contact_points.
  std::vector<std::shared_ptr<cluster::NodePool>> retired_;   ///< Of nodes that left, until their requests have ended.
  std::size_t turn_ = 0;
  bool closed_ = false;

  std::unordered_map<std::string, StatePtr> prepared_;
  std::unordered_map<std::string, std::shared_ptr<cluster::Signal>> preparing_;
};

}  // namespace cql
