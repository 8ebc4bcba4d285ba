// A stream whose conversation fails at each page in turn, in every way there is: what was handed out until then is
// right, the error is said once, and the session is sound afterwards.
#include <gtest/gtest.h>

#include <memory>

#include "support/paged.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

constexpr int pages = 5;

enum class Fault { hang_up, hang_up_midway, byte_by_byte, garbage, wrong_header, wrong_crc, truncated, overloaded };

struct Case {
  int version;
  Fault fault;
  std::size_t prefetch;
};

Reply spoiled(Reply reply, Fault fault) {
  using Way = Reply::Way;
  switch (fault) {
    case Fault::hang_up:
      return std::move(reply).with(Way::hang_up);
    case Fault::hang_up_midway:
      return std::move(reply).hang_up_midway();
    case Fault::byte_by_byte:
      return std::move(reply).byte_by_byte();
    case Fault::garbage:
      return Reply::garbage();
    case Fault::wrong_header:
      return std::move(reply).with(Way::wrong_header);
    case Fault::wrong_crc:
      return std::move(reply).wrong_crc();
    case Fault::truncated:
      return std::move(reply).truncated(2);
    case Fault::overloaded:
      return Reply::error(scripted::error_code::overloaded, "busy");
  }
  return reply;
}

/// Answers page `at` with the fault, once.
scripted::ReplyFunction failing_once(int at, Fault fault) {
  const auto failed = std::make_shared<bool>(false);
  return [at, fault, failed, sound = counted_pages(pages)](const scripted::Request& request) {
    const int page = request.paging_state.empty() ? 0 : std::stoi(request.paging_state);
    if (page != at || *failed) return sound(request);
    *failed = true;
    return spoiled(sound(request), fault);
  };
}

/// How many pages came out before the end or the error; each is checked to be the one that is due.
asio::awaitable<int> read_until_it_fails(Session& session, std::size_t prefetch, bool& failed) {
  ResultStream stream = session.execute_stream(query("pages"), {.prefetch = prefetch});
  int page = 0;
  bool handed_out = false;
  try {
    while (const auto next = co_await stream.next()) {
      handed_out = true;
      EXPECT_EQ(first_int(*next), page);  // looks into the page: its bytes may be too few
      handed_out = false;
      ++page;
    }
  } catch (const Error&) {
    failed = true;
  }
  if (failed && !handed_out) {
    const auto after = co_await stream.next();
    EXPECT_FALSE(after.has_value()) << "the stream goes on after its error";
  }
  co_return page;
}

class StreamFaults : public testing::TestWithParam<Case> {};

std::vector<Case> cases() {
  std::vector<Case> made;
  for (const int version : {4, 5}) {
    for (const Fault fault : {Fault::hang_up, Fault::hang_up_midway, Fault::byte_by_byte, Fault::garbage,
                              Fault::wrong_header, Fault::wrong_crc, Fault::truncated, Fault::overloaded}) {
      // v4 has no checksum: a flipped bit in a value cannot be seen.
      if (version == 4 && fault == Fault::wrong_crc) continue;
      for (const std::size_t prefetch : {0U, 1U, 3U}) made.push_back({version, fault, prefetch});
    }
  }
  return made;
}

INSTANTIATE_TEST_SUITE_P(At, StreamFaults, testing::ValuesIn(cases()), [](const auto& info) {
  return "v" + std::to_string(info.param.version) + "_fault" + std::to_string(static_cast<int>(info.param.fault)) +
         "_prefetch" + std::to_string(info.param.prefetch);
});

TEST_P(StreamFaults, each_page_in_turn) {
  for (int at = 0; at < pages; ++at) {
    ScriptedServer server({.versions = {GetParam().version}});
    server.on("pages", failing_once(at, GetParam().fault));
    run([](ScriptedServer& server_, Case one, int at_) -> asio::awaitable<void> {
      Connected connected = co_await connect(server_.client_options());
      bool failed = false;
      const int read = co_await read_until_it_fails(connected.session, one.prefetch, failed);
      // A page that follows another may be asked for again, and then the stream is whole.
      EXPECT_EQ(read, failed ? at_ : pages);
      if (one.fault == Fault::byte_by_byte) EXPECT_FALSE(failed);
      if (at_ == 0 && one.fault != Fault::byte_by_byte && one.fault != Fault::overloaded) EXPECT_TRUE(failed);

      bool failed_again = true;
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
      while (failed_again && std::chrono::steady_clock::now() < end) {
        failed_again = false;
        const int again = co_await read_until_it_fails(connected.session, one.prefetch, failed_again);
        if (!failed_again) EXPECT_EQ(again, pages);
      }
      EXPECT_FALSE(failed_again) << "the session does not recover";
    }(server, GetParam(), at));
  }
}

}  // namespace
}  // namespace cql::test
