#include "cluster/cluster_state.hpp"

#include <algorithm>
#include <vector>

namespace cql::cluster {

namespace {

const Node* find(const std::vector<Node>& nodes, const Uuid& host_id) {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const Node& node) { return node.host_id == host_id; });
  return found == nodes.end() ? nullptr : &*found;
}

ClusterEvent event_of(ClusterEvent::Kind kind, const Node& node) {
  return {.kind = kind, .node = node.endpoint(), .host_id = node.host_id, .error = std::nullopt};
}

// What the step from one snapshot to the next means for each node.
std::vector<ClusterEvent> differences(const std::vector<Node>& before, const std::vector<Node>& after) {
  using Kind = ClusterEvent::Kind;
  std::vector<ClusterEvent> events;
  for (const Node& node : before) {
    if (find(after, node.host_id) == nullptr) events.push_back(event_of(Kind::node_removed, node));
  }
  for (const Node& node : after) {
    const Node* known = find(before, node.host_id);
    if (known == nullptr) {
      events.push_back(event_of(Kind::node_added, node));
    } else if (known->up != node.up) {
      events.push_back(event_of(node.up ? Kind::node_up : Kind::node_down, node));
    }
  }
  return events;
}

// What an observer does wrong must not harm what it observes.
template <typename Event>
void notify(const std::function<void(const Event&)>& observer, const Event& event,
            std::atomic<std::uint64_t>& failures) noexcept {
  if (!observer) return;
  try {
    observer(event);
  } catch (...) {
    ++failures;
  }
}

}  // namespace

std::shared_ptr<const Metadata> ClusterState::metadata() const {
  const std::lock_guard lock(mutex_);
  return metadata_;
}

void ClusterState::publish(Metadata metadata) { publish(std::move(metadata), false); }
void ClusterState::publish_keeping_status(Metadata metadata) { publish(std::move(metadata), true); }

void ClusterState::publish(Metadata metadata, bool keep_status) {
  std::vector<ClusterEvent> events;
  std::shared_ptr<const Metadata> before;  // perhaps the last holder: destroyed outside the lock
  {
    const std::lock_guard lock(mutex_);
    before = metadata_;
    if (before) {
      for (Node& node : metadata.nodes) {
        const Node* known = find(before->nodes, node.host_id);
        if (keep_status && known != nullptr) node.up = known->up;
      }
      events = differences(before->nodes, metadata.nodes);
    }
    metadata_ = std::make_shared<const Metadata>(std::move(metadata));
    announce();
  }
  for (const ClusterEvent& event : events) tell(event);
}

void ClusterState::note_status(const Uuid& host_id, bool up) {
  std::shared_ptr<const Metadata> before;
  std::optional<ClusterEvent> event;
  {
    const std::lock_guard lock(mutex_);
    before = metadata_;
    const Node* node = find(before->nodes, host_id);
    if (node == nullptr || node->up == up) return;
    auto changed = std::make_shared<Metadata>(*before);
    changed->nodes[static_cast<std::size_t>(node - before->nodes.data())].up = up;
    event = event_of(up ? ClusterEvent::Kind::node_up : ClusterEvent::Kind::node_down, *node);
    metadata_ = std::move(changed);
    announce();
  }
  tell(*event);
}

void ClusterState::tell(const ClusterEvent& event) const noexcept {
  notify(options.on_event, event, observer_failures_);
}

void ClusterState::tell(const RequestEvent& event) const noexcept {
  notify(options.on_request, event, observer_failures_);
}

}  // namespace cql::cluster
