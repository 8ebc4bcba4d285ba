// A stream is over after an error: the next one starts at the paging state of the page that failed.
#include "operations/paged_read.hpp"

#include <algorithm>
#include <optional>

#include "operations/retry.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

constexpr std::int32_t smallest_page = 100;

/// The page was too much work at once.
bool asks_for_less(const cql::Error& error) {
  return error.kind() == cql::ErrorKind::read_timeout || error.kind() == cql::ErrorKind::read_failure ||
         error.kind() == cql::ErrorKind::timeout;
}

/// Values are not copied by accident.
cql::BoundStatement copy_of(const cql::BoundStatement& statement) {
  cql::BoundStatement copy{statement.prepared, {}, statement.options};
  copy.values.add_wire(statement.values.wire(), statement.values.count());
  return copy;
}

}  // namespace

asio::awaitable<void> read_pages(const Shard& shard, cql::BoundStatement statement, observe::ShardCounters& counters,
                                 const std::function<void(const cql::Page&)>& take) {
  statement.options.idempotent = true;
  std::int32_t page_size = statement.options.page_size.value_or(5'000);
  for (unsigned retry = 0;;) {
    std::optional<cql::Error> failure;
    try {
      statement.options.page_size = page_size;
      cql::ResultStream stream = shard.session.execute_stream(copy_of(statement));
      while (const std::optional<cql::Page> page = co_await stream.next()) {
        observe::ShardCounters::add<std::uint64_t>(counters.requests, 1);
        retry = 0;
        statement.options.paging_state = page->next();
        take(*page);
        if (page->last()) co_return;
      }
      co_return;
    } catch (const cql::Error& error) {
      failure = error;
    }
    if (!is_transient(*failure) || retry == most_retries || shard.stop.stop_requested()) throw *failure;
    observe::ShardCounters::add<std::uint64_t>(counters.retries, 1);
    if (asks_for_less(*failure)) {
      // The wait is over already: it was the timeout.
      page_size = std::max(page_size / 4, std::min(page_size, smallest_page));
      ++retry;
      continue;
    }
    co_await wait_before_retry(retry++, shard);
    if (shard.stop.stop_requested()) throw *failure;
  }
}

}  // namespace cqlbulk::operations
