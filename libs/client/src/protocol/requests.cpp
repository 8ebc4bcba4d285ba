// Requests to bytes (native_protocol_v5.spec §4.1; v4 has flags of one byte, no keyspace and no result metadata id).
#include "protocol/requests.hpp"

#include <fmt/format.h>

#include <limits>

#include "cql/error.hpp"
#include "protocol/envelope.hpp"

namespace cql::protocol {
namespace {

using CustomPayload = std::map<std::string, std::vector<std::byte>>;

namespace query_flag {
constexpr std::uint32_t values = 0x01;
constexpr std::uint32_t skip_metadata = 0x02;
constexpr std::uint32_t page_size = 0x04;
constexpr std::uint32_t paging_state = 0x08;
constexpr std::uint32_t serial_consistency = 0x10;
constexpr std::uint32_t timestamp = 0x20;
constexpr std::uint32_t keyspace = 0x80;
constexpr std::uint32_t now_in_seconds = 0x100;
}  // namespace query_flag

namespace prepare_flag {
constexpr std::uint32_t keyspace = 0x01;
}

template <typename Length>
Length checked_length(std::size_t size, const char* what) {
  constexpr auto largest = static_cast<std::size_t>(std::numeric_limits<Length>::max());
  if (size > largest) throw Error(ErrorKind::usage, fmt::format("{} of {}; at most {} fit", what, size, largest));
  return static_cast<Length>(size);
}

void append_string(std::string_view text, const char* what, Buffer& out) {
  out.append_integer(checked_length<std::uint16_t>(text.size(), what));
  out.append(text);
}
void append_long_string(std::string_view text, const char* what, Buffer& out) {
  out.append_integer(checked_length<std::int32_t>(text.size(), what));
  out.append(text);
}
void append_short_bytes(ByteView bytes, const char* what, Buffer& out) {
  out.append_integer(checked_length<std::uint16_t>(bytes.size(), what));
  out.append(bytes);
}
void append_bytes(ByteView bytes, const char* what, Buffer& out) {
  out.append_integer(checked_length<std::int32_t>(bytes.size(), what));
  out.append(bytes);
}
void append_flags(int version, std::uint32_t flags, Buffer& out) {
  if (version >= 5) {
    out.append_integer(flags);
  } else {
    out.push_back(static_cast<std::byte>(flags));
  }
}

/// Writes the header first and the body's size into it last. What was written of a request that turns out to be
/// impossible is taken back, so that `out` only ever holds whole envelopes.
class Envelope {
 public:
  Envelope(Frame frame, Opcode opcode, std::uint8_t flags, Buffer& out) : out_(out), start_(out.size()) {
    EnvelopeHeader header;
    header.version = static_cast<std::uint8_t>(frame.version);
    header.flags = flags;
    header.stream = frame.stream;
    header.opcode = opcode;
    append_envelope_header(header, out_);
  }
  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;
  ~Envelope() {
    if (!finished_) out_.resize(start_);
  }

  void finish() {
    const std::size_t body = out_.size() - start_ - envelope_header_size;
    if (body > max_envelope_body) {
      throw Error(ErrorKind::usage,
                  fmt::format("a request of {} bytes; at most {} can be sent", body, max_envelope_body));
    }
    store_big_endian(out_.data() + start_ + envelope_header_size - sizeof(std::uint32_t),
                     static_cast<std::uint32_t>(body));
    finished_ = true;
  }

