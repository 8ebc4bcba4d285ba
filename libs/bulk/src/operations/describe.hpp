// From what the client says went wrong to what a user reads: one message that names the thing, and what to do next.
#pragma once

#include <string>
#include <string_view>

#include "cql/error.hpp"
#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {

/// The operation's error for a client's error that nothing more can be done about. `doing` comes first in the message
/// ("connecting", "counting ks.table") unless empty.
/// `one_partition`: it was about so little that it cannot be divided further.
[[nodiscard]] Error describe(const cql::Error& error, std::string_view doing = {}, bool one_partition = false);

/// The same where no connection to the cluster could be made to begin with: usage when the settings are to blame (exit
/// status 2: there is nothing to resume), failed when the server is.
[[nodiscard]] Error describe_connecting(const cql::Error& error);

/// What to do about it; empty when there is nothing useful to say.
[[nodiscard]] std::string advice_for(const cql::Error& error, bool one_partition = false);

}  // namespace cqlbulk::operations
