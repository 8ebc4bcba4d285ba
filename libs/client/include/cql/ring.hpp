// The token ring: where a partition lies, which ranges there are and who holds them. Pure: no sockets, no clocks.
// Only Murmur3Partitioner; the metadata tells which partitioner a cluster has.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/types.hpp"

namespace cql {

using Token = std::int64_t;

/// No partition has this token (Murmur3Partitioner moves it to the maximum): it serves as the open start of the ring.
inline constexpr Token minimum_token = std::numeric_limits<Token>::min();
inline constexpr Token maximum_token = std::numeric_limits<Token>::max();

/// Tokens t with start < t <= end. `start >= end` wraps around the ring's end; start == end is the whole ring.
struct TokenRange {
  Token start = minimum_token;
  Token end = maximum_token;
  auto operator<=>(const TokenRange&) const = default;

  [[nodiscard]] bool wraps() const noexcept { return start >= end; }
  [[nodiscard]] bool contains(Token token) const noexcept;
  /// How many tokens it holds, as an unsigned number; the whole ring, 2^64, gives 0.
  [[nodiscard]] std::uint64_t width() const noexcept {
    return static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(start);
  }
};

/// Cassandra's Murmur3 hash (x64, 128 bits, first half, with its signed-byte tail) of a serialized partition key.
[[nodiscard]] Token murmur3_token(ByteView partition_key) noexcept;

/// Serializes a composite partition key: each component as u16 length, bytes, 0; a single component is its bytes alone.
/// Appends to `out`. Throws Error{usage} when a component is longer than 65,535 bytes.
void append_partition_key(std::span<const ByteView> components, Buffer& out);

/// How a keyspace replicates, as system_schema.keyspaces.replication has it.
struct Replication {
  enum class Strategy : std::uint8_t { simple, network_topology, local, everywhere, unknown };
  Strategy strategy = Strategy::unknown;
  std::string class_name;  ///< As the server writes it.
  std::size_t factor = 1;  ///< simple
  std::map<std::string, std::size_t>
      dc_factors;  ///< network_topology. Transient replicas ("3/1") count as full ones here.

  /// From the map's text entries ("class" and the rest). Throws Error{protocol} for a factor that is no number.
  static Replication parse(const std::map<std::string, std::string>& options);
};

/// What the ring needs to know of a node.
struct RingNode {
  Uuid host_id;
  std::string datacenter;
  std::string rack;
  std::vector<Token> tokens;
};

/// A piece of the ring and the nodes holding it, primary first, as indices into the ring's nodes.
struct ReplicatedRange {
  TokenRange range;
  std::vector<std::uint32_t> replicas;
};

/// Immutable; safe to share between threads.
class TokenRing {
 public:
  TokenRing() = default;
  /// Throws Error{protocol} when two nodes claim the same token.
  explicit TokenRing(std::vector<RingNode> nodes);

  [[nodiscard]] std::span<const RingNode> nodes() const noexcept { return nodes_; }
  [[nodiscard]] bool empty() const noexcept { return tokens_.empty(); }
  /// All tokens, ascending.
  [[nodiscard]] std::span<const Token> tokens() const noexcept { return tokens_; }

  /// Every range between two neighbouring tokens with its replicas in Cassandra's order, sorted by end token; the one
  /// that wraps is given whole and first (its end is the smallest token). Equal to `nodetool describering`.
  [[nodiscard]] std::vector<ReplicatedRange> ranges(const Replication& replication) const;

  /// The replicas of one token, primary first.
  [[nodiscard]] std::vector<std::uint32_t> replicas(const Replication& replication, Token token) const;

 private:
  struct Place {
    std::uint32_t datacenter = 0;
    std::uint32_t rack = 0;  ///< Racks of different data centres differ, whatever their names.
  };
  struct Datacenter {
    std::string name;
    std::size_t node_count = 0;        ///< Nodes with tokens.
    std::vector<std::uint32_t> racks;  ///< Of nodes with tokens.
  };
  void place_nodes();
  std::vector<std::uint32_t> replicas_from(const Replication& replication, std::size_t token_index) const;
  std::vector<std::uint32_t> replicas_by_distance(std::size_t token_index, std::size_t count) const;
  std::vector<std::uint32_t> replicas_by_rack(const Replication& replication, std::size_t token_index) const;

  std::vector<RingNode> nodes_;
  std::vector<Place> places_;  ///< Parallel to nodes_.
  std::vector<Datacenter> datacenters_;
  std::vector<Token> tokens_;
  std::vector<std::uint32_t> owners_;  ///< Parallel to tokens_.
};

}  // namespace cql
