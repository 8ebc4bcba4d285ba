// Who may go, who waits, and who is woken when.
#include "operations/pace_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cmath>
#include <span>
#include <thread>
#include <utility>

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t weight_of_a_query = PaceRequest::query_weight;

std::optional<double> rate_of(const std::optional<std::uint64_t>& rate) {
  return rate && *rate > 0 ? std::optional<double>(static_cast<double>(*rate)) : std::nullopt;
}

/// The node itself is in trouble, or cannot be reached.
bool blames_the_node(const cql::Error& error) {
  using Kind = cql::ErrorKind;
  switch (error.kind()) {
    case Kind::connect:
    case Kind::connection_lost:
    case Kind::is_bootstrapping:
    case Kind::server_error:
    case Kind::truncate_error:
      return true;
    default:
      return false;
  }
}

/// Too much was asked for at once.
bool asks_to_give_way(const cql::Error& error) {
  using Kind = cql::ErrorKind;
  return error.kind() == Kind::overloaded || error.kind() == Kind::read_timeout ||
         error.kind() == Kind::write_timeout || error.kind() == Kind::timeout;
}

pace::TimePoint clock_now() { return std::chrono::steady_clock::now(); }

}  // namespace

/// A coroutine that waits. It belongs to its own thread, but for `granted` and `permit`, which the gate's lock guards.
struct PaceGate::Waiter {
  Waiter(asio::any_io_executor executor, PaceRequest wanted)
      : timer(executor, asio::steady_timer::time_point::max()), request(wanted) {}
  asio::steady_timer timer;
  PaceRequest request;
  const std::thread::id thread = std::this_thread::get_id();  ///< It runs on this one alone.
  unsigned overtaken = 0;                                     ///< How often somebody behind it went first.
  std::size_t node = 0;
  bool granted = false;
  PacePermit permit;
};

PacePermit::PacePermit(PacePermit&& other) noexcept { *this = std::move(other); }

PacePermit& PacePermit::operator=(PacePermit&& other) noexcept {
  if (this == &other) return *this;
  if (gate_ != nullptr) gate_->abandoned(*this);
  gate_ = std::exchange(other.gate_, nullptr);
  host_ = other.host_;
  node_ = other.node_;
  weight_ = other.weight_;
  in_flight_ = other.in_flight_;
  expected_rows_ = other.expected_rows_;
  expected_bytes_ = other.expected_bytes_;
  probes_node_ = other.probes_node_;
  probes_run_ = other.probes_run_;
  began_ = other.began_;
  return *this;
}

PacePermit::~PacePermit() {
  if (gate_ != nullptr) gate_->abandoned(*this);
}

void PacePermit::answered(const PaceAnswer& answer) {
  if (gate_ != nullptr) gate_->answered(*this, answer);
}

void PacePermit::failed(const cql::Error& error) {
  if (gate_ != nullptr) gate_->failed(*this, error);
}

PaceGate::PaceGate(const PaceOptions& options, const cql::Metadata& metadata, const std::string& keyspace,
                   const std::string& local_datacenter, unsigned shards, bool load)
    : load_(load),
      range_turns_(std::max(1U, shards)),
      rows_(rate_of(options.max_rows_per_second)),
      bytes_(rate_of(options.max_bytes_per_second)) {
  set_width(options.preset, options.parallelism);
  pace::CircuitBreaker::Settings breaker;
  breaker.cool_down = options.cool_down;
  run_breaker_ = pace::CircuitBreaker(breaker);
  const auto nodes = static_cast<std::uint32_t>(metadata.nodes.size());
  const std::uint32_t most = width_.most.queries;
  const std::uint32_t first =
      width_.first.queries < most ? std::max(1U, width_.first.queries / std::max(1U, nodes)) : std::min(4U, most);
  for (std::uint32_t i = 0; i < nodes; ++i) {
    const cql::Node& node = metadata.nodes[i];
    by_endpoint_.emplace(node.endpoint(), nodes_.size());
    nodes_.emplace_back(node.host_id, node.endpoint(), pace::NodeConcurrency::Bounds{1, first, most}, breaker);
  }
  nodes_.emplace_back(std::nullopt, "", pace::NodeConcurrency::Bounds{1, std::max(first, 4U), most}, breaker);
  if (const cql::Keyspace* found = metadata.keyspace(keyspace); found != nullptr && metadata.murmur3()) {
    std::vector<cql::ReplicatedRange> ranges = metadata.ring.ranges(found->replication);
    for (cql::ReplicatedRange& range : ranges) {
      std::erase_if(range.replicas,
                    [&](std::uint32_t node) { return metadata.nodes[node].datacenter != local_datacenter; });
    }
    replicas_ = plan::ReplicaSets(std::move(ranges));
  }
  allow_ranges();
  publish_rows_at_once();
}

