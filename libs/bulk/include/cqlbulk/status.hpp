// What operations' journals say, without a cluster: running ones, ended ones, crashed ones.
#pragma once

#include <string>

namespace cqlbulk {

/// Of one operation (its id, or the path of its directory), or of all below `operation_dir` when empty, the latest
/// first. Throws cqlbulk::Error: usage when there is no such operation, failed when its journal is damaged.
[[nodiscard]] std::string status_text(const std::string& operation_dir, const std::string& operation = {});
/// The same as JSON: an object for one operation, an array for all.
[[nodiscard]] std::string status_json(const std::string& operation_dir, const std::string& operation = {});

}  // namespace cqlbulk
