// A Cassandra that does what a test says: listens on 127.0.0.1 at ports of the system's choice, shakes hands in v4 and
// v5, answers the system tables for a small made-up cluster, and everything else by script.
//
//   ScriptedServer server;
//   server.on("SELECT v FROM ks.t", Reply::rows(Rows({{"v", "int"}}).add(1)));
//   server.once("SELECT v FROM ks.t", Reply::error(error_code::overloaded, "busy"));   // the next time only
//   … connect with server.client_options() …
//
// It runs on a thread of its own; every function here may be called from any thread. Prepared statements work by
// themselves: the statement's text is its id, each node forgets on demand, parameters are told by `prepared`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cql/cluster_options.hpp"
#include "scripted_server/reply.hpp"
#include "scripted_server/request.hpp"
#include "scripted_server/rows.hpp"
#include "scripted_server/tls.hpp"

namespace cql::scripted {

struct ServerOptions {
  std::vector<int> versions{4, 5};
  std::vector<std::string> compression{"lz4"};
  /// Asks for this login; none: everybody may come in.
  std::optional<Credentials> login{};
  std::size_t nodes = 1;
  std::size_t replication_factor = 1;
  std::string datacenter = "dc1";
  /// Every connection is encrypted.
  std::optional<ServerTls> tls{};
};

/// What PREPARE tells of a statement.
struct Shape {
  ColumnList parameters{};
  std::vector<std::uint16_t> partition_key{};
  ColumnList result{};
};

class ServerState;

class ScriptedServer {
 public:
  explicit ScriptedServer(ServerOptions options = {});
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  /// Where the node listens.
  [[nodiscard]] std::uint16_t port(std::size_t node = 0) const;
  /// Options with the first node as contact point and time limits that suit tests.
  [[nodiscard]] ClusterOptions client_options() const;
  [[nodiscard]] Uuid host_id(std::size_t node) const;

  /// The answer to QUERY, EXECUTE and BATCH (by its first statement) with this text, from now on.
  void on(std::string cql, Reply reply);
  void on(std::string cql, ReplyFunction reply);
  /// The same for the next time only; several queue up.
  void once(std::string cql, Reply reply);
  /// By the kind of message, before anything else: handshake, PREPARE, REGISTER, ….
  void on(protocol::Opcode opcode, Reply reply);
  void once(protocol::Opcode opcode, Reply reply);
  /// What is not scripted and no system table; else the server calls it invalid.
  void otherwise(Reply reply);

  void prepared(std::string cql, Shape shape);
  /// All nodes answer UNPREPARED until it is prepared again.
  void forget(const std::string& cql);
  /// The statement's result has other columns from now on: executions that name the old ones are told so (v5).
  void change_metadata(const std::string& cql);

  /// Every answer that is held goes out.
  void release();
  /// EVENT to every connection that registered.
  void send_status_change(std::size_t node, bool up);
  void send_schema_change();
  /// TOPOLOGY_CHANGE: NEW_NODE, REMOVED_NODE, MOVED_NODE.
  void send_topology_change(std::size_t node, std::string change);
  /// Closes the node's connections; `stop` also its port, which `start` opens again.
  void hang_up(std::size_t node = 0);
  void stop(std::size_t node);
  void start(std::size_t node);
  /// The node takes connections and requests, and answers none before it is resumed: a process that is suspended.
  void pause(std::size_t node);
  void resume(std::size_t node);
  /// The connections that the node has now say nothing any more, for ever; new ones work: a cable pulled and put back.
  void freeze_connections(std::size_t node);
  /// Which nodes the system tables tell of; all of them at first.
  void set_members(std::vector<std::size_t> nodes);
  /// In the system tables and in events, the node has this address from now on, wherever it really listens.
  void advertise(std::size_t node, std::string address, std::uint16_t port);

  /// Everything that was asked so far, handshakes and system tables included.
  [[nodiscard]] std::vector<Request> requests() const;
  /// How often this text was asked by QUERY, EXECUTE, BATCH or PREPARE.
  [[nodiscard]] std::size_t count(const std::string& cql) const;
  [[nodiscard]] std::size_t count(protocol::Opcode opcode) const;
  [[nodiscard]] std::size_t open_connections() const;

 private:
  std::shared_ptr<ServerState> state_;
};

}  // namespace cql::scripted