void PaceGate::tell(std::function<void(std::string)> notice) {
  const std::lock_guard lock(mutex_);
  notice_ = std::move(notice);
}

void PaceGate::set_width(Preset preset, std::optional<std::uint32_t> parallelism) {
  preset_ = preset;
  // Of a load the number is that of batches, of which there may be so many under way.
  if (parallelism && load_) {
    const std::uint32_t queries = std::clamp(*parallelism, 1U, pace::widest.queries);
    width_ = {{queries, queries}, {queries, queries}};
  } else {
    width_ = pace::width_of(preset, parallelism);
  }
}

// ---------------------------------------------------------------------------------------------------------- entering

std::size_t PaceGate::choose(const PaceRequest& request, pace::TimePoint now) {
  if (request.stays_at) return *request.stays_at;
  const auto of_token = request.token ? replicas_.replicas_of(*request.token) : std::span<const std::uint32_t>();
  if (of_token.empty()) return nodes_.size() - 1;
  ++turn_;
  std::size_t best = of_token[turn_ % of_token.size()];
  double least = 1e300;
  for (std::size_t i = 0; i < of_token.size(); ++i) {
    const std::size_t index = of_token[(turn_ + i) % of_token.size()];
    const Node& node = nodes_[index];
    double load = (static_cast<double>(node.weight) + static_cast<double>(node.waiting.size() * weight_of_a_query)) /
                  static_cast<double>(node.concurrency.limit());
    if (node.breaker.next(now) > now) load += 1e9;
    if (load < least) {
      least = load;
      best = index;
    }
  }
  return best;
}

std::uint32_t PaceGate::limit_of(const Node& node) const {
  const std::uint32_t limit = node.concurrency.limit();
  return (health_.health == pace::Health::slow ? std::max(1U, limit / 2) : limit) * weight_of_a_query;
}

std::uint32_t PaceGate::queries_allowed() const {
  std::uint32_t allowed = width_.most.queries;
  if (width_.first.queries < width_.most.queries) {
    std::uint32_t limits = 0;
    for (std::size_t i = 0; i + 1 < nodes_.size(); ++i) limits += nodes_[i].concurrency.limit();
    allowed = std::clamp(limits, width_.first.queries, width_.most.queries);
  }
  return health_.health == pace::Health::slow ? std::max(1U, allowed / 2) : allowed;
}

std::uint32_t PaceGate::ranges_allowed() const {
  if (width_.first.ranges == width_.most.ranges) return width_.most.ranges;
  return std::clamp(queries_allowed(), width_.first.ranges, width_.most.ranges);
}

pace::TimePoint PaceGate::may_any_go(pace::TimePoint now) {
  constexpr auto never = pace::TimePoint::max();
  if (paused_ || health_.health == pace::Health::pause) return never;
  if (const auto at = run_breaker_.next(now); at > now) return at;
  return std::max(rows_.next(now), bytes_.next(now));
}

pace::TimePoint PaceGate::may_go(const Node& node, const PaceRequest& request, pace::TimePoint now) {
  constexpr auto never = pace::TimePoint::max();
  if (const auto at = may_any_go(now); at > now) return at;
  if (weight_ > 0 && weight_ + request.weight > queries_allowed() * weight_of_a_query) return never;
  // Nobody knows yet what a row weighs: one request finds out.
  if (bytes_.rate() && weight_ > 0 && row_bytes_ == 0 && request.bytes == 0) return never;
  if (const auto at = node.breaker.next(now); at > now) return at;
  if (node.weight > 0 && node.weight + request.weight > limit_of(node)) return never;
  return now;
}

