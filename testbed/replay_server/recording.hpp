// A recorded table: its columns, and its rows as results carry them, in the order of the ring. Made by reading a real
// table (record.hpp), by synthesis (baseline.hpp), or from a file (docs/formats/recording.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/metadata.hpp"
#include "cql/ring.hpp"

namespace cql::replay {

struct Partition {
  Token token = 0;
  std::uint64_t first_row = 0;
  std::uint64_t row_count = 0;
};

/// Rows in wire form: each cell an i32 length (negative: null) and its bytes, in the order of some columns.
struct RowBlock {
  Buffer bytes;
  std::vector<std::uint64_t> offsets{0};  ///< Where each row starts, and the end: one more than there are rows.

  [[nodiscard]] std::uint64_t row_count() const noexcept { return offsets.size() - 1; }
  [[nodiscard]] ByteView rows(std::uint64_t first, std::uint64_t last) const {
    return bytes.view(offsets[first], offsets[last] - offsets[first]);
  }
};

struct Recording {
  Table table;                        ///< Columns in the order of SELECT *.
  std::vector<Partition> partitions;  ///< By token, then in the order in which they were recorded.
  RowBlock rows;                      ///< All columns.

  /// Adds a row at the end; a partition begins where `token` or the key's bytes differ from the row before. Throws
  /// Error{usage} when the tokens do not ascend.
  void add_row(ByteView wire);

 private:
  Buffer last_key_;
};

/// The partition key of a row in wire form, serialized as Cassandra hashes it. Throws Error{protocol} when the row
/// breaks off or a key column is null.
[[nodiscard]] Buffer partition_key_of(const Table& table, ByteView row);

/// The lengths of `columns` cells in front of `wire`, together. Throws Error{protocol} when they are not all there.
[[nodiscard]] std::size_t row_size(ByteView wire, std::size_t columns);

/// Writes the whole file, then gives it its name. Throws Error{usage} naming the file.
void write_recording(const Recording& recording, const std::filesystem::path& file);
/// Checks everything: lengths, tokens, the checksum. Throws Error{usage} naming the file and what is wrong with it.
[[nodiscard]] Recording read_recording(const std::filesystem::path& file);

}  // namespace cql::replay
