// Values in wire form, and what a prepared statement tells about itself.
#include "cql/statement.hpp"

#include <fmt/format.h>

#include <limits>

#include "core/prepared_state.hpp"
#include "cql/error.hpp"

namespace cql {
namespace {

const PreparedStatement::State& known(const std::shared_ptr<PreparedStatement::State>& state) {
  if (!state) throw Error(ErrorKind::usage, "the statement has not been prepared");
  return *state;
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

const std::string& PreparedStatement::cql() const { return known(state_).cql; }

const std::vector<ColumnSpec>& PreparedStatement::parameters() const { return known(state_).parameters; }

std::shared_ptr<const std::vector<ColumnSpec>> PreparedStatement::result_columns() const {
  return known(state_).snapshot()->columns;
}

const std::vector<std::uint16_t>& PreparedStatement::partition_key_indices() const {
  return known(state_).partition_key_indices;
}

}  // namespace cql
