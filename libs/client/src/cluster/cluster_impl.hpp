// The control connection: finds the cluster, publishes what it learns, follows events, and finds another node when its
// own is lost.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <vector>

#include "cluster/cluster_state.hpp"
#include "cluster/signal.hpp"
#include "cql/session.hpp"
#include "net/connection.hpp"

namespace cql {

class ClusterImpl : public std::enable_shared_from_this<ClusterImpl> {
 public:
  static asio::awaitable<std::shared_ptr<ClusterImpl>> connect(ClusterOptions options);

  [[nodiscard]] const std::shared_ptr<cluster::ClusterState>& state() const noexcept { return state_; }
  static asio::awaitable<void> refresh(std::shared_ptr<ClusterImpl> self);
  void close() noexcept;

 private:
  using ConnectionPtr = std::shared_ptr<net::Connection>;

  explicit ClusterImpl(asio::any_io_executor executor) : executor_(std::move(executor)), changed_(executor_) {}

  /// Takes over a fresh connection whose node has told its metadata.
  asio::awaitable<void> adopt(ConnectionPtr connection);
  void publish(Metadata metadata, bool keep_status);
  void on_event(const net::Envelope& envelope);
  void note_status(const Inet& address, std::int32_t port, bool up);

  static asio::awaitable<void> maintain(std::shared_ptr<ClusterImpl> self);
  asio::awaitable<bool> reconnect();
  asio::awaitable<void> pause(std::chrono::milliseconds time);
  asio::awaitable<std::vector<asio::ip::tcp::endpoint>> candidates();

  asio::any_io_executor executor_;
  std::shared_ptr<cluster::ClusterState> state_;
  ConnectionPtr control_;
  asio::ip::tcp::endpoint control_endpoint_;
  cluster::Signal changed_;  ///< Something for maintain() to do.
  asio::cancellation_signal stop_;
  bool maintaining_ = false;
  bool refresh_wanted_ = false;
  bool closed_ = false;
};

}  // namespace cql
