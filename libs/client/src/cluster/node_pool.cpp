#include "cluster/node_pool.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "cluster/messages.hpp"
#include "cluster/response.hpp"

namespace cql::cluster {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Kind = ClusterEvent::Kind;

namespace {

// How often a pool that waits looks whether the cluster, perhaps on another thread, has news of its node.
constexpr milliseconds look_out{100};

std::string name_of(const Target& target, const ClusterOptions& options) {
  if (target.node) return target.node->endpoint();
  const ContactPoint& first = options.contact_points.front();
  return first.host + ":" + std::to_string(first.port);
}

}  // namespace

NodePool::NodePool(asio::any_io_executor executor, std::shared_ptr<ClusterState> cluster, Target target)
    : executor_(std::move(executor)),
      cluster_(std::move(cluster)),
      target_(std::move(target)),
      node_(name_of(target_, cluster_->options)),
      changed_(executor_),
      wake_(executor_),
      backoff_(cluster_->options.reconnect),
      random_(std::random_device{}()),
      seen_generation_(cluster_->generation()) {
  counted_.node = node_;
  if (!target_.node) return;
  counted_.host_id = target_.node->host_id;
  counted_.datacenter = target_.node->datacenter;
}

NodePool::ConnectionPtr NodePool::ready() noexcept {
  const ConnectionPtr* best = nullptr;
  for (const ConnectionPtr& connection : connections_) {
    if (best == nullptr || connection->in_flight() < (*best)->in_flight()) best = &connection;
  }
  return best == nullptr ? nullptr : *best;
}

std::size_t NodePool::in_flight() const noexcept {
  std::size_t requests = 0;
  for (const ConnectionPtr& connection : connections_) requests += connection->in_flight();
  return requests;
}

asio::awaitable<NodePool::ConnectionPtr> NodePool::connection(net::Deadline deadline) {
  const auto self = shared_from_this();
  if (auto open = ready()) co_return open;
  const auto now = steady_clock::now();
  backoff_.hurry(now);
  open_in_background();
  wake_.notify_all();
  const bool waiting_helps = dialing_ || !failure_ || backoff_.next() <= now;
  for (const auto attempts = attempts_; !closed_ && waiting_helps && attempts == attempts_;) {
    if (steady_clock::now() >= deadline.at) {
      throw Error(ErrorKind::timeout,
                  "no connection within the request's " + std::to_string(deadline.allowed.count()) + " ms")
          .with_node(node_);
    }
    co_await changed_.wait(deadline.at);
    if (auto open = ready()) co_return open;
  }
  if (left_) throw Error(ErrorKind::connect, "the node has left the cluster").with_node(node_);
  if (closed_) throw Error(ErrorKind::cancelled, "the session was closed").with_node(node_);
  throw failure_ ? *failure_ : Error(ErrorKind::connect, "no connection").with_node(node_);
}

asio::awaitable<void> NodePool::settle(sansio::TimePoint until) {
  const auto self = shared_from_this();
  if (!settled() && !closed_) co_await changed_.wait(until);
}

bool NodePool::missing() const noexcept {
  return !closed_ && connections_.size() < cluster_->options.connections_per_node;
}

void NodePool::open_in_background() {
  if (filling_ || !missing()) return;
  filling_ = true;
  asio::co_spawn(executor_, fill(shared_from_this()),
                 asio::bind_cancellation_slot(stop_.slot(), [self = shared_from_this()](const std::exception_ptr&) {}));
}

// Runs as long as connections are missing.
asio::awaitable<void> NodePool::fill(std::shared_ptr<NodePool> self) {
  const Running running(self->filling_);
  while (self->missing()) {
    if (const auto next = self->backoff_.next(); steady_clock::now() < next) {
      co_await self->rest(next);
    } else {
      co_await self->open_one();
    }
  }
}

asio::awaitable<void> NodePool::open_one() {
  try {
    const Running dialing(dialing_);
    FreshConnection fresh(co_await dial(executor_, target_, cluster_->options, cluster_->version));
    if (closed_) co_return;
    add(fresh.get());
    fresh.release();
  } catch (const Error& error) {
    if (!closed_) note_failure(error);
  }
  ++attempts_;
  changed_.notify_all();
}

// Until the next attempt is due, or there is news that makes it due.
asio::awaitable<void> NodePool::rest(sansio::Backoff::TimePoint until) {
  co_await wake_.wait(std::min(until, steady_clock::now() + look_out));
  look_for_news();
}

void NodePool::look_for_news() {
  const std::uint64_t generation = cluster_->generation();
  if (generation == seen_generation_ || closed_) return;
  seen_generation_ = generation;
  if (!target_.node) return backoff_.hurry(steady_clock::now());
  const auto metadata = cluster_->metadata();
  const auto node = std::find_if(metadata->nodes.begin(), metadata->nodes.end(),
                                 [&](const Node& one) { return one.host_id == target_.node->host_id; });
  if (node == metadata->nodes.end() || node->endpoint() != node_) return retire();
  if (node->up) backoff_.hurry(steady_clock::now());
}

void NodePool::add(ConnectionPtr connection) {
  const auto opened = steady_clock::now();
  const net::Connection* const key = connection.get();
  connection->set_closed_handler([weak = weak_from_this(), key, opened](const Error& reason) {
    if (const auto self = weak.lock()) self->on_closed(key, opened, reason);
  });
  connection->set_worn_handler([weak = weak_from_this(), key, opened] {
    if (const auto self = weak.lock()) self->replace(key, opened);
  });
  connection->set_alive_handler([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->note_status(true);
  });
  connections_.push_back(std::move(connection));
  failure_.reset();
  called_down_ = false;
  ++counted_.connections_opened;
  tell(Kind::connection_opened);
  note_status(true);
}

void NodePool::on_closed(const net::Connection* connection, sansio::TimePoint opened, const Error& reason) {
  const auto is_it = [connection](const ConnectionPtr& one) { return one.get() == connection; };
  counted_.bytes_in += connection->traffic().in;
  counted_.bytes_out += connection->traffic().out;
  if (std::erase_if(leaving_, is_it) > 0 || closed_) return;
  if (connection->fell_silent()) tell(Kind::heartbeat_missed);
  if (std::erase_if(connections_, is_it) > 0) after_loss(opened, reason);
}

// So many answers never came that the connection is of little use: the requests on it may end, the next ones go
// elsewhere.
void NodePool::replace(const net::Connection* connection, sansio::TimePoint opened) {
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [connection](const ConnectionPtr& one) { return one.get() == connection; });
  if (found == connections_.end()) return;
  const ConnectionPtr worn = *found;
  connections_.erase(found);
  leaving_.push_back(worn);
  worn->retire();
  after_loss(opened, Error(ErrorKind::connection_lost,
                           "more than half of the connection's stream ids wait for answers that do not come")
                         .with_node(node_));
}

