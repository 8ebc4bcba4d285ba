// A Cluster for callers that block: it lives on a thread of its own, which serves the control connection and answers
// the few questions an operation asks before and after its work. The work itself runs on shards.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "cql/session.hpp"

namespace cqlbulk::operations {

/// Connected from construction to destruction. Its functions may be called from one thread at a time, any but its own.
class ClusterThread {
 public:
  /// Connects and waits for it. Throws cqlbulk::Error: usage for options that cannot be or do not reach a cluster,
  /// failed where the server is to blame (see describe.hpp). A `stop` ends the waiting with Error{failed}.
  explicit ClusterThread(const cql::ClusterOptions& options, const std::stop_token& stop = {});
  ~ClusterThread();
  ClusterThread(const ClusterThread&) = delete;
  ClusterThread& operator=(const ClusterThread&) = delete;

  [[nodiscard]] const cql::Cluster& cluster() const noexcept { return *cluster_; }
  [[nodiscard]] std::shared_ptr<const cql::Metadata> metadata() const { return cluster_->metadata(); }

  /// Runs `work(session)`, a coroutine, on the thread and waits for its result. The session is opened at the first
  /// call. Throws what the coroutine throws.
  template <typename Work>
  auto ask(Work work) {
    return wait_for(with_session(std::move(work)));
  }
  /// One small query, all of its first page.
  [[nodiscard]] cql::Result query(cql::Query query);
  /// Reads nodes and schema again: what was just changed is in metadata() then.
  void refresh() { wait_for(cluster_->refresh()); }

 private:
  template <typename Value>
  Value wait_for(boost::asio::awaitable<Value> work) {
    return boost::asio::co_spawn(context_, std::move(work), boost::asio::use_future).get();
  }
  template <typename Work>
  auto with_session(Work work) -> decltype(work(std::declval<cql::Session&>())) {
    if (!session_) session_ = co_await cql::Session::open(*cluster_);
    co_return co_await work(*session_);
  }
  boost::asio::awaitable<void> connect(cql::ClusterOptions options);
  void shut_down() noexcept;

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_{context_.get_executor()};
  std::optional<cql::Cluster> cluster_;
  std::optional<cql::Session> session_;
  std::thread thread_;
};

}  // namespace cqlbulk::operations
