// The default policy, one case per kind of error. The reasons are in docs/reference/client-failures.md, whose table the
// tests compare with this.
#include "cql/retry_policy.hpp"

#include <algorithm>

namespace cql {
namespace {

using Action = RetryDecision::Action;
using std::chrono::milliseconds;

constexpr RetryDecision give_up{};

/// Attempts in all that a policy asks for, the first included.
constexpr std::size_t most_attempts = 4;
constexpr milliseconds first_backoff{100};

bool happened_before(const FailedAttempt& attempt) {
  return std::any_of(attempt.earlier.begin(), attempt.earlier.end(),
                     [&](const Error& error) { return error.kind() == attempt.error.kind(); });
}

bool enough_answered_without_data(const Error& error) {
  const auto& server = error.server();
  return server && server->received && server->required && *server->received >= *server->required &&
         server->data_present == false;
}

// 100, 200, 400 ms.
RetryDecision elsewhere_later(const FailedAttempt& attempt) {
  if (!attempt.idempotent || attempt.earlier.size() + 1 >= most_attempts) return give_up;
  return {Action::next_node, first_backoff * (1 << attempt.earlier.size())};
}

RetryDecision elsewhere_at_once(const FailedAttempt& attempt) {
  return attempt.earlier.size() + 1 >= most_attempts ? give_up : RetryDecision{Action::next_node};
}

}  // namespace

RetryDecision default_retry_policy(const FailedAttempt& attempt) {
  switch (attempt.error.kind()) {
    case ErrorKind::read_timeout: {
      const bool worth_it = enough_answered_without_data(attempt.error) && !happened_before(attempt);
      return worth_it && attempt.idempotent ? RetryDecision{Action::same_node} : give_up;
    }
    case ErrorKind::write_timeout: {
      const auto& server = attempt.error.server();
      const bool worth_it = server && server->write_type == "BATCH_LOG" && !happened_before(attempt);
      return worth_it && attempt.idempotent ? RetryDecision{Action::same_node} : give_up;
    }
    case ErrorKind::unavailable:
      return attempt.idempotent && !happened_before(attempt) ? RetryDecision{Action::next_node} : give_up;
    case ErrorKind::overloaded:
    case ErrorKind::server_error:
    case ErrorKind::truncate_error:
      return elsewhere_later(attempt);
    case ErrorKind::is_bootstrapping:
      return elsewhere_at_once(attempt);
    case ErrorKind::connection_lost:
      return attempt.idempotent ? elsewhere_at_once(attempt) : give_up;

    case ErrorKind::usage:
    case ErrorKind::connect:
    case ErrorKind::tls:
    case ErrorKind::timeout:
    case ErrorKind::cancelled:
    case ErrorKind::protocol:
    case ErrorKind::unsupported:
    case ErrorKind::no_node:
    case ErrorKind::server_protocol_error:
    case ErrorKind::bad_credentials:
    case ErrorKind::read_failure:
    case ErrorKind::function_failure:
    case ErrorKind::write_failure:
    case ErrorKind::cdc_write_failure:
    case ErrorKind::cas_write_unknown:
    case ErrorKind::syntax_error:
    case ErrorKind::unauthorized:
    case ErrorKind::invalid:
    case ErrorKind::config_error:
    case ErrorKind::already_exists:
    case ErrorKind::unprepared:
      return give_up;
  }
  return give_up;
}

RetryDecision no_retries(const FailedAttempt&) { return give_up; }

}  // namespace cql
