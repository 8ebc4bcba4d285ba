// A request that has ended, as loggers, meters and tracers want to know it: ClusterOptions::on_request.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "cql/error.hpp"

namespace cql {

/// All that it refers to is valid during the call only.
struct RequestEvent {
  enum class Kind : std::uint8_t { query, execute, batch, prepare };
  Kind kind = Kind::query;
  std::string_view statement;  ///< The text, never the values; of a batch its size and first statement.
  std::string_view keyspace;   ///< Where names without a keyspace are looked up, as far as the request says so.
  std::uint64_t tag = 0;       ///< RequestOptions::tag.
  /// The node that answered, or that the error comes from, "127.0.0.1:9042"; empty when none was asked.
  std::string_view node;
  std::chrono::steady_clock::time_point began;
  std::chrono::nanoseconds duration{0};
  std::uint32_t attempts = 0;              ///< As Result::attempts.
  std::uint32_t speculative_attempts = 0;  ///< As Result::speculative_attempts.
  const Error* error = nullptr;            ///< How it ended; null when it ended well.
  std::span<const Error> failures;         ///< Of attempts that did not end the request, in order.
};

/// "query" and so on, for logs.
[[nodiscard]] const char* to_string(RequestEvent::Kind kind);

}  // namespace cql
