#include "cluster/routing.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace cql::cluster {

namespace {

// splitmix64's output function: neighbouring turns give lots that have nothing to do with each other.
std::uint64_t lot_of(std::uint64_t turn) {
  std::uint64_t lot = (turn + 1) * 0x9E3779B97F4A7C15U;
  lot = (lot ^ (lot >> 30U)) * 0xBF58476D1CE4E5B9U;
  lot = (lot ^ (lot >> 27U)) * 0x94D049BB133111EBU;
  return lot ^ (lot >> 31U);
}

std::vector<std::string> remote_names(const Metadata& metadata, const RemoteDatacenters& wanted,
                                      const std::string& local_datacenter) {
  if (wanted.nodes_per_datacenter == 0) return {};
  if (!wanted.names.empty()) return wanted.names;
  std::set<std::string> names;
  for (const Node& node : metadata.nodes) names.insert(node.datacenter);
  names.erase(local_datacenter);
  return {names.begin(), names.end()};
}

}  // namespace

ReplicaTable::ReplicaTable(const Metadata& metadata, const Replication& replication,
                           const std::vector<std::uint32_t>& rank) {
  for (ReplicatedRange& range : metadata.ring.ranges(replication)) {
    std::vector<std::uint32_t>& replicas = range.replicas;
    std::erase_if(replicas, [&](std::uint32_t node) { return rank[node] >= RoutingView::unused_rank; });
    // By rank, the ring's order kept within one: a few nodes, mostly in order already.
    const auto nearer = [&](std::uint32_t one, std::uint32_t other) { return rank[one] < rank[other]; };
    for (auto node = replicas.begin(); node != replicas.end(); ++node) {
      std::rotate(std::upper_bound(replicas.begin(), node, *node, nearer), node, node + 1);
    }
    const auto local = std::count_if(replicas.begin(), replicas.end(),
                                     [&](std::uint32_t node) { return rank[node] == RoutingView::local_rank; });
    ends_.push_back(range.range.end);
    ranges_.push_back({std::move(replicas), static_cast<std::size_t>(local)});
  }
}

Replicas ReplicaTable::replicas(Token token) const {
  if (ends_.empty()) return {};
  const auto end = std::lower_bound(ends_.begin(), ends_.end(), token);
  // Beyond the last token the ring goes on with its first range.
  const Range& range = ranges_[end == ends_.end() ? 0 : static_cast<std::size_t>(end - ends_.begin())];
  const std::span<const std::uint32_t> all = range.replicas;
  return {all.first(range.local_count), all.subspan(range.local_count)};
}

RoutingView::RoutingView(std::shared_ptr<const Metadata> snapshot, std::vector<std::shared_ptr<NodePool>> nodes,
                         const ClusterOptions& options, const std::string& local_datacenter)
    : metadata(std::move(snapshot)),
      pools(std::move(nodes)),
      replica_choice(options.replica_choice),
      most_per_remote_datacenter(options.remote_datacenters.nodes_per_datacenter) {
  const std::vector<std::string> names = remote_names(*metadata, options.remote_datacenters, local_datacenter);
  remote.resize(names.size());
  for (std::uint32_t index = 0; index < metadata->nodes.size(); ++index) {
    const Node& node = metadata->nodes[index];
    places.emplace(node.host_id, index);
    const auto name = std::find(names.begin(), names.end(), node.datacenter);
    if (options.only_contact_points) {  // one pool serves for all nodes: the first stands for them
      rank.push_back(index == 0 ? local_rank : unused_rank);
      if (index == 0) local.push_back(index);
    } else if (options.node_filter && !options.node_filter(node)) {
      rank.push_back(excluded_rank);
    } else if (node.datacenter == local_datacenter) {
      rank.push_back(local_rank);
      local.push_back(index);
    } else if (name != names.end()) {
      rank.push_back(static_cast<std::uint32_t>(name - names.begin()) + 1);
      remote[rank.back() - 1].push_back(index);
    } else {
      rank.push_back(unused_rank);
    }
  }
}

Replicas RoutingView::replicas(const std::string& keyspace, Token token) {
  auto table = tables.find(keyspace);
  if (table == tables.end()) {
    const Keyspace* known = metadata->keyspace(keyspace);
    if (known == nullptr || metadata->ring.empty()) return {};
    table = tables.emplace(keyspace, ReplicaTable(*metadata, known->replication, rank)).first;
  }
  return table->second.replicas(token);
}

std::optional<std::uint32_t> RoutingView::index_of(const Uuid& host_id) const {
  const auto found = places.find(host_id);
  return found == places.end() ? std::nullopt : std::optional(found->second);
}

PlannedNode::Condition RoutingView::condition(std::uint32_t node) const {
  using Condition = PlannedNode::Condition;
  if (!metadata->nodes[node].up) return Condition::down;
  return pools[node]->resting() ? Condition::resting : Condition::well;
}

std::optional<Plan::Step> Plan::next() {
  const auto step = choose();
  if (!step) return std::nullopt;
  if (first_) {
    later_.push_back(step->node);
  } else {
    first_ = step->node;
  }
  return step;
}

