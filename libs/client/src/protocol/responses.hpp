// What the server says: the body of an envelope to a struct. Nothing is trusted: every decoder throws Error{protocol}
// with the offset for malformed bytes. Bytes after the end of a message are ignored, as native_protocol_v5.spec §2.4
// asks of clients, so that servers may add fields; the cells of rows are not looked at.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"
#include "cql/error.hpp"
#include "cql/result.hpp"
#include "cql/statement.hpp"
#include "cql/types.hpp"
#include "protocol/envelope.hpp"

namespace cql::protocol {

/// What stands before the message when the header's flags say so.
struct Prelude {
  std::optional<Uuid> tracing_id;
  std::vector<std::string> warnings;
  std::map<std::string, std::vector<std::byte>> custom_payload;
  std::size_t size = 0;  ///< Bytes it took: the message starts here.
};
[[nodiscard]] Prelude decode_prelude(const EnvelopeHeader& header, ByteView body);

struct Supported {
  std::map<std::string, std::vector<std::string>> options;
};
[[nodiscard]] Supported decode_supported(ByteView message);
[[nodiscard]] std::string decode_authenticate(ByteView message);           ///< The authenticator's class.
[[nodiscard]] std::vector<std::byte> decode_auth_token(ByteView message);  ///< AUTH_CHALLENGE, AUTH_SUCCESS.

/// An ERROR message as the error it is, fields included.
[[nodiscard]] Error decode_error(ByteView message, int version);

struct RowsMetadata {
  Columns columns;  ///< Null when the server left them out (skip_metadata).
  std::int32_t column_count = 0;
  PagingState next;
  std::vector<std::byte> new_metadata_id;  ///< v5: the statement's result changed.
};
struct VoidResult {};
struct RowsResult {
  RowsMetadata metadata;
  std::uint32_t row_count = 0;
  std::size_t rows_offset = 0;  ///< Within `message`: where the first cell's length stands.
};
struct SetKeyspaceResult {
  std::string keyspace;
};
struct PreparedResult {
  std::vector<std::byte> id;
  std::vector<std::byte> result_metadata_id;  ///< v5
  std::vector<ColumnSpec> parameters;
  std::vector<std::uint16_t> partition_key_indices;
  RowsMetadata result;
};
struct SchemaChange {
  std::string change;  ///< CREATED, UPDATED, DROPPED
  std::string target;  ///< KEYSPACE, TABLE, TYPE, FUNCTION, AGGREGATE
  std::string keyspace;
  std::string name;
  std::vector<std::string> argument_types;
};
using ResultMessage = std::variant<VoidResult, RowsResult, SetKeyspaceResult, PreparedResult, SchemaChange>;
[[nodiscard]] ResultMessage decode_result(ByteView message, int version);

struct TopologyChange {
  std::string change;  ///< NEW_NODE, REMOVED_NODE, MOVED_NODE
  Inet address;
  std::int32_t port = 0;
};
struct StatusChange {
  bool up = false;
  Inet address;
  std::int32_t port = 0;
};
using Event = std::variant<TopologyChange, StatusChange, SchemaChange>;
[[nodiscard]] Event decode_event(ByteView message);

}  // namespace cql::protocol
