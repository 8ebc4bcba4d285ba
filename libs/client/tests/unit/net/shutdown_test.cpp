// How sessions and clusters end: letting requests end by themselves or not, and leaving nothing behind either way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>

#include "support/events.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using std::chrono::milliseconds;
using Kind = ClusterEvent::Kind;

/// How something that was started ended.
struct Ended {
  std::optional<int> value;
  std::optional<ErrorKind> error;
  asio::cancellation_signal cancel;
  [[nodiscard]] bool done() const { return value || error; }
};

asio::awaitable<int> first_of(Session& session, Query statement) {
  const Result result = co_await session.execute(std::move(statement));
  co_return first_int(result.page);
}

asio::awaitable<int> drained(Session& session, milliseconds time) {
  co_await session.close(CloseMode::drain, time);
  co_return 0;
}

asio::awaitable<std::shared_ptr<Ended>> start(asio::awaitable<int> coroutine) {
  auto ended = std::make_shared<Ended>();
  asio::co_spawn(
      co_await asio::this_coro::executor, std::move(coroutine),
      asio::bind_cancellation_slot(ended->cancel.slot(), [ended](const std::exception_ptr& error, int value) {
        EXPECT_FALSE(ended->done()) << "it ends once";
        try {
          if (error) std::rethrow_exception(error);
          ended->value = value;
        } catch (const Error& failure) {
          ended->error = failure.kind();
        }
      }));
  co_return ended;
}

