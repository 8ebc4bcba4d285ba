// Whose turn it is to work on one more range: each shard of an operation has its share of those that may be worked on.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

namespace cqlbulk::operations {

class RangeTurns;

/// The right to work on one more range; given back when it goes.
class RangePermit {
 public:
  RangePermit() = default;
  RangePermit(RangeTurns& turns, unsigned shard) : turns_(&turns), shard_(shard) {}
  RangePermit(RangePermit&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), shard_(other.shard_) {}
  RangePermit& operator=(RangePermit&&) = delete;
  ~RangePermit();
  explicit operator bool() const noexcept { return turns_ != nullptr; }

 private:
  RangeTurns* turns_ = nullptr;
  unsigned shard_ = 0;
};

/// May be used on any thread; outlives its permits.
class RangeTurns {
 public:
  explicit RangeTurns(unsigned shards) : shards_(shards) {}

  /// So many ranges from now on, all shards together; those that are under way go on.
  void allow(std::uint32_t ranges);
  /// Waits for a turn. Nothing when `stop` is requested meanwhile.
  boost::asio::awaitable<RangePermit> enter(unsigned shard, std::stop_token stop);
  /// Nobody need wait any more: there is no further range.
  void no_more();

 private:
  friend class RangePermit;
  struct Waiter;
  struct Shard {
    std::uint32_t at_work = 0;
    std::deque<std::shared_ptr<Waiter>> waiting;
  };
  void serve();
  void leave(unsigned shard);
  [[nodiscard]] bool may_enter(unsigned shard) const;

  std::mutex mutex_;
  std::vector<Shard> shards_;
  std::uint32_t allowed_ = 0;
  bool no_more_ = false;
};

}  // namespace cqlbulk::operations
