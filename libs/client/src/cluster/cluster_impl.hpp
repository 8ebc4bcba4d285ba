// The control connection: finds the cluster, publishes what it learns, follows events, and finds another node when its
// own is lost, silent, or leaves. What it missed meanwhile it reads anew. Nothing that requests do waits for it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "cluster/cluster_state.hpp"
#include "cluster/gate.hpp"
#include "cluster/metadata_reader.hpp"
#include "cluster/signal.hpp"
#include "cql/session.hpp"
#include "net/connection.hpp"
#include "protocol/responses.hpp"
#include "sansio/backoff.hpp"

namespace cql {

class ClusterImpl : public std::enable_shared_from_this<ClusterImpl> {
 public:
  static asio::awaitable<std::shared_ptr<ClusterImpl>> connect(ClusterOptions options);

  [[nodiscard]] const std::shared_ptr<cluster::ClusterState>& state() const noexcept { return state_; }
  static asio::awaitable<void> refresh(std::shared_ptr<ClusterImpl> self);
  static asio::awaitable<void> drain(std::shared_ptr<ClusterImpl> self, std::chrono::milliseconds time);
  void close() noexcept;

 private:
  using ConnectionPtr = std::shared_ptr<net::Connection>;

  /// Where the control connection may move: a node, or an address of a contact point.
  struct Candidate {
    std::optional<Node> node;
    asio::ip::tcp::endpoint endpoint;
    std::string host;  ///< As the contact point says it.
  };

  ClusterImpl(asio::any_io_executor executor, const ClusterOptions& options);

  /// Asks for events, so that none is missed while the metadata is read afterwards.
  static asio::awaitable<void> follow(std::shared_ptr<ClusterImpl> self, ConnectionPtr connection,
                                      std::chrono::milliseconds timeout);
  void take_over(ConnectionPtr connection, const Uuid& node);
  void on_event(const net::Envelope& envelope);
  void on_status(const protocol::StatusChange& change);
  void on_topology(const protocol::TopologyChange& change);
  void give_control_up();
  void on_closed(const net::Connection* connection, const Error& reason);
  [[nodiscard]] std::optional<Uuid> host_at(const Inet& address, std::int32_t port) const;

  static asio::awaitable<void> maintain(std::shared_ptr<ClusterImpl> self);
  asio::awaitable<void> read_again();
  asio::awaitable<void> pause(std::chrono::steady_clock::time_point until);
  asio::awaitable<bool> move();
  asio::awaitable<bool> move_to(Candidate candidate, const std::set<Uuid>& unreachable);
  asio::awaitable<std::vector<Candidate>> candidates();
  void tell_schema(std::uint64_t changes);
  void tell(ClusterEvent::Kind kind, const Error* error = nullptr) const;

  asio::any_io_executor executor_;
  cluster::Gate gate_;  ///< refresh() goes through.
  std::shared_ptr<cluster::ClusterState> state_;
  ConnectionPtr control_;
  Uuid control_node_;
  std::chrono::steady_clock::time_point control_since_;
  std::optional<Uuid> avoided_;  ///< The node whose control connection was given up last: better another one.
  sansio::Backoff backoff_;
  std::minstd_rand random_;
  cluster::Signal changed_;  ///< Something for maintain() to do.
  asio::cancellation_signal stop_;
  bool maintaining_ = false;
  bool refresh_wanted_ = false;
  std::uint64_t schema_changes_ = 0;  ///< Events so far.
  std::uint64_t schema_told_ = 0;     ///< How many of them have been read up and told.
  bool closed_ = false;
};

}  // namespace cql
