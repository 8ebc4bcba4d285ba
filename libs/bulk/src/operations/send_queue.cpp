#include "operations/send_queue.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

/// Waits until woken. A cancellation of the coroutine itself shows at its next suspension.
asio::awaitable<void> sleep_until_woken(asio::steady_timer& timer) {
  boost::system::error_code woken;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

}  // namespace

std::shared_ptr<const RowWindow> moved_rows(RowGroup& group) {
  std::size_t bytes = 0;
  for (const RowToLoad& row : group) bytes += row.size;
  auto window = std::make_shared<RowWindow>();
  cql::Buffer& copy = window->blocks.emplace_back().bytes;
  copy.reserve(bytes);
  for (RowToLoad& row : group) {
    const std::size_t at = copy.size();
    copy.append(row.wire());
    row.data = copy.data() + at;
  }
  return window;
}

void SendQueue::push(SendItem item) {
  for (const RowToLoad& row : item.rows) item.bytes += row.size;
  held_bytes_ += held_by(item);
  items_.push_back(std::move(item));
  wake_sender();
}

asio::awaitable<std::optional<SendItem>> SendQueue::pop() {
  while (true) {
    if (std::optional<SendItem> item = try_pop()) co_return item;
    if (closed_ && items_.empty()) co_return std::nullopt;
    ++idle_;
    co_await sleep_until_woken(items_came_);
    --idle_;
  }
}

std::optional<SendItem> SendQueue::try_pop() {
  if (!front_may_go()) return std::nullopt;
  SendItem item = std::move(items_.front());
  items_.pop_front();
  under_way_ += weight_of(item);
  if (closed_ && items_.empty()) {
    items_came_.cancel();  // Everybody may go home.
  } else {
    wake_sender();
  }
  return item;
}

void SendQueue::done(const SendItem& item) {
  under_way_ -= weight_of(item);
  held_bytes_ -= held_by(item);
  if (held_bytes_ <= limits_.held_bytes) room_came_.cancel();
}

asio::awaitable<void> SendQueue::room() {
  while (held_bytes_ > limits_.held_bytes && !closed_) co_await sleep_until_woken(room_came_);
}

void SendQueue::close() {
  closed_ = true;
  items_came_.cancel();
  room_came_.cancel();
}

void SendQueue::discard() {
  for (const SendItem& item : items_) held_bytes_ -= held_by(item);
  items_.clear();
  room_came_.cancel();
  items_came_.cancel();
}

}  // namespace cqlbulk::operations
