#include "cluster/session_impl.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <functional>
#include <optional>
#include <utility>

#include "cluster/no_node.hpp"
#include "cluster/response.hpp"
#include "cluster/schema_agreement.hpp"

namespace cql {

using cluster::NodePool;
using cluster::Plan;

namespace {

// Without effect so far, whatever the statement is.
bool nothing_happened(const Error& error) {
  return dynamic_cast<const net::NotSent*>(&error) != nullptr || error.kind() == ErrorKind::is_bootstrapping;
}

// Connecting failed, so nothing was sent; only the caller's own cancellation or time limit ends the request here.
asio::awaitable<NodePool::ConnectionPtr> connect(NodePool& node, net::Deadline deadline) {
  try {
    co_return co_await node.connection(deadline);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::timeout) throw;
    net::NotSent not_sent(error.kind(), error.message());
    not_sent.with_node(error.node());
    throw net::NotSent(not_sent);
  }
}

// The statement that the node says it does not know.
const PreparedStatement* find_forgotten(std::span<const PreparedStatement> statements, const Error& error) {
  if (!error.server()) return nullptr;
  for (const PreparedStatement& statement : statements) {
    if (statement.state()->id == error.server()->statement_id) return &statement;
  }
  return nullptr;
}

}  // namespace

template <typename Holder>
asio::awaitable<Result> SessionImpl::execute_query(Self self, Holder holder, net::Flush flush) {
  const auto pass = self->enter();
  const Query& query = holder;
  const cluster::QueryMessage message(query, self->cluster_->options);
  Plan plan = self->plan(query.options, nullptr, {});
  Response response = co_await send(
      self, {.message = message, .options = query.options, .cql = query.cql, .flush = flush}, std::move(plan));
  Result result = read(response, query.cql, nullptr, nullptr);
  if (result.kind != Result::Kind::schema_change) co_return result;
  co_return co_await settled(self, std::move(result), std::move(response.connection));
}

template <typename Holder>
asio::awaitable<Result> SessionImpl::execute_bound(Self self, Holder holder, net::Flush flush) {
  const auto pass = self->enter();
  const BoundStatement& statement = holder;
  const std::string& cql = statement.prepared.cql();  // throws when it was not prepared
  cluster::ExecuteMessage message(statement, self->cluster_->options);
  Plan plan = self->plan(statement.options, &statement.prepared, statement.values.wire());
  Response response = co_await send(self,
                                    {.message = message,
                                     .options = statement.options,
                                     .cql = cql,
                                     .prepared = {&statement.prepared, 1},
                                     .renew = &message,
                                     .flush = flush},
                                    std::move(plan));
  co_return read(response, cql, statement.prepared.state().get(), message.known_columns());
}

asio::awaitable<Result> SessionImpl::execute_batch(Self self, Batch batch) {
  const auto pass = self->enter();
  const cluster::BatchMessage message(batch, self->cluster_->options, self->cluster_->version);
  // The entries' statements and values may be gone after the first suspension: keep what is needed of them.
  std::vector<PreparedStatement> prepared;
  const Batch::Entry* routing = nullptr;
  for (const Batch::Entry& entry : batch.entries) {
    if (entry.prepared == nullptr || !entry.prepared->state()) continue;
    if (routing == nullptr) routing = &entry;
    const auto same = [&](const PreparedStatement& known) { return known.state() == entry.prepared->state(); };
    if (prepared.empty() || (!same(prepared.back()) && std::none_of(prepared.begin(), prepared.end(), same))) {
      prepared.push_back(*entry.prepared);
    }
  }
  Plan plan = routing == nullptr ? self->plan(batch.options, nullptr, {})
                                 : self->plan(batch.options, routing->prepared, routing->wire_values);
  const std::string cql =
      batch.entries.empty() ? std::string("(empty batch)")
      : routing != nullptr
          ? "batch of " + std::to_string(batch.entries.size()) + ": " + routing->prepared->cql()
          : "batch of " + std::to_string(batch.entries.size()) + ": " + std::string(batch.entries.front().cql);
  batch.entries.clear();
  Response response = co_await send(
      self, {.message = message, .options = batch.options, .cql = cql, .prepared = prepared}, std::move(plan));
  co_return read(response, cql, nullptr, nullptr);
}

Result SessionImpl::read(Response& response, std::string_view cql, PreparedStatement::State* prepared,
                         const Columns& known_columns) {
  const std::string& node = response.connection->node();
  try {
    return cluster::read_result(std::move(response.envelope), node, prepared, known_columns);
  } catch (const Error& error) {
    throw Error(error).with_node(node).with_query(cql);
  }
}

asio::awaitable<Result> SessionImpl::settled(Self self, Result result, std::shared_ptr<net::Connection> connection) {
  co_await cluster::await_schema_agreement(std::move(connection), self->cluster_->metadata());
  co_return result;
}

