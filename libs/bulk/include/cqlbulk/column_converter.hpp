// Values of a column that a program converts itself, on their way into files or out of them.
#pragma once

#include <functional>
#include <string>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"

namespace cqlbulk {

/// What stands in the file for the values of one column, and the function between the two. cqlbulk/converters.hpp makes
/// them of functions on C++ values. Operations without converters spend nothing on their being possible.
struct ColumnConverter {
  std::string column;
  /// Export: what the values are after it; load: what the file's are read as, before it. In every format, and by its
  /// options, as a column of this type would be.
  cql::DataType file_type;
  /// Appends what becomes of a value to `out`, as CQL has its bytes (without length); false: null. `value` is never
  /// null; nulls stay nulls without being asked about. `column_type` is the table's. What it throws ends an export,
  /// and makes a record of a load a bad one, with the exception's text for its reason. Called by several threads at
  /// once, and again for the same value where work is done again.
  std::function<bool(cql::ByteView value, const cql::DataType& column_type, cql::Buffer& out)> convert;
  /// Why it is not for a column of this type; empty: it is. Without it, it is for any.
  std::function<std::string(const cql::DataType& column_type)> misfit;
};

}  // namespace cqlbulk
