// What an export will do, worked out before it does anything: the statement, its columns and their names in the file,
// the splits, the shape of the output. Wrong settings end here, with Error{usage}.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cqlbulk/export.hpp"
#include "formats/format.hpp"
#include "operations/cluster_thread.hpp"
#include "operations/select.hpp"
#include "plan/memory_shares.hpp"
#include "plan/size_estimates.hpp"
#include "plan/splits.hpp"
#include "storage/storage.hpp"
#include "streams/file_form.hpp"

namespace cqlbulk::operations {

struct ExportPlan {
  std::string keyspace;
  std::string table;
  cql::PreparedStatement statement;
  std::string whole_because;  ///< Why the statement runs as one query; empty when it is split.
  std::vector<cql::ColumnSpec> columns;
  std::vector<std::string> names;        ///< Of the columns, in the file.
  std::vector<formats::CellFact> facts;  ///< Which of the columns are write times and TTLs; empty: none.
  /// The first columns that are the partition key; 0: otherwise.
  std::size_t key_columns = 0;
  bool wide_partitions = false;  ///< Partitions may have several rows.
  std::vector<plan::Split> splits;
  std::vector<std::uint32_t> order;  ///< In which splits are claimed.
  FormatKind format = FormatKind::csv;
  FormatOptions format_options;  ///< Settled.
  streams::FileForm form;        ///< Of each file.
  storage::Location target;
  cql::Consistency consistency = cql::Consistency::local_one;
  std::int32_t page_size = 0;
  unsigned threads = 1;
  plan::MemoryShares memory;
  std::uint32_t parallelism = 1;
  std::uint64_t most_failed = 0;  ///< Splits that may fail while the others go on.
  std::optional<std::uint64_t> max_part_rows;
  storage::PartNames part_names{"", ""};     ///< Of a directory's parts.
  plan::TableSize size;                      ///< Where it was asked for.
  std::uint64_t max_part_bytes = 0;          ///< Of a part, or of a fragment of the one file; 0: no matter.
  std::chrono::seconds checkpoint_every{0};  ///< A file is closed when it is so old; 0: never.

  [[nodiscard]] bool is_split() const { return whole_because.empty(); }
};

/// Problems of the options that need no cluster to be seen. Throws Error{usage} naming all of them.
void validate(const ExportOptions& options);

/// `recorded`: the splits of an operation that goes on; empty: they are made.
[[nodiscard]] ExportPlan plan_export(const ExportOptions& options, ClusterThread& cluster,
                                     const std::vector<cql::TokenRange>& recorded = {});

/// Of the export's SELECT: the selectors, as CQL, and their names in the file. Pure.
struct Selection {
  std::vector<std::string> selectors;
  std::vector<std::string> names;
  std::vector<formats::CellFact> facts;
};
/// `times_of_elements`: the server knows WRITETIME and TTL of collections that are not frozen. Throws Error{usage} for
/// columns that are not there and names that come twice.
[[nodiscard]] Selection choose_columns(const cql::Table& table, const ExportOptions& options,
                                       bool times_of_elements = false);

}  // namespace cqlbulk::operations
