#include "cluster/signal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cql::cluster {

asio::awaitable<void> Signal::wait(TimePoint until) {
  struct Place {
    std::list<asio::steady_timer*>& list;
    std::list<asio::steady_timer*>::iterator at;
    ~Place() { list.erase(at); }
  };
  asio::steady_timer timer(executor_, until);
  {
    const Place place{waiting_, waiting_.insert(waiting_.end(), &timer)};
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
    throw Error(ErrorKind::cancelled, "the request was cancelled");
  }
}

void Signal::notify_all() noexcept {
  for (asio::steady_timer* timer : waiting_) timer->cancel();
}

}  // namespace cql::cluster
