// A session's pools: one for each node that there is, opened at the start, following the metadata, closed at the end.
#include <algorithm>
#include <optional>
#include <utility>

#include "cluster/session_impl.hpp"

namespace cql {

using cluster::NodePool;

namespace {

constexpr std::chrono::milliseconds patience{1'000};
constexpr std::chrono::milliseconds look_again{20};

}  // namespace

// Local nodes first; the remote ones that may be asked, only where no local one can be.
asio::awaitable<void> SessionImpl::start(Self self) {
  const auto view = self->view();
  std::vector<std::vector<std::uint32_t>> groups{view->local};
  groups.insert(groups.end(), view->remote.begin(), view->remote.end());
  std::vector<Error> causes;
  for (const std::vector<std::uint32_t>& nodes : groups) {
    std::vector<std::shared_ptr<NodePool>> pools;
    for (const std::uint32_t node : nodes) pools.push_back(view->pools[node]);
    if (co_await connect_any(self, pools)) co_return;
    for (const auto& pool : pools) {
      causes.push_back(pool->failure().value_or(Error(ErrorKind::connect, "no connection in time")));
      causes.back().with_node(pool->node());
    }
  }
  throw cluster::no_node(std::move(causes));
}

// Every node gets a chance; but once there is one to work with, the slow ones are not waited for any longer.
asio::awaitable<bool> SessionImpl::connect_any(Self self, std::vector<std::shared_ptr<NodePool>> pools) {
  using std::chrono::steady_clock;
  for (const auto& pool : pools) pool->open_in_background();
  const auto began = steady_clock::now();
  const auto connected = [](const auto& pool) { return pool->ready() != nullptr; };
  const auto unsettled = [](const auto& pool) { return !pool->settled(); };
  while (!self->context_->closed) {
    const auto now = steady_clock::now();
    const auto waiting = std::find_if(pools.begin(), pools.end(), unsettled);
    const bool usable = std::any_of(pools.begin(), pools.end(), connected);
    if (usable && (waiting == pools.end() || now >= began + patience)) co_return true;
    if (waiting == pools.end() || now >= began + self->cluster_->options.connect_timeout) co_return false;
    co_await (*waiting)->settle(now + look_again);
  }
  throw Error(ErrorKind::cancelled, "the session was closed");
}

void SessionImpl::rebuild_view() {
  view_generation_ = cluster_->generation();
  const bool first_view = !view_;
  auto metadata = cluster_->metadata();
  std::vector<std::shared_ptr<NodePool>> pools;
  std::map<Uuid, std::shared_ptr<NodePool>> kept;
  for (const Node& node : metadata->nodes) {
    pools.push_back(pool_of(node));
    kept.emplace(node.host_id, pools.back());
    if (!node.up) pools.back()->doubt();
  }
  for (auto& [host_id, pool] : std::exchange(pools_, std::move(kept))) {
    const auto now = pools_.find(host_id);
    if (pool == contact_pool_ || (now != pools_.end() && now->second == pool)) continue;
    pool->retire();
    retired_.push_back(pool);
  }
  std::erase_if(retired_, [](const auto& pool) { return pool->empty(); });
  view_ = std::make_shared<cluster::RoutingView>(std::move(metadata), std::move(pools), cluster_->options,
                                                 cluster_->local_datacenter);
  if (first_view) return;
  for (const std::uint32_t local : view_->local) view_->pools[local]->open_in_background();
}

// The one there is, unless the node's address has changed.
std::shared_ptr<NodePool> SessionImpl::pool_of(const Node& node) {
  if (cluster_->options.only_contact_points) {
    if (!contact_pool_) contact_pool_ = std::make_shared<NodePool>(executor_, cluster_, cluster::Target{});
    return contact_pool_;
  }
  const auto known = pools_.find(node.host_id);
  if (known != pools_.end() && known->second->node() == node.endpoint()) return known->second;
  return std::make_shared<NodePool>(executor_, cluster_, cluster::Target{node});
}

asio::awaitable<void> SessionImpl::drain(Self self, std::chrono::milliseconds time) {
  try {
    co_await self->gate_.drain(std::chrono::steady_clock::now() + time);
  } catch (...) {
    self->close();
    throw;
  }
  self->close();
}

void SessionImpl::close() noexcept {
  if (context_->closed) return;
  context_->closed = true;
  gate_.shut();
  for (auto& [host_id, pool] : pools_) pool->close();
  for (auto& pool : retired_) pool->close();
  for (auto& [key, signal] : preparing_) signal->notify_all();
  context_->ended.notify_all();
}

}  // namespace cql
