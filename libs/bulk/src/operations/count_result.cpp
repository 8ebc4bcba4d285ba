// Sums by range, host and partition, and their JSON.
#include "operations/count_result.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "operations/partition_runs.hpp"

namespace cqlbulk {

namespace operations {

namespace {

std::vector<std::string> endpoints_of(const CountPlan& plan, const plan::Split& split) {
  std::vector<std::string> endpoints;
  for (const std::uint32_t replica : split.replicas) endpoints.push_back(plan.metadata->nodes[replica].endpoint());
  return endpoints;
}

void fill_in_hosts(const CountPlan& plan, std::span<const std::uint64_t> rows, CountResult& result) {
  // Every node of the ring, those with nothing too.
  std::map<std::string, CountResult::Host> hosts;
  for (const cql::Node& node : plan.metadata->nodes) {
    hosts[node.endpoint()] = {node.endpoint(), node.datacenter, 0};
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& replicas = plan.splits[i].replicas;
    const std::string endpoint = replicas.empty() ? "unknown" : plan.metadata->nodes[replicas.front()].endpoint();
    CountResult::Host& host = hosts[endpoint];
    host.endpoint = endpoint;
    host.rows += rows[i];
  }
  for (auto& [endpoint, host] : hosts) result.hosts.push_back(std::move(host));
}

}  // namespace

void fill_in_result(const CountPlan& plan, std::span<const std::uint64_t> rows, const LargestPartitions& partitions,
                    CountResult& result) {
  for (const std::uint64_t in_split : rows) result.total += in_split;
  // Splits that failed may have told progress about some of their halves.
  result.report.rows = result.total;
  if (plan.by == CountBy::range) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      result.ranges.push_back({plan.splits[i].range, rows[i], endpoints_of(plan, plan.splits[i])});
    }
  }
  if (plan.by == CountBy::host) fill_in_hosts(plan, rows, result);
  if (plan.by != CountBy::partition) return;
  const cql::Table& table = *plan.metadata->table(plan.keyspace, plan.table);
  for (const auto& [in_partition, key] : partitions.sorted()) {
    result.partitions.push_back({key_as_json(table, key), in_partition});
  }
}

}  // namespace operations

std::string to_json(const CountResult& result) {
  using Json = nlohmann::ordered_json;
  Json json = Json::parse(result.report.to_json());
  for (const auto& range : result.ranges) {
    json["ranges"].push_back(
        {{"start", range.range.start}, {"end", range.range.end}, {"rows", range.rows}, {"replicas", range.replicas}});
  }
  for (const auto& host : result.hosts) {
    json["hosts"].push_back({{"host", host.endpoint}, {"datacenter", host.datacenter}, {"rows", host.rows}});
  }
  for (const auto& partition : result.partitions) {
    json["partitions"].push_back({{"key", Json::parse(partition.key)}, {"rows", partition.rows}});
  }
  return json.dump(2);
}

}  // namespace cqlbulk
