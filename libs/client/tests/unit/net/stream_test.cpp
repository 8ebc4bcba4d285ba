// Streams of pages: what is asked when, what is kept, and what happens when nobody reads on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "support/paged.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

TEST(Stream, hands_out_every_page_in_order) {
  for (const std::size_t prefetch : {0U, 1U, 3U, 100U}) {
    ScriptedServer server;
    server.on("pages", counted_pages(20));
    run([](ScriptedServer& server_, std::size_t ahead) -> asio::awaitable<void> {
      Connected connected = co_await connect(server_.client_options());
      ResultStream stream = connected.session.execute_stream(query("pages"), {.prefetch = ahead});
      for (int page = 0; page < 20; ++page) {
        const auto next = co_await stream.next();
        EXPECT_TRUE(next.has_value());
        EXPECT_EQ(first_int(*next), page);
        EXPECT_EQ(next->last(), page == 19);
      }
      for (int time = 0; time < 3; ++time) {
        const auto after = co_await stream.next();
        EXPECT_FALSE(after.has_value());
      }
      EXPECT_EQ(stream.pages_so_far(), 20U);
      EXPECT_EQ(stream.rows_so_far(), 20U);
      EXPECT_EQ(server_.count("pages"), 20U);
    }(server, prefetch));
  }
}

TEST(Stream, keeps_empty_and_short_pages_apart_from_the_end) {
  ScriptedServer server;
  server.once("sparse", Reply::rows(ints({}), "a"));
  server.once("sparse", Reply::rows(ints({1}), "b"));
  server.once("sparse", Reply::rows(ints({}), "c"));
  server.once("sparse", Reply::rows(ints({2, 3})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("sparse"));
    std::vector<std::uint32_t> sizes;
    while (const auto page = co_await stream.next()) sizes.push_back(page->row_count());
    EXPECT_THAT(sizes, testing::ElementsAre(0, 1, 0, 2));
  }(server));
}

TEST(Stream, of_empty_pages_that_lead_nowhere_is_an_error) {
  ScriptedServer server;
  server.on("endless", Reply::rows(ints({}), "here"));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("endless"));
    co_await stream.next();  // the first one may be empty
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::protocol);
      EXPECT_FALSE(error.node().empty());
    }
    EXPECT_EQ(server_.count("endless"), 2U);
  }(server));
}

// The reader may compute for long without giving way: the server must have the next request by then.
TEST(Stream, asks_for_the_next_page_before_it_hands_one_out) {
  for (const std::size_t prefetch : {1U, 2U, 5U}) {
    ScriptedServer server;
    server.on("pages", counted_pages(12));
    run([](ScriptedServer& server_, std::size_t ahead) -> asio::awaitable<void> {
      Connected connected = co_await connect(server_.client_options());
      ResultStream stream = connected.session.execute_stream(query("pages"), {.prefetch = ahead});
      for (std::size_t page = 0; page < 12; ++page) {
        co_await stream.next();
        // Without giving way: only what is on its way already can arrive.
        const std::size_t wanted = std::min<std::size_t>(page + 2, 12);
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (server_.count("pages") < wanted && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        EXPECT_GE(server_.count("pages"), wanted);
      }
    }(server, prefetch));
  }
}

TEST(Stream, fetches_no_further_than_it_may) {
  for (const std::size_t prefetch : {0U, 1U, 4U}) {
    ScriptedServer server;
    server.on("pages", counted_pages(50));
    server.on("other", Reply::rows(ints({1})));
    run([](ScriptedServer& server_, std::size_t ahead) -> asio::awaitable<void> {
      Connected connected = co_await connect(server_.client_options());
      ResultStream stream = connected.session.execute_stream(query("pages"), {.prefetch = ahead});
      for (std::size_t page = 1; page <= 3; ++page) {
        co_await stream.next();
        // Plenty of turns in which it might fetch too much.
        for (int turn = 0; turn < 20; ++turn) co_await connected.session.execute(query("other"));
        EXPECT_EQ(server_.count("pages"), page + ahead);
      }
    }(server, prefetch));
  }
}

TEST(Stream, asks_nothing_before_it_is_read) {
  ScriptedServer server;
  server.on("pages", counted_pages(3));
  server.on("other", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const ResultStream stream = connected.session.execute_stream(query("pages"));
    co_await connected.session.execute(query("other"));
    EXPECT_EQ(server_.count("pages"), 0U);
  }(server));
}

