// Attempts one after the other. Several at once: speculation.cpp.
#include "cluster/execution.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <utility>

#include "cluster/response.hpp"
#include "cql/idempotence.hpp"

namespace cql::cluster {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

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

net::Deadline deadline_of(milliseconds allowed, steady_clock::time_point began) { return {began + allowed, allowed}; }

}  // namespace

Execution::Execution(std::shared_ptr<RequestContext> context, const Request& request, Plan plan)
    : context_(std::move(context)),
      request_(request),
      plan_(std::move(plan)),
      began_(steady_clock::now()),
      deadline_(deadline_of(request.options.timeout.value_or(context_->cluster->options.request_timeout), began_)) {
  ++context_->counted.requests.begun;
}

Execution::~Execution() {
  if (!ended_) context_->counted.requests.errors.add(ErrorKind::cancelled);
}

asio::awaitable<Response> Execution::run() {
  const auto first = plan_.next();
  if (!first) throw out_of_nodes();
  if (const SpeculativeExecution* wanted = speculation()) return race(*first, *wanted);
  return follow_plan(*first);
}

asio::awaitable<Response> Execution::follow_plan(Plan::Step first) {
  try {
    bool again = false;
    for (std::optional<Plan::Step> step = first; step;) {
      NodePool& node = *plan_.view().pools[step->node];
      const auto attempt_began = begin_attempt(node, std::exchange(again, true));
      std::optional<Error> failure;
      bool was_sent = true;
      try {
        for (int preparations = 0;; ++preparations) {
          NodePool::ConnectionPtr connection = node.ready();
          if (!connection) connection = co_await connect(node, deadline_);
          net::Answer answer = co_await connection->answer_to(request_.message, deadline_, request_.flush);
          if (answer.failure) std::rethrow_exception(answer.failure);
          if (answer.envelope.header.opcode != protocol::Opcode::error) {
            co_return response_from(*step, attempt_began, std::move(answer.envelope), std::move(connection));
          }
          co_await make_known(node, std::move(connection), error_in(answer.envelope), preparations);
        }
      } catch (const net::NotSent& error) {
        failure = error;
        was_sent = false;
      } catch (const Error& error) {
        failure = error;
      } catch (...) {
        node.attempts().errors.add(ErrorKind::cancelled);
        throw;
      }
      node.attempts().errors.add(failure->kind());
      failure->with_node(node.node());
      const RetryDecision decision = go_on_after(std::move(*failure), was_sent);
      if (decision.backoff.count() > 0) co_await pause(decision.backoff);
      if (decision.action == RetryDecision::Action::same_node) continue;
      const auto next = plan_.next();
      if (next || decision.backoff.count() == 0) step = next;
    }
  } catch (const boost::system::system_error&) {
    // Asio's own way to say that the coroutine was cancelled.
    throw cancelled();
  }
  ran_out_ = true;
  throw out_of_nodes();
}

steady_clock::time_point Execution::begin_attempt(NodePool& node, bool again) {
  ++node.attempts().begun;
  if (again) ++context_->counted.retries;
  return attempts_++ == 0 ? began_ : steady_clock::now();
}

Response Execution::response_from(Plan::Step step, steady_clock::time_point attempt_began, net::Envelope envelope,
                                  NodePool::ConnectionPtr connection) {
  const auto now = steady_clock::now();
  plan_.view().pools[step.node]->attempts().latency.record(now - attempt_began);
  return {.envelope = std::move(envelope),
          .connection = std::move(connection),
          .arrived = now,
          .host_id = plan_.view().metadata->nodes[step.node].host_id,
          .attempts = attempts_,
          .speculative_attempts = speculative_attempts_};
}

// The statement that the node has forgotten, if that is what it says. Throws every other error.
asio::awaitable<void> Execution::make_known(NodePool& node, NodePool::ConnectionPtr connection, Error error,
                                            int preparations) {
  // A node that knows none of a batch's statements names them one after the other; and it may drop one from its cache
  // right after it was prepared there again.
  const auto most_preparations = static_cast<int>(request_.prepared.size()) + 1;
  const bool may_help = error.kind() == ErrorKind::unprepared && preparations < most_preparations;
  const PreparedStatement* forgotten = may_help ? find_forgotten(request_.prepared, error) : nullptr;
  if (forgotten == nullptr) throw Error(std::move(error));
  co_await node.prepare_again(forgotten->state(), std::move(connection), deadline_);
  if (request_.renew != nullptr) request_.renew->renew();
}

asio::awaitable<void> Execution::pause(milliseconds backoff) {
  const auto until = steady_clock::now() + backoff;
  try {
    while (!context_->closed && steady_clock::now() < until) co_await context_->ended.wait(until);
  } catch (const Error&) {
    throw cancelled();
  }
  if (context_->closed) throw cancelled();
}

