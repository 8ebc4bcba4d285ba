// The scripted server's insides: the script, the record of requests, the connections.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "scripted_server/server.hpp"
#include "scripted_server/stream.hpp"
#include "scripted_server/system_tables.hpp"

namespace cql::scripted {

class ServerConnection;

/// What the script says, guarded by one mutex: tests speak to it from their thread, connections from the server's.
class ServerState {
 public:
  explicit ServerState(ServerOptions options);
  ~ServerState();

  /// The answer to a request, and the id of its result's columns.
  struct Answer {
    Reply reply;
    std::string metadata_id;
  };
  [[nodiscard]] Answer answer(const Request& request);
  [[nodiscard]] bool speaks(int version) const;
  [[nodiscard]] std::string version_complaint(int version) const;

  /// Takes connections at the node's port. On the server's thread.
  void listen(std::size_t node);

  const ServerOptions options;
  std::vector<std::uint16_t> ports;  ///< Where each node listens.
  boost::asio::io_context io{1};
  /// The thread goes on even while no node listens and nobody is connected.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays{io.get_executor()};
  ScriptedCluster cluster;

  mutable std::mutex mutex;
  std::map<std::string, ReplyFunction> by_cql;
  std::map<std::string, std::deque<Reply>> once_by_cql;
  std::map<protocol::Opcode, Reply> by_opcode;
  std::map<protocol::Opcode, std::deque<Reply>> once_by_opcode;
  std::optional<Reply> otherwise;
  std::map<std::string, Shape> shapes;
  std::map<std::string, int> metadata_revisions;
  std::vector<std::set<std::string>> known;  ///< Prepared statements, by node.
  std::vector<Request> requests;

  // The server's thread only.
  std::unique_ptr<TlsServerContext> tls;
  std::vector<boost::asio::ip::tcp::acceptor> acceptors;
  std::set<std::size_t> paused;
  std::list<std::weak_ptr<ServerConnection>> connections;
  std::size_t connection_count = 0;
  std::atomic<std::size_t> open_connections{0};
  std::thread thread;

 private:
  Reply handshake_reply(const Request& request) const;
  Reply statement_reply(const Request& request);
  Reply prepare_reply(const Request& request);
  [[nodiscard]] std::string metadata_id_of(const std::string& cql) const;
  void accept(std::size_t node);
};

}  // namespace cql::scripted