asio::awaitable<ErrorKind> refusal(Session& session) {
  try {
    co_await session.execute(query("any"));
  } catch (const Error& error) {
    co_return error.kind();
  }
  ADD_FAILURE() << "a request was taken";
  co_return ErrorKind::usage;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

class Shutdown : public testing::Test {
 protected:
  Shutdown() {
    server_.on("any", Reply::rows(ints({1})));
    server_.on("slow", Reply::rows(ints({2})).held());
    server_.on("stuck", Reply::stall());
  }
  ScriptedServer server_{{.nodes = 2}};
};

TEST_F(Shutdown, draining_refuses_what_is_new_and_waits_for_what_is_under_way) {
  run([](ScriptedServer& server) -> asio::awaitable<void> {
    Connected connected = co_await connect(server.client_options());
    std::vector<std::shared_ptr<Ended>> slow;
    for (int request = 0; request < 10; ++request) {
      slow.push_back(co_await start(first_of(connected.session, query("slow"))));
    }
    co_await until([&] { return server.count("slow") == 10; });
    const auto closing = co_await start(drained(connected.session, std::chrono::hours(1)));
    EXPECT_EQ(co_await refusal(connected.session), ErrorKind::cancelled);
    EXPECT_FALSE(closing->done());
    server.release();
    co_await until([&] { return closing->done(); });
    for (const auto& request : slow) EXPECT_EQ(request->value, 2);
    co_await until([&] { return server.open_connections() == 1; });
  }(server_));
}

TEST_F(Shutdown, draining_nothing_is_over_at_once) {
  run([](ScriptedServer& server) -> asio::awaitable<void> {
    Connected connected = co_await connect(server.client_options());
    co_await connected.session.execute(query("any"));
    co_await connected.session.close(CloseMode::drain, std::chrono::hours(1));
    EXPECT_EQ(co_await refusal(connected.session), ErrorKind::cancelled);
    co_await connected.cluster.close(CloseMode::drain, std::chrono::hours(1));
  }(server_));
}

TEST_F(Shutdown, draining_cancels_what_is_not_over_in_time) {
  run([](ScriptedServer& server) -> asio::awaitable<void> {
    Connected connected = co_await connect(server.client_options());
    const auto stuck = co_await start(first_of(connected.session, query("stuck")));
    co_await until([&] { return server.count("stuck") == 1; });
    co_await connected.session.close(CloseMode::drain, milliseconds(30));
    co_await until([&] { return stuck->done(); });
    EXPECT_EQ(stuck->error, ErrorKind::cancelled);
  }(server_));
}

TEST_F(Shutdown, a_drain_that_is_cancelled_cancels_the_rest) {
  run([](ScriptedServer& server) -> asio::awaitable<void> {
    Connected connected = co_await connect(server.client_options());
    const auto stuck = co_await start(first_of(connected.session, query("stuck")));
    co_await until([&] { return server.count("stuck") == 1; });
    const auto closing = co_await start(drained(connected.session, std::chrono::hours(1)));
    closing->cancel.emit(asio::cancellation_type::terminal);
    co_await until([&] { return closing->done() && stuck->done(); });
    EXPECT_EQ(closing->error, ErrorKind::cancelled);
    EXPECT_EQ(stuck->error, ErrorKind::cancelled);
  }(server_));
}

TEST_F(Shutdown, draining_ends_a_stream_between_its_pages) {
  server_.on("pages", Reply::rows(ints({1}), "more"));
  run([](ScriptedServer& server) -> asio::awaitable<void> {
    Connected connected = co_await connect(server.client_options());
    ResultStream stream = connected.session.execute_stream(query("pages"), {.prefetch = 0});
    EXPECT_TRUE((co_await stream.next()).has_value());
    co_await connected.session.close(CloseMode::drain, std::chrono::hours(1));
    try {
      while (co_await stream.next()) {
      }
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
  }(server_));
}

TEST_F(Shutdown, draining_a_cluster_lets_a_refresh_end) {
  run([](ScriptedServer& server) -> asio::awaitable<void> {
    Cluster cluster = co_await Cluster::connect(server.client_options());
    const std::string local = "SELECT * FROM system.local";
    const auto refreshing = co_await start([](Cluster& shared) -> asio::awaitable<int> {
      co_await shared.refresh();
      co_return 3;
    }(cluster));
    co_await until([&] { return server.count(local) == 2; });
    co_await cluster.close(CloseMode::drain, std::chrono::hours(1));
    co_await until([&] { return refreshing->done(); });
    EXPECT_EQ(refreshing->value, 3);
  }(server_));
}

// Whatever is under way when the handles go: requests, attempts to connect, pauses between them, the search for a node.
// That no coroutine or timer is left shows in run(): the io_context has nothing more to do.
enum class Amid : std::uint8_t { nothing, requests, pauses, attempts, draining };

class LeavesNothing : public testing::TestWithParam<std::tuple<Amid, bool>> {};
INSTANTIATE_TEST_SUITE_P(Amid, LeavesNothing,
                         testing::Combine(testing::Values(Amid::nothing, Amid::requests, Amid::pauses, Amid::attempts,
                                                          Amid::draining),
                                          testing::Bool()));

asio::awaitable<void> come_to(Amid amid, ScriptedServer& server, Connected& connected, const Events& events) {
  const auto executor = co_await asio::this_coro::executor;
  switch (amid) {
    case Amid::nothing:
      break;
    case Amid::requests:
    case Amid::draining:
      for (int request = 0; request < 5; ++request) {
        asio::co_spawn(executor, connected.session.execute(query("stuck")), asio::detached);
      }
      co_await until([&] { return server.count("stuck") == 5; });
      if (amid == Amid::draining) {
        asio::co_spawn(executor, connected.session.close(CloseMode::drain, std::chrono::hours(1)), asio::detached);
      }
      break;
    case Amid::pauses:
      server.stop(0);
      server.stop(1);
      co_await until([&] { return events.count(Kind::reconnecting) >= 4 && events.count(Kind::control_lost) == 1; });
      break;
    case Amid::attempts:  // they connect, and then nothing comes
      server.pause(0);
      server.pause(1);
      server.hang_up(0);
      server.hang_up(1);
      co_await until([&] { return server.open_connections() >= 3 && events.count(Kind::control_lost) == 1; });
      break;
  }
}

TEST_P(LeavesNothing, by_closing_or_by_going_away) {
  const auto& [amid, closes] = GetParam();
  ScriptedServer server({.nodes = 2});
  server.on("stuck", Reply::stall());
  Events events;
  ClusterOptions options = server.client_options();
  options.reconnect.max = std::chrono::hours(1);
  events.attach(options);
  const std::size_t before = open_descriptors();
  run([](ScriptedServer& scripted, ClusterOptions client, Events told, Amid point,
         bool close) -> asio::awaitable<void> {
    auto connected = std::make_unique<Connected>(co_await connect(client));
    co_await come_to(point, scripted, *connected, told);
    if (close) {
      co_await connected->session.close();
      co_await connected->cluster.close();
    }
    connected.reset();
  }(server, options, events, amid, closes));
  run(until([&] { return server.open_connections() == 0; }));
  if (amid != Amid::pauses) {  // there the server gave its two ports back
    EXPECT_EQ(open_descriptors(), before);
  } else {
    EXPECT_EQ(open_descriptors(), before - 2);
  }
}

TEST(Shutdowns, leave_nothing_when_the_io_context_goes_first) {
  for (const Amid amid : {Amid::nothing, Amid::requests, Amid::pauses, Amid::attempts, Amid::draining}) {
    ScriptedServer server({.nodes = 2});
    server.on("stuck", Reply::stall());
    Events events;
    ClusterOptions options = server.client_options();
    events.attach(options);
    asio::io_context io;
    asio::co_spawn(
        io,
        [](ScriptedServer& scripted, ClusterOptions client, Events told, Amid point,
           asio::io_context& context) -> asio::awaitable<void> {
          Connected connected = co_await connect(client);
          co_await come_to(point, scripted, connected, told);
          asio::post(context, [&context] { context.stop(); });
          co_await until([] { return false; });
        }(server, options, events, amid, io),
        asio::detached);
    io.run();
  }
}

}  // namespace
}  // namespace cql::test
