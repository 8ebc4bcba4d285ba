// Memory that several threads' coroutines take from one store, and wait for when it is empty: first come, first served.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace cqlbulk::operations {

/// Any thread.
class MemoryBudget {
 public:
  /// Bytes that were taken; gives them back when it ends.
  class Lease {
   public:
    Lease() = default;
    Lease(MemoryBudget& budget, std::uint64_t bytes) : budget_(&budget), bytes_(bytes) {}
    Lease(Lease&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Lease& operator=(Lease&& other) noexcept {
      release();
      budget_ = std::exchange(other.budget_, nullptr);
      bytes_ = std::exchange(other.bytes_, 0);
      return *this;
    }
    ~Lease() { release(); }
    void release() noexcept;
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

   private:
    MemoryBudget* budget_ = nullptr;
    std::uint64_t bytes_ = 0;
  };

  /// Must outlive its leases.
  explicit MemoryBudget(std::uint64_t bytes) : bytes_(bytes) {}

  /// Waits for its turn. More than there is in all is had when nobody has any.
  boost::asio::awaitable<Lease> take(std::uint64_t bytes);

 private:
  struct Waiter {
    std::uint64_t bytes = 0;
    boost::asio::any_io_executor executor;
    boost::asio::steady_timer turn;
    bool has_turn = false;
  };
  [[nodiscard]] bool fits(std::uint64_t bytes) const noexcept { return taken_ == 0 || taken_ + bytes <= bytes_; }
  void give_back(std::uint64_t bytes) noexcept;
  void serve();
  /// Of one that does not wait any more; what it has got meanwhile goes back.
  void leave(const std::shared_ptr<Waiter>& waiter) noexcept;

  std::mutex mutex_;
  std::uint64_t bytes_;
  std::uint64_t taken_ = 0;
  std::deque<std::shared_ptr<Waiter>> waiting_;
};

}  // namespace cqlbulk::operations
