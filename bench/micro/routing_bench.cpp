// What choosing a node costs per request: the token of a key, its replicas, the plan's first node. No connections.
#include <benchmark/benchmark.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <new>

#include "routing_view.hpp"

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

void first_node(benchmark::State& state, ReplicaChoice choice, std::size_t remote) {
  boost::asio::io_context io;
  ClusterOptions options;
  options.replica_choice = choice;
  options.remote_datacenters.nodes_per_datacenter = remote;
  const auto view = bench::make_routing_view(io, options);
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
  const auto view = bench::make_routing_view(io, options);
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
