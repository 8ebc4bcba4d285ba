#include "cluster/cluster_impl.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cluster/dial.hpp"
#include "cluster/response.hpp"

namespace cql {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// Events come in bursts: one reading answers them all.
constexpr milliseconds debounce{200};
constexpr std::array<std::string_view, 3> events{"TOPOLOGY_CHANGE", "STATUS_CHANGE", "SCHEMA_CHANGE"};

class RegisterMessage final : public net::OutgoingMessage {
 public:
  void append(protocol::Frame frame, Buffer& out) const override { protocol::append_register(frame, events, out); }
};

}  // namespace

ClusterImpl::ClusterImpl(asio::any_io_executor executor, const ClusterOptions& options)
    : executor_(std::move(executor)),
      gate_(executor_),
      backoff_(options.reconnect),
      random_(std::random_device{}()),
      changed_(executor_) {}

asio::awaitable<void> ClusterImpl::follow(std::shared_ptr<ClusterImpl> self, ConnectionPtr connection,
                                          milliseconds timeout) {
  connection->set_event_handler([weak = self->weak_from_this()](const net::Envelope& envelope) {
    if (const auto alive = weak.lock()) alive->on_event(envelope);
  });
  connection->set_closed_handler([weak = self->weak_from_this(), key = connection.get()](const Error& reason) {
    if (const auto alive = weak.lock()) alive->on_closed(key, reason);
  });
  const RegisterMessage message;
  const auto envelope = co_await connection->request(message, net::Deadline::after(timeout));
  if (envelope.header.opcode == protocol::Opcode::error) throw cluster::error_in(envelope);
  if (envelope.header.opcode != protocol::Opcode::ready) {
    throw Error(ErrorKind::protocol, "the server answered the wish for events with opcode " +
                                         std::to_string(static_cast<int>(envelope.header.opcode)));
  }
}

void ClusterImpl::take_over(ConnectionPtr connection, const Uuid& node) {
  control_ = std::move(connection);
  control_node_ = node;
  control_since_ = steady_clock::now();
  tell(ClusterEvent::Kind::control_moved);
}

void ClusterImpl::on_closed(const net::Connection* connection, const Error& reason) {
  if (connection != control_.get() || closed_) return;
  const auto now = steady_clock::now();
  backoff_.lost(now, now - control_since_, std::uniform_real_distribution<double>()(random_));
  avoided_ = control_node_;
  if (connection->fell_silent()) tell(ClusterEvent::Kind::heartbeat_missed);
  tell(ClusterEvent::Kind::control_lost, &reason);
  changed_.notify_all();
}

void ClusterImpl::on_event(const net::Envelope& envelope) {
  bool reading_helps = true;
  try {
    const protocol::Prelude prelude = protocol::decode_prelude(envelope.header, envelope.body);
    const protocol::Event event = protocol::decode_event(envelope.body.view().subspan(prelude.size));
    if (const auto* status = std::get_if<protocol::StatusChange>(&event)) {
      on_status(*status);
      reading_helps = status->up;
    } else if (const auto* topology = std::get_if<protocol::TopologyChange>(&event)) {
      on_topology(*topology);
    } else {
      ++schema_changes_;
    }
  } catch (const Error&) {
    // An event that we cannot read still says that something changed.
  }
  if (!reading_helps) return;
  refresh_wanted_ = true;
  changed_.notify_all();
}

// A hint, not a verdict: connections that work stay, and say so (NodePool::doubt).
void ClusterImpl::on_status(const protocol::StatusChange& change) {
  if (!state_) return;
  if (const auto host_id = host_at(change.address, change.port)) state_->note_status(*host_id, change.up);
  if (change.up) state_->announce();
}

// The node that we hear events from has left: soon it will say no more.
void ClusterImpl::on_topology(const protocol::TopologyChange& change) {
  if (!state_ || change.change != "REMOVED_NODE" || !control_) return;
  if (host_at(change.address, change.port) == control_node_) give_control_up();
}

void ClusterImpl::give_control_up() {
  avoided_ = control_node_;
  control_->retire();
  changed_.notify_all();
}

// By address and port; by the address alone where only one node has it (old servers do not tell their peers' ports).
std::optional<Uuid> ClusterImpl::host_at(const Inet& address, std::int32_t port) const {
  const auto metadata = state_->metadata();
  const std::string text = address.to_string();
  std::optional<Uuid> by_address;
  std::size_t there = 0;
  for (const Node& node : metadata->nodes) {
    if (node.address != text) continue;
    if (node.port == port) return node.host_id;
    by_address = node.host_id;
    ++there;
  }
  return there == 1 ? by_address : std::nullopt;
}

asio::awaitable<void> ClusterImpl::refresh(std::shared_ptr<ClusterImpl> self) {
  const auto pass = self->gate_.enter("the cluster was closed");
  co_await self->read_again();
}

asio::awaitable<void> ClusterImpl::read_again() {
  const ConnectionPtr control = control_;
  if (!control->is_open()) {
    throw Error(ErrorKind::connection_lost, "the control connection was lost; another one is being sought")
        .with_node(control->node());
  }
  const std::uint64_t schema_changes = schema_changes_;
  cluster::MetadataReading reading = co_await cluster::read_metadata(control, state_->options.request_timeout);
  if (closed_) co_return;
  state_->publish_keeping_status(std::move(reading.metadata));
  tell_schema(schema_changes);
}

