// What tests with the scripted server share: statements in short, and connecting to it.
#pragma once

#include <string>
#include <utility>

#include "cql/session.hpp"
#include "scripted_server/server.hpp"
#include "support/run.hpp"
#include "support/until.hpp"

namespace cql::test {

using scripted::Reply;
using scripted::Rows;
using scripted::ScriptedServer;

inline Query query(std::string cql) { return Query{.cql = std::move(cql)}; }

inline Query idempotent(std::string cql) {
  Query made = query(std::move(cql));
  made.options.idempotent = true;
  return made;
}

/// A page of one int column "v".
inline Rows ints(std::initializer_list<int> values) {
  Rows rows({{"v", "int"}});
  for (const int value : values) rows.add(value);
  return rows;
}

inline int first_int(const Page& page) {
  RowCursor row(page);
  row.next();
  return row.get<std::int32_t>(0);
}

/// A cluster and a session on it.
struct Connected {
  Cluster cluster;
  Session session;
};

inline asio::awaitable<Connected> connect(ClusterOptions options) {
  Cluster cluster = co_await Cluster::connect(std::move(options));
  Session session = co_await Session::open(cluster);
  co_return Connected{std::move(cluster), std::move(session)};
}

}  // namespace cql::test
