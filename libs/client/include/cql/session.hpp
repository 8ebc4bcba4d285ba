// Cluster and Session: connecting, asking, streaming.
//
// Threads: a Cluster and each Session belong to the executor they were made on, which must run on one thread (an
// io_context with one runner, or a strand). Work on many threads takes one Session per thread: `Session::open` on each
// with the same Cluster. Metadata snapshots, prepared statements, pages and results may cross threads.
//
// Errors: everything throws cql::Error. Cancellation is Asio's per-operation cancellation: a request under way ends
// with Error{cancelled}, and its stream id is not used again before its late answer came. (A coroutine that was
// cancelled before it asks ends by Asio's own exception, before anything of this library runs.)
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cql/cluster_options.hpp"
#include "cql/error.hpp"
#include "cql/metadata.hpp"
#include "cql/metrics.hpp"
#include "cql/result.hpp"
#include "cql/routing.hpp"
#include "cql/statement.hpp"
#include "cql/stream.hpp"

namespace cql {

namespace asio = boost::asio;

/// How to close: whether to let what is under way end by itself. Either way nothing new is taken; what ends early ends
/// with Error{cancelled}, and destroying a handle is closing it with `cancel`.
enum class CloseMode : std::uint8_t {
  cancel,  ///< Everything ends now.
  drain,   ///< Waits for what is under way, for a bounded time, then as `cancel`.
};
inline constexpr std::chrono::milliseconds default_drain_time{30'000};

class ClusterImpl;
class SessionImpl;

/// The control connection and what it learned.
class Cluster {
 public:
  /// Tries the contact points in turn, reads nodes, ring and schema. Throws Error{no_node} with each one's error, or
  /// the error itself when all say the same kind (bad_credentials, unsupported).
  static asio::awaitable<Cluster> connect(ClusterOptions options);

  Cluster(Cluster&&) noexcept;
  Cluster& operator=(Cluster&&) noexcept;
  ~Cluster();

  /// The latest snapshot. Any thread.
  [[nodiscard]] std::shared_ptr<const Metadata> metadata() const;
  [[nodiscard]] const ClusterOptions& options() const;
  [[nodiscard]] int protocol_version() const;
  /// The data centre that counts as local.
  [[nodiscard]] const std::string& local_datacenter() const;
  /// How often ClusterOptions::on_event and on_request threw, all sessions together. Any thread.
  [[nodiscard]] std::uint64_t observer_failures() const;

  /// Reads nodes and schema again now (events do it by themselves within a second).
  asio::awaitable<void> refresh();
  /// Draining waits for refresh(). Sessions are not closed by this; they go on with what is known.
  asio::awaitable<void> close(CloseMode mode = CloseMode::cancel,
                              std::chrono::milliseconds drain_time = default_drain_time);

 private:
  friend class Session;
  explicit Cluster(std::shared_ptr<ClusterImpl> impl);
  std::shared_ptr<ClusterImpl> impl_;
};

/// Connections to the nodes, on the executor of the coroutine that opened it.
class Session {
 public:
  /// Shares the cluster's metadata and options; connects to at least one local node before it returns, and to every
  /// other one that answers within a second. From then on connections that are lost are opened again by themselves.
  /// May be called on another thread than the cluster's.
  static asio::awaitable<Session> open(const Cluster& cluster);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  asio::awaitable<Result> execute(Query query);
  asio::awaitable<Result> execute(BoundStatement statement);
  /// The batch's borrowed values are copied into the outgoing message before the first suspension.
  asio::awaitable<Result> execute(Batch batch);

  /// Prepares on one node; other nodes learn it when they first say UNPREPARED. The same text is prepared once.
  /// `keyspace` (v5): names without a keyspace are looked up there.
  asio::awaitable<PreparedStatement> prepare(std::string cql, std::string keyspace = {});

  /// The nodes that the next request of this kind would be sent to, one after the other, and why: for debugging.
  /// Connects to none of them.
  [[nodiscard]] std::vector<PlannedNode> route(const Query& query) const;
  [[nodiscard]] std::vector<PlannedNode> route(const BoundStatement& statement) const;

  /// What this session has done until now: a copy, some 8 KB per node. On the session's thread, as everything here; the
  /// copy may go anywhere.
  [[nodiscard]] SessionMetrics metrics() const;

  /// Pages of the result, asked for as they are wanted (cql/stream.hpp). Throws nothing: errors come with the pages.
  /// The stream may outlive this handle, but then ends with Error{cancelled}.
  ResultStream execute_stream(Query query, StreamOptions options = {});
  ResultStream execute_stream(BoundStatement statement, StreamOptions options = {});

  /// Draining waits for requests, each page of a stream counting as one: a stream that wants a further page gets
  /// Error{cancelled}. When the coroutine that waits is cancelled, so is the rest.
  asio::awaitable<void> close(CloseMode mode = CloseMode::cancel,
                              std::chrono::milliseconds drain_time = default_drain_time);

 private:
  explicit Session(std::shared_ptr<SessionImpl> impl);
  std::shared_ptr<SessionImpl> impl_;
};

}  // namespace cql
