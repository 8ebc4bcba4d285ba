// Pages fetched one after the other by a coroutine of the stream's own, as far ahead as the options say.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "cluster/session_impl.hpp"
#include "cluster/signal.hpp"
#include "cql/stream.hpp"

namespace cql {

class StreamImpl : public std::enable_shared_from_this<StreamImpl> {
 public:
  using Self = std::shared_ptr<StreamImpl>;

  StreamImpl(std::shared_ptr<SessionImpl> session, Statement statement, StreamOptions options);

  static asio::awaitable<std::optional<Page>> next(Self self);
  static asio::awaitable<const RowCursor*> next_row(Self self);
  /// Cancels what is under way and frees every page.
  void abandon() noexcept;

  [[nodiscard]] std::uint64_t pages() const noexcept { return progress_.page_number; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return progress_.rows_so_far; }
  [[nodiscard]] const PagingState& paging_state() const noexcept { return handed_out_; }

 private:
  void start(const Self& self);
  static asio::awaitable<void> await_page(Self self);
  static asio::awaitable<void> fetch_all(Self self);
  asio::awaitable<Page> fetch();
  asio::awaitable<Result> ask();
  [[nodiscard]] RequestOptions& request_options();
  void limit_time(RequestOptions& options) const;
  [[nodiscard]] bool out_of_time() const;
  [[nodiscard]] Error timeout_error() const;
  [[nodiscard]] bool wants_page() const noexcept;
  Page take();
  void end() noexcept;

  std::shared_ptr<SessionImpl> session_;
  Statement statement_;  ///< Its paging state moves on with every page that is fetched.
  StreamOptions options_;
  std::optional<std::chrono::milliseconds> page_timeout_;  ///< As the caller set it for a request.
  std::optional<std::chrono::steady_clock::time_point> until_;
  bool resumed_;  ///< The first page is asked for with a paging state of the caller's.

  cluster::Signal changed_;
  asio::cancellation_signal stop_;
  std::deque<Page> ready_;
  std::size_t ready_bytes_ = 0;
  std::exception_ptr failure_;
  bool started_ = false;
  bool fetching_ = false;
  bool finished_ = false;  ///< No page will be added to ready_ any more.
  bool abandoned_ = false;
  bool reading_ = false;  ///< A call of next() is under way.
  bool asked_ = false;    ///< The reader waits for a page.

  StreamProgress progress_;
  PagingState handed_out_;  ///< Where to go on after the pages handed out.
  Page row_page_;           ///< The one that next_row() walks over.
  std::optional<RowCursor> row_;
};

}  // namespace cql
