// Writers that append numbers to lists, each once: a number that stands in a list twice was sent again although it must
// not be, one that was acknowledged and is missing was lost.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "integration/load.hpp"

namespace cql::test {

/// Held by its writers too, so that a test may fail amid them.
class Appends : public std::enable_shared_from_this<Appends> {
 public:
  Appends(std::shared_ptr<Session> session, Size size) : session_(std::move(session)), size_(size) {}

  asio::awaitable<void> start() {
    co_await session_->execute(
        query("CREATE TABLE IF NOT EXISTS net_failures.appended (k text PRIMARY KEY, numbers list<int>)"));
    append_ = co_await session_->prepare("UPDATE net_failures.appended SET numbers = numbers + ? WHERE k = ?");
    read_ = co_await session_->prepare("SELECT numbers FROM net_failures.appended WHERE k = ?");
    const auto executor = co_await asio::this_coro::executor;
    for (std::size_t writer = 0; writer < size_.writers; ++writer) {
      asio::co_spawn(executor, write(shared_from_this(), writer), asio::detached);
    }
  }
  /// Returns when every request has ended.
  asio::awaitable<void> stop() {
    stopping_ = true;
    co_await until([this] { return running_ == 0; }, long_enough);
  }
  /// What the lists hold; after stop().
  asio::awaitable<void> expect_none_lost_or_doubled() {
    std::size_t applied = 0;
    for (const auto& [key, acknowledged] : lists_) {
      const Result result = co_await session_->execute(read_.bind(key));
      RowCursor row(result.page);
      const auto numbers =
          row.next() ? row.get<std::optional<std::vector<std::int32_t>>>(0).value_or(std::vector<std::int32_t>{})
                     : std::vector<std::int32_t>{};
      applied += numbers.size();
      for (std::size_t number = 0; number < acknowledged.size(); ++number) {
        const auto times = std::count(numbers.begin(), numbers.end(), static_cast<std::int32_t>(number));
        EXPECT_LE(times, 1) << "a write was sent again: " << key << ", " << number;
        if (acknowledged[number]) {
          EXPECT_GE(times, 1) << "an acknowledged write is lost: " << key << ", " << number;
        }
      }
    }
    std::printf("%zu appends stand in %zu lists\n", applied, lists_.size());
  }
  /// Since the last report.
  void report(const std::string& what) {
    std::printf("%s: %zu appends acknowledged, %s\n", what.c_str(), acknowledged_, to_text(failures_).c_str());
    acknowledged_ = 0;
    failures_.clear();
  }

 private:
  static constexpr std::size_t numbers_in_a_list = 25;

  asio::awaitable<void> write([[maybe_unused]] std::shared_ptr<Appends> self, std::size_t writer) {
    ++running_;
    std::string key;
    for (std::size_t turn = 0; !stopping_; ++turn) {
      const std::size_t number = turn % numbers_in_a_list;
      if (number == 0) key = run_ + "-" + std::to_string(writer) + "-" + std::to_string(turn);
      std::vector<bool>& acknowledged = lists_[key];  // a map's elements stay where they are
      acknowledged.push_back(false);
      try {
        co_await session_->execute(append_.bind(std::vector<std::int32_t>{static_cast<std::int32_t>(number)}, key));
        acknowledged[number] = true;
        ++acknowledged_;
      } catch (const Error& error) {
        ++failures_[error.kind()];
      }
      co_await rest(size_.pause);
    }
    --running_;
  }

  std::shared_ptr<Session> session_;
  Size size_;
  std::string run_ = std::to_string(std::random_device{}());  ///< Rings that were used before hold other lists.
  PreparedStatement append_;
  PreparedStatement read_;
  bool stopping_ = false;
  std::size_t running_ = 0;
  std::size_t acknowledged_ = 0;
  std::map<std::string, std::vector<bool>> lists_;  ///< Per number of each list: whether it was acknowledged.
  Failures failures_;
};

}  // namespace cql::test