PacePermit PaceGate::begin(std::size_t index, const PaceRequest& request, pace::TimePoint now) {
  Node& node = nodes_[index];
  PacePermit permit;
  permit.gate_ = this;
  permit.host_ = node.host;
  permit.node_ = index;
  permit.weight_ = request.weight;
  permit.began_ = now;
  permit.probes_node_ = node.breaker.begin(now);
  permit.probes_run_ = run_breaker_.begin(now);
  permit.expected_rows_ = static_cast<double>(request.rows) * row_share_;
  permit.expected_bytes_ = request.bytes > 0 ? static_cast<double>(request.bytes) : permit.expected_rows_ * row_bytes_;
  rows_.begin(permit.expected_rows_, now);
  bytes_.begin(permit.expected_bytes_, now);
  node.weight += request.weight;
  weight_ += request.weight;
  permit.in_flight_ = (node.weight + weight_of_a_query - 1) / weight_of_a_query;
  return permit;
}

asio::awaitable<PacePermit> PaceGate::enter(PaceRequest request, std::stop_token stop) {
  {
    const std::lock_guard lock(mutex_);
    if (stop.stop_requested()) co_return PacePermit{};
    const auto now = clock_now();
    const std::size_t index = choose(request, now);
    if (nodes_[index].waiting.empty() && may_go(nodes_[index], request, now) <= now) {
      co_return begin(index, request, now);
    }
  }
  const auto waiter = std::make_shared<Waiter>(co_await asio::this_coro::executor, request);
  // However this ends, by an exception too, nobody is left in a queue.
  struct InQueue {
    PaceGate& gate;
    const std::shared_ptr<Waiter>& waiter;
    ~InQueue() { gate.forget(waiter); }
  };
  {
    const std::lock_guard lock(mutex_);
    waiter->node = choose(request, clock_now());
    nodes_[waiter->node].waiting.push_back(waiter);
    ++waiting_;
  }
  const InQueue in_queue{*this, waiter};
  const std::stop_callback on_stop(stop, [this, waiter] {
    const std::lock_guard lock(mutex_);
    wake(waiter);
  });
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      const auto now = clock_now();
      if (stop.stop_requested()) co_return PacePermit{};
      if (!waiter->granted && may_go(nodes_[waiter->node], nodes_[waiter->node].waiting.front()->request, now) <= now) {
        serve(nodes_[waiter->node], now);
      }
      if (waiter->granted) co_return std::move(waiter->permit);
      held_changed(now);
      // Only the first in a row looks after the time; who comes after it is woken when it has gone.
      const Node& node = nodes_[waiter->node];
      const bool first = !node.waiting.empty() && node.waiting.front() == waiter;
      waiter->timer.expires_at(first ? may_go(node, request, now) : pace::TimePoint::max());
    }
    boost::system::error_code woken;
    co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

void PaceGate::wake(const std::shared_ptr<Waiter>& waiter) {
  asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
}

void PaceGate::forget(const std::shared_ptr<Waiter>& waiter) {
  PacePermit unwanted;
  {
    const std::lock_guard lock(mutex_);
    if (!waiter->granted) {
      Queue& queue = nodes_[waiter->node].waiting;
      if (const auto found = std::find(queue.begin(), queue.end(), waiter); found != queue.end()) {
        queue.erase(found);
        --waiting_;
        if (!queue.empty()) wake(queue.front());
      }
    }
    unwanted = std::move(waiter->permit);
  }
}

/// The first in a row; or a later one of this thread, as long as those before it do not wait too long. To wake another
/// thread costs more than all else here: where each answer lets somebody of another thread go, a load takes twice the
/// processor time.
PaceGate::Queue::iterator PaceGate::next_in(Queue& waiting) {
  constexpr unsigned most_overtaken = 16;
  constexpr std::ptrdiff_t looked_at = 16;
  const auto end = waiting.begin() + std::min(looked_at, std::ssize(waiting));
  if (waiting.front()->overtaken >= most_overtaken) return waiting.begin();
  const auto here = std::this_thread::get_id();
  const auto found = std::find_if(waiting.begin(), end, [&](const auto& waiter) { return waiter->thread == here; });
  if (found == end) return waiting.begin();
  if (found != waiting.begin()) ++waiting.front()->overtaken;
  return found;
}

