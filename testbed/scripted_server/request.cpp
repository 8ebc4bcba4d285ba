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

// <consistency><flags>[<n><values>][<page size>][<paging state>][<serial>][<timestamp>][<keyspace>]
void read_parameters(Reader& reader, Request& request) {
  request.consistency = reader.u16();
  const auto flags = request.version >= 5 ? static_cast<std::uint32_t>(reader.i32()) : reader.u8();
  if ((flags & 0x01U) != 0) {
    request.value_count = reader.u16();
    skip_values(reader, request.value_count);
  }
  request.skip_metadata = (flags & 0x02U) != 0;
  if ((flags & 0x04U) != 0) request.page_size = reader.i32();
  if ((flags & 0x08U) != 0) request.paging_state = text(reader.raw(static_cast<std::size_t>(reader.i32())));
  if ((flags & 0x10U) != 0) reader.u16();
  if ((flags & 0x20U) != 0) request.timestamp_us = reader.i64();
  if ((flags & 0x80U) != 0) request.keyspace = std::string(reader.string());
}

void read_batch(Reader& reader, Request& request) {
  reader.u8();  // its kind
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
  request.consistency = reader.u16();
}

void skip_custom_payload(Reader& reader) {
  const std::size_t entries = reader.u16();
  for (std::size_t entry = 0; entry < entries; ++entry) {
    reader.string();
    const std::int32_t size = reader.i32();
    if (size > 0) reader.raw(static_cast<std::size_t>(size));
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
  if ((flags & protocol::envelope_flag::custom_payload) != 0) skip_custom_payload(reader);
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