TEST(Stream, an_error_comes_after_the_pages_before_it_and_ends_the_stream) {
  ScriptedServer server;
  server.once("fails", Reply::rows(ints({1}), "next"));
  server.once("fails", Reply::rows(ints({2}), "next"));
  server.on("fails", Reply::error(scripted::error_code::overloaded, "too much"));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("fails"), {.prefetch = 10});
    const auto first = co_await stream.next();
    EXPECT_EQ(first_int(*first), 1);
    const auto second = co_await stream.next();
    EXPECT_EQ(first_int(*second), 2);
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::overloaded);
      EXPECT_EQ(error.query(), "fails");
    }
    const auto after = co_await stream.next();
    EXPECT_FALSE(after.has_value());
  }(server));
}

TEST(Stream, each_page_has_its_own_time_limit) {
  ScriptedServer server;
  server.once("slow", Reply::rows(ints({1}), "next"));
  server.once("slow", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query slow = query("slow");
    slow.options.timeout = std::chrono::milliseconds(50);
    ResultStream stream = connected.session.execute_stream(std::move(slow));
    co_await stream.next();
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::timeout);
    }
  }(server));
}

TEST(Stream, of_a_prepared_statement) {
  ScriptedServer server;
  server.prepared("pages", {.parameters = {{"k", "int"}}, .result = {{"v", "int"}}});
  server.on("pages", counted_pages(5));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    BoundStatement bound{.prepared = co_await connected.session.prepare("pages")};
    bound.values.add_int(1);
    ResultStream stream = connected.session.execute_stream(std::move(bound));
    int pages = 0;
    while (const auto page = co_await stream.next()) {
      EXPECT_EQ(first_int(*page), pages++);
      if (pages == 2) server_.forget("pages");  // prepared again amid the stream
    }
    EXPECT_EQ(pages, 5);
  }(server));
}

TEST(Stream, abandoned_anywhere_it_leaves_the_session_sound) {
  ScriptedServer server;
  server.on("pages", counted_pages(8));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    for (int pages = 0; pages <= 8; ++pages) {
      for (const std::size_t prefetch : {0U, 1U, 3U}) {
        ResultStream stream = connected.session.execute_stream(query("pages"), {.prefetch = prefetch});
        for (int page = 0; page < pages; ++page) co_await stream.next();
      }
    }
    ResultStream whole = connected.session.execute_stream(query("pages"));
    int pages = 0;
    while (co_await whole.next()) ++pages;
    EXPECT_EQ(pages, 8);
    // Moving another stream into the handle abandons the one that was there.
    whole = connected.session.execute_stream(query("pages"));
    co_await whole.next();
    whole = connected.session.execute_stream(query("pages"));
  }(server));
}

TEST(Stream, ends_with_its_session) {
  ScriptedServer server;
  server.once("pages", Reply::rows(ints({1}), "next"));
  server.on("pages", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("pages"));
    co_await stream.next();
    co_await until([&] { return server_.count("pages") == 2; });
    co_await connected.session.close();
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
  }(server));
}

TEST(Stream, outlives_the_handle_of_its_session_only_with_an_error) {
  ScriptedServer server;
  server.on("pages", counted_pages(100));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    std::optional<Connected> connected(co_await connect(server_.client_options()));
    ResultStream stream = connected->session.execute_stream(query("pages"));
    co_await stream.next();
    connected.reset();
    try {
      while (co_await stream.next()) {
      }
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
  }(server));
}

}  // namespace
}  // namespace cql::test
