// Prelude, handshake answers and events. RESULT and ERROR have files of their own.
#include "protocol/responses.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/notation.hpp"
#include "protocol/schema_change.hpp"

namespace cql::protocol {

Prelude decode_prelude(const EnvelopeHeader& header, ByteView body) {
  Prelude prelude;
  Reader reader(body, "start of a response");
  if ((header.flags & envelope_flag::tracing) != 0) {
    Uuid& id = prelude.tracing_id.emplace();
    std::ranges::copy(reader.raw(id.bytes.size()), id.bytes.begin());
  }
  if ((header.flags & envelope_flag::warning) != 0) prelude.warnings = read_string_list(reader);
  if ((header.flags & envelope_flag::custom_payload) != 0) {
    for (std::uint16_t left = reader.u16(); left > 0; --left) {
      std::string key(reader.string());
      prelude.custom_payload.insert_or_assign(std::move(key), read_bytes(reader));
    }
  }
  prelude.size = reader.offset();
  return prelude;
}

Supported decode_supported(ByteView message) {
  Supported supported;
  Reader reader(message, "SUPPORTED");
  for (std::uint16_t left = reader.u16(); left > 0; --left) {
    std::string key(reader.string());
    supported.options.insert_or_assign(std::move(key), read_string_list(reader));
  }
  return supported;
}

std::string decode_authenticate(ByteView message) { return std::string(Reader(message, "AUTHENTICATE").string()); }

std::vector<std::byte> decode_auth_token(ByteView message) {
  Reader reader(message, "authentication token");
  return read_bytes(reader);
}

SchemaChange read_schema_change(Reader& reader) {
  SchemaChange change;
  change.change = reader.string();
  change.target = reader.string();
  change.keyspace = reader.string();
  if (change.target == "KEYSPACE") return change;
  const bool function = change.target == "FUNCTION" || change.target == "AGGREGATE";
  if (!function && change.target != "TABLE" && change.target != "TYPE") {
    reader.fail(fmt::format("unknown target \"{}\" of a schema change", change.target));
  }
  change.name = reader.string();
  if (function) change.argument_types = read_string_list(reader);
  return change;
}

Event decode_event(ByteView message) {
  Reader reader(message, "EVENT");
  const std::string_view kind = reader.string();
  if (kind == "SCHEMA_CHANGE") return read_schema_change(reader);
  if (kind == "TOPOLOGY_CHANGE") {
    TopologyChange topology;
    topology.change = reader.string();
    topology.address = read_inet_address(reader);
    topology.port = reader.i32();
    return topology;
  }
  if (kind == "STATUS_CHANGE") {
    const std::string_view change = reader.string();
    StatusChange status;
    status.up = change == "UP";
    if (!status.up && change != "DOWN") reader.fail(fmt::format("unknown status \"{}\"", change));
    status.address = read_inet_address(reader);
    status.port = reader.i32();
    return status;
  }
  reader.fail(fmt::format("unknown event \"{}\"", kind));
}

}  // namespace cql::protocol
