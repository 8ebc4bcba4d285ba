#include "cluster/stream_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <functional>

namespace cql {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

std::size_t bytes_of(const Page& page) { return page.rows().size(); }

// The server says only that the state is invalid, or takes it for bytes of another meaning.
Error refused_paging_state(const Error& error) {
  const std::string message =
      fmt::format("the server refused the paging state that the stream was to start from: {}", error.message());
  Error named = error.server() ? Error(error.kind(), message, *error.server()) : Error(error.kind(), message);
  return named.with_node(error.node()).with_query(error.query());
}

}  // namespace

StreamImpl::StreamImpl(std::shared_ptr<SessionImpl> session, Statement statement, StreamOptions options)
    : session_(std::move(session)),
      statement_(std::move(statement)),
      options_(std::move(options)),
      page_timeout_(request_options().timeout),
      resumed_(!request_options().paging_state.empty()),
      changed_(session_->executor()),
      handed_out_(request_options().paging_state) {}

RequestOptions& StreamImpl::request_options() {
  return std::visit([](auto& statement) -> RequestOptions& { return statement.options; }, statement_);
}

asio::awaitable<std::optional<Page>> StreamImpl::next(Self self) {
  if (self->reading_) throw Error(ErrorKind::usage, "a stream has one reader: another call of next() is under way");
  const cluster::Running reading(self->reading_);
  self->row_.reset();
  try {
    co_await await_page(self);
  } catch (const boost::system::system_error&) {
    // Asio's own way to say that the coroutine was cancelled.
    throw Error(ErrorKind::cancelled, "reading the stream was cancelled");
  }
  if (self->abandoned_) throw Error(ErrorKind::cancelled, "the stream was abandoned");
  if (self->ready_.empty()) {
    if (self->failure_) std::rethrow_exception(std::exchange(self->failure_, nullptr));
    co_return std::nullopt;
  }
  Page page = self->take();
  try {
    if (auto callback = self->options_.on_page(self->progress_)) co_await std::move(*callback);
  } catch (...) {
    self->end();
    throw;
  }
  self->handed_out_ = page.next();
  co_return page;
}

asio::awaitable<const RowCursor*> StreamImpl::next_row(Self self) {
  while (!self->row_ || !self->row_->next()) {
    auto page = co_await next(self);
    if (!page) co_return nullptr;
    self->row_page_ = std::move(*page);
    self->row_.emplace(self->row_page_);
  }
  co_return &*self->row_;
}

// Returns when a page is ready or none will come, with the request for the one after it on its way if that is wanted.
asio::awaitable<void> StreamImpl::await_page(Self self) {
  const cluster::Running asking(self->asked_);
  if (!self->started_) self->start(self);
  if (!self->ready_.empty() && !self->finished_ && self->wants_page()) {
    // The reader may compute for long without giving way: let the next request go out first.
    self->changed_.notify_all();
    co_await asio::post(self->session_->executor(), asio::use_awaitable);
  }
  while (self->ready_.empty() && !self->finished_) {
    self->changed_.notify_all();
    co_await self->changed_.wait();
  }
}

void StreamImpl::start(const Self& self) {
  started_ = true;
  if (options_.timeout) until_ = steady_clock::now() + *options_.timeout;
  asio::co_spawn(session_->executor(), fetch_all(self),
                 asio::bind_cancellation_slot(stop_.slot(), [self](const std::exception_ptr&) {}));
}

Page StreamImpl::take() {
  Page page = std::move(ready_.front());
  ready_.pop_front();
  ready_bytes_ -= bytes_of(page);
  ++progress_.page_number;
  progress_.rows_so_far += page.row_count();
  return page;
}

// The page that the reader is about to take is not ahead of it.
bool StreamImpl::wants_page() const noexcept {
  if (ready_.empty()) return asked_ || options_.prefetch > 0;
  const std::size_t ahead = ready_.size() - (asked_ ? 1 : 0);
  const std::size_t bytes_ahead = ready_bytes_ - (asked_ ? bytes_of(ready_.front()) : 0);
  return ahead < options_.prefetch && (ahead == 0 || bytes_ahead < options_.prefetch_bytes);
}

asio::awaitable<void> StreamImpl::fetch_all(Self self) {
  const cluster::Running running(self->fetching_);
  try {
    while (!self->finished_) {
      if (!self->wants_page()) {
        co_await self->changed_.wait();
        continue;
      }
      Page page = co_await self->fetch();
      if (self->finished_) break;
      self->finished_ = page.last();
      self->ready_bytes_ += bytes_of(page);
      self->ready_.push_back(std::move(page));
      // Whoever waits is woken on a later turn, when the request for the page after this one is out.
      self->changed_.notify_all();
    }
  } catch (...) {
    if (!self->finished_) self->failure_ = std::current_exception();
  }
  self->finished_ = true;
  self->changed_.notify_all();
}

asio::awaitable<Page> StreamImpl::fetch() {
  RequestOptions& options = request_options();
  limit_time(options);
  Result result;
  try {
    result = co_await ask();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::timeout && out_of_time()) {
      throw timeout_error().with_node(error.node()).with_query(error.query());
    }
    const bool refused = error.kind() == ErrorKind::server_protocol_error || error.kind() == ErrorKind::server_error;
    if (resumed_ && refused) throw refused_paging_state(error);
    throw;
  }
  resumed_ = false;
  if (result.page.row_count() == 0 && !result.page.last() && result.page.next() == options.paging_state) {
    throw Error(ErrorKind::protocol,
                "the server sends empty pages that lead nowhere: each says to go on where it began")
        .with_node(result.node);
  }
  options.paging_state = result.page.next();
  // Only reads have pages that follow.
  options.idempotent = true;
  // That node has the rest at hand.
  options.preferred_node = result.host_id;
  co_return std::move(result.page);
}

asio::awaitable<Result> StreamImpl::ask() {
  if (const auto* query = std::get_if<Query>(&statement_)) {
    return SessionImpl::execute_query(session_, std::cref(*query), net::Flush::now);
  }
  return SessionImpl::execute_bound(session_, std::cref(std::get<BoundStatement>(statement_)), net::Flush::now);
}

bool StreamImpl::out_of_time() const { return until_ && steady_clock::now() >= *until_; }

Error StreamImpl::timeout_error() const {
  const std::uint64_t pages = progress_.page_number + ready_.size();
  return {ErrorKind::timeout, fmt::format("the stream was not over within {} ms; {} pages of it had come by then",
                                          options_.timeout->count(), pages)};
}

// No page may take longer than what is left for the whole stream.
void StreamImpl::limit_time(RequestOptions& options) const {
  if (!until_) return;
  if (out_of_time()) throw timeout_error();
  const milliseconds left = std::chrono::ceil<milliseconds>(*until_ - steady_clock::now());
  options.timeout = std::min(page_timeout_.value_or(session_->request_timeout()), std::max(left, milliseconds(1)));
}

// Nothing more will come: what is ready or under way is dropped.
void StreamImpl::end() noexcept {
  finished_ = true;
  ready_.clear();
  ready_bytes_ = 0;
  if (fetching_) stop_.emit(asio::cancellation_type::terminal);
  changed_.notify_all();
}

void StreamImpl::abandon() noexcept {
  abandoned_ = true;
  row_.reset();
  row_page_ = Page();
  end();
}

}  // namespace cql
