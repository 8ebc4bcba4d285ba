// What can be wrong with the options of a cluster.
#include "cql/cluster_options.hpp"

#include <utility>

namespace cql {

std::vector<std::string> ClusterOptions::validate() const {
  constexpr std::size_t most_streams = 32'767;
  std::vector<std::string> problems;
  if (contact_points.empty()) problems.emplace_back("no contact point is given");
  for (const ContactPoint& contact_point : contact_points) {
    if (contact_point.host.empty()) problems.emplace_back("a contact point has no host");
    if (contact_point.port == 0) problems.push_back("contact point " + contact_point.host + " has port 0");
  }
  if (protocol_version && *protocol_version != 4 && *protocol_version != 5) {
    problems.push_back("protocol version " + std::to_string(*protocol_version) + " is not supported: it may be 4 or 5");
  }
  if (connect_timeout.count() <= 0) problems.emplace_back("the connect timeout must be more than 0");
  if (request_timeout.count() <= 0) problems.emplace_back("the request timeout must be more than 0");
  if (page_size < 0) problems.emplace_back("the page size must not be negative (0 switches paging off)");
  if (connections_per_node == 0) problems.emplace_back("connections per node must be at least 1");
  if (streams_per_connection == 0 || streams_per_connection > most_streams) {
    problems.push_back("streams per connection must be 1 to 32767, not " + std::to_string(streams_per_connection));
  }
  if (reconnect.base.count() <= 0 || reconnect.max < reconnect.base) {
    problems.emplace_back("the time between attempts to connect must be more than 0, and its maximum no less");
  }
  if (!(reconnect.jitter >= 0 && reconnect.jitter <= 1)) {
    problems.push_back("the jitter of reconnecting must be 0 to 1, not " + std::to_string(reconnect.jitter));
  }
  if (heartbeat_interval.count() < 0) problems.emplace_back("the heartbeat interval must not be negative (0: none)");
  if (heartbeat_timeout.count() <= 0) problems.emplace_back("the heartbeat timeout must be more than 0");
  if (only_contact_points && address_translator) {
    problems.emplace_back("an address translator has nothing to translate when only contact points are used");
  }
  if (tls) {
    for (std::string& problem : tls->validate()) problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace cql