// What to do after an attempt that failed, the pause drawn by lot. Throws when the failure stands.
RetryDecision Execution::go_on_after(Error failure, bool was_sent) {
  RetryDecision decision = judge(failure, was_sent);
  if (decision.action == RetryDecision::Action::give_up) throw ended_by(std::move(failure));
  decision.backoff -= decision.backoff / 2 * (context_->random() % 1'024) / 1'023;
  if (steady_clock::now() + decision.backoff >= deadline_.at) throw ended_by(std::move(failure));
  if (was_sent) last_answer_ = failures_.size();
  failures_.push_back(std::move(failure));
  return decision;
}

RetryDecision Execution::judge(const Error& error, bool was_sent) {
  // The time limit is that of all attempts together.
  if (context_->closed || error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::timeout) return {};
  if (!was_sent) return {RetryDecision::Action::next_node};
  if (!request_.options.may_retry) return {};
  return context_->cluster->options.retry_policy({error, idempotent(), failures_});
}

// Looked at only when something has failed, or for speculation.
bool Execution::idempotent() {
  if (idempotent_) return *idempotent_;
  const auto judged = [&] {
    if (request_.repeatable != Request::Repeatable::as_stated) {
      return request_.repeatable == Request::Repeatable::always;
    }
    if (request_.prepared.empty()) {
      return is_read(request_.cql) || (request_.options.idempotent && is_safely_repeatable(request_.cql));
    }
    if (is_read(request_.prepared.front().cql())) return true;
    const auto& metadata = *plan_.view().metadata;
    return request_.options.idempotent &&
           std::all_of(request_.prepared.begin(), request_.prepared.end(),
                       [&](const PreparedStatement& one) { return is_safely_repeatable(one, metadata); });
  };
  idempotent_ = judged();
  return *idempotent_;
}

const SpeculativeExecution* Execution::speculation() {
  const auto& stated = request_.options.speculative_execution;
  const auto& wanted = stated ? stated : context_->cluster->options.speculative_execution;
  const bool usable = wanted && wanted->at_most > 0 && !plan_.pinned() && idempotent();
  return usable ? &*wanted : nullptr;
}

void Execution::answered(const Response& response) noexcept {
  if (std::exchange(ended_, true)) return;
  context_->counted.requests.latency.record(response.arrived - began_);
  if (context_->cluster->options.on_request) tell_end(response.arrived, response.connection->node(), nullptr);
}

void Execution::failed(const Error& error) noexcept {
  if (std::exchange(ended_, true)) return;
  context_->counted.requests.errors.add(error.kind());
  if (context_->cluster->options.on_request) tell_end(steady_clock::now(), error.node(), &error);
}

void Execution::tell_end(steady_clock::time_point ended, std::string_view node, const Error* error) const noexcept {
  const bool bound = request_.kind == RequestEvent::Kind::execute;
  context_->cluster->tell(
      RequestEvent{.kind = request_.kind,
                   .statement = request_.cql,
                   .keyspace = bound ? request_.prepared.front().state()->keyspace : request_.options.keyspace,
                   .tag = request_.options.tag,
                   .node = node,
                   .began = began_,
                   .duration = ended - began_,
                   .attempts = attempts_,
                   .speculative_attempts = speculative_attempts_,
                   .error = error,
                   .failures = failures_});
}

Error Execution::ended_by(Error error) const {
  error.with_query(request_.cql).with_causes(failures_).with_attempts(attempts_);
  return error;
}

// An answer, even a bad one, says more than a node that could not be asked.
Error Execution::out_of_nodes() const {
  const std::optional<std::size_t> main =
      !last_answer_ && plan_.pinned() && !failures_.empty() ? failures_.size() - 1 : last_answer_;
  if (!main) return no_node(failures_).with_query(request_.cql).with_attempts(attempts_);
  std::vector<Error> others = failures_;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(*main));
  return Error(failures_[*main]).with_query(request_.cql).with_causes(std::move(others)).with_attempts(attempts_);
}

Error Execution::cancelled() const { return ended_by(Error(ErrorKind::cancelled, "the request was cancelled")); }

Error no_node(std::vector<Error> causes) {
  if (causes.empty()) return {ErrorKind::no_node, "no node of the local data centre may be asked"};
  std::string lines;
  for (const Error& cause : causes) lines += (lines.empty() ? "" : "; ") + std::string(cause.what());
  return Error(ErrorKind::no_node, "no node could be asked: " + lines).with_causes(std::move(causes));
}

}  // namespace cql::cluster
