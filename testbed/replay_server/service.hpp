// What the replay server answers: the handshake, the system tables of its made-up cluster, and statements on the
// recorded table. No sockets. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "replay_server/dataset.hpp"
#include "replay_server/request.hpp"
#include "replay_server/wire.hpp"
#include "scripted_server/system_tables.hpp"

namespace cql::replay {

/// What was done so far.
struct Statistics {
  std::uint64_t requests = 0;      ///< QUERY, PREPARE, EXECUTE and BATCH.
  std::uint64_t rows_read = 0;     ///< Rows of the recorded table that went out.
  std::uint64_t rows_written = 0;  ///< Statements that write, those in batches too.
  std::uint64_t connections = 0;   ///< Opened, those that ended too.
};

/// One message of a client.
struct Request {
  std::size_t node = 0;
  int version = 5;
  std::int16_t stream = 0;
  protocol::Opcode opcode = protocol::Opcode::options;
  ByteView body;
};

class Service {
 public:
  /// `dataset` must outlive it. The cluster's schema becomes the dataset's table.
  Service(Dataset& dataset, scripted::ScriptedCluster cluster);

  [[nodiscard]] const scripted::ScriptedCluster& cluster() const noexcept { return cluster_; }
  /// The answer, an ERROR where the request cannot be served. Throws Error{protocol} for bytes that are no request.
  [[nodiscard]] Answer answer(const Request& request);
  [[nodiscard]] Statistics statistics() const;

 private:
  /// A statement that was understood once.
  struct Prepared {
    Statement statement;
    bool system = false;
    std::string system_table;                ///< Its name, with the keyspace.
    const Projection* projection = nullptr;  ///< Of selects on the recorded table.
  };
  using PreparedPtr = std::shared_ptr<const Prepared>;

  [[nodiscard]] Prepared understand(std::string_view cql);
  [[nodiscard]] PreparedPtr find(ByteView id) const;
  Buffer prepare(const Request& request);
  Buffer batch(const Request& request);
  void execute(const Request& request, const Prepared& prepared, const StatementRequest& asked, Answer& answer);
  void select(const Request& request, const Prepared& prepared, const StatementRequest& asked, Answer& answer);
  void select_system(const Request& request, const Prepared& prepared, Answer& answer) const;
  [[nodiscard]] scripted::Rows system_rows(std::size_t node, const Prepared& prepared) const;
  [[nodiscard]] std::vector<ColumnSpec> result_columns(std::size_t node, const Prepared& prepared) const;
  [[nodiscard]] std::vector<ColumnSpec> markers(std::size_t node, const Prepared& prepared) const;

  Dataset& dataset_;
  scripted::ScriptedCluster cluster_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, PreparedPtr> prepared_;  ///< By id.
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> rows_read_{0};
  std::atomic<std::uint64_t> rows_written_{0};
};

}  // namespace cql::replay
