// A session's pools: one for each node that there is, opened at the start, following the metadata, closed at the end.
#include <algorithm>
#include <optional>
#include <utility>

#include "cluster/no_node.hpp"
#include "cluster/session_impl.hpp"

namespace cql {

using cluster::NodePool;

// Every near node gets a chance; but once there is one to work with, the slow ones are not waited for any longer.
asio::awaitable<void> SessionImpl::start(Self self) {
  using std::chrono::steady_clock;
  constexpr std::chrono::milliseconds patience{1'000};
  constexpr std::chrono::milliseconds look_again{20};
  const auto view = self->view();
  std::vector<std::shared_ptr<NodePool>> pools;
  for (const std::uint32_t near : view->near_nodes) pools.push_back(view->pools[near]);
  for (const auto& pool : pools) pool->open_in_background();
  const auto began = steady_clock::now();
  const auto connected = [](const auto& pool) { return pool->ready() != nullptr; };
  const auto unsettled = [](const auto& pool) { return !pool->settled(); };
  while (!self->closed_) {
    const auto now = steady_clock::now();
    const auto waiting = std::find_if(pools.begin(), pools.end(), unsettled);
    const bool usable = std::any_of(pools.begin(), pools.end(), connected);
    if (usable && (waiting == pools.end() || now >= began + patience)) co_return;
    if (waiting == pools.end() || now >= began + self->cluster_->options.connect_timeout) break;
    co_await (*waiting)->settle(now + look_again);
  }
  if (self->closed_) throw Error(ErrorKind::cancelled, "the session was closed");
  std::vector<Error> causes;
  for (const auto& pool : pools) {
    causes.push_back(pool->failure().value_or(Error(ErrorKind::connect, "no connection in time")));
    causes.back().with_node(pool->node());
  }
  throw cluster::no_node(std::move(causes));
}

void SessionImpl::rebuild_view() {
  view_generation_ = cluster_->generation();
  const bool first_view = !view_;
  const bool one_for_all = cluster_->options.only_contact_points;
  auto fresh = std::make_shared<cluster::RoutingView>();
  fresh->metadata = cluster_->metadata();
  std::map<Uuid, std::shared_ptr<NodePool>> kept;
  for (const Node& node : fresh->metadata->nodes) {
    const auto pool = pool_of(node);
    // Where one pool serves for all, the first node stands for all of them.
    const bool near = one_for_all ? fresh->pools.empty() : node.datacenter == cluster_->local_datacenter;
    if (near) fresh->near_nodes.push_back(static_cast<std::uint32_t>(fresh->pools.size()));
    fresh->pools.push_back(pool);
    fresh->near.push_back(near);
    kept.emplace(node.host_id, pool);
    if (near && !first_view) pool->open_in_background();
    if (!node.up) pool->doubt();
  }
  for (auto& [host_id, pool] : std::exchange(pools_, std::move(kept))) {
    const auto now = pools_.find(host_id);
    if (one_for_all || (now != pools_.end() && now->second == pool)) continue;
    pool->retire();
    retired_.push_back(pool);
  }
  std::erase_if(retired_, [](const auto& pool) { return pool->empty(); });
  view_ = std::move(fresh);
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
  if (closed_) return;
  closed_ = true;
  gate_.shut();
  for (auto& [host_id, pool] : pools_) pool->close();
  for (auto& pool : retired_) pool->close();
  for (auto& [cql, signal] : preparing_) signal->notify_all();
}

}  // namespace cql
