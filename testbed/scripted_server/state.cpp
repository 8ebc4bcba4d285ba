#include "scripted_server/state.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "scripted_server/connection.hpp"

namespace cql::scripted {

namespace asio = boost::asio;
using asio::ip::tcp;
using protocol::Opcode;

namespace {

constexpr std::string_view authenticator = "org.apache.cassandra.auth.PasswordAuthenticator";

template <typename Key>
std::optional<Reply> take_once(std::map<Key, std::deque<Reply>>& queues, const Key& key) {
  const auto queue = queues.find(key);
  if (queue == queues.end() || queue->second.empty()) return std::nullopt;
  Reply reply = std::move(queue->second.front());
  queue->second.pop_front();
  return reply;
}

void append_string_list(const std::vector<std::string>& list, Buffer& out) {
  out.append_integer(static_cast<std::uint16_t>(list.size()));
  for (const std::string& text : list) append_string(text, out);
}

std::string versions_text(const std::vector<int>& versions) {
  std::string text;
  for (const int version : versions) {
    text += (text.empty() ? "" : ", ") + std::to_string(version) + "/v" + std::to_string(version);
  }
  return text;
}

void append_columns(const std::vector<ColumnSpec>& columns, Buffer& out) {
  for (const ColumnSpec& column : columns) {
    append_string(column.name, out);
    append_type(column.type, out);
  }
}

}  // namespace

ServerState::ServerState(ServerOptions server_options)
    : options(std::move(server_options)), tls(make_server_context(options.tls)) {
  known.resize(options.nodes);
  cluster.replication_factor = options.replication_factor;
  for (std::size_t index = 0; index < options.nodes; ++index) {
    acceptors.emplace_back(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    ScriptedNode node;
    node.host_id.bytes[0] = static_cast<std::byte>(index + 1);
    node.port = acceptors.back().local_endpoint().port();
    ports.push_back(node.port);
    node.datacenter = options.datacenter;
    // Node i owns the i-th of as many equal parts of the ring.
    const auto step = std::numeric_limits<std::uint64_t>::max() / options.nodes;
    node.tokens = {std::to_string(static_cast<std::int64_t>(step * (index + 1) + (std::uint64_t{1} << 63U)))};
    cluster.nodes.push_back(std::move(node));
  }
  for (std::size_t index = 0; index < options.nodes; ++index) accept(index);
  thread = std::thread([this] { io.run(); });
}

ServerState::~ServerState() {
  io.stop();
  thread.join();
}

void ServerState::accept(std::size_t node) {
  acceptors[node].async_accept([this, node](boost::system::error_code error, tcp::socket socket) {
    if (error) return;
    const auto connection =
        std::make_shared<ServerConnection>(*this, ServerStream(std::move(socket), tls.get()), node, connection_count++);
    connections.push_back(connection);
    connection->start();
    accept(node);
  });
}

void ServerState::listen(std::size_t node) {
  acceptors[node] = tcp::acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), ports[node]));
  accept(node);
}

bool ServerState::speaks(int version) const {
  return std::find(options.versions.begin(), options.versions.end(), version) != options.versions.end();
}

std::string ServerState::version_complaint(int version) const {
  return "Invalid or unsupported protocol version (" + std::to_string(version) + "); supported versions are (" +
         versions_text(options.versions) + ")";
}

std::string ServerState::metadata_id_of(const std::string& cql) const {
  const auto revision = metadata_revisions.find(cql);
  return "columns of revision " + std::to_string(revision == metadata_revisions.end() ? 0 : revision->second);
}

ServerState::Answer ServerState::answer(const Request& request) {
  const std::lock_guard lock(mutex);
  requests.push_back(request);
  const std::string metadata_id = metadata_id_of(request.cql);
  if (auto once = take_once(once_by_opcode, request.opcode)) return {std::move(*once), metadata_id};
  const auto always = by_opcode.find(request.opcode);
  if (always != by_opcode.end()) return {always->second, metadata_id};
  switch (request.opcode) {
    case Opcode::query:
    case Opcode::execute:
    case Opcode::batch:
      return {statement_reply(request), metadata_id};
    case Opcode::prepare:
      return {prepare_reply(request), metadata_id};
    default:
      return {handshake_reply(request), metadata_id};
  }
}

