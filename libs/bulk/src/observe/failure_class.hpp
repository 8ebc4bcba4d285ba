// What a failure means for whoever reads the report.
#pragma once

#include <string_view>

namespace cqlbulk::observe {

/// "transient" (it may go well another time), "node down", "range" (too much at once), "data" (a record or value),
/// "resource" (somebody has not enough), "fatal" (it will not go well) or "unknown". `kind` as in
/// Report::failures_by_kind.
[[nodiscard]] std::string_view failure_class(std::string_view kind);

}  // namespace cqlbulk::observe
