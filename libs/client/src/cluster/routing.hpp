// In which order nodes are asked: see cql/routing.hpp. What is decided here is an order; whether a node answers is the
// business of the request's execution.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cluster/node_pool.hpp"
#include "cql/cluster_options.hpp"
#include "cql/metadata.hpp"
#include "cql/routing.hpp"
#include "cql/statement.hpp"

namespace cql::cluster {

/// A token's replicas as indices into the metadata's nodes. Valid as long as the table.
struct Replicas {
  std::span<const std::uint32_t> local;   ///< Primary first.
  std::span<const std::uint32_t> remote;  ///< By data centre, as RoutingView::remote.
};

/// The usable replicas of every range of one keyspace.
class ReplicaTable {
 public:
  /// `rank`: per node, as RoutingView::rank.
  ReplicaTable(const Metadata& metadata, const Replication& replication, const std::vector<std::uint32_t>& rank);
  [[nodiscard]] Replicas replicas(Token token) const;

 private:
  struct Range {
    std::vector<std::uint32_t> replicas;
    std::size_t local_count = 0;
  };
  std::vector<Token> ends_;
  std::vector<Range> ranges_;
};

/// A metadata snapshot with the session's pools beside its nodes. Nodes are indices into metadata->nodes.
struct RoutingView {
  static constexpr std::uint32_t local_rank = 0;
  static constexpr std::uint32_t unused_rank = std::numeric_limits<std::uint32_t>::max() - 1;  ///< Only when pinned.
  static constexpr std::uint32_t excluded_rank = std::numeric_limits<std::uint32_t>::max();    ///< By the filter.

  /// `pools` are as metadata->nodes.
  RoutingView(std::shared_ptr<const Metadata> metadata, std::vector<std::shared_ptr<NodePool>> pools,
              const ClusterOptions& options, const std::string& local_datacenter);

  std::shared_ptr<const Metadata> metadata;
  std::vector<std::shared_ptr<NodePool>> pools;
  ReplicaChoice replica_choice;
  std::size_t most_per_remote_datacenter;
  std::map<Uuid, std::uint32_t> places;            ///< Where in the list each node is, by its host id.
  std::vector<std::uint32_t> rank;                 ///< Per node: 0 local, 1… that of its data centre in `remote`, + 1.
  std::vector<std::uint32_t> local;                ///< The local nodes.
  std::vector<std::vector<std::uint32_t>> remote;  ///< The nodes of each remote data centre that may be asked.
  std::unordered_map<std::string, ReplicaTable> tables;  ///< By keyspace, made when first asked for.

  /// Nothing when the keyspace is unknown or tokens cannot be computed for this cluster.
  [[nodiscard]] Replicas replicas(const std::string& keyspace, Token token);
  [[nodiscard]] std::optional<std::uint32_t> index_of(const Uuid& host_id) const;
  [[nodiscard]] PlannedNode::Condition condition(std::uint32_t node) const;
  [[nodiscard]] bool well(std::uint32_t node) const { return condition(node) == PlannedNode::Condition::well; }
};

/// The nodes for one request, one after the other, none twice.
class Plan {
 public:
  using Role = PlannedNode::Role;
  struct Step {
    std::uint32_t node;
    Role role;
  };
  struct Wishes {
    std::optional<std::uint32_t> pinned{};
    std::optional<std::uint32_t> preferred{};
    Replicas replicas{};
    bool remote_allowed = false;
    /// Another for every request: local nodes take turns by it, and lots are drawn from it.
    std::uint64_t turn = 0;
  };

  Plan(std::shared_ptr<RoutingView> view, const Wishes& wishes) : view_(std::move(view)), wishes_(wishes) {}

  /// Nothing when there is none left.
  [[nodiscard]] std::optional<Step> next();
  [[nodiscard]] const RoutingView& view() const noexcept { return *view_; }
  [[nodiscard]] bool pinned() const noexcept { return wishes_.pinned.has_value(); }

 private:
  [[nodiscard]] std::optional<Step> choose() const;
  [[nodiscard]] std::optional<Step> first_choice() const;
  [[nodiscard]] std::optional<Step> choose_local(bool only_well) const;
  [[nodiscard]] std::optional<Step> choose_remote(bool only_well) const;
  [[nodiscard]] bool may_try(std::uint32_t node, bool only_well) const;
  [[nodiscard]] bool tried(std::uint32_t node) const;
  [[nodiscard]] std::size_t tried_of_rank(std::uint32_t rank) const;

  std::shared_ptr<RoutingView> view_;
  Wishes wishes_;
  std::optional<std::uint32_t> first_;
  std::vector<std::uint32_t> later_;  ///< Tried after the first one: rarely needed.
};

/// The token of a prepared statement's values; nothing when they do not hold the whole partition key.
[[nodiscard]] std::optional<Token> routing_token(const PreparedStatement& prepared, ByteView wire_values);

}  // namespace cql::cluster
