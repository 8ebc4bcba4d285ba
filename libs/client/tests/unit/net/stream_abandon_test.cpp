// A stream that ends early, at each point of its life: nothing hangs, no stream id is lost, nothing is leaked (the
// address sanitizer looks).
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "support/paged.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

ClusterOptions few_streams(const ScriptedServer& server) {
  ClusterOptions options = server.client_options();
  options.streams_per_connection = 2;
  options.request_timeout = std::chrono::seconds(10);
  return options;
}

/// Reads a whole stream, which takes a free stream id for each of its pages.
asio::awaitable<int> whole_stream(Session& session) {
  ResultStream stream = session.execute_stream(query("pages"));
  int pages = 0;
  while (co_await stream.next()) ++pages;
  co_return pages;
}

// With two ids at most, one that is lost for good would soon be missed.
TEST(StreamAbandoned, gives_every_stream_id_back) {
  ScriptedServer server;
  server.on("pages", counted_pages(6));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(few_streams(server_));
    for (int round = 0; round < 20; ++round) {
      for (const std::size_t prefetch : {0U, 1U, 3U}) {
        ResultStream stream = connected.session.execute_stream(query("pages"), {.prefetch = prefetch});
        for (int page = 0; page < round % 7; ++page) co_await stream.next();
      }
    }
    EXPECT_EQ(co_await whole_stream(connected.session), 6);
  }(server));
}

// The id of a page that nobody waits for any more is used again only when its late answer has come.
TEST(StreamAbandoned, while_a_page_is_under_way_parks_its_id_until_the_answer) {
  ScriptedServer server;
  server.once("pages", Reply::rows(ints({0}), "1"));
  server.once("pages", Reply::rows(ints({1}), "2").held());
  server.on("pages", counted_pages(6));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(few_streams(server_));
    {
      ResultStream stream = connected.session.execute_stream(query("pages"));
      co_await stream.next();
      co_await until([&] { return server_.count("pages") == 2; });
    }
    EXPECT_EQ(co_await whole_stream(connected.session), 6);
    const std::vector<scripted::Request> asked = server_.requests();
    std::int16_t parked = -1;
    for (const scripted::Request& request : asked) {
      if (request.cql != "pages") continue;
      if (request.paging_state == "1" && parked < 0) {
        parked = request.stream;
      } else if (parked >= 0) {
        EXPECT_NE(request.stream, parked);
      }
    }
    EXPECT_GE(parked, 0);
    server_.release();
    EXPECT_EQ(co_await whole_stream(connected.session), 6);
  }(server));
}

TEST(StreamAbandoned, ends_a_reader_that_waits) {
  ScriptedServer server;
  server.once("pages", Reply::rows(ints({0}), "1"));
  server.on("pages", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    std::optional<ResultStream> stream(connected.session.execute_stream(query("pages")));
    co_await stream->next();
    bool ended = false;
    asio::co_spawn(
        co_await asio::this_coro::executor,
        [](ResultStream& stream_, bool& ended_) -> asio::awaitable<void> {
          try {
            co_await stream_.next();
            ADD_FAILURE();
          } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::cancelled);
          }
          ended_ = true;
        }(*stream, ended),
        asio::detached);
    co_await until([&] { return server_.count("pages") == 2; });
    stream.reset();
    co_await until([&] { return ended; });
  }(server));
}

TEST(StreamAbandoned, by_its_page_callback) {
  ScriptedServer server;
  server.on("pages", counted_pages(6));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(few_streams(server_));
    std::optional<ResultStream> stream;
    StreamOptions options{.prefetch = 3, .on_page = [&](const StreamProgress& progress) {
                            if (progress.page_number == 2) stream.reset();
                          }};
    stream.emplace(connected.session.execute_stream(query("pages"), std::move(options)));
    co_await stream->next();
    // The page of this call is the last thing that comes out of it.
    const auto second = co_await stream->next();
    EXPECT_EQ(first_int(*second), 1);
    EXPECT_EQ(co_await whole_stream(connected.session), 6);
  }(server));
}

TEST(Stream, has_one_reader) {
  ScriptedServer server;
  server.on("pages", Reply::rows(ints({0})).held());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("pages"));
    bool read = false;
    asio::co_spawn(
        co_await asio::this_coro::executor,
        [](ResultStream& stream_, bool& read_) -> asio::awaitable<void> {
          const auto page = co_await stream_.next();
          EXPECT_EQ(first_int(*page), 0);
          read_ = true;
        }(stream, read),
        asio::detached);
    co_await until([&] { return server_.count("pages") == 1; });
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
    }
    server_.release();
    co_await until([&] { return read; });
  }(server));
}

TEST(Stream, goes_on_after_a_call_that_was_cancelled) {
  ScriptedServer server;
  server.once("pages", Reply::rows(ints({0}), "1").held());
  server.on("pages", counted_pages(3));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("pages"));
    asio::cancellation_signal cancel;
    bool ended = false;
    asio::co_spawn(
        co_await asio::this_coro::executor,
        [](ResultStream& stream_) -> asio::awaitable<void> {
          try {
            co_await stream_.next();
            ADD_FAILURE();
          } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::cancelled);
          }
        }(stream),
        asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr&) { ended = true; }));
    co_await until([&] { return server_.count("pages") == 1; });
    cancel.emit(asio::cancellation_type::terminal);
    co_await until([&] { return ended; });
    server_.release();
    for (int page = 0; page < 3; ++page) {
      const auto next = co_await stream.next();
      EXPECT_EQ(first_int(*next), page);
    }
  }(server));
}

/// Opens a session and streams, with a reader that waits, one that holds pages and one that has not begun.
asio::awaitable<void> several_streams(ClusterOptions options, bool& reading) {
  Connected connected = co_await connect(std::move(options));
  const ResultStream not_begun = connected.session.execute_stream(query("pages"));
  ResultStream ahead = connected.session.execute_stream(query("pages"), {.prefetch = 4});
  co_await ahead.next();
  ResultStream waits = connected.session.execute_stream(query("stalls"));
  StreamOptions options_with_callback;
  options_with_callback.on_page = [](const StreamProgress&) -> asio::awaitable<void> { co_return; };
  ResultStream called = connected.session.execute_stream(query("pages"), std::move(options_with_callback));
  co_await called.next_row();
  reading = true;
  co_await waits.next();
}

// Whatever was under way: the io_context takes it along. How far the streams got differs from step to step.
TEST(StreamAbandoned, with_its_io_context_at_every_step) {
  ScriptedServer server;
  server.on("pages", counted_pages(100));
  server.on("stalls", Reply::stall());
  bool reading = false;
  for (std::size_t steps = 1; !reading; ++steps) {
    ASSERT_LT(steps, 2'000U);
    asio::io_context io(1);
    asio::co_spawn(io, several_streams(server.client_options(), reading), asio::detached);
    for (std::size_t step = 0; step < steps && !reading; ++step) io.run_one_for(std::chrono::seconds(10));
  }
}

}  // namespace
}  // namespace cql::test
