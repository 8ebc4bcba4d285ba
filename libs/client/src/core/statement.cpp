// Values in wire form, and what a prepared statement tells about itself.
#include "cql/statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/prepared_state.hpp"
#include "cql/error.hpp"

namespace cql {
namespace {

const PreparedStatement::State& known(const std::shared_ptr<PreparedStatement::State>& state) {
  if (!state) throw Error(ErrorKind::usage, "the statement has not been prepared");
  return *state;
}

std::string names_of(const std::vector<ColumnSpec>& parameters) {
  std::string names;
  for (const ColumnSpec& parameter : parameters) names += (names.empty() ? "" : ", ") + parameter.name;
  return names;
}

}  // namespace

void Values::add(ByteView value) {
  if (value.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw Error(ErrorKind::usage, fmt::format("a value of {} bytes is beyond the protocol's 2 GiB", value.size()));
  }
  std::byte* at = bytes_.append_uninitialized(sizeof(std::int32_t) + value.size());
  store_big_endian(at, static_cast<std::int32_t>(value.size()));
  if (!value.empty()) std::memcpy(at + sizeof(std::int32_t), value.data(), value.size());
  ++count_;
}

void Batch::add(const BoundStatement& statement) {
  const std::size_t count = statement.values.count();
  if (count > std::numeric_limits<std::uint16_t>::max()) {
    throw Error(ErrorKind::usage, fmt::format("{} values: a statement takes at most 65,535", count));
  }
  entries.push_back({&statement.prepared, {}, static_cast<std::uint16_t>(count), statement.values.wire()});
}

const std::string& PreparedStatement::cql() const { return known(state_).cql; }

const std::vector<ColumnSpec>& PreparedStatement::parameters() const { return known(state_).parameters; }

std::shared_ptr<const std::vector<ColumnSpec>> PreparedStatement::result_columns() const {
  return known(state_).snapshot()->columns;
}

const std::vector<std::uint16_t>& PreparedStatement::partition_key_indices() const {
  return known(state_).partition_key_indices;
}

void PreparedStatement::check_count(std::size_t count) const {
  const std::vector<ColumnSpec>& wanted = parameters();
  if (count != wanted.size()) {
    throw Error(ErrorKind::usage,
                fmt::format("{} values for {} parameters ({})", count, wanted.size(), names_of(wanted)))
        .with_query(cql());
  }
}

void PreparedStatement::check_names(std::span<const std::string_view> names) const {
  const std::vector<ColumnSpec>& wanted = parameters();
  std::string problems;
  for (const ColumnSpec& parameter : wanted) {
    if (std::ranges::find(names, parameter.name) == names.end()) problems += "; no value for " + parameter.name;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::ranges::find(wanted, names[i], &ColumnSpec::name) == wanted.end()) {
      problems += fmt::format("; no parameter {}", names[i]);
    } else if (std::ranges::find(names.first(i), names[i]) != names.first(i).end()) {
      problems += fmt::format("; two values for {}", names[i]);
    }
  }
  if (!problems.empty()) {
    throw Error(ErrorKind::usage, fmt::format("the parameters are ({}){}", names_of(wanted), problems))
        .with_query(cql());
  }
}

}  // namespace cql