Reply ServerState::handshake_reply(const Request& request) const {
  Buffer body;
  switch (request.opcode) {
    case Opcode::options: {
      std::vector<std::string> versions;
      for (const int version : options.versions) {
        versions.push_back(std::to_string(version) + "/v" + std::to_string(version));
      }
      body.append_integer(std::uint16_t{3});
      append_string("CQL_VERSION", body);
      append_string_list({"3.4.7"}, body);
      append_string("COMPRESSION", body);
      append_string_list(options.compression, body);
      append_string("PROTOCOL_VERSIONS", body);
      append_string_list(versions, body);
      return Reply::message(Opcode::supported, body);
    }
    case Opcode::startup:
      if (!options.login) return Reply::message(Opcode::ready, {});
      append_string(authenticator, body);
      return Reply::message(Opcode::authenticate, body);
    case Opcode::auth_response: {
      const std::string wanted = std::string(1, '\0') + options.login.value_or(Credentials{}).user +
                                 std::string(1, '\0') + options.login.value_or(Credentials{}).password;
      if (request.token != wanted) {
        return Reply::error(error_code::bad_credentials, "Provided username and/or password are incorrect");
      }
      body.append_integer(std::int32_t{-1});
      return Reply::message(Opcode::auth_success, body);
    }
    case Opcode::register_:
      return Reply::message(Opcode::ready, {});
    default:
      return Reply::error(error_code::protocol_error, "unexpected message");
  }
}

Reply ServerState::statement_reply(const Request& request) {
  std::vector<std::string> ids = request.batch_ids;
  if (request.opcode == Opcode::execute) ids.push_back(request.statement_id);
  for (const std::string& id : ids) {
    if (known[request.node].contains(id)) continue;
    Buffer more;
    append_string(id, more);
    return Reply::error(error_code::unprepared, "Prepared query with ID is not found", more);
  }
  if (auto once = take_once(once_by_cql, request.cql)) return std::move(*once);
  if (const auto scripted = by_cql.find(request.cql); scripted != by_cql.end()) return scripted->second(request);
  if (auto rows = system_table(cluster, request.node, request.cql)) return Reply::rows(std::move(*rows));
  if (otherwise) return *otherwise;
  return Reply::error(error_code::invalid, "not in the script: " + request.cql);
}

Reply ServerState::prepare_reply(const Request& request) {
  const bool scripted = by_cql.contains(request.cql) || shapes.contains(request.cql) ||
                        once_by_cql.contains(request.cql) || system_table(cluster, request.node, request.cql);
  if (!scripted) {
    return otherwise ? *otherwise : Reply::error(error_code::invalid, "not in the script: " + request.cql);
  }
  known[request.node].insert(request.cql);
  const Shape shape = shapes.contains(request.cql) ? shapes.at(request.cql) : Shape{};
  constexpr std::int32_t kind_prepared = 4;
  Buffer body;
  body.append_integer(kind_prepared);
  append_string(request.cql, body);
  if (request.version >= 5) append_string(metadata_id_of(request.cql), body);
  body.append_integer(std::int32_t{1});  // one keyspace and table for all
  body.append_integer(static_cast<std::int32_t>(shape.parameters.size()));
  body.append_integer(static_cast<std::int32_t>(shape.partition_key.size()));
  for (const std::uint16_t index : shape.partition_key) body.append_integer(index);
  append_string("ks", body);
  append_string("t", body);
  append_columns(make_columns(shape.parameters), body);
  const std::vector<ColumnSpec> result = make_columns(shape.result);
  constexpr std::int32_t flag_global_table = 1;
  constexpr std::int32_t flag_no_metadata = 4;
  body.append_integer(result.empty() ? flag_no_metadata : flag_global_table);
  body.append_integer(static_cast<std::int32_t>(result.size()));
  if (!result.empty()) {
    append_string("ks", body);
    append_string("t", body);
    append_columns(result, body);
  }
  return Reply::message(Opcode::result, body);
}

}  // namespace cql::scripted
