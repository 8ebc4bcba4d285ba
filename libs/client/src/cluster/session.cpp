// The public handles: each owns its implementation and ends it when it goes.
#include "cql/session.hpp"

#include <boost/asio/this_coro.hpp>
#include <utility>

#include "cluster/cluster_impl.hpp"
#include "cluster/session_impl.hpp"
#include "cluster/stream_impl.hpp"

namespace cql {

namespace {

// Destroys what a moved-to handle held before.
template <typename Impl, typename End>
void replace(std::shared_ptr<Impl>& ours, std::shared_ptr<Impl>& theirs, End end) {
  const auto before = std::exchange(ours, std::exchange(theirs, nullptr));
  if (before && before != ours) end(*before);
}

std::chrono::milliseconds time_to_drain(CloseMode mode, std::chrono::milliseconds time) {
  return mode == CloseMode::drain ? time : std::chrono::milliseconds(0);
}

}  // namespace

Cluster::Cluster(std::shared_ptr<ClusterImpl> impl) : impl_(std::move(impl)) {}
Cluster::Cluster(Cluster&&) noexcept = default;
Cluster& Cluster::operator=(Cluster&& other) noexcept {
  replace(impl_, other.impl_, [](ClusterImpl& impl) { impl.close(); });
  return *this;
}
Cluster::~Cluster() {
  if (impl_) impl_->close();
}

asio::awaitable<Cluster> Cluster::connect(ClusterOptions options) {
  co_return Cluster(co_await ClusterImpl::connect(std::move(options)));
}

std::shared_ptr<const Metadata> Cluster::metadata() const { return impl_->state()->metadata(); }
const ClusterOptions& Cluster::options() const { return impl_->state()->options; }
int Cluster::protocol_version() const { return impl_->state()->version; }
const std::string& Cluster::local_datacenter() const { return impl_->state()->local_datacenter; }
std::uint64_t Cluster::observer_failures() const { return impl_->state()->observer_failures(); }
asio::awaitable<void> Cluster::refresh() { return ClusterImpl::refresh(impl_); }

asio::awaitable<void> Cluster::close(CloseMode mode, std::chrono::milliseconds drain_time) {
  return ClusterImpl::drain(impl_, time_to_drain(mode, drain_time));
}

ResultStream::ResultStream(std::shared_ptr<StreamImpl> impl) : impl_(std::move(impl)) {}
ResultStream::ResultStream(ResultStream&&) noexcept = default;
ResultStream& ResultStream::operator=(ResultStream&& other) noexcept {
  replace(impl_, other.impl_, [](StreamImpl& impl) { impl.abandon(); });
  return *this;
}
ResultStream::~ResultStream() {
  if (impl_) impl_->abandon();
}

asio::awaitable<std::optional<Page>> ResultStream::next() { return StreamImpl::next(impl_); }
asio::awaitable<const RowCursor*> ResultStream::next_row() { return StreamImpl::next_row(impl_); }
std::uint64_t ResultStream::pages_so_far() const { return impl_->pages(); }
std::uint64_t ResultStream::rows_so_far() const { return impl_->rows(); }
const PagingState& ResultStream::paging_state() const { return impl_->paging_state(); }

Session::Session(std::shared_ptr<SessionImpl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&& other) noexcept {
  replace(impl_, other.impl_, [](SessionImpl& impl) { impl.close(); });
  return *this;
}
Session::~Session() {
  if (impl_) impl_->close();
}

asio::awaitable<Session> Session::open(const Cluster& cluster) {
  std::shared_ptr<cluster::ClusterState> state = cluster.impl_->state();
  auto impl = std::make_shared<SessionImpl>(co_await asio::this_coro::executor, std::move(state));
  Session session(impl);  // closes the connections when starting fails
  co_await SessionImpl::start(impl);
  co_return std::move(session);
}

asio::awaitable<Result> Session::execute(Query query) { return SessionImpl::execute_query(impl_, std::move(query)); }
asio::awaitable<Result> Session::execute(BoundStatement statement) {
  return SessionImpl::execute_bound(impl_, std::move(statement));
}
asio::awaitable<Result> Session::execute(Batch batch) { return SessionImpl::execute_batch(impl_, std::move(batch)); }
asio::awaitable<PreparedStatement> Session::prepare(std::string cql, std::string keyspace) {
  return SessionImpl::prepare(impl_, std::move(cql), std::move(keyspace));
}

std::vector<PlannedNode> Session::route(const Query& query) const { return impl_->route(query); }
std::vector<PlannedNode> Session::route(const BoundStatement& statement) const { return impl_->route(statement); }
SessionMetrics Session::metrics() const { return impl_->metrics(); }

ResultStream Session::execute_stream(Query query, StreamOptions options) {
  return ResultStream(std::make_shared<StreamImpl>(impl_, std::move(query), std::move(options)));
}
ResultStream Session::execute_stream(BoundStatement statement, StreamOptions options) {
  return ResultStream(std::make_shared<StreamImpl>(impl_, std::move(statement), std::move(options)));
}

asio::awaitable<void> Session::close(CloseMode mode, std::chrono::milliseconds drain_time) {
  return SessionImpl::drain(impl_, time_to_drain(mode, drain_time));
}

}  // namespace cql
