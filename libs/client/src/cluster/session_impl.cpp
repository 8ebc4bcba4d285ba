#include "cluster/session_impl.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "cluster/response.hpp"
#include "cluster/schema_agreement.hpp"
#include "cql/idempotence.hpp"

namespace cql {

using cluster::Execution;
using cluster::NodePool;
using cluster::Plan;
using cluster::Response;

namespace {

// How a batch is called in errors; its statements may be many and long.
std::string name_of(const Batch& batch) {
  if (batch.entries.empty()) return "(empty batch)";
  const Batch::Entry& first = batch.entries.front();
  const bool prepared = first.prepared != nullptr && first.prepared->state();
  return "batch of " + std::to_string(batch.entries.size()) + ": " +
         (prepared ? first.prepared->cql() : std::string(first.cql));
}

// What only the batch itself can tell: its prepared statements are judged later, if at all.
cluster::Request::Repeatable repeatable(const Batch& batch) {
  const auto unsafe_text = [](const Batch::Entry& entry) {
    return (entry.prepared == nullptr || !entry.prepared->state()) && !is_safely_repeatable(entry.cql);
  };
  const bool never = !batch.options.idempotent || batch.kind == Batch::Kind::counter ||
                     std::any_of(batch.entries.begin(), batch.entries.end(), unsafe_text);
  return never ? cluster::Request::Repeatable::never : cluster::Request::Repeatable::as_stated;
}

bool is_local(Consistency consistency) {
  return consistency == Consistency::local_one || consistency == Consistency::local_quorum ||
         consistency == Consistency::local_serial;
}

std::vector<PlannedNode> described(Plan plan) {
  std::vector<PlannedNode> nodes;
  while (const auto step = plan.next()) {
    const Node& node = plan.view().metadata->nodes[step->node];
    nodes.push_back({node.host_id, node.endpoint(), node.datacenter, step->role, plan.view().condition(step->node)});
  }
  return nodes;
}

}  // namespace

SessionImpl::SessionImpl(asio::any_io_executor executor, std::shared_ptr<cluster::ClusterState> cluster)
    : executor_(std::move(executor)),
      gate_(executor_),
      cluster_(std::move(cluster)),
      context_(std::make_shared<cluster::RequestContext>(executor_, cluster_)),
      turn_(context_->random()) {}

template <typename Holder>
asio::awaitable<Result> SessionImpl::execute_query(Self self, Holder holder, net::Flush flush) {
  const auto pass = self->enter();
  const Query& query = holder;
  cluster::check_options(query.options, self->cluster_->version);
  const cluster::QueryMessage message(query, self->cluster_->options);
  Execution execution(self->context_, {.message = message, .options = query.options, .cql = query.cql, .flush = flush},
                      self->plan(query.options, nullptr, {}));
  try {
    Response response = co_await execution.run();
    Result result = read(response, query.cql, nullptr, nullptr);
    execution.answered(response);
    if (result.kind != Result::Kind::schema_change) co_return result;
    co_return co_await settled(self, std::move(result), std::move(response.connection));
  } catch (const Error& error) {
    execution.failed(error);
    throw;
  }
}

template <typename Holder>
asio::awaitable<Result> SessionImpl::execute_bound(Self self, Holder holder, net::Flush flush) {
  const auto pass = self->enter();
  const BoundStatement& statement = holder;
  const std::string& cql = statement.prepared.cql();  // throws when it was not prepared
  cluster::check_options(statement.options, self->cluster_->version);
  if (!statement.options.keyspace.empty() && statement.options.keyspace != statement.prepared.state()->keyspace) {
    throw Error(ErrorKind::usage, "a prepared statement's keyspace is the one it was prepared in").with_query(cql);
  }
  cluster::ExecuteMessage message(statement, self->cluster_->options);
  Execution execution(self->context_,
                      {.message = message,
                       .options = statement.options,
                       .cql = cql,
                       .prepared = {&statement.prepared, 1},
                       .renew = &message,
                       .flush = flush,
                       .kind = RequestEvent::Kind::execute},
                      self->plan(statement.options, &statement.prepared, statement.values.wire()));
  try {
    Response response = co_await execution.run();
    Result result = read(response, cql, statement.prepared.state().get(), message.known_columns());
    execution.answered(response);
    co_return result;
  } catch (const Error& error) {
    execution.failed(error);
    throw;
  }
}

asio::awaitable<Result> SessionImpl::execute_batch(Self self, Batch batch) {
  const auto pass = self->enter();
  cluster::check_options(batch.options, self->cluster_->version);
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
  const std::string cql = name_of(batch);
  const auto may_repeat = repeatable(batch);
  batch.entries.clear();
  Execution execution(self->context_,
                      {.message = message,
                       .options = batch.options,
                       .cql = cql,
                       .prepared = prepared,
                       .repeatable = may_repeat,
                       .kind = RequestEvent::Kind::batch},
                      std::move(plan));
  try {
    Response response = co_await execution.run();
    Result result = read(response, cql, nullptr, nullptr);
    execution.answered(response);
    co_return result;
  } catch (const Error& error) {
    execution.failed(error);
    throw;
  }
}

Result SessionImpl::read(Response& response, std::string_view cql, PreparedStatement::State* prepared,
                         const Columns& known_columns) {
  const std::string& node = response.connection->node();
  try {
    Result result = cluster::read_result(std::move(response.envelope), node, prepared, known_columns);
    result.host_id = response.host_id;
    result.attempts = response.attempts;
    result.speculative_attempts = response.speculative_attempts;
    return result;
  } catch (const Error& error) {
    throw Error(error).with_node(node).with_query(cql).with_attempts(response.attempts);
  }
}

asio::awaitable<Result> SessionImpl::settled(Self self, Result result, std::shared_ptr<net::Connection> connection) {
  co_await cluster::await_schema_agreement(std::move(connection), self->cluster_->metadata());
  co_return result;
}

asio::awaitable<PreparedStatement> SessionImpl::prepare(Self self, std::string cql, std::string keyspace) {
  const auto pass = self->enter();
  RequestOptions options;
  options.keyspace = keyspace;
  options.consistency = Consistency::one;  // a node of any data centre can prepare
  cluster::check_options(options, self->cluster_->version);
  const PreparedKey key{std::move(keyspace), std::move(cql)};
  for (;;) {
    if (const auto known = self->prepared_.find(key); known != self->prepared_.end()) {
      co_return PreparedStatement(known->second);
    }
    const auto under_way = self->preparing_.find(key);
    if (under_way == self->preparing_.end()) break;
    const auto done = under_way->second;
    co_await done->wait();
    if (self->context_->closed) throw Error(ErrorKind::cancelled, "the session was closed");
  }
  struct Entry {
    SessionImpl& session;
    const PreparedKey& key;
    ~Entry() {
      const auto found = session.preparing_.find(key);
      found->second->notify_all();
      session.preparing_.erase(found);
    }
  };
  self->preparing_.emplace(key, std::make_shared<cluster::Signal>(self->executor_));
  const Entry entry{*self, key};
  const cluster::PrepareMessage message(key.second, key.first);
  Execution execution(self->context_,
                      {.message = message,
                       .options = options,
                       .cql = key.second,
                       .repeatable = cluster::Request::Repeatable::always,
                       .kind = RequestEvent::Kind::prepare},
                      self->plan(options, nullptr, {}));
  try {
    const Response response = co_await execution.run();
    const auto state = cluster::read_prepared(response.envelope, key.second, key.first);
    execution.answered(response);
    self->prepared_.emplace(key, state);
    co_return PreparedStatement(state);
  } catch (const Error& error) {
    execution.failed(error);
    throw;
  }
}

Plan SessionImpl::plan(const RequestOptions& options, const PreparedStatement* prepared, ByteView wire_values) {
  const std::shared_ptr<cluster::RoutingView>& current = view();
  Plan::Wishes wishes;
  if (options.node) {
    wishes.pinned = pinned_node(*options.node);
    return {current, wishes};
  }
  if (options.routing_token) {
    wishes.replicas = current->replicas(options.routing_keyspace, *options.routing_token);
  } else if (prepared != nullptr && !prepared->partition_key_indices().empty() && !prepared->parameters().empty() &&
             current->metadata->murmur3()) {
    const auto token = cluster::routing_token(*prepared, wire_values);
    if (token) wishes.replicas = current->replicas(prepared->parameters().front().keyspace, *token);
  }
  if (options.preferred_node) wishes.preferred = current->index_of(*options.preferred_node);
  wishes.remote_allowed = may_leave_datacenter(options);
  wishes.turn = turn_++;
  return {current, wishes};
}

std::uint32_t SessionImpl::pinned_node(const Uuid& host_id) {
  const auto& current = view();
  const auto index = current->index_of(host_id);
  if (!index) throw Error(ErrorKind::usage, "the cluster has no node with host id " + host_id.to_string());
  if (current->rank[*index] == cluster::RoutingView::excluded_rank) {
    throw Error(ErrorKind::usage, "the options' filter excludes this node")
        .with_node(current->metadata->nodes[*index].endpoint());
  }
  return *index;
}

bool SessionImpl::may_leave_datacenter(const RequestOptions& options) const {
  const RemoteDatacenters& remote = cluster_->options.remote_datacenters;
  if (remote.nodes_per_datacenter == 0) return false;
  if (remote.also_for_local_consistency) return true;
  return !is_local(options.consistency.value_or(cluster_->options.consistency)) &&
         !(options.serial_consistency && is_local(*options.serial_consistency));
}

std::vector<PlannedNode> SessionImpl::route(const Query& query) {
  const std::uint64_t turn = turn_;
  std::vector<PlannedNode> nodes = described(plan(query.options, nullptr, {}));
  turn_ = turn;
  return nodes;
}

std::vector<PlannedNode> SessionImpl::route(const BoundStatement& statement) {
  const std::uint64_t turn = turn_;
  std::vector<PlannedNode> nodes = described(plan(statement.options, &statement.prepared, statement.values.wire()));
  turn_ = turn;
  return nodes;
}

SessionMetrics SessionImpl::metrics() const {
  SessionMetrics metrics = context_->counted;
  if (contact_pool_) {
    metrics.nodes.push_back(contact_pool_->metrics());
  } else if (view_) {
    for (const auto& pool : view_->pools) metrics.nodes.push_back(pool->metrics());
  }
  return metrics;
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
