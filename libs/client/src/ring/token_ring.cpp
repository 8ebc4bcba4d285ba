// Who holds what. The replicas of a token are found as Cassandra finds them (SimpleStrategy and
// NetworkTopologyStrategy.calculateNaturalReplicas): walking the ring from the token on.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cql/error.hpp"
#include "cql/ring.hpp"

namespace cql {

bool TokenRange::contains(Token token) const noexcept {
  return wraps() ? token > start || token <= end : token > start && token <= end;
}

TokenRing::TokenRing(std::vector<RingNode> nodes) : nodes_(std::move(nodes)) {
  std::vector<std::pair<Token, std::uint32_t>> owned;
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    for (const Token token : nodes_[node].tokens) owned.emplace_back(token, node);
  }
  std::ranges::sort(owned);
  tokens_.reserve(owned.size());
  owners_.reserve(owned.size());
  for (const auto& [token, node] : owned) {
    if (!tokens_.empty() && tokens_.back() == token) {
      throw Error(ErrorKind::protocol,
                  fmt::format("nodes {} and {} both own token {}", nodes_[owners_.back()].host_id.to_string(),
                              nodes_[node].host_id.to_string(), token));
    }
    tokens_.push_back(token);
    owners_.push_back(node);
  }
  place_nodes();
}

void TokenRing::place_nodes() {
  std::map<std::string_view, std::uint32_t> datacenters;
  std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> racks;
  places_.reserve(nodes_.size());
  for (const RingNode& node : nodes_) {
    const auto [datacenter, new_datacenter] =
        datacenters.try_emplace(node.datacenter, static_cast<std::uint32_t>(datacenters.size()));
    const auto [rack, new_rack] =
        racks.try_emplace({node.datacenter, node.rack}, static_cast<std::uint32_t>(racks.size()));
    places_.push_back({datacenter->second, rack->second});
    if (new_datacenter) datacenters_.push_back({node.datacenter, 0, {}});
    if (node.tokens.empty()) continue;  // Not part of the ring: counts neither as a node nor for its rack.
    Datacenter& counted = datacenters_[datacenter->second];
    ++counted.node_count;
    if (std::ranges::find(counted.racks, rack->second) == counted.racks.end()) counted.racks.push_back(rack->second);
  }
}

std::vector<std::uint32_t> TokenRing::replicas_by_distance(std::size_t token_index, std::size_t count) const {
  std::vector<std::uint32_t> replicas;
  for (std::size_t step = 0; step < owners_.size() && replicas.size() < count; ++step) {
    const std::uint32_t node = owners_[(token_index + step) % owners_.size()];
    if (std::ranges::find(replicas, node) == replicas.end()) replicas.push_back(node);
  }
  return replicas;
}

std::vector<std::uint32_t> TokenRing::replicas_by_rack(const Replication& replication, std::size_t token_index) const {
  struct Progress {
    std::size_t left = 0;
    /// How often a rack may hold one more replica; none where there are as many racks as replicas.
    std::size_t rack_repeats = 0;
  };
  std::vector<Progress> progress(datacenters_.size());
  std::size_t unfinished = 0;
  for (std::size_t i = 0; i < datacenters_.size(); ++i) {
    const Datacenter& datacenter = datacenters_[i];
    const auto factor = replication.dc_factors.find(datacenter.name);
    if (factor == replication.dc_factors.end() || datacenter.node_count == 0) continue;
    progress[i].left = std::min(factor->second, datacenter.node_count);
    progress[i].rack_repeats = factor->second - std::min(factor->second, datacenter.racks.size());
    if (progress[i].left > 0) ++unfinished;
  }

  std::vector<std::uint32_t> replicas;
  std::vector<std::uint32_t> racks_seen;
  for (std::size_t step = 0; step < owners_.size() && unfinished > 0; ++step) {
    const std::uint32_t node = owners_[(token_index + step) % owners_.size()];
    const Place place = places_[node];
    Progress& here = progress[place.datacenter];
    if (here.left == 0 || std::ranges::find(replicas, node) != replicas.end()) continue;
    if (std::ranges::find(racks_seen, place.rack) == racks_seen.end()) {
      racks_seen.push_back(place.rack);
    } else if (here.rack_repeats > 0) {
      --here.rack_repeats;
    } else {
      continue;
    }
    replicas.push_back(node);
    if (--here.left == 0) --unfinished;
  }
  return replicas;
}

std::vector<std::uint32_t> TokenRing::replicas_from(const Replication& replication, std::size_t token_index) const {
  switch (replication.strategy) {
    case Replication::Strategy::simple:
      return replicas_by_distance(token_index, replication.factor);
    case Replication::Strategy::network_topology:
      return replicas_by_rack(replication, token_index);
    case Replication::Strategy::everywhere:
      return replicas_by_distance(token_index, nodes_.size());
    case Replication::Strategy::local:
    case Replication::Strategy::unknown:
      break;
  }
  // Every node holds its own data under LocalStrategy; of strategies unknown here, the owner is the best guess.
  return {owners_[token_index]};
}

std::vector<ReplicatedRange> TokenRing::ranges(const Replication& replication) const {
  std::vector<ReplicatedRange> ranges;
  ranges.reserve(tokens_.size());
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const Token start = i == 0 ? tokens_.back() : tokens_[i - 1];
    ranges.push_back({{start, tokens_[i]}, replicas_from(replication, i)});
  }
  return ranges;
}

std::vector<std::uint32_t> TokenRing::replicas(const Replication& replication, Token token) const {
  if (tokens_.empty()) return {};
  const auto at = std::ranges::lower_bound(tokens_, token);
  return replicas_from(replication, at == tokens_.end() ? 0 : static_cast<std::size_t>(at - tokens_.begin()));
}

}  // namespace cql
