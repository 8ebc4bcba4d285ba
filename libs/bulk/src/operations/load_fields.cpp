#include "operations/load_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cqlbulk/error.hpp"
#include "cqlbulk/nearest_name.hpp"

namespace cqlbulk::operations {

namespace {

using Fields = std::vector<formats::Field>;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

[[noreturn]] void fail_left_over(const std::vector<std::string>& left_over, const LoadTargets& targets,
                                 const std::string& input) {
  const std::string& first = left_over.front();
  std::string advice;
  if (const auto nearest = nearest_name(first, targets.names); nearest && !contains(targets.settled, *nearest))
    advice = fmt::format("Did you mean --map {}={}? ", first, *nearest);
  advice += fmt::format("Leave fields out with --ignore-fields, or name their {}s with --map FIELD={}.", targets.kind,
                        targets.kind == "column" ? "COLUMN" : "MARKER");
  throw Error(
      ErrorClass::usage,
      fmt::format("{}: {} \"{}\" {} no {} in {}", input, left_over.size() == 1 ? "the field" : "the fields",
                  fmt::join(left_over, "\", \""), left_over.size() == 1 ? "has" : "have", targets.kind, targets.where),
      advice);
}

void check_no_field_is_double(const Fields& fields, const std::string& input) {
  std::vector<std::string> names = names_of(fields);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    throw Error(ErrorClass::usage, fmt::format("{} has two fields named \"{}\"", input, *twice),
                "Rename one of them, or read the file with --no-header --skip 1 and --map by position.");
  }
}

void check_target(const LoadTargets& targets, const std::string& name) {
  if (!contains(targets.names, name)) {
    const auto nearest = nearest_name(name, targets.names);
    throw Error(ErrorClass::usage, fmt::format("{} has no {} {}", targets.where, targets.kind, name),
                nearest ? fmt::format("Did you mean {}?", *nearest)
                        : fmt::format("It has: {}", fmt::join(targets.names, ", ")));
  }
  if (contains(targets.settled, name)) {
    throw Error(ErrorClass::usage, fmt::format("--map and --set both name the {} {}", targets.kind, name));
  }
}

}  // namespace

std::vector<std::string> names_of(const Fields& fields) {
  std::vector<std::string> names;
  for (const formats::Field& field : fields) names.push_back(field.name);
  return names;
}

std::optional<std::size_t> index_of_field(const Fields& fields, const std::string& name) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return i;
  }
  return std::nullopt;
}

std::size_t find_field(const Fields& fields, const std::string& name, const std::string& input,
                       const std::string& option) {
  if (const auto found = index_of_field(fields, name)) return *found;
  const std::vector<std::string> names = names_of(fields);
  const auto nearest = nearest_name(name, names);
  throw Error(ErrorClass::usage, fmt::format("{} has no field \"{}\" ({})", input, name, option),
              nearest ? fmt::format("Did you mean \"{}\"?", *nearest)
                      : fmt::format("Its fields are: {}", fmt::join(names, ", ")));
}

Assignment assign_fields(const LoadTargets& targets, const Fields& fields, const std::vector<std::string>& used_names,
                         const std::string& input, const LoadOptions& options) {
  check_no_field_is_double(fields, input);
  Assignment assignment;
  std::vector<bool> used(fields.size(), false);
  for (const LoadOptions::Mapping& mapping : options.map) {
    const std::size_t field = find_field(fields, mapping.field, input, "--map");
    check_target(targets, mapping.column);
    if (!assignment.emplace(mapping.column, field).second) {
      throw Error(ErrorClass::usage, fmt::format("--map names the {} {} twice", targets.kind, mapping.column));
    }
    used[field] = true;
  }
  for (const std::string& name : used_names) {
    if (const auto field = index_of_field(fields, name)) used[*field] = true;
  }
  std::vector<std::string> left_over;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& name = fields[i].name;
    const bool mapped = std::any_of(options.map.begin(), options.map.end(),
                                    [&](const LoadOptions::Mapping& mapping) { return mapping.field == name; });
    // A target that --map gives to another field is not also taken by name.
    if (!mapped && contains(targets.names, name) && !contains(targets.settled, name) &&
        assignment.emplace(name, i).second) {
      used[i] = true;
    }
    if (!used[i]) left_over.push_back(name);
  }
  if (!left_over.empty() && !options.ignore_fields) fail_left_over(left_over, targets, input);
  return assignment;
}

}  // namespace cqlbulk::operations
