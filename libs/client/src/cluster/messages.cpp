#include "cluster/messages.hpp"

#include <limits>

#include "cql/error.hpp"

namespace cql::cluster {

namespace {

std::uint16_t checked_count(std::size_t count) {
  if (count > std::numeric_limits<std::uint16_t>::max()) {
    throw Error(ErrorKind::usage, std::to_string(count) + " values: a statement takes at most 65,535");
  }
  return static_cast<std::uint16_t>(count);
}

constexpr std::size_t stream_id_offset = 2;

void need_version_5(int version, const char* what) {
  if (version >= 5) return;
  throw Error(ErrorKind::unsupported,
              std::string(what) + " per request needs protocol version 5; this cluster has " + std::to_string(version));
}

}  // namespace

void check_options(const RequestOptions& options, int version) {
  if (!options.keyspace.empty()) need_version_5(version, "a keyspace");
  if (options.now_in_seconds) need_version_5(version, "the server's time");
  if (options.serial_consistency && *options.serial_consistency != Consistency::serial &&
      *options.serial_consistency != Consistency::local_serial) {
    throw Error(ErrorKind::usage, "the serial consistency may be SERIAL or LOCAL_SERIAL, not " +
                                      std::string(to_string(*options.serial_consistency)));
  }
  if (options.page_size && *options.page_size < 0) {
    throw Error(ErrorKind::usage, "the page size must not be negative (0 switches paging off)");
  }
}

protocol::QueryParameters query_parameters(const RequestOptions& options, const ClusterOptions& defaults) {
  protocol::QueryParameters parameters;
  parameters.consistency = options.consistency.value_or(defaults.consistency);
  const std::int32_t page_size = options.page_size.value_or(defaults.page_size);
  if (page_size > 0) parameters.page_size = page_size;
  if (page_size <= 0 && !options.paging_state.empty()) {
    // The server would leave the state aside without a word and send everything from the start.
    throw Error(ErrorKind::usage, "a paging state needs paging: the page size is 0");
  }
  parameters.paging_state = options.paging_state;
  parameters.serial_consistency = options.serial_consistency;
  parameters.timestamp_us = options.timestamp_us;
  parameters.keyspace = options.keyspace;
  parameters.now_in_seconds = options.now_in_seconds;
  parameters.tracing = options.tracing;
  if (!options.custom_payload.empty()) parameters.custom_payload = &options.custom_payload;
  return parameters;
}

void QueryMessage::append(protocol::Frame frame, Buffer& out) const {
  protocol::QueryParameters parameters = query_parameters(query_.options, defaults_);
  parameters.value_count = checked_count(query_.values.count());
  parameters.wire_values = query_.values.wire();
  protocol::append_query(frame, query_.cql, parameters, out);
}

ExecuteMessage::ExecuteMessage(const BoundStatement& statement, const ClusterOptions& defaults)
    : statement_(statement), defaults_(defaults), known_(statement.prepared.state()->snapshot()) {}

void ExecuteMessage::append(protocol::Frame frame, Buffer& out) const {
  protocol::QueryParameters parameters = query_parameters(statement_.options, defaults_);
  parameters.keyspace = {};  // the statement has its own
  parameters.value_count = checked_count(statement_.values.count());
  parameters.wire_values = statement_.values.wire();
  // In v4 nothing tells when a result's columns have changed, so they come with every answer.
  parameters.skip_metadata = frame.version >= 5 && known_->columns && !known_->columns->empty() && !known_->id.empty();
  protocol::append_execute(frame, statement_.prepared.state()->id, known_->id, parameters, out);
}

BatchMessage::BatchMessage(const Batch& batch, const ClusterOptions& defaults, int version) {
  std::vector<protocol::BatchEntry> entries;
  entries.reserve(batch.entries.size());
  for (const Batch::Entry& entry : batch.entries) {
    protocol::BatchEntry& out = entries.emplace_back();
    if (entry.prepared != nullptr && entry.prepared->state()) {
      out.statement_id = entry.prepared->state()->id;
    } else {
      out.cql = entry.cql;
    }
    out.value_count = entry.value_count;
    out.wire_values = entry.wire_values;
  }
  protocol::BatchParameters parameters;
  parameters.kind = batch.kind;
  parameters.consistency = batch.options.consistency.value_or(defaults.consistency);
  parameters.serial_consistency = batch.options.serial_consistency;
  parameters.timestamp_us = batch.options.timestamp_us;
  parameters.keyspace = batch.options.keyspace;
  parameters.now_in_seconds = batch.options.now_in_seconds;
  parameters.tracing = batch.options.tracing;
  if (!batch.options.custom_payload.empty()) parameters.custom_payload = &batch.options.custom_payload;
  protocol::append_batch({version, 0}, entries, parameters, envelope_);
}

void BatchMessage::append(protocol::Frame frame, Buffer& out) const {
  const std::size_t at = out.size();
  out.append(envelope_.view());
  store_big_endian(out.data() + at + stream_id_offset, frame.stream);
}

}  // namespace cql::cluster
