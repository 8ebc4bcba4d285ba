#include "scripted_server/request.hpp"

namespace cql::scripted {

using protocol::Opcode;

namespace {

void skip_values(Reader& reader, std::size_t count) {
  for (std::size_t value = 0; value < count; ++value) {
    const std::int32_t size = reader.i32();
    if (size > 0) reader.raw(static_cast<std::size_t>(size));
  }
}

std::string text(ByteView bytes) { return std::string(as_text(bytes)); }

// Of QUERY, EXECUTE and BATCH:
// <consistency><flags>[<n><values>][<page size>][<paging state>][<serial>][<timestamp>][<keyspace>][<now in seconds>]
void read_parameters(Reader& reader, Request& request) {
  request.consistency = reader.u16();
  const auto flags = request.version >= 5 ? static_cast<std::uint32_t>(reader.i32()) : reader.u8();
  if ((flags & 0x01U) != 0) {
    request.value_count = reader.u16();
    for (std::size_t i = 0; i < request.value_count; ++i) {
      const std::int32_t size = reader.i32();
      request.values.push_back(size < 0 ? std::string() : text(reader.raw(static_cast<std::size_t>(size))));
    }
  }
  request.skip_metadata = (flags & 0x02U) != 0;
  if ((flags & 0x04U) != 0) request.page_size = reader.i32();
  if ((flags & 0x08U) != 0) request.paging_state = text(reader.raw(static_cast<std::size_t>(reader.i32())));
  if ((flags & 0x10U) != 0) request.serial_consistency = reader.u16();
  if ((flags & 0x20U) != 0) request.timestamp_us = reader.i64();
  if ((flags & 0x80U) != 0) request.keyspace = std::string(reader.string());
  if ((flags & 0x100U) != 0) request.now_in_seconds = reader.i32();
}

void read_batch(Reader& reader, Request& request) {
  request.batch_kind = reader.u8();
  request.batch_size = reader.u16();
  for (std::size_t entry = 0; entry < request.batch_size; ++entry) {
    if (reader.u8() == 0) {
      const std::string cql(reader.long_string());
      if (entry == 0) request.cql = cql;
    } else {
      request.batch_ids.push_back(text(reader.short_bytes()));
      if (entry == 0) request.cql = request.batch_ids.back();
    }
    skip_values(reader, reader.u16());
  }
  read_parameters(reader, request);
}

void read_custom_payload(Reader& reader, Request& request) {
  const std::size_t entries = reader.u16();
  for (std::size_t entry = 0; entry < entries; ++entry) {
    const std::string key(reader.string());
    const std::int32_t size = reader.i32();
    request.custom_payload[key] = size > 0 ? text(reader.raw(static_cast<std::size_t>(size))) : std::string();
  }
}

}  // namespace

Request read_request(int version, std::uint8_t flags, std::int16_t stream, Opcode opcode, ByteView body) {
  Request request;
  request.version = version;
  request.flags = flags;
  request.stream = stream;
  request.opcode = opcode;
  Reader reader(body, "request");
  if ((flags & protocol::envelope_flag::custom_payload) != 0) read_custom_payload(reader, request);
  switch (opcode) {
    case Opcode::startup: {
      const std::size_t count = reader.u16();
      for (std::size_t option = 0; option < count; ++option) {
        const std::string key(reader.string());
        request.options[key] = std::string(reader.string());
      }
      break;
    }
    case Opcode::auth_response:
      request.token = text(reader.raw(static_cast<std::size_t>(reader.i32())));
      break;
    case Opcode::prepare:
      request.cql = std::string(reader.long_string());
      if (version >= 5 && (reader.i32() & 1) != 0) request.keyspace = std::string(reader.string());
      break;
    case Opcode::query:
      request.cql = std::string(reader.long_string());
      read_parameters(reader, request);
      break;
    case Opcode::execute:
      request.statement_id = text(reader.short_bytes());
      if (version >= 5) request.result_metadata_id = text(reader.short_bytes());
      request.cql = request.statement_id;  // the server gives out the text as the id
      read_parameters(reader, request);
      break;
    case Opcode::batch:
      read_batch(reader, request);
      break;
    default:
      break;
  }
  return request;
}

}  // namespace cql::scripted
