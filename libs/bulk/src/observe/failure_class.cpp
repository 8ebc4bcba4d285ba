#include "observe/failure_class.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cqlbulk::observe {

std::string_view to_string(FailureClass failure_class) {
  switch (failure_class) {
    case FailureClass::transient:
      return "transient";
    case FailureClass::node_down:
      return "node down";
    case FailureClass::range:
      return "range";
    case FailureClass::data:
      return "data";
    case FailureClass::resource:
      return "resource";
    case FailureClass::fatal:
      return "fatal";
    case FailureClass::unknown:
      break;
  }
  return "unknown";
}

FailureClass failure_class(std::string_view kind) {
  using enum FailureClass;
  using Row = std::pair<std::string_view, FailureClass>;
  constexpr std::array<Row, 33> classes{{{"write_timeout", transient},
                                         {"write_failure", transient},
                                         {"truncate_error", transient},
                                         {"unprepared", transient},
                                         {"cas_write_unknown", transient},
                                         {"server_error", transient},
                                         {"timeout", node_down},
                                         {"connect", node_down},
                                         {"connection_lost", node_down},
                                         {"no_node", node_down},
                                         {"unavailable", node_down},
                                         {"is_bootstrapping", node_down},
                                         {"read_timeout", range},
                                         {"read_failure", range},
                                         {"value", data},
                                         {"refused", data},
                                         {"uncertain", data},
                                         {"invalid", data},
                                         {"function_failure", data},
                                         {"usage", data},
                                         {"overloaded", resource},
                                         {"cdc_write_failure", resource},
                                         {"journal", resource},
                                         {"observer", resource},
                                         {"tls", fatal},
                                         {"protocol", fatal},
                                         {"server_protocol_error", fatal},
                                         {"bad_credentials", fatal},
                                         {"unauthorized", fatal},
                                         {"unsupported", fatal},
                                         {"syntax_error", fatal},
                                         {"already_exists", fatal},
                                         {"config_error", fatal}}};
  const auto* const found = std::ranges::find(classes, kind, &Row::first);
  return found == classes.end() ? unknown : found->second;
}

}  // namespace cqlbulk::observe