/// Those that wait for the node, as long as they may go.
void PaceGate::serve(Node& node, pace::TimePoint now) {
  while (!node.waiting.empty()) {
    const auto next = next_in(node.waiting);
    if (may_go(node, (*next)->request, now) > now) break;
    const std::shared_ptr<Waiter> waiter = std::move(*next);
    node.waiting.erase(next);
    --waiting_;
    waiter->permit = begin(waiter->node, waiter->request, now);
    waiter->granted = true;
    wake(waiter);
  }
  // Who is first now looks after the time, if time is what it waits for.
  if (node.waiting.empty()) return;
  if (may_go(node, node.waiting.front()->request, now) != pace::TimePoint::max()) wake(node.waiting.front());
}

void PaceGate::serve_all(pace::TimePoint now) {
  held_changed(now);
  allow_ranges();
  if (waiting_ == 0) return;
  ++turn_;
  // There may be hundreds of nodes, and this runs for each answer where many wait: no further than there is room. Who
  // then still waits is served when what is under way ends.
  for (std::size_t i = 0; i < nodes_.size() && weight_ < queries_allowed() * weight_of_a_query; ++i) {
    Node& node = nodes_[(turn_ + i) % nodes_.size()];
    if (!node.waiting.empty()) serve(node, now);
  }
}

void PaceGate::allow_ranges() {
  if (const std::uint32_t allowed = ranges_allowed(); allowed != std::exchange(allowed_ranges_, allowed))
    range_turns_.allow(allowed);
}

/// What waited for a node that is left alone goes elsewhere, where there is another replica.
void PaceGate::leave_node(std::size_t index, pace::TimePoint now) {
  Queue waiting = std::exchange(nodes_[index].waiting, {});
  for (std::shared_ptr<Waiter>& waiter : waiting) {
    waiter->node = choose(waiter->request, now);
    nodes_[waiter->node].waiting.push_back(std::move(waiter));
  }
  for (Node& node : nodes_) serve(node, now);
}

// ------------------------------------------------------------------------------------------------------------- ending

void PaceGate::give_back(PacePermit& permit, pace::TimePoint now) {
  const bool was_full = weight_ + weight_of_a_query > queries_allowed() * weight_of_a_query;
  permit.gate_ = nullptr;
  Node& node = nodes_[permit.node_];
  node.weight -= permit.weight_;
  weight_ -= permit.weight_;
  if (was_full || rows_.rate() || bytes_.rate() || width_.first.queries < width_.most.queries) {
    serve_all(now);
  } else {
    serve(node, now);
  }
}

void PaceGate::answered(PacePermit& permit, const PaceAnswer& answer) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_now();
  Node& node = nodes_[permit.node_];
  node.answered_at = now;
  if (answer.timed) node.concurrency.answered(permit.began_, now, answer.size, permit.in_flight_);
  node.breaker.succeeded(permit.probes_node_);
  run_breaker_.succeeded(permit.probes_run_);
  learn_sizes(permit, answer);
  rows_.end(permit.expected_rows_, static_cast<double>(answer.rows));
  bytes_.end(permit.expected_bytes_, static_cast<double>(answer.bytes));
  if (permit.probes_node_) note(fmt::format("{} answers again", node.endpoint));
  give_back(permit, now);
  if (permit.probes_run_) serve_all(now);
}

void PaceGate::learn_sizes(const PacePermit& permit, const PaceAnswer& answer) {
  if (!rows_.rate() && !bytes_.rate()) return;
  constexpr double weight = 0.1;
  if (answer.rows > 0) {
    const double bytes = static_cast<double>(answer.bytes) / static_cast<double>(answer.rows);
    row_bytes_ = row_bytes_ == 0 ? bytes : row_bytes_ + (bytes - row_bytes_) * weight;
  }
  if (permit.expected_rows_ > 0) {
    const double share = row_share_ * static_cast<double>(answer.rows) / permit.expected_rows_;
    row_share_ = std::clamp(row_share_ + (share - row_share_) * weight, 0.01, 1.0);
  }
  publish_rows_at_once();
}

