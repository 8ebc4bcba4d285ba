// The gate through which every request of an operation goes: it knows how many may be under way at each node, how many
// rows and bytes a second may come, whom to leave alone, and whether the operation is paused.
//
// Shared by an operation's shards, any thread. One short lock per request; nobody waits while nothing is limited.
// What decides is in pace/, without clocks and threads; here are the waiting and the waking.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "cql/error.hpp"
#include "cql/metadata.hpp"
#include "cqlbulk/options.hpp"
#include "operations/range_turns.hpp"
#include "pace/circuit_breaker.hpp"
#include "pace/health.hpp"
#include "pace/node_concurrency.hpp"
#include "pace/presets.hpp"
#include "pace/rate_limiter.hpp"
#include "plan/replica_sets.hpp"

namespace cqlbulk::operations {

class PaceGate;

/// What a request is about to ask for.
struct PaceRequest {
  /// A page, a batch or a COUNT(*) weighs as much as eight rows written alone.
  static constexpr std::uint32_t query_weight = 8;

  std::optional<cql::Token> token;      ///< Its replicas are asked; nothing: any node.
  std::optional<std::size_t> stays_at;  ///< PacePermit::place of an earlier one: asks whom that asked.
  std::uint32_t weight = query_weight;
  std::uint64_t rows = 0;   ///< That it asks for, or carries; 0: unknown.
  std::uint64_t bytes = 0;  ///< That it carries; 0: unknown.
};

/// What came of it.
struct PaceAnswer {
  /// What its duration goes with, in any unit that is the same for the whole operation.
  std::uint64_t size = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  bool timed = true;  ///< False: it was under way before the permit was given.
};

/// The right to have one request under way. answered() or failed() ends it; one that is dropped was called off.
class PacePermit {
 public:
  PacePermit() = default;
  PacePermit(PacePermit&& other) noexcept;
  PacePermit& operator=(PacePermit&& other) noexcept;
  ~PacePermit();

  /// False: there is none, since the operation stops.
  explicit operator bool() const noexcept { return gate_ != nullptr; }
  /// Whom to ask: RequestOptions::preferred_node.
  [[nodiscard]] const std::optional<cql::Uuid>& node() const noexcept { return host_; }
  /// The same as a place in the gate's list, for pages that follow.
  [[nodiscard]] std::size_t place() const noexcept { return node_; }
  void answered(const PaceAnswer& answer);
  void failed(const cql::Error& error);

 private:
  friend class PaceGate;
  PaceGate* gate_ = nullptr;
  std::optional<cql::Uuid> host_;
  std::size_t node_ = 0;
  std::uint32_t weight_ = 0;
  std::uint32_t in_flight_ = 0;  ///< Queries at the node, this one included.
  double expected_rows_ = 0;
  double expected_bytes_ = 0;
  bool probes_node_ = false;
  bool probes_run_ = false;
  pace::TimePoint began_{};
};

/// What may be changed while the operation runs; what is absent stays.
struct PaceChange {
  std::optional<Preset> preset;
  std::optional<std::uint32_t> parallelism;
  std::optional<double> max_rows_per_second;   ///< 0: no limit.
  std::optional<double> max_bytes_per_second;  ///< 0: no limit.
};

class PaceGate {
 public:
  /// Replicas are those of `keyspace` in `local_datacenter`. `parallelism` of a load counts queries, else ranges.
  PaceGate(const PaceOptions& options, const cql::Metadata& metadata, const std::string& keyspace,
           const std::string& local_datacenter, unsigned shards, bool load = false);
  PaceGate(const PaceGate&) = delete;
  PaceGate& operator=(const PaceGate&) = delete;

  /// From now on told of pauses and their ends, in words. Called on any thread, under the gate's lock.
  void tell(std::function<void(std::string)> notice);

  /// Waits for its turn. Nothing when `stop` is requested meanwhile.
  boost::asio::awaitable<PacePermit> enter(PaceRequest request, std::stop_token stop);
  /// The same for a further range, of which each shard has its share.
  boost::asio::awaitable<RangePermit> enter_range(unsigned shard, std::stop_token stop) {
    return range_turns_.enter(shard, std::move(stop));
  }
  /// Nobody need wait for a range any more: there is none.
  void no_more_ranges() { range_turns_.no_more(); }

  /// Rows that a request may ask for, so that a limited rate is exact: a tenth of a second's, at most `most`.
  [[nodiscard]] std::int32_t rows_at_once(std::int32_t most) const noexcept;
  /// How many ranges may be worked on at once, whatever tune says later.
  [[nodiscard]] std::uint32_t most_ranges() const noexcept { return pace::widest.ranges; }

