// What a caller may ask of a stream: rows, bounds in bytes and time, a callback, going on elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "support/paged.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using std::chrono::milliseconds;

TEST(StreamRows, step_over_page_borders_and_empty_pages) {
  ScriptedServer server;
  server.once("sparse", Reply::rows(ints({}), "a"));
  server.once("sparse", Reply::rows(ints({1, 2}), "b"));
  server.once("sparse", Reply::rows(ints({}), "c"));
  server.once("sparse", Reply::rows(ints({}), "d"));
  server.once("sparse", Reply::rows(ints({3})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("sparse"));
    std::vector<int> rows;
    while (const RowCursor* row = co_await stream.next_row()) rows.push_back(row->get<std::int32_t>("v"));
    EXPECT_THAT(rows, testing::ElementsAre(1, 2, 3));
    EXPECT_EQ(stream.rows_so_far(), 3U);
    EXPECT_EQ(stream.pages_so_far(), 5U);
    EXPECT_EQ(co_await stream.next_row(), nullptr);
  }(server));
}

TEST(StreamRows, give_way_to_whole_pages) {
  ScriptedServer server;
  server.once("mixed", Reply::rows(ints({1, 2}), "a"));
  server.once("mixed", Reply::rows(ints({3, 4}), "b"));
  server.once("mixed", Reply::rows(ints({5})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("mixed"));
    const RowCursor* row = co_await stream.next_row();
    EXPECT_EQ(row->get<std::int32_t>(std::size_t{0}), 1);
    const auto page = co_await stream.next();
    EXPECT_EQ(first_int(*page), 3);
    row = co_await stream.next_row();
    EXPECT_EQ(row->get<std::int32_t>(std::size_t{0}), 5);
  }(server));
}

// Nine pages of 1,000 bytes: how many are asked for while the reader holds the first.
TEST(StreamBytes, bound_what_is_fetched_ahead) {
  struct Case {
    std::size_t prefetch;
    std::size_t bytes;
    std::size_t asked;
  };
  for (const Case& one :
       {Case{5, 1, 2}, Case{5, 1'500, 3}, Case{5, 3'100, 5}, Case{5, 1'000'000, 6}, Case{0, 1, 1}, Case{1, 0, 2}}) {
    ScriptedServer server;
    server.on("pages", large_pages(9, 1'000));
    server.on("other", Reply::rows(ints({1})));
    run([](ScriptedServer& server_, Case bounds) -> asio::awaitable<void> {
      Connected connected = co_await connect(server_.client_options());
      ResultStream stream = connected.session.execute_stream(
          query("pages"), {.prefetch = bounds.prefetch, .prefetch_bytes = bounds.bytes});
      co_await stream.next();
      for (int turn = 0; turn < 30; ++turn) co_await connected.session.execute(query("other"));
      EXPECT_EQ(server_.count("pages"), bounds.asked) << bounds.prefetch << " pages, " << bounds.bytes << " bytes";
      int pages = 1;
      while (co_await stream.next()) ++pages;
      EXPECT_EQ(pages, 9);
    }(server, one));
  }
}

TEST(StreamCallback, is_told_every_page_before_it_is_handed_out) {
  ScriptedServer server;
  server.once("pages", Reply::rows(ints({1, 2}), "a"));
  server.once("pages", Reply::rows(ints({}), "b"));
  server.once("pages", Reply::rows(ints({3})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
    StreamOptions options{.on_page = [&](const StreamProgress& progress) {
      told.emplace_back(progress.page_number, progress.rows_so_far);
    }};
    ResultStream stream = connected.session.execute_stream(query("pages"), std::move(options));
    std::size_t pages = 0;
    while (co_await stream.next()) EXPECT_EQ(told.size(), ++pages);
    EXPECT_THAT(told, testing::ElementsAre(testing::Pair(1, 2), testing::Pair(2, 2), testing::Pair(3, 3)));
  }(server));
}

TEST(StreamCallback, may_be_a_coroutine) {
  ScriptedServer server;
  server.on("pages", counted_pages(4));
  server.on("note", Reply::nothing());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Session& session = connected.session;
    StreamOptions options{.on_page = [&session](const StreamProgress&) -> asio::awaitable<void> {
      co_await session.execute(query("note"));
    }};
    ResultStream stream = session.execute_stream(query("pages"), std::move(options));
    std::size_t pages = 0;
    while (co_await stream.next()) EXPECT_EQ(server_.count("note"), ++pages);
    EXPECT_EQ(pages, 4U);
  }(server));
}

