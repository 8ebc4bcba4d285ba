#include "cluster/schema_agreement.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>
#include <utility>

#include "cluster/metadata_reader.hpp"
#include "cql/error.hpp"
#include "cql/result.hpp"

namespace cql::cluster {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds longest_wait{10'000};
constexpr milliseconds request_timeout{2'000};
constexpr milliseconds shortest_pause{20};
constexpr milliseconds longest_pause{200};

bool is_up(const Metadata& metadata, const Uuid& host_id) {
  return std::any_of(metadata.nodes.begin(), metadata.nodes.end(),
                     [&](const Node& node) { return node.host_id == host_id && node.up; });
}

void add_versions(const std::vector<Page>& pages, const Metadata& metadata, std::set<Uuid>& versions) {
  for (const Page& page : pages) {
    RowCursor row(page);
    while (row.next()) {
      const auto host_id = row.get<std::optional<Uuid>>("host_id");
      const auto version = row.get<std::optional<Uuid>>("schema_version");
      if (host_id && version && is_up(metadata, *host_id)) versions.insert(*version);
    }
  }
}

}  // namespace

asio::awaitable<void> await_schema_agreement(std::shared_ptr<net::Connection> connection,
                                             std::shared_ptr<const Metadata> metadata) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  milliseconds pause = shortest_pause;
  for (const auto until = steady_clock::now() + longest_wait; steady_clock::now() < until;) {
    try {
      std::set<Uuid> versions;
      add_versions(co_await query_all(connection, "SELECT host_id, schema_version FROM system.local", request_timeout),
                   *metadata, versions);
      add_versions(co_await query_all(connection, "SELECT host_id, schema_version FROM system.peers", request_timeout),
                   *metadata, versions);
      if (versions.size() <= 1) co_return;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      if (!connection->is_open()) co_return;
    }
    timer.expires_after(pause);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    pause = std::min(pause * 2, longest_pause);
  }
}

}  // namespace cql::cluster
