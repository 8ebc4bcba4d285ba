#include "observe/failure_class.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cqlbulk::observe {

std::string_view failure_class(std::string_view kind) {
  using Row = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Row, 30> classes{{{"timeout", "transient"},
                                         {"write_timeout", "transient"},
                                         {"write_failure", "transient"},
                                         {"truncate_error", "transient"},
                                         {"unprepared", "transient"},
                                         {"cas_write_unknown", "transient"},
                                         {"server_error", "transient"},
                                         {"connect", "node down"},
                                         {"connection_lost", "node down"},
                                         {"no_node", "node down"},
                                         {"unavailable", "node down"},
                                         {"is_bootstrapping", "node down"},
                                         {"read_timeout", "range"},
                                         {"read_failure", "range"},
                                         {"value", "data"},
                                         {"refused", "data"},
                                         {"uncertain", "data"},
                                         {"invalid", "data"},
                                         {"function_failure", "data"},
                                         {"usage", "data"},
                                         {"overloaded", "resource"},
                                         {"cdc_write_failure", "resource"},
                                         {"journal", "resource"},
                                         {"observer", "resource"},
                                         {"tls", "fatal"},
                                         {"protocol", "fatal"},
                                         {"bad_credentials", "fatal"},
                                         {"unauthorized", "fatal"},
                                         {"syntax_error", "fatal"},
                                         {"config_error", "fatal"}}};
  const auto* const found = std::ranges::find(classes, kind, &Row::first);
  return found == classes.end() ? "unknown" : found->second;
}

}  // namespace cqlbulk::observe
