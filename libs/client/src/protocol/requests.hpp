// What the client says: each function appends one whole envelope, header included, for the given version and stream.
// The values are checked by the server; here only what would break the bytes (Error{usage}): more than 65,535 values or
// batch entries, strings beyond their length field.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/consistency.hpp"
#include "cql/statement.hpp"

namespace cql::protocol {

/// Where a request goes: what the envelope header needs.
struct Frame {
  int version = 5;
  std::int16_t stream = 0;
};

void append_options(Frame frame, Buffer& out);
void append_startup(Frame frame, const std::map<std::string, std::string>& options, Buffer& out);
/// `token` is the raw SASL answer.
void append_auth_response(Frame frame, ByteView token, Buffer& out);
/// `events`: TOPOLOGY_CHANGE, STATUS_CHANGE, SCHEMA_CHANGE.
void append_register(Frame frame, std::span<const std::string_view> events, Buffer& out);
void append_prepare(Frame frame, std::string_view cql, std::string_view keyspace, Buffer& out);

/// What QUERY and EXECUTE share (§4.1.4). Borrowed for the call only.
struct QueryParameters {
  Consistency consistency = Consistency::local_one;
  std::uint16_t value_count = 0;
  ByteView wire_values;
  bool skip_metadata = false;
  std::optional<std::int32_t> page_size;
  ByteView paging_state;
  std::optional<Consistency> serial_consistency;
  std::optional<std::int64_t> timestamp_us;
  std::string_view keyspace;                   ///< v5 only; ignored in v4.
  std::optional<std::int32_t> now_in_seconds;  ///< v5 only; ignored in v4.
  bool tracing = false;
  const std::map<std::string, std::vector<std::byte>>* custom_payload = nullptr;
};

void append_query(Frame frame, std::string_view cql, const QueryParameters& parameters, Buffer& out);
/// `result_metadata_id` goes out in v5 only.
void append_execute(Frame frame, ByteView statement_id, ByteView result_metadata_id, const QueryParameters& parameters,
                    Buffer& out);

struct BatchEntry {
  ByteView statement_id;  ///< Empty: `cql` is sent.
  std::string_view cql;
  std::uint16_t value_count = 0;
  ByteView wire_values;
};
struct BatchParameters {
  Batch::Kind kind = Batch::Kind::unlogged;
  Consistency consistency = Consistency::local_quorum;
  std::optional<Consistency> serial_consistency;
  std::optional<std::int64_t> timestamp_us;
  std::string_view keyspace;
  std::optional<std::int32_t> now_in_seconds;
  bool tracing = false;
  const std::map<std::string, std::vector<std::byte>>* custom_payload = nullptr;
};
void append_batch(Frame frame, std::span<const BatchEntry> entries, const BatchParameters& parameters, Buffer& out);

}  // namespace cql::protocol
