#include "cluster/node_pool.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "cluster/dial.hpp"
#include "cluster/messages.hpp"
#include "cluster/response.hpp"

namespace cql::cluster {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds shortest_rest{250};
constexpr milliseconds longest_rest{10'000};

}  // namespace

NodePool::NodePool(asio::any_io_executor executor, std::shared_ptr<const ClusterState> cluster, const Node& node)
    : executor_(std::move(executor)),
      cluster_(std::move(cluster)),
      node_(node.endpoint()),
      endpoint_(endpoint_of(node.address, node.port)),
      changed_(executor_) {}

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
  open_in_background();
  while (!closed_) {
    if (auto open = ready()) co_return open;
    if (!opening_) break;
    if (steady_clock::now() >= deadline.at) {
      throw Error(ErrorKind::timeout,
                  "no connection within the request's " + std::to_string(deadline.allowed.count()) + " ms")
          .with_node(node_);
    }
    co_await changed_.wait(deadline.at);
  }
  if (closed_) throw Error(ErrorKind::cancelled, "the session was closed").with_node(node_);
  throw failure_ ? *failure_ : Error(ErrorKind::connect, "no connection").with_node(node_);
}

void NodePool::open_in_background() {
  if (opening_ || closed_ || connections_.size() >= cluster_->options.connections_per_node) return;
  opening_ = true;
  failure_.reset();
  asio::co_spawn(
      executor_, open_missing(shared_from_this()),
      asio::bind_cancellation_slot(stop_opening_.slot(), [self = shared_from_this()](const std::exception_ptr&) {}));
}

asio::awaitable<void> NodePool::open_missing(std::shared_ptr<NodePool> self) {
  const Running running(self->opening_);
  try {
    while (!self->closed_ && self->connections_.size() < self->cluster_->options.connections_per_node) {
      const auto connection =
          co_await dial(self->executor_, self->endpoint_, self->cluster_->options, self->cluster_->version);
      if (self->closed_) {
        connection->close();
        break;
      }
      self->add(connection);
      self->changed_.notify_all();
    }
  } catch (const Error& error) {
    self->note_failure(error);
  } catch (const boost::system::system_error& error) {
    self->note_failure(Error(ErrorKind::cancelled, error.code().message()));
  }
  self->changed_.notify_all();
}

void NodePool::add(const ConnectionPtr& connection) {
  rest_ = milliseconds(0);
  rest_until_ = {};
  connections_.push_back(connection);
  connection->set_closed_handler([weak = weak_from_this(), lost = connection.get()](const Error&) {
    const auto self = weak.lock();
    if (!self) return;
    std::erase_if(self->connections_, [lost](const ConnectionPtr& one) { return one.get() == lost; });
    // The last one is opened again when somebody asks.
    if (!self->connections_.empty()) self->open_in_background();
  });
}

void NodePool::note_failure(const Error& error) {
  failure_ = error;
  failure_->with_node(node_);
  rest_ = std::clamp(rest_ * 2, shortest_rest, longest_rest);
  rest_until_ = steady_clock::now() + rest_;
}

bool NodePool::resting() const noexcept {
  return connections_.empty() && rest_until_ != sansio::TimePoint{} && steady_clock::now() < rest_until_;
}

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
}

void NodePool::close() noexcept {
  if (closed_) return;
  closed_ = true;
  const auto connections = std::exchange(connections_, {});
  for (const ConnectionPtr& connection : connections) connection->close();
  if (opening_) stop_opening_.emit(asio::cancellation_type::terminal);
  changed_.notify_all();
}

}  // namespace cql::cluster