  /// Throws nothing; values were checked before.
  void change(const PaceChange& change);
  void pause();
  void go_on();
  void set_health(const pace::Verdict& verdict);
  /// The node (an endpoint) answers again: whoever left it alone may try.
  void reachable(const std::string& endpoint);

  struct State {
    std::string held;  ///< "paused: …" or "slowed down: …"; empty while it runs as it may.
    double paused_seconds = 0;
    std::uint32_t ranges = 0;       ///< That may be worked on.
    std::uint32_t queries = 0;      ///< That may be under way, all nodes together.
    std::uint32_t queries_now = 0;  ///< That are.
    std::string preset;
    std::optional<double> max_rows_per_second;
    std::optional<double> max_bytes_per_second;
    std::vector<std::string> notes;  ///< What was told, at most 50.
  };
  [[nodiscard]] State state() const;
  /// State::held alone.
  [[nodiscard]] std::string held_now() const;

 private:
  friend class PacePermit;
  struct Waiter;
  using Queue = std::deque<std::shared_ptr<Waiter>>;
  struct Node {
    Node(std::optional<cql::Uuid> host_id, std::string name, pace::NodeConcurrency::Bounds bounds,
         pace::CircuitBreaker::Settings breaker_settings)
        : host(host_id), endpoint(std::move(name)), concurrency(bounds), breaker(breaker_settings) {}
    std::optional<cql::Uuid> host;  ///< Nothing: whoever the client picks.
    std::string endpoint;
    pace::NodeConcurrency concurrency;
    pace::CircuitBreaker breaker;
    std::uint32_t weight = 0;  ///< Under way.
    pace::TimePoint answered_at{};
    Queue waiting;
  };

  [[nodiscard]] std::size_t choose(const PaceRequest& request, pace::TimePoint now);
  /// When it may go: `now` or earlier, a later time, or max() when somebody's end must be waited for.
  [[nodiscard]] pace::TimePoint may_go(const Node& node, const PaceRequest& request, pace::TimePoint now);
  [[nodiscard]] pace::TimePoint may_any_go(pace::TimePoint now);
  PacePermit begin(std::size_t node, const PaceRequest& request, pace::TimePoint now);
  [[nodiscard]] static Queue::iterator next_in(Queue& waiting);
  void serve(Node& node, pace::TimePoint now);
  void serve_all(pace::TimePoint now);
  void allow_ranges();
  void leave_node(std::size_t index, pace::TimePoint now);
  void wake(const std::shared_ptr<Waiter>& waiter);
  void forget(const std::shared_ptr<Waiter>& waiter);
  void give_back(PacePermit& permit, pace::TimePoint now);
  void answered(PacePermit& permit, const PaceAnswer& answer);
  void failed(PacePermit& permit, const cql::Error& error);
  void node_failed(std::size_t index, bool probe, pace::TimePoint now, const std::string& why);
  void abandoned(PacePermit& permit);
  void set_width(Preset preset, std::optional<std::uint32_t> parallelism);
  [[nodiscard]] std::uint32_t queries_allowed() const;
  [[nodiscard]] std::uint32_t ranges_allowed() const;
  [[nodiscard]] std::uint32_t limit_of(const Node& node) const;
  void learn_sizes(const PacePermit& permit, const PaceAnswer& answer);
  void publish_rows_at_once();
  void note(std::string text);
  void held_changed(pace::TimePoint now);
  [[nodiscard]] std::string held() const;

  const bool load_;
  mutable std::mutex mutex_;
  std::vector<Node> nodes_;  ///< As the metadata has them, then one for whoever the client picks.
  std::map<std::string, std::size_t, std::less<>> by_endpoint_;
  plan::ReplicaSets replicas_;  ///< Local ones.
  std::size_t turn_ = 0;        ///< Who is served first, and chosen among equals.

  Preset preset_ = Preset::balanced;
  pace::WidthRange width_;
  std::uint32_t weight_ = 0;  ///< Under way, all nodes together.
  RangeTurns range_turns_;
  std::uint32_t allowed_ranges_ = 0;  ///< As range_turns_ was told.
  std::size_t waiting_ = 0;

  pace::RateLimiter rows_;
  pace::RateLimiter bytes_;
  double row_bytes_ = 0;  ///< What a row was on average, lately; 0: unknown.
  double row_share_ = 1;  ///< How many of the rows that were asked for came.
  std::atomic<std::int32_t> rows_at_once_{INT32_MAX};

  pace::CircuitBreaker run_breaker_;
  pace::Verdict health_;
  bool paused_ = false;
  std::string held_;  ///< As it was told.
  pace::TimePoint held_since_{};
  pace::Duration held_before_{};
  std::function<void(std::string)> notice_;
  std::vector<std::string> notes_;
};

}  // namespace cqlbulk::operations