void PaceGate::publish_rows_at_once() {
  constexpr double share_of_a_second = 0.1;
  double rows = static_cast<double>(INT32_MAX);
  if (rows_.rate()) rows = std::min(rows, *rows_.rate() * share_of_a_second);
  // As long as nobody knows what a row weighs, few.
  if (bytes_.rate()) rows = std::min(rows, row_bytes_ > 0 ? *bytes_.rate() * share_of_a_second / row_bytes_ : 100.0);
  rows_at_once_.store(static_cast<std::int32_t>(std::max(1.0, rows)), std::memory_order_relaxed);
}

std::int32_t PaceGate::rows_at_once(std::int32_t most) const noexcept {
  return std::min(most, rows_at_once_.load(std::memory_order_relaxed));
}

void PaceGate::failed(PacePermit& permit, const cql::Error& error) {
  if (error.kind() == cql::ErrorKind::cancelled) {
    abandoned(permit);
    return;
  }
  const std::lock_guard lock(mutex_);
  const auto now = clock_now();
  // The error knows best who it was.
  const auto named = by_endpoint_.find(error.node());
  const std::size_t index = named != by_endpoint_.end() ? named->second : permit.node_;
  Node& node = nodes_[index];
  if (asks_to_give_way(error)) node.concurrency.gave_way(permit.began_, now);
  // A node that answers others is not ill when a request takes too long, and one that is overloaded gets less; only
  // where less is not possible it is left alone.
  const bool silent = error.kind() == cql::ErrorKind::timeout && node.answered_at <= permit.began_;
  const bool overwhelmed = error.kind() == cql::ErrorKind::overloaded && permit.in_flight_ <= 1;
  const bool nobody = error.kind() == cql::ErrorKind::no_node || error.kind() == cql::ErrorKind::unavailable;
  const bool of_permit = index == permit.node_;
  if (blames_the_node(error) || silent || overwhelmed) {
    node_failed(index, of_permit && permit.probes_node_, now, error.message());
  } else if (permit.probes_node_) {
    // It answered, or nobody knows; the run's breaker looks after the latter.
    if (nobody) {
      nodes_[permit.node_].breaker.abandoned(true, now);
    } else {
      nodes_[permit.node_].breaker.succeeded(true);
    }
  }
  for (const cql::Error& cause : error.causes()) {
    const auto found = by_endpoint_.find(cause.node());
    if (found != by_endpoint_.end() && blames_the_node(cause)) node_failed(found->second, false, now, cause.message());
  }
  if (nobody) {
    // Said once: that it still is so when somebody tries is no news.
    if (run_breaker_.failed(permit.probes_run_, now) && !permit.probes_run_) {
      note(fmt::format("nobody can be asked: {}", error.message()));
    }
  } else {
    run_breaker_.succeeded(permit.probes_run_);
  }
  rows_.end(permit.expected_rows_, 0);
  bytes_.end(permit.expected_bytes_, 0);
  give_back(permit, now);
  serve_all(now);
}

void PaceGate::node_failed(std::size_t index, bool probe, pace::TimePoint now, const std::string& why) {
  Node& node = nodes_[index];
  if (!node.breaker.failed(probe, now)) return;
  if (!probe) {
    note(fmt::format("{} is left alone, and tried again in {:.0f} s: {}",
                     node.endpoint.empty() ? "the cluster" : node.endpoint,
                     pace::Seconds(node.breaker.next(now) - now).count(), why));
  }
  leave_node(index, now);
}

void PaceGate::abandoned(PacePermit& permit) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_now();
  nodes_[permit.node_].breaker.abandoned(permit.probes_node_, now);
  run_breaker_.abandoned(permit.probes_run_, now);
  rows_.end(permit.expected_rows_, 0);
  bytes_.end(permit.expected_bytes_, 0);
  const bool probed = permit.probes_node_ || permit.probes_run_;
  give_back(permit, now);
  if (probed) serve_all(now);
}

}  // namespace cqlbulk::operations
