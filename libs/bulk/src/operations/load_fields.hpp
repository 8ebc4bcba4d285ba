// Fields of an input to the names that values go to: columns of a table, or markers of the user's statement. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cqlbulk/load.hpp"
#include "formats/format.hpp"

namespace cqlbulk::operations {

/// What fields may go to.
struct LoadTargets {
  std::vector<std::string> names;
  std::vector<std::string> settled;  ///< Of these, what has its value already (--set): no field goes there.
  std::string where;                 ///< For messages: "ks.t", "the statement".
  std::string kind = "column";       ///< For messages: "column", "marker".
};

/// Name of a target to the index of its field.
using Assignment = std::map<std::string, std::size_t>;

/// By --map, else by name. `used` are the fields that something else takes. Throws Error{usage} for a name in --map
/// that is not there, a target or field that is double, and fields that are left over (without --ignore-fields).
[[nodiscard]] Assignment assign_fields(const LoadTargets& targets, const std::vector<formats::Field>& fields,
                                       const std::vector<std::string>& used, const std::string& input,
                                       const LoadOptions& options);

[[nodiscard]] std::optional<std::size_t> index_of_field(const std::vector<formats::Field>& fields,
                                                        const std::string& name);
/// A field that the user named in `option`; the error suggests the nearest.
[[nodiscard]] std::size_t find_field(const std::vector<formats::Field>& fields, const std::string& name,
                                     const std::string& input, const std::string& option);
[[nodiscard]] std::vector<std::string> names_of(const std::vector<formats::Field>& fields);

}  // namespace cqlbulk::operations