asio::awaitable<PreparedStatement> SessionImpl::prepare(Self self, std::string cql) {
  const auto pass = self->enter();
  for (;;) {
    if (const auto known = self->prepared_.find(cql); known != self->prepared_.end()) {
      co_return PreparedStatement(known->second);
    }
    const auto under_way = self->preparing_.find(cql);
    if (under_way == self->preparing_.end()) break;
    const auto done = under_way->second;
    co_await done->wait();
  }
  struct Entry {
    SessionImpl& session;
    const std::string& cql;
    ~Entry() {
      const auto found = session.preparing_.find(cql);
      found->second->notify_all();
      session.preparing_.erase(found);
    }
  };
  self->preparing_.emplace(cql, std::make_shared<cluster::Signal>(self->executor_));
  const Entry entry{*self, cql};
  RequestOptions options;
  options.idempotent = true;
  const cluster::PrepareMessage message(cql, {});
  Plan plan = self->plan(options, nullptr, {});
  const Response response = co_await send(self, {.message = message, .options = options, .cql = cql}, std::move(plan));
  const auto state = cluster::read_prepared(response.envelope, cql, {});
  self->prepared_.emplace(cql, state);
  co_return PreparedStatement(state);
}

// Goes from node to node until one answers or an error stands that another node must not or cannot mend.
asio::awaitable<SessionImpl::Response> SessionImpl::send(Self self, Request request, Plan plan) {
  const net::Deadline deadline =
      net::Deadline::after(request.options.timeout.value_or(self->cluster_->options.request_timeout));
  std::vector<Error> causes;
  try {
    while (NodePool* node = plan.next()) {
      std::optional<Error> failure;
      bool elsewhere = false;
      try {
        co_return co_await send_to(self, *node, request, deadline);
      } catch (const Error& error) {
        failure = error;
        elsewhere = !self->closed_ && (nothing_happened(error) ||
                                       (request.options.idempotent && error.kind() == ErrorKind::connection_lost));
      }
      failure->with_node(node->node()).with_query(request.cql);
      if (!elsewhere || request.options.node) throw Error(*failure);
      causes.push_back(std::move(*failure));
    }
  } catch (const boost::system::system_error&) {
    // Asio's own way to say that the coroutine was cancelled.
    throw Error(ErrorKind::cancelled, "the request was cancelled").with_query(request.cql);
  }
  throw cluster::no_node(std::move(causes)).with_query(request.cql);
}

asio::awaitable<SessionImpl::Response> SessionImpl::send_to(Self self, NodePool& node, const Request& request,
                                                            net::Deadline deadline) {
  // Twice: a node may drop a statement from its cache right after it was prepared there again.
  constexpr int most_preparations = 2;
  for (int preparations = 0;; ++preparations) {
    NodePool::ConnectionPtr connection = node.ready();
    if (!connection) connection = co_await connect(node, deadline);
    Response response{co_await connection->request(request.message, deadline, request.flush), connection};
    if (response.envelope.header.opcode != protocol::Opcode::error) co_return response;

    const Error error = cluster::error_in(response.envelope);
    if (error.kind() != ErrorKind::unprepared || preparations == most_preparations) throw Error(error);
    const PreparedStatement* forgotten = find_forgotten(request.prepared, error);
    if (forgotten == nullptr) throw Error(error);
    co_await node.prepare_again(forgotten->state(), connection, deadline);
    if (request.renew != nullptr) request.renew->renew();
  }
}

Plan SessionImpl::plan(const RequestOptions& options, const PreparedStatement* prepared, ByteView wire_values) {
  const std::shared_ptr<cluster::RoutingView>& current = view();
  if (options.node) {
    const auto index = current->index_of(*options.node);
    if (!index) throw Error(ErrorKind::usage, "the cluster has no node with host id " + options.node->to_string());
    return {current, *index};
  }
  std::span<const std::uint32_t> replicas;
  if (options.routing_token) {
    replicas = current->replicas(options.routing_keyspace, *options.routing_token);
  } else if (prepared != nullptr && !prepared->partition_key_indices().empty() && !prepared->parameters().empty() &&
             current->metadata->murmur3()) {
    const auto token = cluster::routing_token(*prepared, wire_values);
    if (token) replicas = current->replicas(prepared->parameters().front().keyspace, *token);
  }
  return {current, replicas, turn_++};
}

const std::shared_ptr<cluster::RoutingView>& SessionImpl::view() {
  if (!view_ || view_generation_ != cluster_->generation()) rebuild_view();
  return view_;
}

template asio::awaitable<Result> SessionImpl::execute_query(Self, Query, net::Flush);
template asio::awaitable<Result> SessionImpl::execute_query(Self, std::reference_wrapper<const Query>, net::Flush);
template asio::awaitable<Result> SessionImpl::execute_bound(Self, BoundStatement, net::Flush);
template asio::awaitable<Result> SessionImpl::execute_bound(Self, std::reference_wrapper<const BoundStatement>,
                                                            net::Flush);

}  // namespace cql
