// Runs a coroutine to its end in a test: on an io_context of its own, never longer than a generous deadline, and with
// nothing left to do afterwards.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "cql/error.hpp"

namespace cql::test {

namespace asio = boost::asio;

inline constexpr std::chrono::seconds longest_test{20};

/// Throws what the coroutine throws. Fails the test when the coroutine, or anything that it left behind, hangs.
template <typename T>
T run(asio::io_context& io, asio::awaitable<T> coroutine, std::chrono::seconds limit = longest_test) {
  std::exception_ptr error;
  bool done = false;
  if constexpr (std::is_void_v<T>) {
    asio::co_spawn(io, std::move(coroutine), [&](std::exception_ptr thrown) {
      error = thrown;
      done = true;
    });
    io.restart();
    io.run_for(limit);
    if (!done) throw std::runtime_error("the coroutine hangs");
    EXPECT_TRUE(io.stopped()) << "something keeps the io_context busy after the coroutine's end";
    if (error) std::rethrow_exception(error);
  } else {
    std::optional<T> result;
    asio::co_spawn(
        io,
        [](asio::awaitable<T> inner, std::optional<T>& out) -> asio::awaitable<void> {
          out.emplace(co_await std::move(inner));
        }(std::move(coroutine), result),
        [&](std::exception_ptr thrown) {
          error = thrown;
          done = true;
        });
    io.restart();
    io.run_for(limit);
    if (!done) throw std::runtime_error("the coroutine hangs");
    EXPECT_TRUE(io.stopped()) << "something keeps the io_context busy after the coroutine's end";
    if (error) std::rethrow_exception(error);
    return std::move(*result);
  }
}

template <typename T>
T run(asio::awaitable<T> coroutine, std::chrono::seconds limit = longest_test) {
  asio::io_context io(1);
  return run(io, std::move(coroutine), limit);
}

/// The Error that a coroutine ends with; fails the test when it ends without.
template <typename T>
Error error_of(asio::awaitable<T> coroutine) {
  try {
    run(std::move(coroutine));
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return {ErrorKind::usage, "no error was thrown"};
}

}  // namespace cql::test