TEST(StreamCallback, ends_the_stream_with_what_it_throws) {
  for (const bool coroutine : {false, true}) {
    ScriptedServer server;
    server.on("pages", counted_pages(10));
    run([](ScriptedServer& server_, bool as_coroutine) -> asio::awaitable<void> {
      Connected connected = co_await connect(server_.client_options());
      const auto refuse = [](const StreamProgress& progress) {
        if (progress.page_number == 3) throw std::out_of_range("enough");
      };
      StreamOptions options;
      options.prefetch = 2;
      if (as_coroutine) {
        options.on_page = [refuse](const StreamProgress& progress) -> asio::awaitable<void> {
          refuse(progress);
          co_return;
        };
      } else {
        options.on_page = refuse;
      }
      ResultStream stream = connected.session.execute_stream(query("pages"), std::move(options));
      co_await stream.next();
      co_await stream.next();
      EXPECT_THROW(co_await stream.next(), std::out_of_range);
      const auto after = co_await stream.next();
      EXPECT_FALSE(after.has_value());
      // The third page was not handed out.
      EXPECT_EQ(as_text(stream.paging_state()), "2");
    }(server, coroutine));
  }
}

TEST(StreamTimeout, counts_over_all_pages_when_it_is_asked_for) {
  ScriptedServer server;
  server.once("slow", Reply::rows(ints({1}), "next"));
  server.once("slow", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("slow"), {.timeout = milliseconds(500)});
    co_await stream.next();
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::timeout);
      EXPECT_THAT(error.what(), testing::HasSubstr("the stream was not over within 500 ms; 1 pages"));
      EXPECT_EQ(error.query(), "slow");
    }
    const auto after = co_await stream.next();
    EXPECT_FALSE(after.has_value());
  }(server));
}

TEST(StreamTimeout, leaves_the_time_of_a_page_as_it_is) {
  ScriptedServer server;
  server.on("slow", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query slow = query("slow");
    slow.options.timeout = milliseconds(30);
    ResultStream stream = connected.session.execute_stream(std::move(slow), {.timeout = std::chrono::minutes(5)});
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::timeout);
      EXPECT_THAT(error.what(), testing::HasSubstr("30 ms"));
    }
  }(server));
}

TEST(StreamTimeout, hands_out_what_came_in_time) {
  ScriptedServer server;
  server.on("pages", counted_pages(3));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream =
        connected.session.execute_stream(query("pages"), {.prefetch = 1, .timeout = milliseconds(1'000)});
    co_await stream.next();
    asio::steady_timer later(co_await asio::this_coro::executor, milliseconds(1'050));
    co_await later.async_wait(asio::use_awaitable);
    const auto second = co_await stream.next();
    EXPECT_EQ(first_int(*second), 1);
    EXPECT_THROW(co_await stream.next(), Error);
  }(server));
}

TEST(StreamPaging, goes_on_in_another_session_after_the_pages_handed_out) {
  constexpr int pages = 6;
  ScriptedServer server;
  server.on("pages", counted_pages(pages));
  server.on("other", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    for (int stop = 0; stop <= pages; ++stop) {
      for (const std::size_t prefetch : {0U, 1U, 4U}) {
        Connected first = co_await connect(server_.client_options());
        ResultStream stream = first.session.execute_stream(query("pages"), {.prefetch = prefetch});
        for (int page = 0; page < stop; ++page) {
          co_await stream.next();
          // Time for pages to be fetched ahead: they must not count.
          for (int turn = 0; turn < 6; ++turn) co_await first.session.execute(query("other"));
        }
        PagingState state = stream.paging_state();
        EXPECT_EQ(state.empty(), stop == 0 || stop == pages);
        if (state.empty()) continue;

        Connected second = co_await connect(server_.client_options());
        Query rest = query("pages");
        rest.options.paging_state = std::move(state);
        ResultStream more = second.session.execute_stream(std::move(rest), {.prefetch = prefetch});
        EXPECT_EQ(as_text(more.paging_state()), std::to_string(stop));
        for (int page = stop; page < pages; ++page) {
          const auto next = co_await more.next();
          EXPECT_EQ(first_int(*next), page);
        }
        EXPECT_TRUE(more.paging_state().empty());
      }
    }
  }(server));
}

TEST(StreamPaging, says_that_its_start_was_refused) {
  ScriptedServer server;
  server.on("pages", Reply::error(scripted::error_code::protocol_error, "Invalid value for the paging state"));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query from_elsewhere = query("pages");
    from_elsewhere.options.paging_state = PagingState(5, std::byte{7});
    ResultStream stream = connected.session.execute_stream(std::move(from_elsewhere));
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::server_protocol_error);
      EXPECT_THAT(error.what(), testing::HasSubstr("refused the paging state that the stream was to start from"));
      EXPECT_EQ(error.query(), "pages");
    }
  }(server));
}

