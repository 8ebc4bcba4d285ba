// What a client asks, as views into its bytes: only what the replay server needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cql/bytes.hpp"
#include "replay_server/dataset.hpp"

namespace cql::replay {

/// QUERY and EXECUTE. Borrows from the body.
struct StatementRequest {
  std::string_view cql;         ///< QUERY
  ByteView statement_id;        ///< EXECUTE
  ByteView result_metadata_id;  ///< EXECUTE in v5
  BoundValues values;
  bool skip_metadata = false;
  std::optional<std::int32_t> page_size;
  ByteView paging_state;
};

/// Each throws Error{protocol} for malformed bytes.
[[nodiscard]] StatementRequest read_query(int version, ByteView body);
[[nodiscard]] StatementRequest read_execute(int version, ByteView body);
/// How many statements a BATCH holds, every one looked at.
[[nodiscard]] std::size_t read_batch(ByteView body);

}  // namespace cql::replay