void NodePool::after_loss(sansio::TimePoint opened, const Error& reason) {
  const auto now = steady_clock::now();
  ++counted_.connections_lost;
  backoff_.lost(now, now - opened, chance());
  failure_ = Error(ErrorKind::connect, "there is no connection since the last one was lost: " + reason.message());
  failure_->with_node(node_);
  tell(Kind::connection_lost, &reason);
  open_in_background();
}

void NodePool::note_failure(const Error& error) {
  const auto now = steady_clock::now();
  ++counted_.connections_failed;
  failure_ = error;
  failure_->with_node(node_);
  backoff_.failed(now, chance());
  tell(Kind::reconnecting, &*failure_,
       std::chrono::duration_cast<milliseconds>(std::max(backoff_.next() - now, steady_clock::duration(0))));
  // Once, not at every attempt: another session may reach the node and say so.
  if (connections_.empty() && !std::exchange(called_down_, true)) note_status(false);
}

void NodePool::note_status(bool up) {
  if (target_.node) cluster_->note_status(target_.node->host_id, up);
}

void NodePool::doubt() {
  for (const ConnectionPtr& connection : std::vector(connections_)) connection->ask_for_life();
}

void NodePool::tell(Kind kind, const Error* error, milliseconds delay) const {
  if (!cluster_->options.on_event) return;
  ClusterEvent event{.kind = kind, .node = node_, .host_id = std::nullopt, .error = std::nullopt, .delay = delay};
  if (target_.node) event.host_id = target_.node->host_id;
  if (error != nullptr) event.error = *error;
  cluster_->tell(event);
}

NodeMetrics NodePool::metrics() const {
  NodeMetrics metrics = counted_;
  metrics.connections = connections_.size();
  for (const auto* connections : {&connections_, &leaving_}) {
    for (const ConnectionPtr& connection : *connections) {
      metrics.bytes_in += connection->traffic().in;
      metrics.bytes_out += connection->traffic().out;
    }
  }
  return metrics;
}

double NodePool::chance() { return std::uniform_real_distribution<double>()(random_); }

asio::awaitable<void> NodePool::prepare_again(std::shared_ptr<PreparedStatement::State> state, ConnectionPtr connection,
                                              net::Deadline deadline) {
  const auto self = shared_from_this();
  if (const auto under_way = preparing_.find(state.get()); under_way != preparing_.end()) {
    // Whether it succeeded shows when the statement is sent again.
    const std::shared_ptr<Signal> done = under_way->second;
    co_await done->wait(deadline.at);
    co_return;
  }
  struct Entry {
    NodePool& pool;
    const PreparedStatement::State* key;
    ~Entry() {
      const auto found = pool.preparing_.find(key);
      found->second->notify_all();
      pool.preparing_.erase(found);
    }
  };
  preparing_.emplace(state.get(), std::make_shared<Signal>(executor_));
  const Entry entry{*this, state.get()};
  co_await send_prepare(state, std::move(connection), deadline);
}

asio::awaitable<void> NodePool::send_prepare(std::shared_ptr<PreparedStatement::State> state, ConnectionPtr connection,
                                             net::Deadline deadline) {
  const PrepareMessage message(state->cql, state->keyspace);
  const auto envelope = co_await connection->request(message, deadline);
  if (envelope.header.opcode == protocol::Opcode::error) throw error_in(envelope).with_node(node_);
  const auto again = read_prepared(envelope, state->cql, state->keyspace);
  if (again->id != state->id) {
    throw Error(ErrorKind::invalid,
                "the node knows the statement under another id since it was prepared; prepare it anew")
        .with_node(node_);
  }
  const auto before = state->snapshot();
  const auto now = again->snapshot();
  if (before->id != now->id) state->replace(*now);
  ++counted_.preparations_repeated;
}

void NodePool::retire() noexcept {
  if (closed_) return;
  closed_ = true;
  left_ = true;
  for (ConnectionPtr& connection : std::exchange(connections_, {})) {
    leaving_.push_back(connection);
    connection->retire();
  }
  stop_filling();
}

void NodePool::close() noexcept {
  for (const auto& connections : {std::exchange(connections_, {}), std::exchange(leaving_, {})}) {
    for (const ConnectionPtr& connection : connections) connection->close();
  }
  if (closed_) return;
  closed_ = true;
  stop_filling();
}

void NodePool::stop_filling() noexcept {
  if (filling_) stop_.emit(asio::cancellation_type::terminal);
  changed_.notify_all();
}

}  // namespace cql::cluster
