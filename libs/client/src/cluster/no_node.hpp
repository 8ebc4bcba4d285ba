// The error for a request that no node would take.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cql/error.hpp"

namespace cql::cluster {

/// Names what each node tried had to say.
[[nodiscard]] inline Error no_node(std::vector<Error> causes) {
  if (causes.empty()) return {ErrorKind::no_node, "the local data centre has no node"};
  std::string lines;
  for (const Error& cause : causes) lines += (lines.empty() ? "" : "; ") + std::string(cause.what());
  return Error(ErrorKind::no_node, "no node could be asked: " + lines).with_causes(std::move(causes));
}

}  // namespace cql::cluster
