// One session's connections to one node, or through whatever answers at the contact points. From the first wish for a
// connection on it keeps them open by itself: what is lost is opened again in the background, with growing pauses as
// long as that fails, until the node leaves or the session is closed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "cluster/cluster_state.hpp"
#include "cluster/dial.hpp"
#include "cluster/signal.hpp"
#include "core/prepared_state.hpp"
#include "cql/error.hpp"
#include "cql/metrics.hpp"
#include "net/connection.hpp"
#include "sansio/backoff.hpp"

namespace cql::cluster {

class NodePool : public std::enable_shared_from_this<NodePool> {
 public:
  using ConnectionPtr = std::shared_ptr<net::Connection>;

  NodePool(asio::any_io_executor executor, std::shared_ptr<ClusterState> cluster, Target target);

  /// The open connection with the fewest requests under way; null when there is none.
  [[nodiscard]] ConnectionPtr ready() noexcept;
  /// As ready(), but waits for the attempt to connect that is under way or may be made now, no longer than until the
  /// deadline. Throws Error naming the node.
  asio::awaitable<ConnectionPtr> connection(net::Deadline deadline);
  /// Waits until it is settled, or until the time has come.
  asio::awaitable<void> settle(sansio::TimePoint until);
  /// Starts connecting, if that is not under way or done; nobody waits.
  void open_in_background();

  /// Requests of this session under way to the node.
  [[nodiscard]] std::size_t in_flight() const noexcept;
  /// It wants to be connected and is not: better ask others first.
  [[nodiscard]] bool resting() const noexcept { return connections_.empty() && (filling_ || closed_); }
  /// It is connected, or the last attempt failed.
  [[nodiscard]] bool settled() const noexcept { return !connections_.empty() || failure_; }
  /// No connection is left, not even one whose requests are ending.
  [[nodiscard]] bool empty() const noexcept { return connections_.empty() && leaving_.empty(); }
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }
  [[nodiscard]] const std::string& node() const noexcept { return node_; }

  /// Counted by whoever attempts something at this node.
  [[nodiscard]] Outcomes& attempts() noexcept { return counted_.attempts; }
  [[nodiscard]] NodeMetrics metrics() const;

  /// Asks the node for a sign of life on every connection: the cluster says that it is down.
  void doubt();

  /// Makes this node learn the statement again, once however many ask at the same time. Throws as connection() and
  /// request() do, and what the server says.
  asio::awaitable<void> prepare_again(std::shared_ptr<PreparedStatement::State> state, ConnectionPtr connection,
                                      net::Deadline deadline);

  /// The node left: requests under way may still end by themselves, new ones are refused.
  void retire() noexcept;
  /// Ends every connection and request. The pool opens no more.
  void close() noexcept;

 private:
  static asio::awaitable<void> fill(std::shared_ptr<NodePool> self);
  asio::awaitable<void> open_one();
  asio::awaitable<void> rest(sansio::Backoff::TimePoint until);
  asio::awaitable<void> send_prepare(std::shared_ptr<PreparedStatement::State> state, ConnectionPtr connection,
                                     net::Deadline deadline);
  void add(ConnectionPtr connection);
  void on_closed(const net::Connection* connection, sansio::TimePoint opened, const Error& reason);
  void replace(const net::Connection* connection, sansio::TimePoint opened);
  void after_loss(sansio::TimePoint opened, const Error& reason);
  void note_failure(const Error& error);
  void note_status(bool up);
  void look_for_news();
  void tell(ClusterEvent::Kind kind, const Error* error = nullptr, std::chrono::milliseconds delay = {}) const;
  [[nodiscard]] bool missing() const noexcept;
  [[nodiscard]] double chance();
  void stop_filling() noexcept;

  asio::any_io_executor executor_;
  std::shared_ptr<ClusterState> cluster_;
  Target target_;
  std::string node_;
  std::vector<ConnectionPtr> connections_;
  std::vector<ConnectionPtr> leaving_;  ///< Retired, with requests still under way.
  bool filling_ = false;                ///< fill() runs: connections are missing.
  bool dialing_ = false;
  bool closed_ = false;
  bool left_ = false;  ///< Closed because the node is no member any more.
  asio::cancellation_signal stop_;
  Signal changed_;  ///< An attempt ended.
  Signal wake_;     ///< fill() need not wait any longer.
  sansio::Backoff backoff_;
  std::minstd_rand random_;
  std::optional<Error>
      failure_;  ///< Since the last success: of the last attempt, or why a connection was lost at once.
  std::uint64_t attempts_ = 0;
  NodeMetrics counted_;  ///< Its traffic is that of connections that are no more.
  std::uint64_t seen_generation_ = 0;
  bool called_down_ = false;  ///< We told the cluster so.
  std::map<const PreparedStatement::State*, std::shared_ptr<Signal>> preparing_;
};

}  // namespace cql::cluster
