#include "cluster/topology.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "cql/error.hpp"
#include "cql/result.hpp"

namespace cql::cluster {

namespace {

// Columns differ between releases: nothing for a column that is missing or null.
template <typename T>
std::optional<T> find(const RowCursor& row, std::string_view name) {
  for (std::size_t index = 0; index < row.column_count(); ++index) {
    if (row.columns()[index].name == name) return row.get<std::optional<T>>(index);
  }
  return std::nullopt;
}
std::string text(const RowCursor& row, std::string_view name) {
  return find<std::string>(row, name).value_or(std::string());
}

bool unspecified(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

std::vector<Token> parse_tokens(const std::vector<std::string>& texts, bool murmur3) {
  std::vector<Token> tokens;
  if (!murmur3) return tokens;  // other partitioners' tokens are no 64-bit numbers
  for (const std::string& digits : texts) {
    Token token = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), token);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      throw Error(ErrorKind::protocol, "\"" + digits + "\" is no token of Murmur3Partitioner");
    }
    tokens.push_back(token);
  }
  return tokens;
}

struct Found {
  Node node;
  RingNode ring;
};

std::uint16_t port_of(const RowCursor& row, std::string_view column, std::uint16_t otherwise) {
  const std::int32_t port = find<std::int32_t>(row, column).value_or(0);
  return port > 0 && port <= 65'535 ? static_cast<std::uint16_t>(port) : otherwise;
}

// Nothing when the row says too little to talk to the node.
std::optional<Found> read_node(const RowCursor& row, std::string_view address_column, std::string_view port_column,
                               std::uint16_t port, bool murmur3) {
  const auto host_id = find<Uuid>(row, "host_id");
  const auto datacenter = find<std::string>(row, "data_center");
  const auto rack = find<std::string>(row, "rack");
  const auto tokens = find<std::vector<std::string>>(row, "tokens");
  if (!host_id || !datacenter || !rack || !tokens) return std::nullopt;
  Found found;
  found.node.host_id = *host_id;
  if (const auto address = find<Inet>(row, address_column)) found.node.address = address->to_string();
  found.node.port = port_of(row, port_column, port);
  found.node.datacenter = *datacenter;
  found.node.rack = *rack;
  found.node.release_version = text(row, "release_version");
  found.ring.host_id = found.node.host_id;
  found.ring.datacenter = found.node.datacenter;
  found.ring.rack = found.node.rack;
  found.ring.tokens = parse_tokens(*tokens, murmur3);
  return found;
}

}  // namespace

Uuid read_topology(const std::vector<Page>& local, const std::vector<Page>& peers, const std::string& address,
                   std::uint16_t port, Metadata& metadata) {
  std::vector<Found> found;
  for (const Page& page : local) {
    RowCursor row(page);
    while (row.next()) {
      metadata.cluster_name = text(row, "cluster_name");
      metadata.partitioner = text(row, "partitioner");
      metadata.release_version = text(row, "release_version");
      auto node = read_node(row, "rpc_address", "rpc_port", port, metadata.murmur3());
      if (!node) continue;
      if (node->node.address.empty() || unspecified(node->node.address)) node->node.address = address;
      found.push_back(std::move(*node));
    }
  }
  if (found.empty()) throw Error(ErrorKind::protocol, "system.local does not describe the node that answered");
  const Uuid answered_by = found.front().node.host_id;
  for (const Page& page : peers) {
    RowCursor row(page);
    while (row.next()) {
      const bool second = find<Inet>(row, "native_address").has_value();  // peers_v2
      auto node = read_node(row, second ? "native_address" : "rpc_address", "native_port", port, metadata.murmur3());
      if (!node || node->node.address.empty()) continue;
      if (unspecified(node->node.address)) {
        const auto peer = find<Inet>(row, "peer");
        if (!peer) continue;
        node->node.address = peer->to_string();
      }
      found.push_back(std::move(*node));
    }
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::tie(a.node.datacenter, a.node.address, a.node.port) <
           std::tie(b.node.datacenter, b.node.address, b.node.port);
  });
  std::vector<RingNode> ring;
  for (Found& one : found) {
    metadata.nodes.push_back(std::move(one.node));
    ring.push_back(std::move(one.ring));
  }
  metadata.ring = TokenRing(std::move(ring));
  return answered_by;
}

}  // namespace cql::cluster
