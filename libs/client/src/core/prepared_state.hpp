// What stands behind a PreparedStatement. All but the result's metadata is fixed once the statement is prepared; the
// server may announce other result metadata with any answer (native_protocol_v5.spec §4.2.5.2, Metadata_changed), on
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cql/result.hpp"
#include "cql/statement.hpp"

namespace cql {

struct PreparedStatement::State {
  struct ResultMetadata {
    Columns columns;            ///< Null when the statement returns no rows.
    std::vector<std::byte> id;  ///< v5; empty in v4.
  };

  State(std::string cql_text, std::string in_keyspace, std::vector<std::byte> statement_id,
        std::vector<ColumnSpec> bind_markers, std::vector<std::uint16_t> key_indices, ResultMetadata result)
      : cql(std::move(cql_text)),
        keyspace(std::move(in_keyspace)),
        id(std::move(statement_id)),
        parameters(std::move(bind_markers)),
        partition_key_indices(std::move(key_indices)),
        result_(std::make_shared<const ResultMetadata>(std::move(result))) {}

  const std::string cql;
  const std::string keyspace;  ///< The one it was prepared in; empty when the text names its own.
  const std::vector<std::byte> id;
  const std::vector<ColumnSpec> parameters;
  const std::vector<std::uint16_t> partition_key_indices;

  /// What the result looks like as far as is known now; columns and id belong together. Any thread.
  [[nodiscard]] std::shared_ptr<const ResultMetadata> snapshot() const {
    const std::lock_guard lock(mutex_);
    return result_;
  }

  void replace(ResultMetadata result) {
    auto fresh = std::make_shared<const ResultMetadata>(std::move(result));
    const std::lock_guard lock(mutex_);
    result_.swap(fresh);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const ResultMetadata> result_;
};

}  // namespace cql
