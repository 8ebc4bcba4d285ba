// Pages fetched one after the other by a coroutine of the stream's own, as far ahead as the options say.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "cluster/session_impl.hpp"
#include "cluster/signal.hpp"

namespace cql {

class StreamImpl : public std::enable_shared_from_this<StreamImpl> {
 public:
  StreamImpl(std::shared_ptr<SessionImpl> session, Statement statement, StreamOptions options)
      : session_(std::move(session)),
        statement_(std::move(statement)),
        options_(options),
        changed_(session_->executor()) {}

  static asio::awaitable<std::optional<Page>> next(std::shared_ptr<StreamImpl> self);
  /// Cancels what is under way and frees every page.
  void abandon() noexcept;

  [[nodiscard]] std::uint64_t pages() const noexcept { return pages_; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

 private:
  static asio::awaitable<void> fetch_all(std::shared_ptr<StreamImpl> self);
  asio::awaitable<Page> fetch();
  [[nodiscard]] bool wants_page() const noexcept;

  std::shared_ptr<SessionImpl> session_;
  Statement statement_;  ///< Its paging state moves on with every page.
  StreamOptions options_;
  cluster::Signal changed_;
  asio::cancellation_signal stop_;
  std::deque<Page> ready_;
  std::exception_ptr failure_;
  bool started_ = false;
  bool fetching_ = false;
  bool finished_ = false;  ///< No page will be added to ready_ any more.
  bool abandoned_ = false;
  bool asked_ = false;  ///< The reader waits for a page.
  std::uint64_t pages_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace cql