void ClusterImpl::tell_schema(std::uint64_t changes) {
  if (std::exchange(schema_told_, changes) != changes) tell(ClusterEvent::Kind::schema_changed);
}

// Runs until close(): reads again after events, moves after a loss.
asio::awaitable<void> ClusterImpl::maintain(std::shared_ptr<ClusterImpl> self) {
  const cluster::Running running(self->maintaining_);
  while (!self->closed_) {
    try {
      if (!self->control_->is_open()) {
        co_await self->pause(self->backoff_.next());
        if (!co_await self->move()) {
          self->backoff_.failed(steady_clock::now(), std::uniform_real_distribution<double>()(self->random_));
        }
      } else if (self->refresh_wanted_) {
        co_await self->pause(steady_clock::now() + debounce);
        self->refresh_wanted_ = false;
        co_await self->read_again();
      } else {
        co_await self->changed_.wait();
      }
    } catch (const Error&) {
      // What is known stays. The node that failed to tell more may be in trouble: another one is asked.
      self->refresh_wanted_ = true;
      if (!self->closed_) self->give_control_up();
    }
  }
}

asio::awaitable<void> ClusterImpl::pause(steady_clock::time_point until) {
  while (!closed_ && steady_clock::now() < until) co_await changed_.wait(until);
}

asio::awaitable<bool> ClusterImpl::move() {
  std::set<Uuid> unreachable;
  for (const Candidate& candidate : co_await candidates()) {
    if (closed_) co_return true;
    try {
      co_return co_await move_to(candidate, unreachable);
    } catch (const Error& error) {
      // The next candidate may do; when none does, there is another round.
      if (candidate.node && error.kind() == ErrorKind::connect) unreachable.insert(candidate.node->host_id);
    }
  }
  co_return false;
}

// Events were missed since the last connection was lost: all is read anew, and a node is thought up unless it was found
// otherwise just now. Sessions know better about those they are connected to, and say so.
asio::awaitable<bool> ClusterImpl::move_to(Candidate candidate, const std::set<Uuid>& unreachable) {
  const ClusterOptions& options = state_->options;
  cluster::FreshConnection fresh(
      candidate.node ? co_await cluster::dial(executor_, cluster::Target{candidate.node}, options, state_->version)
                     : co_await cluster::dial(executor_, candidate.endpoint, {}, options,
                                              std::optional<int>(state_->version), candidate.host));
  co_await follow(shared_from_this(), fresh.get(), options.request_timeout);
  refresh_wanted_ = false;  // what changes from here on is told
  const std::uint64_t schema_changes = schema_changes_;
  cluster::MetadataReading reading = co_await cluster::read_metadata(fresh.get(), options.request_timeout);
  if (closed_) co_return true;
  for (Node& node : reading.metadata.nodes) node.up = !unreachable.contains(node.host_id);
  state_->publish(std::move(reading.metadata));
  take_over(fresh.get(), reading.answered_by);
  fresh.release();
  tell_schema(schema_changes);
  co_return true;
}

// Nodes that are up before the others, near ones before far ones, the one that was just given up last; then the contact
// points.
asio::awaitable<std::vector<ClusterImpl::Candidate>> ClusterImpl::candidates() {
  std::vector<Candidate> found;
  const auto metadata = state_->metadata();
  if (!state_->options.only_contact_points) {
    const auto rank = [this](const Node& node) {
      return (node.host_id == avoided_ ? 4 : 0) + (node.up ? 0 : 2) +
             (node.datacenter == state_->local_datacenter ? 0 : 1);
    };
    constexpr int worst_rank = 7;
    for (int wanted = 0; wanted <= worst_rank; ++wanted) {
      for (const Node& node : metadata->nodes) {
        if (rank(node) == wanted) found.push_back({node, {}, {}});
      }
    }
  }
  for (const ContactPoint& contact_point : state_->options.contact_points) {
    try {
      for (const tcp::endpoint& endpoint : co_await cluster::resolve(contact_point)) {
        found.push_back({std::nullopt, endpoint, contact_point.host});
      }
    } catch (const Error&) {
      // A name that has no address now may have one in the next round.
    }
  }
  co_return found;
}

void ClusterImpl::tell(ClusterEvent::Kind kind, const Error* error) const {
  if (!state_->options.on_event) return;
  ClusterEvent event{
      .kind = kind, .node = control_->node(), .host_id = control_node_, .error = std::nullopt, .delay = {}};
  if (error != nullptr) event.error = *error;
  state_->tell(event);
}

asio::awaitable<void> ClusterImpl::drain(std::shared_ptr<ClusterImpl> self, milliseconds time) {
  try {
    co_await self->gate_.drain(steady_clock::now() + time);
  } catch (...) {
    self->close();
    throw;
  }
  self->close();
}

void ClusterImpl::close() noexcept {
  if (closed_) return;
  closed_ = true;
  gate_.shut();
  if (control_) control_->close();
  if (maintaining_) stop_.emit(asio::cancellation_type::terminal);
  changed_.notify_all();
}

}  // namespace cql
