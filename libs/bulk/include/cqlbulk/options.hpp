// What all operations share: how to reach the cluster, what to work on, how hard to work.
// Plain data with defaults; validated once when an operation begins (Error{usage} naming every problem).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cql/session.hpp"
#include "cqlbulk/preset.hpp"

namespace cqlbulk {

/// A table, or a query in its place. Names are as in the schema (no quotes).
struct Subject {
  std::string keyspace;
  std::string table;
  /// A whole SELECT given by the user; keyspace and table are then found in it.
  std::string query;
  /// A restriction added to the table's SELECT, CQL text ("value > 3 ALLOW FILTERING").
  std::string where;
};

/// Reads KS.TABLE with quotes as in CQL: ks."Table". Throws Error{usage}.
[[nodiscard]] Subject parse_subject(const std::string& text);

struct PaceOptions {
  /// Pieces of the ring; nothing: at least 4 × nodes, more by size estimates.
  std::optional<std::uint32_t> splits;
  /// How wide the work is; docs/guide/pace.md.
  Preset preset = Preset::balanced;
  /// The most data, in bytes, that Preset::aggressive may be let loose on: a table as estimated, or the files of a
  /// load. More is Error{usage} before any work. Nothing: any amount. What is resumed was agreed to when it began.
  std::optional<std::uint64_t> aggressive_up_to;
  /// Pieces worked on at once, over all threads, at most 256 (load: batches under way); nothing: as the preset has it.
  std::optional<std::uint32_t> parallelism;
  /// Threads, each with its own connections; nothing: one per core, at most 16.
  std::optional<std::uint32_t> threads;
  /// Rows counted, exported or written, and bytes of their values as they travel; nothing: no limit.
  std::optional<std::uint64_t> max_rows_per_second;
  std::optional<std::uint64_t> max_bytes_per_second;
  /// How long a node that failed ten times within a minute is left alone (the whole cluster, when no replica could be
  /// asked ten times) before a single request tries it again.
  std::chrono::milliseconds cool_down{300'000};
  /// Between two looks at the nodes' system_views; 0: none.
  std::chrono::milliseconds health_every{5'000};
  std::int32_t page_size = 5'000;
  /// Bytes of memory that the operation may take; nothing: a quarter of the machine's, at most 1 GiB. Threads, pages
  /// and what is gathered for a file follow it. A single row that is larger than all this needs what it needs.
  std::optional<std::uint64_t> max_memory;
  /// Stop after about this many rows (exactly this many for an export).
  std::optional<std::uint64_t> max_rows;
  std::optional<cql::Consistency> consistency;  ///< Default LOCAL_ONE to read, LOCAL_QUORUM to write.
  /// Failed pieces that are borne before the operation stops: at most this many and at most this share.
  std::uint32_t max_failed_ranges = 10;
  double max_failed_ranges_share = 0.05;
  /// Before the first new try of a piece of work; twice as long before each further one, up to a minute. Between half
  /// and the whole of it is waited, by chance.
  std::chrono::milliseconds retry_wait{1'000};
  /// How long a piece of work waits for nodes that are down, or that have not enough of something, before it counts as
  /// failed. It is tried again meanwhile, five times at least.
  std::chrono::milliseconds patience{600'000};
};

struct OperationOptions {
  cql::ClusterOptions cluster;
  PaceOptions pace;
  /// Where operations keep their directories.
  std::string operation_dir = "cqlbulk-operations";
  /// How the cluster is reached, in words that whoever resumes the operation understands (the tool: names and values of
  /// its options). Kept in the operation's directory, so nothing secret may be in it.
  std::map<std::string, std::vector<std::string>> connection;
  /// Goes on with the latest unfinished operation that set out to do the same, if there is one (cqlbulk/resume.hpp).
  bool auto_resume = false;
  /// An export closes and records a file that is so old; nothing: 60 s for one file, 300 s for a directory, whose parts
  /// are seen. What was written since is done again after a crash.
  std::optional<std::chrono::seconds> checkpoint_every;
  /// How long a write waits for space on a full disk before the operation stops.
  std::chrono::seconds full_disk_wait{600};
};

}  // namespace cqlbulk
