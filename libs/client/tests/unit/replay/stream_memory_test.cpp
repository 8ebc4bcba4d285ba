// Large streams against the replay server, which answers faster than anybody reads: memory stays within its bounds,
// and abandoned streams give everything back.
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <random>

#include "replay_server/baseline.hpp"
#include "replay_server/server.hpp"
#include "support/live_heap.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

constexpr std::uint64_t million = 1'000'000;
constexpr std::size_t megabyte = 1U << 20U;

/// Made once: it takes a second or two under the sanitizers.
const std::shared_ptr<replay::Dataset>& million_rows() {
  static const auto dataset = std::make_shared<replay::Dataset>(replay::synthesise_baseline(million));
  return dataset;
}

class LargeStreams : public testing::TestWithParam<int> {
 protected:
  ClusterOptions options() {
    ClusterOptions made;
    made.contact_points = {server_.nodes().front()};
    made.protocol_version = GetParam();
    made.streams_per_connection = 4;  // ids that leak are soon missed
    return made;
  }

 private:
  replay::ReplayServer server_{million_rows(), {}};
};

INSTANTIATE_TEST_SUITE_P(Versions, LargeStreams, testing::Values(4, 5),
                         [](const auto& info) { return "v" + std::to_string(info.param); });

asio::awaitable<ResultStream> whole_table(Session& session, StreamOptions options, std::int32_t page_size) {
  BoundStatement all{.prepared = co_await session.prepare("SELECT * FROM bench.readings")};
  all.options.page_size = page_size;
  co_return session.execute_stream(std::move(all), std::move(options));
}

TEST_P(LargeStreams, hold_no_more_than_they_may) {
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    // Pages of about 330 kB: three of them, or nine, or what two megabytes hold and one more.
    for (const auto& [prefetch, bytes, pages] :
         {std::tuple{1UL, 64 * megabyte, 3UL}, {7UL, 64 * megabyte, 9UL}, {100UL, 2 * megabyte, 9UL}}) {
      const std::size_t before = live_heap_bytes();
      std::size_t most = 0;
      ResultStream stream =
          co_await whole_table(connected.session, {.prefetch = prefetch, .prefetch_bytes = bytes}, 2'000);
      while (const auto page = co_await stream.next()) {
        // A slow reader, so that as much is fetched ahead as may be.
        for (int turn = 0; turn < 3; ++turn) {
          co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        }
        most = std::max(most, live_heap_bytes());
      }
      EXPECT_EQ(stream.rows_so_far(), million);
      EXPECT_LT(most - before, pages * 340'000 + 2 * megabyte) << prefetch << " pages, " << bytes << " bytes";
    }
  }(options()));
}

TEST_P(LargeStreams, abandoned_at_random_points_give_everything_back) {
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    std::mt19937 random(4);
    std::optional<std::size_t> settled;
    for (int round = 0; round < 300; ++round) {
      {
        const StreamOptions ahead{.prefetch = random() % 6};
        ResultStream stream = co_await whole_table(connected.session, ahead, 500 + static_cast<int>(random() % 4'500));
        const std::size_t pages = random() % 12;
        for (std::size_t page = 0; page < pages; ++page) {
          co_await stream.next();
          if (random() % 4 == 0) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        }
      }
      if (round < 20) continue;  // buffers that grow once and stay
      // A late answer may still be on its way; it is dropped when it comes.
      if (!settled) settled = live_heap_bytes() + megabyte;
      co_await until([&] { return live_heap_bytes() <= *settled; });
    }
    // All four stream ids are there.
    ResultStream whole = co_await whole_table(connected.session, {}, 5'000);
    while (co_await whole.next()) {
    }
    EXPECT_EQ(whole.rows_so_far(), million);
  }(options()));
}

}  // namespace
}  // namespace cql::test
