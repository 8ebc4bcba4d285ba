#include "cluster/routing.hpp"

#include <algorithm>
#include <utility>

namespace cql::cluster {

ReplicaTable::ReplicaTable(const Metadata& metadata, const Replication& replication, const std::vector<bool>& near) {
  for (ReplicatedRange& range : metadata.ring.ranges(replication)) {
    std::erase_if(range.replicas, [&](std::uint32_t node) { return !near[node]; });
    ends_.push_back(range.range.end);
    replicas_.push_back(std::move(range.replicas));
  }
}

std::span<const std::uint32_t> ReplicaTable::replicas(Token token) const {
  if (ends_.empty()) return {};
  const auto end = std::lower_bound(ends_.begin(), ends_.end(), token);
  // Beyond the last token the ring goes on with its first range.
  return replicas_[end == ends_.end() ? 0 : static_cast<std::size_t>(end - ends_.begin())];
}

std::span<const std::uint32_t> RoutingView::replicas(const std::string& keyspace, Token token) {
  auto table = tables.find(keyspace);
  if (table == tables.end()) {
    const Keyspace* known = metadata->keyspace(keyspace);
    if (known == nullptr || metadata->ring.empty()) return {};
    table = tables.emplace(keyspace, ReplicaTable(*metadata, known->replication, near)).first;
  }
  return table->second.replicas(token);
}

std::optional<std::uint32_t> RoutingView::index_of(const Uuid& host_id) const {
  for (std::size_t index = 0; index < metadata->nodes.size(); ++index) {
    if (metadata->nodes[index].host_id == host_id) return static_cast<std::uint32_t>(index);
  }
  return std::nullopt;
}

NodePool* Plan::next() {
  if (pinned_) {
    if (first_) return nullptr;
    first_ = pinned_;
    return view_->pools[*pinned_].get();
  }
  const auto chosen = choose();
  if (!chosen) return nullptr;
  if (first_) {
    later_.push_back(*chosen);
  } else {
    first_ = chosen;
  }
  return view_->pools[*chosen].get();
}

std::optional<std::uint32_t> Plan::choose() const {
  const auto seems_well = [this](std::uint32_t node) {
    return view_->metadata->nodes[node].up && !view_->pools[node]->resting();
  };
  const std::vector<std::uint32_t>& near = view_->near_nodes;
  for (const bool only_well : {true, false}) {
    for (const std::uint32_t node : replicas_) {
      if (!tried(node) && (!only_well || seems_well(node))) return node;
    }
    for (std::size_t step = 0; step < near.size(); ++step) {
      const std::uint32_t node = near[(turn_ + step) % near.size()];
      if (!tried(node) && (!only_well || seems_well(node))) return node;
    }
  }
  return std::nullopt;
}

bool Plan::tried(std::uint32_t node) const {
  return first_ == node || std::find(later_.begin(), later_.end(), node) != later_.end();
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