TEST(StreamPaging, without_pages_a_state_is_a_mistake) {
  ScriptedServer server;
  server.on("pages", counted_pages(3));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query whole = query("pages");
    whole.options.paging_state = PagingState(1, std::byte{'1'});
    whole.options.page_size = 0;
    ResultStream stream = connected.session.execute_stream(std::move(whole));
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
    }
    EXPECT_EQ(server_.count("pages"), 0U);
  }(server));
}

// Each page of the result has the columns that the server had at that moment.
TEST(StreamSchema, columns_that_change_midway_are_followed) {
  for (const int version : {4, 5}) {
    ScriptedServer server({.versions = {version}});
    server.prepared("wide", {.parameters = {}, .result = {{"v", "int"}}});
    server.once("wide", Reply::rows(ints({1}), "a"));
    server.once("wide", Reply::rows(ints({2}), "b"));
    server.on("wide", [](const scripted::Request& request) {
      return Reply::rows(Rows({{"u", "text"}, {"v", "int"}}).add("new", 3), request.paging_state == "b" ? "c" : "");
    });
    run([](ScriptedServer& server_) -> asio::awaitable<void> {
      Connected connected = co_await connect(server_.client_options());
      BoundStatement bound{.prepared = co_await connected.session.prepare("wide")};
      ResultStream stream = connected.session.execute_stream(std::move(bound), {.prefetch = 0});
      for (const int value : {1, 2, 3, 3}) {
        if (value == 3 && stream.pages_so_far() == 2) server_.change_metadata("wide");
        const RowCursor* row = co_await stream.next_row();
        EXPECT_EQ(row->get<std::int32_t>("v"), value);
        EXPECT_EQ(row->column_count(), value == 3 ? 2U : 1U);
      }
    }(server));
  }
}

TEST(StreamSchema, rows_without_names_that_do_not_fit_are_an_error) {
  ScriptedServer server;
  server.prepared("wide", {.parameters = {}, .result = {{"v", "int"}}});
  server.once("wide", Reply::rows(ints({1}), "a"));
  // The server does not say that its columns changed: nothing may be decoded by guessing.
  server.once("wide", Reply::rows(Rows({{"u", "text"}, {"v", "int"}}).add("new", 3)));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    BoundStatement bound{.prepared = co_await connected.session.prepare("wide")};
    ResultStream stream = connected.session.execute_stream(std::move(bound));
    co_await stream.next();
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::protocol);
      EXPECT_THAT(error.what(), testing::HasSubstr("2 columns without naming them; 1 are known"));
    }
  }(server));
}

TEST(StreamPages, after_the_first_are_asked_of_another_node_when_one_is_lost) {
  ScriptedServer server({.nodes = 3});
  server.once("pages", Reply::rows(ints({0}), "1"));
  server.once("pages", Reply::hang_up());
  server.on("pages", counted_pages(4));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("pages"));
    for (int page = 0; page < 4; ++page) {
      const auto next = co_await stream.next();
      EXPECT_EQ(first_int(*next), page);
    }
  }(server));
}

// Nobody said that the statement may be sent twice, and it may be a write that returns a row.
TEST(StreamPages, the_first_one_is_not_asked_for_again) {
  ScriptedServer server({.nodes = 3});
  server.once("pages", Reply::hang_up());
  server.on("pages", counted_pages(4));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("pages"));
    try {
      co_await stream.next();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
    }
    EXPECT_EQ(server_.count("pages"), 1U);
  }(server));
}

}  // namespace
}  // namespace cql::test
