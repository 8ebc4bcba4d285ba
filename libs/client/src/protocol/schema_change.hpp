// What RESULT and EVENT share.
#pragma once

#include "protocol/responses.hpp"

namespace cql::protocol {

[[nodiscard]] SchemaChange read_schema_change(Reader& reader);

}  // namespace cql::protocol
