// Streams: the pages or rows of one statement, one after the other, fetched ahead within bounds.
//
// Pages of one statement are sequential: each is asked for with the paging state of the one before. Prefetching means
// that pages are asked for before they are wanted, so that the server works while the reader does.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "cql/result.hpp"
#include "cql/statement.hpp"

namespace cql {

namespace asio = boost::asio;

/// Where a stream is when a page is about to be handed out.
struct StreamProgress {
  std::uint64_t page_number = 0;  ///< That page's, counted from 1.
  std::uint64_t rows_so_far = 0;  ///< That page's rows included.
};

/// What is called for every page: a function that takes a StreamProgress, or a coroutine function that returns
/// asio::awaitable<void>, which is then waited for. It lives as long as the stream.
class PageCallback {
 public:
  PageCallback() = default;
  template <typename Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, PageCallback> &&
             std::invocable<Function&, const StreamProgress&>)
  PageCallback(Function function) {
    if constexpr (std::is_same_v<std::invoke_result_t<Function&, const StreamProgress&>, asio::awaitable<void>>) {
      coroutine_ = std::move(function);
    } else {
      plain_ = std::move(function);
    }
  }

  /// Calls the function, or gives the coroutine to wait for.
  std::optional<asio::awaitable<void>> operator()(const StreamProgress& progress) const {
    if (coroutine_) return coroutine_(progress);
    if (plain_) plain_(progress);
    return std::nullopt;
  }

 private:
  std::function<void(const StreamProgress&)> plain_;
  std::function<asio::awaitable<void>(const StreamProgress&)> coroutine_;
};

/// What a stream of pages may do.
struct StreamOptions {
  /// Pages fetched ahead of the one being read; 0 asks for a page only when it is wanted.
  std::size_t prefetch = 1;
  /// Nothing more is fetched ahead while the pages that are ready hold this many bytes. One page may always be fetched
  /// ahead (unless `prefetch` is 0), however large it is: the bound is kept up to one page.
  std::size_t prefetch_bytes = std::size_t{64} << 20U;
  /// How long the whole stream may take from the first call on. No bound when absent: then only each page has one,
  /// RequestOptions::timeout. Pages that came in time are still handed out when it is over.
  std::optional<std::chrono::milliseconds> timeout{};
  /// Called before a page is handed out. What it throws comes out of next() and ends the stream.
  PageCallback on_page{};
};

class StreamImpl;

/// Pages of one statement, one after the other. Destroying it at any time cancels what is under way and frees every
/// buffer; the server then never hears of the pages that were not asked for. Used by one coroutine at a time.
///
/// Nothing is sent before the first call. After an error the stream is over: the next call gives nothing. A call that
/// is cancelled, though, takes nothing away: the stream can be read on.
///
/// A page that follows another may be asked for twice, since only reads have such pages: where a node is lost amid the
/// stream, another is asked. For the first page that takes RequestOptions::idempotent.
class ResultStream {
 public:
  ResultStream(ResultStream&&) noexcept;
  ResultStream& operator=(ResultStream&&) noexcept;
  ~ResultStream();

  /// The next page, or nothing after the last. Pages may be short or empty while more follow. The pages after it are
  /// being fetched meanwhile (StreamOptions::prefetch). When the result's columns change amid the stream, the pages
  /// say so: each has the columns that its own rows have.
  asio::awaitable<std::optional<Page>> next();

  /// The next row, stepping over page borders and empty pages; null after the last. Valid until the next call. A
  /// convenience: it costs a coroutine's frame a row, where `next()` with a RowCursor over each page costs none.
  /// After `next()`, the rows of the page that next_row was in are left out.
  asio::awaitable<const RowCursor*> next_row();

  /// How many pages were handed out: the number of the latest one, counted from 1.
  [[nodiscard]] std::uint64_t pages_so_far() const;
  /// How many rows the pages handed out have.
  [[nodiscard]] std::uint64_t rows_so_far() const;

  /// Where to go on after the last page that was handed out, whatever has been fetched ahead: set it as
  /// RequestOptions::paging_state of the same statement with the same values, in this process or another. The page
  /// size may differ. Before the first page it is what the stream started with; empty after the last page.
  [[nodiscard]] const PagingState& paging_state() const;

 private:
  friend class Session;
  explicit ResultStream(std::shared_ptr<StreamImpl> impl);
  std::shared_ptr<StreamImpl> impl_;
};

}  // namespace cql
