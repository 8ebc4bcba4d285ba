// Values of a row as the input brings them, put in the order of a statement's bind markers, with what is computed for
// each record. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cql/data_type.hpp"
#include "cql/types.hpp"
#include "cqlbulk/load.hpp"
#include "cqlbulk/rows.hpp"

namespace cqlbulk::operations {

/// What a bind marker takes.
struct Marker {
  /// now(), uuid() and the like are worked out here and not by the server: from the operation and the record's place,
  /// so that a record which is sent again brings the same. A write time is a value in the seed's unit.
  enum class Takes : std::uint8_t {
    value,
    write_time,
    random_uuid,
    time_uuid,
    start_timestamp,
    start_date,
    start_time
  };
  Takes takes = Takes::value;
  std::uint16_t value = 0;  ///< Index into the row's values.

  auto operator<=>(const Marker&) const = default;
};

/// What "now()", "uuid()", "current_timestamp()", "toTimestamp(now())" … stand for; nothing for other expressions.
[[nodiscard]] std::optional<Marker::Takes> computed_here(std::string_view expression);
/// Whether a column of this type can take it.
[[nodiscard]] bool fits(Marker::Takes computed, const cql::DataType& type);

/// Where computed values come from: the same for all runs of an operation.
struct BindingSeed {
  cql::Uuid random;
  std::int64_t start_us = 0;  ///< Microseconds since 1970.
  TimeUnit write_time_unit = TimeUnit::microseconds;
};

/// Nothing when it is no whole number of microseconds, or beyond int64.
[[nodiscard]] std::optional<std::int64_t> microseconds_of(std::int64_t time, TimeUnit unit);

/// Whether a row has nothing but its partition key and static columns: the values at `clustering` and `regular` are all
/// null or unset. Throws cql::Error{usage} for a row with some of its clustering columns, or with none but with regular
/// ones.
[[nodiscard]] bool is_static_row(cql::ByteView row, const std::vector<std::uint16_t>& clustering,
                                 const std::vector<std::uint16_t>& regular);

class RowBinder {
 public:
  RowBinder() = default;
  /// `value_count`: values of a row.
  RowBinder(std::vector<Marker> markers, std::size_t value_count, const BindingSeed& seed);

  /// Rows are what is bound: nothing to be done.
  [[nodiscard]] bool as_is() const noexcept { return as_is_; }
  /// Appends what is bound for a row. `record`: its place among all records of the operation. Throws cql::Error{usage}
  /// for a write time that is no whole number of microseconds.
  void append(cql::ByteView row, std::uint64_t record, cql::Buffer& out) const;

 private:
  void append_computed(std::size_t marker, std::uint64_t record, cql::Buffer& out) const;

  std::vector<Marker> markers_;
  std::size_t value_count_ = 0;
  BindingSeed seed_;
  bool as_is_ = true;
};

}  // namespace cqlbulk::operations
