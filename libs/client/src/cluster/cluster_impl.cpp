#include "cluster/cluster_impl.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <string_view>
#include <utility>

#include "cluster/dial.hpp"
#include "cluster/metadata_reader.hpp"
#include "cluster/response.hpp"
#include "protocol/responses.hpp"

namespace cql {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// Events come in bursts: one reading answers them all.
constexpr milliseconds debounce{200};
constexpr milliseconds shortest_backoff{100};
constexpr milliseconds longest_backoff{10'000};
constexpr std::array<std::string_view, 3> events{"TOPOLOGY_CHANGE", "STATUS_CHANGE", "SCHEMA_CHANGE"};

class RegisterMessage final : public net::OutgoingMessage {
 public:
  void append(protocol::Frame frame, Buffer& out) const override { protocol::append_register(frame, events, out); }
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text;
}

// Every contact point failed: one error for all when they agree on what only the caller can mend.
Error nobody_answered(std::vector<Error> causes) {
  const ErrorKind kind = causes.front().kind();
  const bool agree = std::all_of(causes.begin(), causes.end(), [kind](const Error& e) { return e.kind() == kind; });
  if (agree && (kind == ErrorKind::bad_credentials || kind == ErrorKind::unsupported || kind == ErrorKind::usage ||
                kind == ErrorKind::tls || kind == ErrorKind::cancelled)) {
    return causes.front();
  }
  std::vector<std::string> lines;
  for (const Error& cause : causes) lines.emplace_back(cause.what());
  return Error(ErrorKind::no_node, "no contact point could be reached: " + joined(lines))
      .with_causes(std::move(causes));
}

std::string choose_datacenter(const ClusterOptions& options, const Metadata& metadata, const tcp::endpoint& answered) {
  std::vector<std::string> known;
  std::string own;
  for (const Node& node : metadata.nodes) {
    if (std::find(known.begin(), known.end(), node.datacenter) == known.end()) known.push_back(node.datacenter);
    if (node.address == answered.address().to_string() && node.port == answered.port()) own = node.datacenter;
  }
  if (options.local_datacenter.empty()) return own.empty() ? metadata.nodes.front().datacenter : own;
  if (std::find(known.begin(), known.end(), options.local_datacenter) == known.end()) {
    throw Error(ErrorKind::usage,
                "the cluster has no data centre \"" + options.local_datacenter + "\"; it has: " + joined(known));
  }
  return options.local_datacenter;
}

}  // namespace

asio::awaitable<std::shared_ptr<ClusterImpl>> ClusterImpl::connect(ClusterOptions options) {
  if (const auto problems = options.validate(); !problems.empty()) throw Error(ErrorKind::usage, joined(problems));
  const auto executor = co_await asio::this_coro::executor;
  std::vector<Error> causes;
  for (const ContactPoint& contact_point : options.contact_points) {
    std::vector<tcp::endpoint> endpoints;
    try {
      endpoints = co_await cluster::resolve(contact_point);
    } catch (const Error& error) {
      causes.push_back(error);
    }
    for (const tcp::endpoint& endpoint : endpoints) {
      try {
        cluster::FreshConnection fresh(
            co_await cluster::dial(executor, endpoint, options, options.protocol_version, contact_point.host));
        Metadata metadata = co_await cluster::read_metadata(fresh.get(), endpoint, options.request_timeout);
        std::string local = choose_datacenter(options, metadata, endpoint);
        const std::shared_ptr<ClusterImpl> impl(new ClusterImpl(executor));
        impl->state_ = std::make_shared<cluster::ClusterState>(options, fresh.get()->version(), std::move(local));
        impl->control_endpoint_ = endpoint;
        impl->publish(std::move(metadata), false);
        co_await impl->adopt(fresh.get());
        fresh.release();
        // The handler holds what owns the cancellation slot until the very end.
        asio::co_spawn(executor, maintain(impl),
                       asio::bind_cancellation_slot(impl->stop_.slot(), [impl](const std::exception_ptr&) {}));
        co_return impl;
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        causes.push_back(error);
        causes.back().with_node(net::to_string(endpoint));
      }
    }
  }
  throw nobody_answered(std::move(causes));
}

asio::awaitable<void> ClusterImpl::adopt(ConnectionPtr connection) {
  const auto self = shared_from_this();
  connection->set_event_handler([weak = weak_from_this()](const net::Envelope& envelope) {
    if (const auto alive = weak.lock()) alive->on_event(envelope);
  });
  connection->set_closed_handler([weak = weak_from_this()](const Error&) {
    if (const auto alive = weak.lock()) alive->changed_.notify_all();
  });
  const RegisterMessage message;
  const auto envelope = co_await connection->request(message, net::Deadline::after(state_->options.request_timeout));
  if (envelope.header.opcode == protocol::Opcode::error) throw cluster::error_in(envelope);
  if (envelope.header.opcode != protocol::Opcode::ready) {
    throw Error(ErrorKind::protocol, "the server answered the wish for events with opcode " +
                                         std::to_string(static_cast<int>(envelope.header.opcode)));
  }
  control_ = std::move(connection);
}

void ClusterImpl::publish(Metadata metadata, bool keep_status) {
  if (const auto before = state_->metadata(); keep_status && before) {
    for (Node& node : metadata.nodes) {
      for (const Node& known : before->nodes) {
        if (known.host_id == node.host_id) node.up = known.up;
      }
    }
  }
  state_->publish(std::make_shared<const Metadata>(std::move(metadata)));
}

void ClusterImpl::on_event(const net::Envelope& envelope) {
  try {
    const protocol::Prelude prelude = protocol::decode_prelude(envelope.header, envelope.body);
    const protocol::Event event = protocol::decode_event(envelope.body.view().subspan(prelude.size));
    if (const auto* status = std::get_if<protocol::StatusChange>(&event)) {
      note_status(status->address, status->port, status->up);
      if (!status->up) return;
    }
  } catch (const Error&) {
    // An event that we cannot read still says that something changed.
  }
  refresh_wanted_ = true;
  changed_.notify_all();
}

void ClusterImpl::note_status(const Inet& address, std::int32_t port, bool up) {
  const auto before = state_->metadata();
  const std::string text = address.to_string();
  const auto concerned = [&](const Node& node) { return node.address == text && node.port == port && node.up != up; };
  if (std::none_of(before->nodes.begin(), before->nodes.end(), concerned)) return;
  Metadata changed = *before;
  for (Node& node : changed.nodes) {
    if (concerned(node)) node.up = up;
  }
  publish(std::move(changed), false);
}

asio::awaitable<void> ClusterImpl::refresh(std::shared_ptr<ClusterImpl> self) {
  const ConnectionPtr control = self->control_;
  if (self->closed_) throw Error(ErrorKind::cancelled, "the cluster was closed");
  if (!control->is_open()) {
    throw Error(ErrorKind::connection_lost, "the control connection was lost; another one is being sought")
        .with_node(control->node());
  }
  Metadata metadata =
      co_await cluster::read_metadata(control, self->control_endpoint_, self->state_->options.request_timeout);
  if (!self->closed_) self->publish(std::move(metadata), true);
}

// Runs until close(): reads again after events, connects again after a loss.
asio::awaitable<void> ClusterImpl::maintain(std::shared_ptr<ClusterImpl> self) {
  const cluster::Running running(self->maintaining_);
  milliseconds backoff = shortest_backoff;
  while (!self->closed_) {
    bool well = true;
    try {
      if (!self->control_->is_open()) {
        well = co_await self->reconnect();
      } else if (self->refresh_wanted_) {
        co_await self->pause(debounce);
        self->refresh_wanted_ = false;
        co_await refresh(self);
      } else {
        co_await self->changed_.wait();
      }
    } catch (const Error&) {
      // What is known stays, and a later turn tries again.
      well = false;
      self->refresh_wanted_ = true;
    }
    if (well) {
      backoff = shortest_backoff;
    } else {
      co_await self->pause(backoff);
      backoff = std::min(backoff * 2, longest_backoff);
    }
  }
}

asio::awaitable<void> ClusterImpl::pause(milliseconds time) {
  const auto until = steady_clock::now() + time;
  while (!closed_ && steady_clock::now() < until) co_await changed_.wait(until);
}

asio::awaitable<bool> ClusterImpl::reconnect() {
  for (const tcp::endpoint& endpoint : co_await candidates()) {
    if (closed_) co_return false;
    try {
      cluster::FreshConnection fresh(co_await cluster::dial(executor_, endpoint, state_->options, state_->version));
      Metadata metadata = co_await cluster::read_metadata(fresh.get(), endpoint, state_->options.request_timeout);
      control_endpoint_ = endpoint;
      co_await adopt(fresh.get());
      if (closed_) co_return false;
      fresh.release();
      publish(std::move(metadata), false);
      co_return true;
    } catch (const Error&) {
      // The next candidate may do; when none does, there is another round.
    }
  }
  co_return false;
}

// Near nodes first, those that are up before the others, then the contact points.
asio::awaitable<std::vector<tcp::endpoint>> ClusterImpl::candidates() {
  const auto metadata = state_->metadata();
  std::vector<tcp::endpoint> endpoints;
  for (const bool up : {true, false}) {
    for (const Node& node : metadata->nodes) {
      if (node.datacenter == state_->local_datacenter && node.up == up) {
        endpoints.push_back(cluster::endpoint_of(node.address, node.port));
      }
    }
  }
  for (const ContactPoint& contact_point : state_->options.contact_points) {
    try {
      for (const tcp::endpoint& endpoint : co_await cluster::resolve(contact_point)) {
        if (std::find(endpoints.begin(), endpoints.end(), endpoint) == endpoints.end()) endpoints.push_back(endpoint);
      }
    } catch (const Error&) {
      // A name that has no address now may have one in the next round.
    }
  }
  co_return endpoints;
}

void ClusterImpl::close() noexcept {
  if (closed_) return;
  closed_ = true;
  if (control_) control_->close();
  if (maintaining_) stop_.emit(asio::cancellation_type::terminal);
  changed_.notify_all();
}

}  // namespace cql
