// Requests that run beside the test, to be looked at and cancelled.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "cql/session.hpp"

namespace cql::test {

/// How a request ended, once it has.
struct Pending {
  std::optional<Result> result;
  std::optional<Error> error;
  int ends = 0;
  asio::cancellation_signal signal;

  [[nodiscard]] bool done() const { return ends > 0; }
  void cancel() { signal.emit(asio::cancellation_type::terminal); }
};

inline std::shared_ptr<Pending> start(asio::any_io_executor executor, asio::awaitable<Result> request) {
  auto pending = std::make_shared<Pending>();
  asio::co_spawn(
      executor, std::move(request),
      asio::bind_cancellation_slot(pending->signal.slot(), [pending](std::exception_ptr error, Result result) {
        EXPECT_EQ(++pending->ends, 1);
        try {
          if (error) std::rethrow_exception(error);
          pending->result = std::move(result);
        } catch (const Error& failure) {
          pending->error = failure;
        } catch (const boost::system::system_error& failure) {
          // Asio's word for a coroutine that was cancelled before it began.
          pending->error = Error(ErrorKind::cancelled, failure.what());
        }
      }));
  return pending;
}

template <typename Statement>
std::shared_ptr<Pending> start(asio::any_io_executor executor, Session& session, Statement statement) {
  return start(executor, session.execute(std::move(statement)));
}

/// The Error that a request ends with; fails the test when there is none.
template <typename Statement>
asio::awaitable<Error> failure_of(Session& session, Statement statement) {
  try {
    co_await session.execute(std::move(statement));
  } catch (const Error& error) {
    co_return error;
  }
  ADD_FAILURE() << "no error was thrown";
  co_return Error(ErrorKind::usage, "no error was thrown");
}

}  // namespace cql::test
