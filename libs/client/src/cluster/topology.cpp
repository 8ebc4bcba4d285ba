#include "cluster/topology.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "cql/error.hpp"
#include "cql/scalar.hpp"

namespace cql::cluster {

namespace {

// Columns differ between releases: nothing for a column that is missing or null.
class Row {
 public:
  Row(const Page& page, const RowCursor& cursor) : page_(page), cursor_(cursor) {}

  [[nodiscard]] CellView cell(std::string_view name) const {
    const std::vector<ColumnSpec>& columns = page_.columns();
    for (std::size_t index = 0; index < columns.size(); ++index) {
      if (columns[index].name == name) return cursor_.cell(index);
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    const CellView found = cell(name);
    return found ? text_of(found) : std::string();
  }

 private:
  const Page& page_;
  const RowCursor& cursor_;
};

bool unspecified(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

std::vector<Token> tokens_of(const CellView& cell, bool murmur3) {
  std::vector<Token> tokens;
  if (!murmur3) return tokens;  // other partitioners' tokens are no 64-bit numbers
  for (const std::string& text : texts_of(cell)) {
    Token token = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), token);
    if (error != std::errc() || end != text.data() + text.size()) {
      throw Error(ErrorKind::protocol, "\"" + text + "\" is no token of Murmur3Partitioner");
    }
    tokens.push_back(token);
  }
  return tokens;
}

struct Found {
  Node node;
  RingNode ring;
};

std::uint16_t port_of(const CellView& cell, std::uint16_t otherwise) {
  const std::int32_t port = cell ? int_of(cell) : 0;
  return port > 0 && port <= 65'535 ? static_cast<std::uint16_t>(port) : otherwise;
}

// Nothing when the row says too little to talk to the node.
std::optional<Found> read_node(const Row& row, std::string_view address_column, std::string_view port_column,
                               std::uint16_t port, bool murmur3) {
  const CellView host_id = row.cell("host_id");
  const CellView address = row.cell(address_column);
  if (!host_id || !row.cell("data_center") || !row.cell("rack") || !row.cell("tokens")) return std::nullopt;
  Found found;
  found.node.host_id = uuid_of(host_id);
  if (address) found.node.address = inet_of(address).to_string();
  found.node.port = port_of(row.cell(port_column), port);
  found.node.datacenter = row.text("data_center");
  found.node.rack = row.text("rack");
  found.node.release_version = row.text("release_version");
  found.ring.host_id = found.node.host_id;
  found.ring.datacenter = found.node.datacenter;
  found.ring.rack = found.node.rack;
  found.ring.tokens = tokens_of(row.cell("tokens"), murmur3);
  return found;
}

}  // namespace

Uuid read_topology(const std::vector<Page>& local, const std::vector<Page>& peers, const std::string& address,
                   std::uint16_t port, Metadata& metadata) {
  std::vector<Found> found;
  for (const Page& page : local) {
    RowCursor cursor(page);
    while (cursor.next()) {
      const Row row(page, cursor);
      metadata.cluster_name = row.text("cluster_name");
      metadata.partitioner = row.text("partitioner");
      metadata.release_version = row.text("release_version");
      auto node = read_node(row, "rpc_address", "rpc_port", port, metadata.murmur3());
      if (!node) continue;
      if (node->node.address.empty() || unspecified(node->node.address)) node->node.address = address;
      found.push_back(std::move(*node));
    }
  }
  if (found.empty()) throw Error(ErrorKind::protocol, "system.local does not describe the node that answered");
  const Uuid answered_by = found.front().node.host_id;
  for (const Page& page : peers) {
    RowCursor cursor(page);
    while (cursor.next()) {
      const Row row(page, cursor);
      const bool second = row.cell("native_address").has_value();  // peers_v2
      auto node = read_node(row, second ? "native_address" : "rpc_address", "native_port", port, metadata.murmur3());
      if (!node || node->node.address.empty()) continue;
      if (unspecified(node->node.address)) {
        const CellView peer = row.cell("peer");
        if (!peer) continue;
        node->node.address = inet_of(peer).to_string();
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
