#include "cluster/response.hpp"

#include <utility>

namespace cql::cluster {

using protocol::Opcode;
using sansio::Envelope;

namespace {

[[noreturn]] void fail_unexpected(const Envelope& envelope, const char* wanted) {
  throw Error(ErrorKind::protocol, "the server answered with opcode " +
                                       std::to_string(static_cast<int>(envelope.header.opcode)) + ", not with " +
                                       wanted);
}

// The columns of this page: as sent, or as known from before when the server left them out.
Columns columns_of(protocol::RowsMetadata& metadata, PreparedStatement::State* prepared, const Columns& known) {
  if (metadata.columns) {
    if (prepared != nullptr && !metadata.new_metadata_id.empty()) {
      prepared->replace({metadata.columns, std::move(metadata.new_metadata_id)});
    }
    return std::move(metadata.columns);
  }
  const std::size_t known_count = known ? known->size() : 0;
  if (metadata.column_count < 0 || static_cast<std::size_t>(metadata.column_count) != known_count) {
    throw Error(ErrorKind::protocol, "the server sent rows of " + std::to_string(metadata.column_count) +
                                         " columns without naming them; " + std::to_string(known_count) + " are known");
  }
  return known;
}

}  // namespace

Error error_in(const Envelope& envelope) {
  protocol::Prelude prelude = protocol::decode_prelude(envelope.header, envelope.body);
  Error error = protocol::decode_error(envelope.body.view().subspan(prelude.size), envelope.header.version);
  if (error.server()) error.with_remarks(std::move(prelude.warnings), prelude.tracing_id);
  return error;
}

Result read_result(Envelope envelope, const std::string& node, PreparedStatement::State* prepared,
                   const Columns& known_columns) {
  if (envelope.header.opcode != Opcode::result) fail_unexpected(envelope, "RESULT");
  Result result;
  result.node = node;
  std::size_t message_at = 0;
  if (envelope.header.flags != 0) {
    protocol::Prelude prelude = protocol::decode_prelude(envelope.header, envelope.body);
    message_at = prelude.size;
    result.warnings = std::move(prelude.warnings);
    result.custom_payload = std::move(prelude.custom_payload);
    result.tracing_id = prelude.tracing_id;
  }
  protocol::ResultMessage message =
      protocol::decode_result(envelope.body.view().subspan(message_at), envelope.header.version);
  if (auto* rows = std::get_if<protocol::RowsResult>(&message)) {
    result.kind = Result::Kind::rows;
    Columns columns = columns_of(rows->metadata, prepared, known_columns);
    result.page = Page(std::move(columns), std::make_shared<const Buffer>(std::move(envelope.body)),
                       message_at + rows->rows_offset, rows->row_count, std::move(rows->metadata.next));
  } else if (auto* keyspace = std::get_if<protocol::SetKeyspaceResult>(&message)) {
    result.kind = Result::Kind::set_keyspace;
    result.keyspace = std::move(keyspace->keyspace);
  } else if (auto* change = std::get_if<protocol::SchemaChange>(&message)) {
    result.kind = Result::Kind::schema_change;
    result.keyspace = std::move(change->keyspace);
  } else if (std::holds_alternative<protocol::PreparedResult>(message)) {
    fail_unexpected(envelope, "the result of a statement");
  }
  return result;
}

std::shared_ptr<PreparedStatement::State> read_prepared(const Envelope& envelope, std::string cql,
                                                        std::string keyspace) {
  if (envelope.header.opcode != Opcode::result) fail_unexpected(envelope, "RESULT");
  const protocol::Prelude prelude = protocol::decode_prelude(envelope.header, envelope.body);
  protocol::ResultMessage message =
      protocol::decode_result(envelope.body.view().subspan(prelude.size), envelope.header.version);
  auto* prepared = std::get_if<protocol::PreparedResult>(&message);
  if (prepared == nullptr) fail_unexpected(envelope, "a prepared statement");
  return std::make_shared<PreparedStatement::State>(
      std::move(cql), std::move(keyspace), std::move(prepared->id), std::move(prepared->parameters),
      std::move(prepared->partition_key_indices),
      PreparedStatement::State::ResultMetadata{std::move(prepared->result.columns),
                                               std::move(prepared->result_metadata_id)});
}

}  // namespace cql::cluster
