// What a failure means: for whoever reads the report, and for what is done about it.
#pragma once

#include <cstdint>
#include <string_view>

namespace cqlbulk::observe {

enum class FailureClass : std::uint8_t {
  transient,  ///< It may go well another time.
  node_down,  ///< Too few nodes are there to ask.
  range,      ///< Too much was asked for at once.
  data,       ///< A record or a value is wrong.
  resource,   ///< Somebody has not enough of something.
  fatal,      ///< It will not go well.
  unknown,
};
/// "transient", "node down", …
[[nodiscard]] std::string_view to_string(FailureClass failure_class);

/// `kind` as in Report::failures_by_kind.
[[nodiscard]] FailureClass failure_class(std::string_view kind);

}  // namespace cqlbulk::observe
