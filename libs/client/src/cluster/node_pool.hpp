// One session's connections to one node. Opens them when first asked, keeps quiet for a while after a failure.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/cluster_state.hpp"
#include "cluster/signal.hpp"
#include "core/prepared_state.hpp"
#include "cql/error.hpp"
#include "net/connection.hpp"

namespace cql::cluster {

class NodePool : public std::enable_shared_from_this<NodePool> {
 public:
  using ConnectionPtr = std::shared_ptr<net::Connection>;

  NodePool(asio::any_io_executor executor, std::shared_ptr<const ClusterState> cluster, const Node& node);

  /// The open connection with the fewest requests under way; null when there is none.
  [[nodiscard]] ConnectionPtr ready() noexcept;
  /// As ready(), but connects when need be, and waits for it no longer than until the deadline. Throws Error naming the
  /// node.
  asio::awaitable<ConnectionPtr> connection(net::Deadline deadline);
  /// Starts connecting, if that is not under way or done; nobody waits.
  void open_in_background();

  /// Requests of this session under way to the node.
  [[nodiscard]] std::size_t in_flight() const noexcept;
  /// A connection attempt failed a short while ago: better ask others first.
  [[nodiscard]] bool resting() const noexcept;
  [[nodiscard]] const std::string& node() const noexcept { return node_; }
  [[nodiscard]] const asio::ip::tcp::endpoint& endpoint() const noexcept { return endpoint_; }

  /// Makes this node learn the statement again, once however many ask at the same time. Throws as connection() and
  /// request() do, and what the server says.
  asio::awaitable<void> prepare_again(std::shared_ptr<PreparedStatement::State> state, ConnectionPtr connection,
                                      net::Deadline deadline);

  /// Ends every connection and request. The pool opens no more.
  void close() noexcept;

 private:
  static asio::awaitable<void> open_missing(std::shared_ptr<NodePool> self);
  asio::awaitable<void> send_prepare(std::shared_ptr<PreparedStatement::State> state, ConnectionPtr connection,
                                     net::Deadline deadline);
  void add(const ConnectionPtr& connection);
  void note_failure(const Error& error);

  asio::any_io_executor executor_;
  std::shared_ptr<const ClusterState> cluster_;
  std::string node_;
  asio::ip::tcp::endpoint endpoint_;
  std::vector<ConnectionPtr> connections_;
  bool opening_ = false;
  bool closed_ = false;
  asio::cancellation_signal stop_opening_;
  Signal changed_;
  std::optional<Error> failure_;  ///< Of the last attempt.
  sansio::TimePoint rest_until_{};
  std::chrono::milliseconds rest_{0};
  std::map<const PreparedStatement::State*, std::shared_ptr<Signal>> preparing_;
};

}  // namespace cql::cluster
