#include "operations/prepare.hpp"

#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "operations/describe.hpp"

namespace cqlbulk::operations {

cql::PreparedStatement prepare(ClusterThread& cluster, const std::string& cql) {
  try {
    return cluster.ask([&cql](cql::Session& session) { return session.prepare(cql); });
  } catch (const cql::Error& error) {
    using Kind = cql::ErrorKind;
    // What the server refuses to prepare, the user wrote.
    if (error.kind() == Kind::syntax_error || error.kind() == Kind::invalid || error.kind() == Kind::config_error) {
      throw Error(ErrorClass::usage, fmt::format("the server refused the statement: {}", error.message()),
                  fmt::format("It was: {}", cql));
    }
    throw describe(error, "preparing the statement");
  }
}

}  // namespace cqlbulk::operations
