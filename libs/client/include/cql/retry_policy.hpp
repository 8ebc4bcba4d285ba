// What becomes of a request when an attempt fails: another one or the error. A policy is a pure function of what
// happened; who asks it (the session) does the waiting and the sending.
//
// What the session decides by itself, without a policy: a node to which nothing could be sent is passed over; a node
// that has forgotten a prepared statement is told it again; the caller's cancellation and the request's time limit end
// everything. docs/reference/client-failures.md has the whole table.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>

#include "cql/error.hpp"

namespace cql {

/// An attempt that was sent and failed. Borrowed for the call.
struct FailedAttempt {
  const Error& error;
  /// Doing it twice does the same as doing it once: a SELECT, or RequestOptions::idempotent on a statement that does
  /// not show the contrary (cql/idempotence.hpp).
  bool idempotent = false;
  /// How the attempts before this one ended, in order; also those that were never sent.
  std::span<const Error> earlier;
};

struct RetryDecision {
  enum class Action : std::uint8_t {
    give_up,    ///< The error is the request's end.
    same_node,  ///< Once more to the node that failed.
    next_node,  ///< To the next node of the plan; to the same one when none is left and `backoff` is not zero.
  };
  Action action = Action::give_up;
  /// Waited before the next attempt: between half and the whole of it, by lot, so that many do not come back at once.
  /// A backoff that reaches beyond the request's time limit ends the request with the error instead.
  std::chrono::milliseconds backoff{0};

  bool operator==(const RetryDecision&) const = default;
};

/// Called on the thread of the session concerned, of several sessions at once. An exception it throws ends the request.
/// A policy that repeats what is not idempotent may write twice: nobody else checks.
using RetryPolicy = std::function<RetryDecision(const FailedAttempt&)>;

/// The policy that is used when the options name none.
[[nodiscard]] RetryDecision default_retry_policy(const FailedAttempt& attempt);

/// Gives up always.
[[nodiscard]] RetryDecision no_retries(const FailedAttempt& attempt);

}  // namespace cql
