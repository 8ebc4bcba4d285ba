// What choosing a node costs per request: the token of a key, its replicas, the plan's first node. No connections.
#include <benchmark/benchmark.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <new>

#include "cluster/routing.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace cql::cluster {
namespace {

/// 12 nodes with 16 tokens each in three data centres, three replicas in each.
std::shared_ptr<RoutingView> make_view(boost::asio::io_context& io, const ClusterOptions& options) {
  auto metadata = std::make_shared<Metadata>();
  std::vector<RingNode> ring;
  std::vector<std::shared_ptr<NodePool>> pools;
  const auto state = std::make_shared<ClusterState>(options, 5, "dc0");
  constexpr std::uint64_t step = std::numeric_limits<std::uint64_t>::max() / (std::uint64_t{12} * 16);
  for (std::uint64_t index = 0; index < 12; ++index) {
    Node node;
    node.host_id.bytes[0] = static_cast<std::byte>(index + 1);
    node.address = "127.0.0." + std::to_string(index + 1);
    node.datacenter = "dc" + std::to_string(index % 3);
    node.rack = "r1";
    RingNode in_ring{node.host_id, node.datacenter, node.rack, {}};
    for (std::uint64_t token = 0; token < 16; ++token) {
      in_ring.tokens.push_back(static_cast<Token>(step * (token * 12 + index)));
    }
    ring.push_back(std::move(in_ring));
    pools.push_back(std::make_shared<NodePool>(io.get_executor(), state, Target{node}));
    metadata->nodes.push_back(std::move(node));
  }
  metadata->ring = TokenRing(std::move(ring));
  Keyspace& keyspace = metadata->keyspaces["shop"];
  keyspace.replication = Replication::parse(
      {{"class", "org.apache.cassandra.locator.NetworkTopologyStrategy"}, {"dc0", "3"}, {"dc1", "3"}, {"dc2", "3"}});
  return std::make_shared<RoutingView>(metadata, std::move(pools), options, "dc0");
}

void first_node(benchmark::State& state, ReplicaChoice choice, std::size_t remote) {
  boost::asio::io_context io;
  ClusterOptions options;
  options.replica_choice = choice;
  options.remote_datacenters.nodes_per_datacenter = remote;
  const auto view = make_view(io, options);
  Buffer key;
  std::uint64_t turn = 0;
  const std::string keyspace = "shop";
  (void)view->replicas(keyspace, 0);
  const std::size_t before = allocations;
  for (auto _ : state) {
    key.clear();
    key.append_integer(turn);
    Plan plan(view, {.replicas = view->replicas(keyspace, murmur3_token(key.view())),
                     .remote_allowed = remote > 0,
                     .turn = turn++});
    benchmark::DoNotOptimize(plan.next());
  }
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations - before) / static_cast<double>(state.iterations()));
}

BENCHMARK_CAPTURE(first_node, primary, ReplicaChoice::primary, 0);
BENCHMARK_CAPTURE(first_node, random, ReplicaChoice::random, 0);
BENCHMARK_CAPTURE(first_node, less_busy, ReplicaChoice::less_busy, 0);
BENCHMARK_CAPTURE(first_node, less_busy_with_failover, ReplicaChoice::less_busy, 2);

void whole_plan(benchmark::State& state) {
  boost::asio::io_context io;
  ClusterOptions options;
  options.remote_datacenters.nodes_per_datacenter = 4;
  const auto view = make_view(io, options);
  std::uint64_t turn = 0;
  for (auto _ : state) {
    Plan plan(
        view,
        {.replicas = view->replicas("shop", static_cast<Token>(turn << 40U)), .remote_allowed = true, .turn = turn++});
    while (const auto step = plan.next()) benchmark::DoNotOptimize(step);
  }
}
BENCHMARK(whole_plan);

}  // namespace
}  // namespace cql::cluster

BENCHMARK_MAIN();
