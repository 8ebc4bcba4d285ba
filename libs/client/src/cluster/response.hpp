// An answer's envelope to what callers get: a Result, or the server's error.
#pragma once

#include <string>

#include "core/prepared_state.hpp"
#include "cql/error.hpp"
#include "cql/result.hpp"
#include "protocol/responses.hpp"
#include "sansio/inbound.hpp"

namespace cql::cluster {

/// The error in an ERROR envelope.
[[nodiscard]] Error error_in(const sansio::Envelope& envelope);

/// Reads a RESULT; rows keep the envelope's bytes. `prepared` (may be null) gives the columns where the server left
/// them out, and learns new ones where the server announces a change. Throws Error{protocol}.
[[nodiscard]] Result read_result(sansio::Envelope envelope, const std::string& node, PreparedStatement::State* prepared,
                                 const Columns& known_columns);

/// Reads the RESULT of PREPARE. Throws Error{protocol} when it is something else.
[[nodiscard]] std::shared_ptr<PreparedStatement::State> read_prepared(const sansio::Envelope& envelope, std::string cql,
                                                                      std::string keyspace);

}  // namespace cql::cluster
