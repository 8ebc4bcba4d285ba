// The [option] that describes a column's type (native_protocol_v5.spec §4.2.5.2).
#pragma once

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"

namespace cql::protocol {

/// Throws Error{protocol} for unknown types, types nested too deep, and everything that ends early.
[[nodiscard]] DataType read_type_option(Reader& reader);

}  // namespace cql::protocol