std::optional<Plan::Step> Plan::choose() const {
  if (wishes_.pinned) return first_ ? std::nullopt : std::optional(Step{*wishes_.pinned, Role::pinned});
  if (!first_) {
    if (const auto step = first_choice()) return step;
  }
  for (const bool only_well : {true, false}) {
    if (const auto step = choose_local(only_well)) return step;
    if (const auto step = choose_remote(only_well)) return step;
  }
  return std::nullopt;
}

// Where the order is not simply the plan's.
std::optional<Plan::Step> Plan::first_choice() const {
  if (wishes_.preferred) {
    const std::uint32_t rank = view_->rank[*wishes_.preferred];
    const bool usable = rank == RoutingView::local_rank || (rank < RoutingView::unused_rank && wishes_.remote_allowed);
    if (usable && view_->well(*wishes_.preferred)) return Step{*wishes_.preferred, Role::preferred};
  }
  const auto replicas = wishes_.replicas.local;
  if (view_->replica_choice != ReplicaChoice::less_busy || replicas.size() < 2) return std::nullopt;
  const std::uint64_t lot = lot_of(wishes_.turn);
  const std::size_t first = lot % replicas.size();
  const std::size_t other = (first + 1 + (lot >> 32U) % (replicas.size() - 1)) % replicas.size();
  std::uint32_t chosen = replicas[first];
  if (!view_->well(chosen)) return std::nullopt;
  if (view_->well(replicas[other]) && view_->pools[replicas[other]]->in_flight() < view_->pools[chosen]->in_flight()) {
    chosen = replicas[other];
  }
  return Step{chosen, Role::local_replica};
}

std::optional<Plan::Step> Plan::choose_local(bool only_well) const {
  const auto replicas = wishes_.replicas.local;
  const bool by_lot = view_->replica_choice != ReplicaChoice::primary && replicas.size() > 1;
  const std::size_t start = by_lot ? lot_of(wishes_.turn) % replicas.size() : 0;
  for (std::size_t step = 0; step < replicas.size(); ++step) {
    const std::uint32_t node = replicas[(start + step) % replicas.size()];
    if (may_try(node, only_well)) return Step{node, Role::local_replica};
  }
  const std::vector<std::uint32_t>& local = view_->local;
  for (std::size_t step = 0; step < local.size(); ++step) {
    const std::uint32_t node = local[(wishes_.turn + step) % local.size()];
    if (may_try(node, only_well)) return Step{node, Role::local};
  }
  return std::nullopt;
}

std::optional<Plan::Step> Plan::choose_remote(bool only_well) const {
  if (!wishes_.remote_allowed) return std::nullopt;
  for (std::uint32_t datacenter = 0; datacenter < view_->remote.size(); ++datacenter) {
    const std::uint32_t rank = datacenter + 1;
    if (tried_of_rank(rank) >= view_->most_per_remote_datacenter) continue;
    for (const std::uint32_t node : wishes_.replicas.remote) {
      if (view_->rank[node] == rank && may_try(node, only_well)) return Step{node, Role::remote_replica};
    }
    const std::vector<std::uint32_t>& nodes = view_->remote[datacenter];
    for (std::size_t step = 0; step < nodes.size(); ++step) {
      const std::uint32_t node = nodes[(wishes_.turn + step) % nodes.size()];
      if (may_try(node, only_well)) return Step{node, Role::remote};
    }
  }
  return std::nullopt;
}

bool Plan::may_try(std::uint32_t node, bool only_well) const {
  return !tried(node) && (!only_well || view_->well(node));
}

bool Plan::tried(std::uint32_t node) const {
  return first_ == node || std::find(later_.begin(), later_.end(), node) != later_.end();
}

std::size_t Plan::tried_of_rank(std::uint32_t rank) const {
  const auto same = [&](std::uint32_t node) { return view_->rank[node] == rank; };
  return static_cast<std::size_t>(std::count_if(later_.begin(), later_.end(), same)) +
         (first_ && same(*first_) ? 1 : 0);
}

std::optional<Token> routing_token(const PreparedStatement& prepared, ByteView wire_values) {
  const std::vector<std::uint16_t>& key = prepared.partition_key_indices();
  if (key.empty()) return std::nullopt;
  constexpr std::size_t most_components = 16;
  if (key.size() > most_components) return std::nullopt;

  std::array<ByteView, most_components> components;
  std::size_t found = 0;
  Reader reader(wire_values, "bound values");
  for (std::size_t index = 0; !reader.at_end() && found < key.size(); ++index) {
    const std::int32_t size = reader.i32();
    const ByteView value = size < 0 ? ByteView{} : reader.raw(static_cast<std::size_t>(size));
    for (std::size_t component = 0; component < key.size(); ++component) {
      if (key[component] != index) continue;
      if (size < 0) return std::nullopt;  // the server will refuse it
      components[component] = value;
      ++found;
    }
  }
  if (found < key.size()) return std::nullopt;
  if (key.size() == 1) return murmur3_token(components[0]);
  Buffer serialized;
  append_partition_key({components.data(), key.size()}, serialized);
  return murmur3_token(serialized);
}

}  // namespace cql::cluster
