// What a session does: makes messages and plans of statements, has them executed, reads what comes back.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/cluster_state.hpp"
#include "cluster/execution.hpp"
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

  SessionImpl(asio::any_io_executor executor, std::shared_ptr<cluster::ClusterState> cluster);

  /// Connects to one near node at least.
  static asio::awaitable<void> start(Self self);
  /// Holder: a Query or BoundStatement, or a std::reference_wrapper to one that outlives the request.
  template <typename Holder>
  static asio::awaitable<Result> execute_query(Self self, Holder holder, net::Flush flush = net::Flush::gathered);
  template <typename Holder>
  static asio::awaitable<Result> execute_bound(Self self, Holder holder, net::Flush flush = net::Flush::gathered);
  static asio::awaitable<Result> execute_batch(Self self, Batch batch);
  static asio::awaitable<PreparedStatement> prepare(Self self, std::string cql, std::string keyspace);
  [[nodiscard]] std::vector<PlannedNode> route(const Query& query);
  [[nodiscard]] std::vector<PlannedNode> route(const BoundStatement& statement);
  [[nodiscard]] SessionMetrics metrics() const;
  /// Refuses new requests, waits for those under way, then closes; sooner when the time has come or when cancelled.
  static asio::awaitable<void> drain(Self self, std::chrono::milliseconds time);
  void close() noexcept;

  [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
  /// What a request may take when it does not say so itself.
  [[nodiscard]] std::chrono::milliseconds request_timeout() const noexcept { return cluster_->options.request_timeout; }

 private:
  using StatePtr = std::shared_ptr<PreparedStatement::State>;

  static Result read(cluster::Response& response, std::string_view cql, PreparedStatement::State* prepared,
                     const Columns& known_columns);
  /// The result; after a change of schema, once all nodes have it.
  static asio::awaitable<Result> settled(Self self, Result result, std::shared_ptr<net::Connection> connection);

  /// Where a request goes first; `prepared` may be null.
  cluster::Plan plan(const RequestOptions& options, const PreparedStatement* prepared, ByteView wire_values);
  std::uint32_t pinned_node(const Uuid& host_id);
  [[nodiscard]] bool may_leave_datacenter(const RequestOptions& options) const;
  const std::shared_ptr<cluster::RoutingView>& view();
  static asio::awaitable<bool> connect_any(Self self, std::vector<std::shared_ptr<cluster::NodePool>> pools);
  void rebuild_view();
  std::shared_ptr<cluster::NodePool> pool_of(const Node& node);
  [[nodiscard]] cluster::Gate::Pass enter() { return gate_.enter("the session is closed"); }

  asio::any_io_executor executor_;
  cluster::Gate gate_;  ///< Every request goes through.
  std::shared_ptr<cluster::ClusterState> cluster_;
  std::shared_ptr<cluster::RequestContext> context_;
  std::shared_ptr<cluster::RoutingView> view_;
  std::uint64_t view_generation_ = 0;
  std::map<Uuid, std::shared_ptr<cluster::NodePool>> pools_;  ///< By host id.
  std::shared_ptr<cluster::NodePool> contact_pool_;           ///< Serves for all nodes: options.only_contact_points.
  std::vector<std::shared_ptr<cluster::NodePool>> retired_;   ///< Of nodes that left, until their requests have ended.
  std::uint64_t turn_ = 0;

  using PreparedKey = std::pair<std::string, std::string>;  ///< Keyspace and text.
  std::map<PreparedKey, StatePtr> prepared_;
  std::map<PreparedKey, std::shared_ptr<cluster::Signal>> preparing_;
};

}  // namespace cql
