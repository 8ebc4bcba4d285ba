// What the programs of bench/ that measure the client share: their CPU time, work at a chosen concurrency, their end.
#pragma once

#include <sys/resource.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <exception>
#include <functional>
#include <utility>

namespace bench {

/// Of this process so far, user and system.
inline double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// So many at once; the first error is thrown when all have ended.
inline boost::asio::awaitable<void> at_once(std::size_t count, std::function<boost::asio::awaitable<void>()> work) {
  namespace asio = boost::asio;
  const auto executor = co_await asio::this_coro::executor;
  std::size_t running = count;
  asio::steady_timer done(executor, asio::steady_timer::time_point::max());
  std::exception_ptr failure;
  for (std::size_t worker = 0; worker < count; ++worker) {
    asio::co_spawn(executor, work(), [&](std::exception_ptr error) {
      if (error && !failure) failure = error;
      if (--running == 0) done.cancel();
    });
  }
  boost::system::error_code ignored;
  co_await done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (failure) std::rethrow_exception(failure);
}

/// Runs it on this thread: the program's exit status. An error is told on stderr.
inline int run_to_the_end(const char* program, boost::asio::awaitable<void> work) {
  int status = 0;
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "%s: %s\n", program, failure.what());
      status = 1;
    }
  });
  io.run();
  return status;
}

}  // namespace bench
