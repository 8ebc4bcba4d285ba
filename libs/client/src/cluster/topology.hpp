// Nodes and ring out of the system tables' rows. Pure: pages in, structs out.
#pragma once

#include <string>
#include <vector>

#include "cql/metadata.hpp"
#include "cql/result.hpp"

namespace cql::cluster {

/// Fills cluster name, partitioner, release, nodes and ring. `local` is system.local, `peers` system.peers_v2 or
/// system.peers. `address` and `port` are where the local node was reached: they stand in for what it does not say.
/// Nodes come sorted by data centre, then address. Peers that are joining or leaving (rows with holes) are left out.
/// Returns the host id of the local node.
Uuid read_topology(const std::vector<Page>& local, const std::vector<Page>& peers, const std::string& address,
                   std::uint16_t port, Metadata& metadata);

}  // namespace cql::cluster
