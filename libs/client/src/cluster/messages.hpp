// The requests of a session as messages that write themselves for whatever connection takes them.
// Each borrows what it is made from; the coroutine that owns the statement outlives it.
#pragma once

#include <memory>
#include <string_view>

#include "core/prepared_state.hpp"
#include "cql/cluster_options.hpp"
#include "cql/statement.hpp"
#include "net/connection.hpp"
#include "protocol/requests.hpp"

namespace cql::cluster {

/// Throws Error{usage} for options that make no sense, Error{unsupported} for those that the protocol version lacks.
void check_options(const RequestOptions& options, int version);

/// A request's options with the cluster's defaults filled in. Borrows from `options`.
[[nodiscard]] protocol::QueryParameters query_parameters(const RequestOptions& options, const ClusterOptions& defaults);

class QueryMessage final : public net::OutgoingMessage {
 public:
  QueryMessage(const Query& query, const ClusterOptions& defaults) : query_(query), defaults_(defaults) {}
  void append(protocol::Frame frame, Buffer& out) const override;

 private:
  const Query& query_;
  const ClusterOptions& defaults_;
};

class ExecuteMessage final : public net::OutgoingMessage {
 public:
  using ResultMetadata = PreparedStatement::State::ResultMetadata;
  ExecuteMessage(const BoundStatement& statement, const ClusterOptions& defaults);
  void append(protocol::Frame frame, Buffer& out) const override;
  /// What the result's rows are, as far as this message told the server that we know.
  [[nodiscard]] const Columns& known_columns() const noexcept { return known_->columns; }
  /// After a re-preparation: take what is known now.
  void renew() { known_ = statement_.prepared.state()->snapshot(); }

 private:
  const BoundStatement& statement_;
  const ClusterOptions& defaults_;
  std::shared_ptr<const ResultMetadata> known_;
};

class PrepareMessage final : public net::OutgoingMessage {
 public:
  PrepareMessage(std::string_view cql, std::string_view keyspace) : cql_(cql), keyspace_(keyspace) {}
  void append(protocol::Frame frame, Buffer& out) const override {
    protocol::append_prepare(frame, cql_, keyspace_, out);
  }

 private:
  std::string_view cql_;
  std::string_view keyspace_;
};

/// Written once, when the values it is made from are still there; sent as often as need be.
class BatchMessage final : public net::OutgoingMessage {
 public:
  BatchMessage(const Batch& batch, const ClusterOptions& defaults, int version);
  void append(protocol::Frame frame, Buffer& out) const override;

 private:
  Buffer envelope_;
};

}  // namespace cql::cluster
