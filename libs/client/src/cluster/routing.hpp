// Which node to ask: the pinned one, else the replicas of the token that are near, else the near ones in turn.
// What is decided here is an order; whether a node answers is the session's business.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/node_pool.hpp"
#include "cql/metadata.hpp"
#include "cql/statement.hpp"

namespace cql::cluster {

/// The near replicas of every range of one keyspace.
class ReplicaTable {
 public:
  ReplicaTable(const Metadata& metadata, const Replication& replication, const std::vector<bool>& near);
  /// Indices into the metadata's nodes, primary first. Valid as long as the table.
  [[nodiscard]] std::span<const std::uint32_t> replicas(Token token) const;

 private:
  std::vector<Token> ends_;
  std::vector<std::vector<std::uint32_t>> replicas_;
};

/// A metadata snapshot with the session's pools beside its nodes.
struct RoutingView {
  std::shared_ptr<const Metadata> metadata;
  std::vector<std::shared_ptr<NodePool>> pools;  ///< As metadata->nodes.
  std::vector<bool> near;                        ///< In the local data centre.
  std::vector<std::uint32_t> near_nodes;
  std::map<std::string, ReplicaTable, std::less<>> tables;  ///< By keyspace, made when first asked for.

  /// Nothing when the keyspace is unknown or tokens cannot be computed for this cluster.
  [[nodiscard]] std::span<const std::uint32_t> replicas(const std::string& keyspace, Token token);
  [[nodiscard]] std::optional<std::uint32_t> index_of(const Uuid& host_id) const;
};

/// The nodes for one request, one after the other, none twice: first those that seem well, then the rest.
class Plan {
 public:
  Plan(std::shared_ptr<RoutingView> view, std::span<const std::uint32_t> replicas, std::size_t turn)
      : view_(std::move(view)), replicas_(replicas), turn_(turn) {}
  /// That node and no other.
  Plan(std::shared_ptr<RoutingView> view, std::uint32_t pinned) : view_(std::move(view)), pinned_(pinned) {}

  /// Null when there is none left.
  [[nodiscard]] NodePool* next();

 private:
  [[nodiscard]] std::optional<std::uint32_t> choose() const;
  [[nodiscard]] bool tried(std::uint32_t node) const;

  std::shared_ptr<RoutingView> view_;
  std::span<const std::uint32_t> replicas_;
  std::size_t turn_ = 0;
  std::optional<std::uint32_t> pinned_;
  std::optional<std::uint32_t> first_;
  std::vector<std::uint32_t> later_;  ///< Tried after the first one: rarely needed.
};

/// The token of a prepared statement's values; nothing when they do not hold the whole partition key.
[[nodiscard]] std::optional<Token> routing_token(const PreparedStatement& prepared, ByteView wire_values);

}  // namespace cql::cluster
