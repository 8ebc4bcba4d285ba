// Plans in words.
#include "cql/routing.hpp"

namespace cql {

std::string_view to_string(PlannedNode::Role role) {
  switch (role) {
    case PlannedNode::Role::pinned:
      return "pinned";
    case PlannedNode::Role::preferred:
      return "preferred";
    case PlannedNode::Role::local_replica:
      return "local replica";
    case PlannedNode::Role::local:
      return "local";
    case PlannedNode::Role::remote_replica:
      return "remote replica";
    case PlannedNode::Role::remote:
      return "remote";
  }
  return "unknown";
}

std::string_view to_string(PlannedNode::Condition condition) {
  switch (condition) {
    case PlannedNode::Condition::well:
      return "well";
    case PlannedNode::Condition::resting:
      return "resting";
    case PlannedNode::Condition::down:
      return "down";
  }
  return "unknown";
}

std::string PlannedNode::to_string() const {
  std::string text = endpoint + " (" + datacenter + "): " + std::string(cql::to_string(role));
  if (condition != Condition::well) text += ", " + std::string(cql::to_string(condition));
  return text;
}

}  // namespace cql
