#include "scripted_server/server.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <utility>

#include "scripted_server/connection.hpp"
#include "scripted_server/state.hpp"

namespace cql::scripted {

namespace asio = boost::asio;

namespace {

// Runs something on the server's thread and waits until it is done.
template <typename Work>
void on_server(ServerState& state, Work work) {
  std::promise<void> done;
  asio::post(state.io, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

template <typename Visit>
void for_each_connection(ServerState& state, Visit visit) {
  state.connections.remove_if([](const auto& connection) { return connection.expired(); });
  for (const auto& connection : state.connections) {
    if (const auto alive = connection.lock()) visit(*alive);
  }
}

void send_event(ServerState& state, ByteView message) {
  on_server(state,
            [&] { for_each_connection(state, [&](ServerConnection& connection) { connection.send_event(message); }); });
}

Buffer node_event(ServerState& state, std::string_view kind, std::string_view change, std::size_t index) {
  const std::lock_guard lock(state.mutex);
  const ScriptedNode& node = state.cluster.nodes.at(index);
  Inet address;
  Inet::parse(node.address, address);
  Buffer message;
  append_string(kind, message);
  append_string(change, message);
  message.push_back(static_cast<std::byte>(address.view().size()));
  message.append(address.view());
  message.append_integer(static_cast<std::int32_t>(node.port));
  return message;
}

}  // namespace

ScriptedServer::ScriptedServer(ServerOptions options) : state_(std::make_shared<ServerState>(std::move(options))) {}
ScriptedServer::~ScriptedServer() = default;

std::uint16_t ScriptedServer::port(std::size_t node) const { return state_->ports.at(node); }
Uuid ScriptedServer::host_id(std::size_t node) const { return state_->cluster.nodes.at(node).host_id; }

ClusterOptions ScriptedServer::client_options() const {
  ClusterOptions options;
  options.contact_points = {{"127.0.0.1", port()}};
  options.application_name = "test";
  if (state_->options.login) options.credentials = [login = *state_->options.login] { return login; };
  return options;
}

void ScriptedServer::on(std::string cql, Reply reply) {
  on(std::move(cql), [reply = std::move(reply)](const Request&) { return reply; });
}

void ScriptedServer::on(std::string cql, ReplyFunction reply) {
  const std::lock_guard lock(state_->mutex);
  state_->by_cql[std::move(cql)] = std::move(reply);
}

void ScriptedServer::once(std::string cql, Reply reply) {
  const std::lock_guard lock(state_->mutex);
  state_->once_by_cql[std::move(cql)].push_back(std::move(reply));
}

void ScriptedServer::on(protocol::Opcode opcode, Reply reply) {
  const std::lock_guard lock(state_->mutex);
  state_->by_opcode.insert_or_assign(opcode, std::move(reply));
}

void ScriptedServer::once(protocol::Opcode opcode, Reply reply) {
  const std::lock_guard lock(state_->mutex);
  state_->once_by_opcode[opcode].push_back(std::move(reply));
}

void ScriptedServer::otherwise(Reply reply) {
  const std::lock_guard lock(state_->mutex);
  state_->otherwise = std::move(reply);
}

void ScriptedServer::prepared(std::string cql, Shape shape) {
  const std::lock_guard lock(state_->mutex);
  state_->shapes[std::move(cql)] = std::move(shape);
}

void ScriptedServer::forget(const std::string& cql) {
  const std::lock_guard lock(state_->mutex);
  for (auto& known : state_->known) known.erase(cql);
}

void ScriptedServer::change_metadata(const std::string& cql) {
  const std::lock_guard lock(state_->mutex);
  ++state_->metadata_revisions[cql];
}

void ScriptedServer::release() {
  on_server(*state_, [&] { for_each_connection(*state_, [](ServerConnection& connection) { connection.release(); }); });
}

void ScriptedServer::send_status_change(std::size_t node, bool up) {
  send_event(*state_, node_event(*state_, "STATUS_CHANGE", up ? "UP" : "DOWN", node));
}

void ScriptedServer::send_topology_change(std::size_t node, std::string change) {
  send_event(*state_, node_event(*state_, "TOPOLOGY_CHANGE", change, node));
}

void ScriptedServer::send_schema_change() {
  Buffer message;
  append_string("SCHEMA_CHANGE", message);
  append_string("UPDATED", message);
  append_string("TABLE", message);
  append_string("ks", message);
  append_string("t", message);
  send_event(*state_, message);
}

void ScriptedServer::hang_up(std::size_t node) {
  on_server(*state_, [&] {
    for_each_connection(*state_, [node](ServerConnection& connection) {
      if (connection.node() == node) connection.close();
    });
  });
}

void ScriptedServer::stop(std::size_t node) {
  on_server(*state_, [&] { state_->acceptors.at(node).close(); });
  hang_up(node);
}

void ScriptedServer::start(std::size_t node) {
  on_server(*state_, [&] { state_->listen(node); });
}

void ScriptedServer::pause(std::size_t node) {
  on_server(*state_, [&] { state_->paused.insert(node); });
}

void ScriptedServer::resume(std::size_t node) {
  on_server(*state_, [&] {
    state_->paused.erase(node);
    for_each_connection(*state_, [node](ServerConnection& connection) {
      if (connection.node() == node) connection.resume();
    });
  });
}

void ScriptedServer::freeze_connections(std::size_t node) {
  on_server(*state_, [&] {
    for_each_connection(*state_, [node](ServerConnection& connection) {
      if (connection.node() == node) connection.freeze();
    });
  });
}

void ScriptedServer::set_members(std::vector<std::size_t> nodes) {
  const std::lock_guard lock(state_->mutex);
  for (ScriptedNode& node : state_->cluster.nodes) node.member = false;
  for (const std::size_t node : nodes) state_->cluster.nodes.at(node).member = true;
}

void ScriptedServer::advertise(std::size_t node, std::string address, std::uint16_t port) {
  const std::lock_guard lock(state_->mutex);
  state_->cluster.nodes.at(node).address = std::move(address);
  state_->cluster.nodes.at(node).port = port;
}

std::vector<Request> ScriptedServer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

std::size_t ScriptedServer::count(const std::string& cql) const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<std::size_t>(std::count_if(state_->requests.begin(), state_->requests.end(),
                                                [&](const Request& request) { return request.cql == cql; }));
}

std::size_t ScriptedServer::count(protocol::Opcode opcode) const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<std::size_t>(std::count_if(state_->requests.begin(), state_->requests.end(),
                                                [&](const Request& request) { return request.opcode == opcode; }));
}

std::size_t ScriptedServer::open_connections() const { return state_->open_connections; }

}  // namespace cql::scripted
