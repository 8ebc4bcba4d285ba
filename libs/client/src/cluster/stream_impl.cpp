#include "cluster/stream_impl.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>

namespace cql {

asio::awaitable<std::optional<Page>> StreamImpl::next(std::shared_ptr<StreamImpl> self) {
  if (!self->started_) {
    self->started_ = true;
    self->asked_ = true;
    asio::co_spawn(self->session_->executor(), fetch_all(self),
                   asio::bind_cancellation_slot(self->stop_.slot(), [self](const std::exception_ptr&) {}));
  }
  while (self->ready_.empty() && !self->finished_) {
    self->asked_ = true;
    self->changed_.notify_all();
    co_await self->changed_.wait();
  }
  self->asked_ = false;
  if (self->abandoned_) throw Error(ErrorKind::cancelled, "the stream was abandoned");
  if (self->ready_.empty()) {
    if (self->failure_) std::rethrow_exception(std::exchange(self->failure_, nullptr));
    co_return std::nullopt;
  }
  Page page = std::move(self->ready_.front());
  self->ready_.pop_front();
  ++self->pages_;
  self->rows_ += page.row_count();
  if (!self->finished_ && self->wants_page()) {
    // The reader may now compute for long without giving way: let the next request go out first.
    self->changed_.notify_all();
    co_await asio::post(self->session_->executor(), asio::use_awaitable);
  }
  co_return page;
}

// Pages that are ready count, also the one that the reader is about to take.
bool StreamImpl::wants_page() const noexcept { return ready_.size() < options_.prefetch + (asked_ ? 1 : 0); }

asio::awaitable<void> StreamImpl::fetch_all(std::shared_ptr<StreamImpl> self) {
  const cluster::Running running(self->fetching_);
  try {
    for (bool last = false; !last && !self->abandoned_;) {
      while (!self->wants_page() && !self->abandoned_) co_await self->changed_.wait();
      if (self->abandoned_) break;
      Page page = co_await self->fetch();
      last = page.last();
      if (self->abandoned_) break;
      self->ready_.push_back(std::move(page));
      self->finished_ = last;
      // Whoever waits is woken on a later turn, when the request for the page after this one is out.
      self->changed_.notify_all();
    }
  } catch (...) {
    self->failure_ = std::current_exception();
  }
  self->finished_ = true;
  self->changed_.notify_all();
}

asio::awaitable<Page> StreamImpl::fetch() {
  RequestOptions& options =
      std::visit([](auto& statement) -> RequestOptions& { return statement.options; }, statement_);
  Result result;
  if (const auto* query = std::get_if<Query>(&statement_)) {
    result = co_await SessionImpl::execute_query(session_, std::cref(*query), net::Flush::now);
  } else {
    result =
        co_await SessionImpl::execute_bound(session_, std::cref(std::get<BoundStatement>(statement_)), net::Flush::now);
  }
  options.paging_state = result.page.next();
  // That node has the rest at hand.
  options.preferred_node = result.host_id;
  co_return std::move(result.page);
}

void StreamImpl::abandon() noexcept {
  abandoned_ = true;
  finished_ = true;
  ready_.clear();
  if (fetching_) stop_.emit(asio::cancellation_type::terminal);
  changed_.notify_all();
}

}  // namespace cql
