// A cluster to route in: 12 nodes with 16 tokens each in three data centres, three replicas in each. No connections.
#pragma once

#include <boost/asio/io_context.hpp>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cluster/routing.hpp"

namespace bench {

inline std::shared_ptr<cql::cluster::RoutingView> make_routing_view(boost::asio::io_context& io,
                                                                    const cql::ClusterOptions& options) {
  using namespace cql::cluster;
  auto metadata = std::make_shared<cql::Metadata>();
  std::vector<cql::RingNode> ring;
  std::vector<std::shared_ptr<NodePool>> pools;
  const auto state = std::make_shared<ClusterState>(options, 5, "dc0");
  constexpr std::uint64_t step = std::numeric_limits<std::uint64_t>::max() / (std::uint64_t{12} * 16);
  for (std::uint64_t index = 0; index < 12; ++index) {
    cql::Node node;
    node.host_id.bytes[0] = static_cast<std::byte>(index + 1);
    node.address = "127.0.0." + std::to_string(index + 1);
    node.datacenter = "dc" + std::to_string(index % 3);
    node.rack = "r1";
    cql::RingNode in_ring{node.host_id, node.datacenter, node.rack, {}};
    for (std::uint64_t token = 0; token < 16; ++token) {
      in_ring.tokens.push_back(static_cast<cql::Token>(step * (token * 12 + index)));
    }
    ring.push_back(std::move(in_ring));
    pools.push_back(std::make_shared<NodePool>(io.get_executor(), state, Target{node}));
    metadata->nodes.push_back(std::move(node));
  }
  metadata->ring = cql::TokenRing(std::move(ring));
  metadata->keyspaces["shop"].replication = cql::Replication::parse(
      {{"class", "org.apache.cassandra.locator.NetworkTopologyStrategy"}, {"dc0", "3"}, {"dc1", "3"}, {"dc2", "3"}});
  return std::make_shared<RoutingView>(metadata, std::move(pools), options, "dc0");
}

}  // namespace bench
