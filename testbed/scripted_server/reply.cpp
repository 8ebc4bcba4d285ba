#include "scripted_server/reply.hpp"

namespace cql::scripted {

using protocol::Opcode;

namespace {

constexpr std::int32_t kind_void = 1;
constexpr std::int32_t kind_rows = 2;
constexpr std::int32_t kind_set_keyspace = 3;

constexpr std::int32_t flag_global_table = 0x01;
constexpr std::int32_t flag_more_pages = 0x02;
constexpr std::int32_t flag_no_metadata = 0x04;
constexpr std::int32_t flag_metadata_changed = 0x08;

constexpr std::uint16_t consistency_quorum = 0x0004;

void append_short_bytes(std::string_view bytes, Buffer& out) { append_string(bytes, out); }

}  // namespace

Reply Reply::message(Opcode opcode, ByteView body) {
  Reply reply;
  reply.opcode_ = opcode;
  reply.body_ = as_text(body);
  return reply;
}

Reply Reply::nothing() {
  Buffer body;
  body.append_integer(kind_void);
  return message(Opcode::result, body);
}

Reply Reply::rows(Rows rows, std::string next_page) {
  Reply reply;
  reply.rows_ = std::move(rows);
  reply.next_page_ = std::move(next_page);
  return reply;
}

Reply Reply::set_keyspace(std::string_view keyspace) {
  Buffer body;
  body.append_integer(kind_set_keyspace);
  append_string(keyspace, body);
  return message(Opcode::result, body);
}

Reply Reply::error(std::int32_t code, std::string_view text, ByteView more) {
  Buffer body;
  body.append_integer(code);
  append_string(text, body);
  body.append(more);
  return message(Opcode::error, body);
}

Reply Reply::unavailable(std::int32_t required, std::int32_t alive) {
  Buffer more;
  more.append_integer(consistency_quorum);
  more.append_integer(required);
  more.append_integer(alive);
  return error(error_code::unavailable, "Cannot achieve consistency level QUORUM", more);
}

Reply Reply::read_timeout(std::int32_t received, std::int32_t required, bool data_present) {
  Buffer more;
  more.append_integer(consistency_quorum);
  more.append_integer(received);
  more.append_integer(required);
  more.push_back(std::byte{data_present});
  return error(error_code::read_timeout, "Operation timed out", more);
}

Reply Reply::write_timeout(std::string_view write_type) {
  Buffer more;
  more.append_integer(consistency_quorum);
  more.append_integer(std::int32_t{1});
  more.append_integer(std::int32_t{2});
  append_string(write_type, more);
  return error(error_code::write_timeout, "Operation timed out", more);
}

Reply Reply::truncated(std::size_t bytes) && {
  truncate_ = bytes;
  return std::move(*this);
}

Reply Reply::on_version(int version) && {
  version_ = version;
  return std::move(*this);
}

Reply Reply::on_stream(std::int16_t stream) && {
  stream_ = stream;
  return std::move(*this);
}

Reply Reply::warning(std::vector<std::string> warnings) && {
  warnings_ = std::move(warnings);
  return std::move(*this);
}

Reply Reply::tracing_id(const Uuid& id) && {
  tracing_id_ = id;
  return std::move(*this);
}

void Reply::append_rows(const Request& request, const std::string& metadata_id, Buffer& out) const {
  const bool execute = request.opcode == Opcode::execute;
  const bool changed = execute && request.version >= 5 && request.result_metadata_id != metadata_id;
  const bool skip = execute && request.skip_metadata && !changed;
  const std::vector<ColumnSpec>& columns = rows_->columns();
  out.append_integer(kind_rows);
  out.append_integer((columns.empty() || skip ? 0 : flag_global_table) | (next_page_.empty() ? 0 : flag_more_pages) |
                     (skip ? flag_no_metadata : 0) | (changed ? flag_metadata_changed : 0));
  out.append_integer(static_cast<std::int32_t>(columns.size()));
  if (!next_page_.empty()) append_bytes(as_bytes(next_page_), out);
  if (changed) append_short_bytes(metadata_id, out);
  if (!skip && !columns.empty()) {
    append_string(columns.front().keyspace, out);
    append_string(columns.front().table, out);
    for (const ColumnSpec& column : columns) {
      append_string(column.name, out);
      append_type(column.type, out);
    }
  }
  out.append_integer(rows_->count());
  out.append(rows_->wire());
}

void Reply::append_envelope(const Request& request, const std::string& metadata_id, Buffer& out) const {
  Buffer body;
  std::uint8_t flags = 0;
  if (tracing_id_) {
    flags |= protocol::envelope_flag::tracing;
    body.append(ByteView(tracing_id_->bytes));
  }
  if (!warnings_.empty()) {
    flags |= protocol::envelope_flag::warning;
    body.append_integer(static_cast<std::uint16_t>(warnings_.size()));
    for (const std::string& warning : warnings_) append_string(warning, body);
  }
  if (rows_) {
    append_rows(request, metadata_id, body);
  } else {
    body.append(std::string_view(body_));
  }
  body.resize(body.size() - std::min(truncate_, body.size()));

  protocol::EnvelopeHeader header;
  header.version = static_cast<std::uint8_t>(version_.value_or(request.version));
  header.response = true;
  header.flags = flags;
  header.stream = stream_.value_or(request.stream);
  header.opcode = opcode_;
  header.body_size = static_cast<std::uint32_t>(body.size());
  protocol::append_envelope_header(header, out);
  out.append(body);
}

}  // namespace cql::scripted
