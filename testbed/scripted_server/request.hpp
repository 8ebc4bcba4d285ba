// What the client asked, taken apart as far as tests want to look at it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cql/bytes.hpp"
#include "protocol/envelope.hpp"

namespace cql::scripted {

struct Request {
  std::size_t node = 0;        ///< Which of the server's nodes was asked.
  std::size_t connection = 0;  ///< Counts from 0 over all nodes.
  int version = 5;
  std::int16_t stream = 0;
  std::uint8_t flags = 0;
  protocol::Opcode opcode = protocol::Opcode::options;
  std::string cql;  ///< QUERY, PREPARE; for EXECUTE what was prepared; for BATCH that of the first entry.
  std::map<std::string, std::string> options;  ///< STARTUP
  std::string token;                           ///< AUTH_RESPONSE
  std::string statement_id;                    ///< EXECUTE
  std::string result_metadata_id;              ///< EXECUTE in v5
  std::vector<std::string> batch_ids;          ///< BATCH: one per prepared entry.
  std::size_t batch_size = 0;
  std::uint8_t batch_kind = 0;
  std::size_t value_count = 0;
  std::vector<std::string> values;  ///< EXECUTE, QUERY: as bytes; null and unset are empty.
  std::uint16_t consistency = 0;
  bool skip_metadata = false;
  std::optional<std::int32_t> page_size;
  std::string paging_state;
  std::optional<std::uint16_t> serial_consistency;
  std::optional<std::int64_t> timestamp_us;
  std::string keyspace;
  std::optional<std::int32_t> now_in_seconds;
  std::map<std::string, std::string> custom_payload;
};

/// `body` is the whole body, uncompressed. Throws Error{protocol} when the client's bytes are malformed.
[[nodiscard]] Request read_request(int version, std::uint8_t flags, std::int16_t stream, protocol::Opcode opcode,
                                   ByteView body);

}  // namespace cql::scripted
