// A stream of the client is over after an error: the next one starts at the paging state of the page that failed. The
// same paging state serves queries that end elsewhere, as long as they end behind it: it says which row came last.
#include "operations/range_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "operations/partition_batcher.hpp"
#include "operations/select.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

/// The page was too much work at once, or so it seems.
bool asks_for_less(const cql::Error& error) {
  return error.kind() == cql::ErrorKind::read_timeout || error.kind() == cql::ErrorKind::read_failure;
}

}  // namespace

RangeStream::RangeStream(const Shard& shard, RangeQuery query, PageSizer& sizer, observe::ShardCounters& counters,
                         FailureLog& failures)
    : shard_(shard),
      query_(std::move(query)),
      sizer_(sizer),
      counters_(counters),
      failures_(failures),
      position_(query_.from) {}

std::string RangeStream::where() const {
  if (!query_.range) return "the whole query";
  return fmt::format("token range ({}, {}]", query_.range->start, query_.range->end);
}

asio::awaitable<std::optional<cql::Page>> RangeStream::next() {
  while (!at_end_) {
    std::optional<cql::Error> failure;
    if (!stream_) co_await take_memory();
    PacePermit permit = co_await shard_.gate.enter(request(), shard_.stop);
    if (!permit) break;
    try {
      // Ranges beside each other keep the cluster busy while one of them is written; a query alone asks ahead.
      const bool first = !stream_;
      if (first) {
        place_ = permit.place();
        stream_.emplace(shard_.session.execute_stream(bind(permit.node()), {.prefetch = pages_ahead()}));
      }
      std::optional<cql::Page> page = co_await stream_->next();
      if (!page) {
        at_end_ = true;
        break;
      }
      permit.answered({static_cast<std::uint64_t>(page_rows_), page->row_count(), page->rows().size(),
                       first || pages_ahead() == 0});
      take(*page);
      co_return page;
    } catch (const cql::Error& error) {
      failure = error;
    }
    permit.failed(*failure);
    stream_.reset();
    if (shard_.stop.stop_requested()) break;
    co_await after(std::move(*failure));
  }
  co_return std::nullopt;
}

/// The pages of a whole query, which may have a LIMIT, never grow: a page size of the LIMIT or more makes Cassandra
/// forget the paging state and begin again.
std::int32_t RangeStream::rows_to_ask() const {
  if (query_.range) return shard_.gate.rows_at_once(appetite_.page_rows(sizer_.rows()));
  const std::int32_t rows = shard_.gate.rows_at_once(appetite_.page_rows(sizer_.rows_are_large() ? 1 : sizer_.most()));
  return position_.paging_state.empty() ? rows : std::min(rows, page_rows_);
}

/// Ranges beside each other keep the cluster busy while one of them is written; a query alone asks ahead, unless its
/// rows are large.
std::size_t RangeStream::pages_ahead() const noexcept { return query_.range || sizer_.rows_are_large() ? 0 : 1; }

PaceRequest RangeStream::request() const {
  PaceRequest request;
  if (query_.range) request.token = query_.range->end;
  if (stream_) request.stays_at = place_;
  request.rows = static_cast<std::uint64_t>(stream_ ? page_rows_ : rows_to_ask());
  return request;
}

/// For the pages of a stream: the one that is worked on, and those that come meanwhile. Before the permit to ask for
/// them, never after it: who has memory may wait for a permit.
asio::awaitable<void> RangeStream::take_memory() {
  const std::uint64_t bytes = (1 + pages_ahead()) * sizer_.bytes_of(appetite_.page_rows(sizer_.rows()));
  if (bytes > memory_.bytes()) {
    memory_.release();
    memory_ = co_await shard_.in_flight->take(bytes);
  }
}

cql::BoundStatement RangeStream::bind(const std::optional<cql::Uuid>& node) {
  cql::BoundStatement statement{query_.statement, {}, {}};
  cql::RequestOptions& options = statement.options;
  options.consistency = query_.consistency;
  asked_rows_ = sizer_.rows();
  page_rows_ = rows_to_ask();
  options.page_size = page_rows_;
  options.preferred_node = node;
  options.paging_state = position_.paging_state;
  options.idempotent = true;
  if (query_.range) {
    const cql::Token start = position_.after.value_or(query_.range->start);
    query_end_ = may_cut() ? appetite_.end_of_query(start, reached_token(), query_.range->end) : query_.range->end;
    statement.values = bind_range(query_.statement, {start, query_end_});
    options.routing_token = query_end_;
    options.routing_keyspace = query_.keyspace;
  }
  return statement;
}

/// A query must end behind the row that its paging state stands for.
bool RangeStream::may_cut() const noexcept {
  return query_.range && !query_.range->wraps() && (position_.paging_state.empty() || !last_key_.empty());
}

void RangeStream::take(const cql::Page& page) {
  observe::ShardCounters::add<std::uint64_t>(counters_.requests, 1);
  tries_.got_on();
  appetite_.page_came();
  last_key_.clear();
  const bool other_size = sizer_.observe(page.row_count(), page.rows().size());
  // More came than memory was taken for: the rest waits for more of it.
  const bool too_little = page.rows().size() > memory_.bytes();
  if (!page.last()) {
    position_.paging_state = page.next();
    // A limited rate asks for other sizes, too; small differences are not worth another query.
    const std::int32_t wanted = rows_to_ask();
    const bool far = wanted < page_rows_ / 2 || wanted / 2 > page_rows_;
    const bool other = other_size || appetite_.page_rows(sizer_.rows()) != appetite_.page_rows(asked_rows_);
    if (too_little || far || (query_.range && other)) stream_.reset();
    return;
  }
  stream_.reset();
  position_.paging_state.clear();
  if (!query_.range || query_end_ == query_.range->end) {
    at_end_ = true;
  } else {
    position_.after = query_end_;
    appetite_.query_ended();
  }
}

std::optional<cql::Token> RangeStream::reached_token() const {
  if (position_.paging_state.empty() || last_key_.empty()) return std::nullopt;
  return token_of(cql::as_bytes(last_key_), key_values_);
}

asio::awaitable<void> RangeStream::after(cql::Error failure) {
  failures_.add(cql::to_string(failure.kind()), where(), failure.what(), failure.node());
  if (asks_for_less(failure)) {
    // The wait is over already: it was the server's.
    if (!appetite_.less(sizer_.rows(), may_cut())) throw failure;
    observe::ShardCounters::add<std::uint64_t>(counters_.retries, 1);
    co_return;
  }
  const observe::FailureClass kind = class_of(failure);
  if (!tries_.again(kind, shard_.patience, Tries::Clock::now())) throw failure;
  observe::ShardCounters::add<std::uint64_t>(counters_.retries, 1);
  if (failure.kind() == cql::ErrorKind::timeout) (void)appetite_.less(sizer_.rows(), false);
  failures_.waiting(kind, failure, tries_.count());
  co_await wait_before_retry(tries_.count() - 1, shard_);
}

}  // namespace cqlbulk::operations
