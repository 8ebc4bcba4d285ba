// What tests of failing nodes and networks share: a client under load, and a ring that is made to suffer under it.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "integration/appends.hpp"
#include "integration/load.hpp"
#include "integration/ring.hpp"
#include "integration/ring_control.hpp"
#include "support/events.hpp"
#include "tcp_proxy/tcp_proxy.hpp"

namespace cql::test {

using testbed::TcpProxy;
using Kind = ClusterEvent::Kind;
using Way = TcpProxy::Way;

inline ClusterOptions watchful_options() {
  ClusterOptions options = ring_options();
  options.request_timeout = seconds(20);
  options.connect_timeout = seconds(5);
  options.heartbeat_interval = seconds(2);
  options.heartbeat_timeout = seconds(2);
  return options;
}

inline std::string endpoint(std::size_t node) { return ring_hosts().at(node - 1) + ":9042"; }

/// A client with much under way, and what it is told.
struct Trial {
  Events events;
  std::unique_ptr<Cluster> cluster;
  std::shared_ptr<Session> session;
  std::shared_ptr<Load> load;
  std::shared_ptr<Appends> appends;

  [[nodiscard]] std::size_t lost(std::size_t node) const { return events.count(Kind::connection_lost, endpoint(node)); }
  [[nodiscard]] std::size_t silent(std::size_t node) const {
    return events.count(Kind::heartbeat_missed, endpoint(node));
  }
  void report(const std::string& what) const {
    load->report(what);
    appends->report(what);
  }
};
using TrialPtr = std::shared_ptr<Trial>;

inline asio::awaitable<TrialPtr> begin(ClusterOptions options, Size size) {
  auto trial = std::make_shared<Trial>();
  trial->events.attach(options);
  trial->cluster = std::make_unique<Cluster>(co_await Cluster::connect(std::move(options)));
  trial->session = std::make_shared<Session>(co_await Session::open(*trial->cluster));
  co_await create_table(trial->session);
  trial->load = std::make_shared<Load>(trial->session, size);
  trial->appends = std::make_shared<Appends>(trial->session, size);
  co_await trial->load->start();
  co_await trial->appends->start();
  co_await trial->load->expect_progress();
  trial->report("before");
  co_return trial;
}

inline asio::awaitable<void> finish(TrialPtr trial) {
  co_await trial->load->stop();
  co_await trial->appends->stop();
  trial->report("at the end");
  co_await trial->appends->expect_none_lost_or_doubled();
}

/// To be called when the node is back. Within ten seconds the client is as fast as it was and uses the node; waits
/// until it does so as before, which a cold server may delay. "As before" is half of that, since the machine has other
/// work.
inline asio::awaitable<void> expect_full_speed(TrialPtr trial, std::size_t node, Load::Speed before, std::string what) {
  using Seconds = std::chrono::duration<double>;
  constexpr Seconds bar{10};
  const auto returned = std::chrono::steady_clock::now();
  std::optional<Seconds> fast;
  for (;;) {
    const Load::Speed now = co_await trial->load->speed(endpoint(node), seconds(1));
    const Seconds after = std::chrono::steady_clock::now() - returned;
    if (!fast && now.reads_per_second > before.reads_per_second / 2 && now.share > 0) fast = after;
    if (fast && now.share > before.share / 2) {
      std::printf("%s: at full speed again within %.1f s, the node as busy as before within %.1f s", what.c_str(),
                  fast->count(), after.count());
      std::printf(" (%.0f reads/s, %.0f %% by this node; before %.0f, %.0f %%)\n", now.reads_per_second,
                  100 * now.share, before.reads_per_second, 100 * before.share);
      break;
    }
    if (after > long_enough) throw std::runtime_error("the node is not used as before");
  }
  EXPECT_LE(*fast, bar);
  trial->report(what);
}

/// Takes a node away and back while the load goes on.
inline asio::awaitable<void> survive(TrialPtr trial, std::size_t node, std::string away, std::string back,
                                     std::string what) {
  const Load::Speed before = co_await trial->load->speed(endpoint(node), seconds(3));
  const std::size_t lost = trial->lost(node);
  co_await tell_ring(away + " " + std::to_string(node));
  co_await until([&] { return trial->lost(node) > lost; }, long_enough);
  co_await trial->load->expect_progress(away != "pause");
  trial->report(what + ", gone");
  co_await tell_ring(back + " " + std::to_string(node));
  co_await expect_full_speed(trial, node, before, what);
}

inline asio::awaitable<void> kill_and_suspend(Size size) {
  const TrialPtr trial = co_await begin(watchful_options(), size);
  co_await survive(trial, 2, "kill", "start", "killed and started again");
  co_await survive(trial, 3, "pause", "resume", "suspended and resumed");
  co_await finish(trial);
}

/// One proxy before each node.
class Network {
 public:
  Network() {
    for (const std::string& host : ring_hosts()) {
      proxies_.emplace(host, std::make_shared<TcpProxy>(host, std::uint16_t{9042}));
    }
  }
  void lead_through(ClusterOptions& options) const {
    options.contact_points = {{"127.0.0.1", proxies_.begin()->second->port()}};
    options.address_translator = [proxies = proxies_](const Node& node) -> ContactPoint {
      return {"127.0.0.1", proxies.at(node.address)->port()};
    };
  }
  [[nodiscard]] TcpProxy& before(std::size_t node) const { return *proxies_.at(ring_hosts().at(node - 1)); }

 private:
  std::map<std::string, std::shared_ptr<TcpProxy>> proxies_;
};

inline const char* to_text(Way way) {
  return way == Way::requests ? "requests cut" : way == Way::answers ? "answers cut" : "cut off";
}

inline asio::awaitable<void> cut_off(Size size, std::vector<Way> ways) {
  const Network network;
  ClusterOptions options = watchful_options();
  network.lead_through(options);
  const TrialPtr trial = co_await begin(std::move(options), size);
  for (const Way way : ways) {
    const std::string what = to_text(way);
    const Load::Speed before = co_await trial->load->speed(endpoint(2), seconds(3));
    const std::size_t silent = trial->silent(2);
    network.before(2).cut(way);
    co_await until([&] { return trial->silent(2) > silent; }, long_enough);
    co_await trial->load->expect_progress();
    trial->report(what + ", gone");
    network.before(2).heal();
    co_await expect_full_speed(trial, 2, before, what + " and healed");
  }
  const Load::Speed before = co_await trial->load->speed(endpoint(3), seconds(3));
  network.before(3).slow(milliseconds(100));
  co_await trial->load->expect_progress();
  trial->report("slowed");
  network.before(3).heal();
  co_await expect_full_speed(trial, 3, before, "slowed and healed");
  co_await finish(trial);
}

}  // namespace cql::test