 private:
  Buffer& out_;
  std::size_t start_;
  bool finished_ = false;
};

std::uint8_t envelope_flags(bool tracing, const CustomPayload* custom_payload) {
  std::uint8_t flags = 0;
  if (tracing) flags |= envelope_flag::tracing;
  if (custom_payload != nullptr && !custom_payload->empty()) flags |= envelope_flag::custom_payload;
  return flags;
}

void append_custom_payload(const CustomPayload* custom_payload, Buffer& out) {
  if (custom_payload == nullptr || custom_payload->empty()) return;
  out.append_integer(checked_length<std::uint16_t>(custom_payload->size(), "number of custom payload entries"));
  for (const auto& [key, value] : *custom_payload) {
    append_string(key, "length of a custom payload key", out);
    append_bytes(value, "length of a custom payload value", out);
  }
}

void append_parameters(int version, const QueryParameters& parameters, Buffer& out) {
  const bool paged = parameters.page_size && *parameters.page_size > 0;
  const bool in_keyspace = version >= 5 && !parameters.keyspace.empty();
  const bool at_time = version >= 5 && parameters.now_in_seconds;
  std::uint32_t flags = 0;
  if (parameters.value_count > 0) flags |= query_flag::values;
  if (parameters.skip_metadata) flags |= query_flag::skip_metadata;
  if (paged) flags |= query_flag::page_size;
  if (!parameters.paging_state.empty()) flags |= query_flag::paging_state;
  if (parameters.serial_consistency) flags |= query_flag::serial_consistency;
  if (parameters.timestamp_us) flags |= query_flag::timestamp;
  if (in_keyspace) flags |= query_flag::keyspace;
  if (at_time) flags |= query_flag::now_in_seconds;

  out.append_integer(static_cast<std::uint16_t>(parameters.consistency));
  append_flags(version, flags, out);
  if (parameters.value_count > 0) {
    out.append_integer(parameters.value_count);
    out.append(parameters.wire_values);
  }
  if (paged) out.append_integer(*parameters.page_size);
  if (!parameters.paging_state.empty()) append_bytes(parameters.paging_state, "length of the paging state", out);
  if (parameters.serial_consistency) out.append_integer(static_cast<std::uint16_t>(*parameters.serial_consistency));
  if (parameters.timestamp_us) out.append_integer(*parameters.timestamp_us);
  if (in_keyspace) append_string(parameters.keyspace, "length of a keyspace name", out);
  if (at_time) out.append_integer(*parameters.now_in_seconds);
}

/// Everything but the fixed fields of an entry, which come to less than this.
constexpr std::size_t entry_overhead = 16;

void append_entry(const BatchEntry& entry, Buffer& out) {
  const bool prepared = !entry.statement_id.empty();
  out.push_back(std::byte{prepared});
  if (prepared) {
    append_short_bytes(entry.statement_id, "length of a statement id", out);
  } else {
    append_long_string(entry.cql, "length of a statement", out);
  }
  out.append_integer(entry.value_count);
  out.append(entry.wire_values);
}

}  // namespace

void append_options(Frame frame, Buffer& out) { Envelope(frame, Opcode::options, 0, out).finish(); }

void append_startup(Frame frame, const std::map<std::string, std::string>& options, Buffer& out) {
  Envelope envelope(frame, Opcode::startup, 0, out);
  out.append_integer(checked_length<std::uint16_t>(options.size(), "number of STARTUP options"));
  for (const auto& [name, value] : options) {
    append_string(name, "length of a STARTUP option", out);
    append_string(value, "length of a STARTUP option's value", out);
  }
  envelope.finish();
}

void append_auth_response(Frame frame, ByteView token, Buffer& out) {
  Envelope envelope(frame, Opcode::auth_response, 0, out);
  append_bytes(token, "length of an authentication token", out);
  envelope.finish();
}

void append_register(Frame frame, std::span<const std::string_view> events, Buffer& out) {
  Envelope envelope(frame, Opcode::register_, 0, out);
  out.append_integer(checked_length<std::uint16_t>(events.size(), "number of event types"));
  for (const std::string_view event : events) append_string(event, "length of an event type", out);
  envelope.finish();
}

void append_prepare(Frame frame, std::string_view cql, std::string_view keyspace, Buffer& out) {
  Envelope envelope(frame, Opcode::prepare, 0, out);
  append_long_string(cql, "length of a statement", out);
  if (frame.version >= 5) {
    append_flags(frame.version, keyspace.empty() ? 0 : prepare_flag::keyspace, out);
    if (!keyspace.empty()) append_string(keyspace, "length of a keyspace name", out);
  }
  envelope.finish();
}

void append_query(Frame frame, std::string_view cql, const QueryParameters& parameters, Buffer& out) {
  Envelope envelope(frame, Opcode::query, envelope_flags(parameters.tracing, parameters.custom_payload), out);
  append_custom_payload(parameters.custom_payload, out);
  append_long_string(cql, "length of a statement", out);
  append_parameters(frame.version, parameters, out);
  envelope.finish();
}

void append_execute(Frame frame, ByteView statement_id, ByteView result_metadata_id, const QueryParameters& parameters,
                    Buffer& out) {
  Envelope envelope(frame, Opcode::execute, envelope_flags(parameters.tracing, parameters.custom_payload), out);
  append_custom_payload(parameters.custom_payload, out);
  append_short_bytes(statement_id, "length of a statement id", out);
  if (frame.version >= 5) append_short_bytes(result_metadata_id, "length of a result metadata id", out);
  append_parameters(frame.version, parameters, out);
  envelope.finish();
}

void append_batch(Frame frame, std::span<const BatchEntry> entries, const BatchParameters& parameters, Buffer& out) {
  std::size_t size = 64 + envelope_header_size + parameters.keyspace.size();
  for (const BatchEntry& entry : entries) {
    size += entry_overhead + entry.statement_id.size() + entry.cql.size() + entry.wire_values.size();
  }
  // Room for all of it at once; resizing keeps the growth geometric where many batches go into one buffer.
  const std::size_t start = out.size();
  out.resize(start + size);
  out.resize(start);

  Envelope envelope(frame, Opcode::batch, envelope_flags(parameters.tracing, parameters.custom_payload), out);
  append_custom_payload(parameters.custom_payload, out);
  out.push_back(static_cast<std::byte>(parameters.kind));
  out.append_integer(checked_length<std::uint16_t>(entries.size(), "number of statements in a batch"));
  for (const BatchEntry& entry : entries) append_entry(entry, out);

  const bool in_keyspace = frame.version >= 5 && !parameters.keyspace.empty();
  const bool at_time = frame.version >= 5 && parameters.now_in_seconds;
  std::uint32_t flags = 0;
  if (parameters.serial_consistency) flags |= query_flag::serial_consistency;
  if (parameters.timestamp_us) flags |= query_flag::timestamp;
  if (in_keyspace) flags |= query_flag::keyspace;
  if (at_time) flags |= query_flag::now_in_seconds;
  out.append_integer(static_cast<std::uint16_t>(parameters.consistency));
  append_flags(frame.version, flags, out);
  if (parameters.serial_consistency) out.append_integer(static_cast<std::uint16_t>(*parameters.serial_consistency));
  if (parameters.timestamp_us) out.append_integer(*parameters.timestamp_us);
  if (in_keyspace) append_string(parameters.keyspace, "length of a keyspace name", out);
  if (at_time) out.append_integer(*parameters.now_in_seconds);
  envelope.finish();
}

}  // namespace cql::protocol
