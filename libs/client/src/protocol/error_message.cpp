// ERROR messages as errors (native_protocol_v5.spec §8; v4 counts failures instead of listing them).
#include <fmt/format.h>

#include "protocol/notation.hpp"
#include "protocol/responses.hpp"

namespace cql::protocol {
namespace {

/// A code nobody knows is a server error like any other; the code itself stays in the fields.
ErrorKind kind_of(std::int32_t code) {
  switch (code) {
    case 0x0000:
      return ErrorKind::server_error;
    case 0x000A:
      return ErrorKind::server_protocol_error;
    case 0x0100:
      return ErrorKind::bad_credentials;
    case 0x1000:
      return ErrorKind::unavailable;
    case 0x1001:
      return ErrorKind::overloaded;
    case 0x1002:
      return ErrorKind::is_bootstrapping;
    case 0x1003:
      return ErrorKind::truncate_error;
    case 0x1100:
      return ErrorKind::write_timeout;
    case 0x1200:
      return ErrorKind::read_timeout;
    case 0x1300:
      return ErrorKind::read_failure;
    case 0x1400:
      return ErrorKind::function_failure;
    case 0x1500:
      return ErrorKind::write_failure;
    case 0x1600:
      return ErrorKind::cdc_write_failure;
    case 0x1700:
      return ErrorKind::cas_write_unknown;
    case 0x2000:
      return ErrorKind::syntax_error;
    case 0x2100:
      return ErrorKind::unauthorized;
    case 0x2200:
      return ErrorKind::invalid;
    case 0x2300:
      return ErrorKind::config_error;
    case 0x2400:
      return ErrorKind::already_exists;
    case 0x2500:
      return ErrorKind::unprepared;
    default:
      return ErrorKind::server_error;
  }
}

/// <cl><received><blockfor>, with which timeouts and failures begin.
void read_answers(Reader& reader, ServerErrorFields& fields) {
  fields.consistency = reader.u16();
  fields.received = reader.i32();
  fields.required = reader.i32();
}

void read_failures(Reader& reader, int version, ServerErrorFields& fields) {
  const std::int32_t count = reader.i32();
  if (count < 0) reader.fail(fmt::format("negative number of failures, {}", count));
  if (version < 5) return;
  for (std::int32_t left = count; left > 0; --left) {
    ServerErrorFields::ReplicaFailure failure;
    failure.address = read_inet_address(reader).to_string();
    failure.reason = reader.u16();
    fields.failures.push_back(std::move(failure));
  }
}

void read_fields(Reader& reader, ErrorKind kind, int version, ServerErrorFields& fields) {
  switch (kind) {
    case ErrorKind::unavailable:
      fields.consistency = reader.u16();
      fields.required = reader.i32();
      fields.alive = reader.i32();
      return;
    case ErrorKind::write_timeout:
      read_answers(reader, fields);
      fields.write_type = reader.string();
      if (version >= 5 && fields.write_type == "CAS") fields.contentions = reader.u16();
      return;
    case ErrorKind::read_timeout:
      read_answers(reader, fields);
      fields.data_present = reader.u8() != 0;
      return;
    case ErrorKind::read_failure:
      read_answers(reader, fields);
      read_failures(reader, version, fields);
      fields.data_present = reader.u8() != 0;
      return;
    case ErrorKind::write_failure:
      read_answers(reader, fields);
      read_failures(reader, version, fields);
      fields.write_type = reader.string();
      return;
    case ErrorKind::cas_write_unknown:
      read_answers(reader, fields);
      return;
    case ErrorKind::function_failure:
      fields.keyspace = reader.string();
      fields.function = reader.string();
      fields.argument_types = read_string_list(reader);
      return;
    case ErrorKind::already_exists:
      fields.keyspace = reader.string();
      fields.table = reader.string();
      return;
    case ErrorKind::unprepared:
      fields.statement_id = read_short_bytes(reader);
      return;
    default:
      return;
  }
}

}  // namespace

Error decode_error(ByteView message, int version) {
  Reader reader(message, "ERROR");
  ServerErrorFields fields;
  fields.code = reader.i32();
  const ErrorKind kind = kind_of(fields.code);
  std::string text(reader.string());
  read_fields(reader, kind, version, fields);
  return {kind, std::move(text), std::move(fields)};
}

}  // namespace cql::protocol
