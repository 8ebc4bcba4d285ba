// Files whose paths match a pattern.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cqlbulk::storage {

/// Has what makes it a pattern: *, ? or [.
[[nodiscard]] bool is_glob(std::string_view path);

/// Files, sorted. As in a shell * and ? match within a name, and neither matches a leading dot; a whole name ** matches
/// any number of directories, none too, and does not follow links to directories. Directories that cannot be read are
/// left out.
[[nodiscard]] std::vector<std::string> files_matching(const std::string& pattern);

}  // namespace cqlbulk::storage
