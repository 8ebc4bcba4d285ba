// The real ring that integration tests talk to: CQLBULK_TEST_HOST, started by ./dev test or ./dev cluster up.
#pragma once

#include <cstdlib>
#include <string>

#include "cql/session.hpp"

namespace cql::test {

inline std::string ring_host() {
  const char* host = std::getenv("CQLBULK_TEST_HOST");
  return host != nullptr ? host : "127.0.0.11";
}

inline ClusterOptions ring_options() {
  ClusterOptions options;
  options.contact_points = {{ring_host(), 9042}};
  options.request_timeout = std::chrono::seconds(30);
  options.consistency = Consistency::quorum;
  options.application_name = "cql integration test";
  return options;
}

inline Query query(std::string cql) { return Query{.cql = std::move(cql)}; }

/// Makes sure that the keyspace is there, with three replicas in all.
inline asio::awaitable<void> create_keyspace(Session& session, std::string name) {
  co_await session.execute(query("CREATE KEYSPACE IF NOT EXISTS " + name +
                                 " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}"));
}

}  // namespace cql::test
