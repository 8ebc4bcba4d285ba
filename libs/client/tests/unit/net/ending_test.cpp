// Every request ends once, at every point of its way, whoever ends it: the caller, the session's close, the handle's
// end, the clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/pending.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using std::chrono::milliseconds;

enum class Where { connecting, queued, in_flight, preparing_again, awaiting_preparation, backing_off, speculating };
enum class How { cancelled, closed, destroyed, timed_out };

const char* name_of(Where where) {
  switch (where) {
    case Where::connecting:
      return "connecting";
    case Where::queued:
      return "queued";
    case Where::in_flight:
      return "in_flight";
    case Where::preparing_again:
      return "preparing_again";
    case Where::awaiting_preparation:
      return "awaiting_preparation";
    case Where::backing_off:
      return "backing_off";
    case Where::speculating:
      return "speculating";
  }
  return "";
}

const char* name_of(How how) {
  switch (how) {
    case How::cancelled:
      return "cancelled";
    case How::closed:
      return "closed";
    case How::destroyed:
      return "destroyed";
    case How::timed_out:
      return "timed_out";
  }
  return "";
}

using Case = std::tuple<Where, How>;

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Where where : {Where::connecting, Where::queued, Where::in_flight, Where::preparing_again,
                            Where::awaiting_preparation, Where::backing_off, Where::speculating}) {
    for (const How how : {How::cancelled, How::closed, How::destroyed, How::timed_out}) {
      // A wait beyond the time limit is not begun: Retries.a_wait_beyond_the_time_limit_is_not_begun.
      if (where != Where::backing_off || how != How::timed_out) all.emplace_back(where, how);
    }
  }
  return all;
}

class EveryPoint : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Ends, EveryPoint, testing::ValuesIn(cases()), [](const auto& info) {
  return std::string(name_of(std::get<0>(info.param))) + "_" + name_of(std::get<1>(info.param));
});

RequestOptions pinned(const Uuid& node) {
  RequestOptions options;
  options.node = node;
  return options;
}

/// A session with one request that has come to the point in question, and perhaps another that holds it there.
struct Scene {
  std::unique_ptr<Connected> connected;
  std::shared_ptr<Pending> request;
  std::shared_ptr<Pending> other;
};

asio::awaitable<Scene> arrange(ScriptedServer& server, Where where, How how) {
  const auto executor = co_await asio::this_coro::executor;
  ClusterOptions options = server.client_options();
  if (where == Where::queued) options.streams_per_connection = 1;
  options.retry_policy = [](const FailedAttempt&) {
    return RetryDecision{RetryDecision::Action::next_node, std::chrono::seconds(15)};
  };
  Scene scene{std::make_unique<Connected>(co_await connect(options)), {}, {}};
  Session& session = scene.connected->session;
  RequestOptions settings;
  settings.idempotent = true;
  if (how == How::timed_out) settings.timeout = milliseconds(300);
  const auto ask = [&](std::string cql) { return start(executor, session, Query{std::move(cql), {}, settings}); };

  switch (where) {
    case Where::connecting: {
      server.on(Opcode::options, Reply::stall());
      server.hang_up(1);
      settings.node = server.host_id(1);
      const std::size_t before = server.count(Opcode::options);
      server.on("stall", Reply::stall());
      // The loss of the open connection may have to be noticed by one request first.
      co_await until([&] {
        if (!scene.request || scene.request->done()) scene.request = ask("stall");
        return server.count(Opcode::options) > before;
      });
      break;
    }
    case Where::queued:
      server.on("stall", Reply::stall());
      settings.node = server.host_id(0);
      scene.other = start(executor, session, Query{"stall", {}, pinned(server.host_id(0))});
      scene.request = ask("never sent");
      co_await until([&] { return server.count("stall") == 1; });
      break;
    case Where::in_flight:
      server.on("stall", Reply::stall());
      scene.request = ask("stall");
      co_await until([&] { return server.count("stall") == 1; });
      break;
    case Where::preparing_again:
    case Where::awaiting_preparation: {
      server.prepared("SELECT v", {.result = {{"v", "int"}}});
      BoundStatement bound{.prepared = co_await session.prepare("SELECT v")};
      server.forget("SELECT v");
      server.on(Opcode::prepare, Reply::stall());
      settings.node = server.host_id(0);
      bound.options = settings;
      if (where == Where::awaiting_preparation) {
        scene.other = start(executor, session, BoundStatement{bound.prepared, {}, pinned(server.host_id(0))});
        co_await until([&] { return server.count(Opcode::prepare) == 2; });
      }
      scene.request = start(executor, session, std::move(bound));
      const std::size_t executions = where == Where::awaiting_preparation ? 2 : 1;
      co_await until([&] { return server.count(Opcode::prepare) == 2 && server.count(Opcode::execute) == executions; });
      break;
    }
    case Where::backing_off:
      server.on("busy", Reply::error(scripted::error_code::overloaded, "too much"));
      scene.request = ask("busy");
      co_await until([&] { return server.count("busy") == 1; });
      break;
    case Where::speculating:
      server.on("stall", Reply::stall());
      settings.speculative_execution = SpeculativeExecution{milliseconds(5), 1};
      scene.request = ask("stall");
      co_await until([&] { return server.count("stall") == 2; });
      break;
  }
  // Plenty of turns for what the server sent to arrive.
  server.on("settled", Reply::nothing());
  if (where != Where::queued && where != Where::connecting) {
    for (int turn = 0; turn < 5; ++turn) co_await session.execute(query("settled"));
  }
  co_return scene;
}

TEST_P(EveryPoint, of_a_request_is_left_at_once_and_for_good) {
  const auto [where, how] = GetParam();
  ScriptedServer server({.nodes = 2});
  const auto begin = std::chrono::steady_clock::now();
  run([](ScriptedServer& server_, Where where_, How how_) -> asio::awaitable<void> {
    Scene scene = co_await arrange(server_, where_, how_);
    ErrorKind expected = ErrorKind::cancelled;
    switch (how_) {
      case How::cancelled:
        scene.request->cancel();
        break;
      case How::closed:
        co_await scene.connected->session.close();
        break;
      case How::destroyed:
        scene.connected.reset();
        break;
      case How::timed_out:
        expected = ErrorKind::timeout;
        break;
    }
    co_await until([&] { return scene.request->done(); });
    EXPECT_TRUE(scene.request->error.has_value());
    if (scene.request->error) {
      EXPECT_EQ(scene.request->error->kind(), expected) << scene.request->error->what();
      EXPECT_FALSE(scene.request->error->query().empty());
    }
    // Late answers and other callers find everything in order.
    server_.release();
    if (how_ == How::cancelled && where_ != Where::queued && where_ != Where::connecting) {
      server_.on("sound", Reply::rows(ints({7})));
      const Result sound = co_await scene.connected->session.execute(query("sound"));
      EXPECT_EQ(first_int(sound.page), 7);
    }
    if (scene.connected) co_await scene.connected->session.close();
    if (scene.other) {
      co_await until([&] { return scene.other->done(); });
    }
  }(server, where, how));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(14)) << "a wait was not left";
}

}  // namespace
}  // namespace cql::test
