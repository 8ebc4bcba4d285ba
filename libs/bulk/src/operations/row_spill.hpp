// Rows of a load that wait on the disk until all of their unit has been read: in buckets by their partition, so that
// each bucket has all of its partitions' rows and is small enough to be looked through in memory.
//
// In the file a row is its record's number (8 bytes), its size (4) and its bytes; a bucket's rows lie in the order in
// which they came. Private to the process: no other one reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "cqlbulk/rows.hpp"
#include "operations/partition_batcher.hpp"
#include "storage/spill_file.hpp"

namespace cqlbulk::operations {

/// What a row takes in memory while others of its partition are looked for, besides its bytes: its places, its group,
/// and the group's places. Near enough for rows that find no others, which take most.
inline constexpr std::size_t memory_beside_row = 128;
[[nodiscard]] constexpr std::size_t memory_of_rows(std::size_t rows, std::size_t bytes) noexcept {
  return bytes + rows * memory_beside_row;
}

/// What a unit is expected to bring.
struct ExpectedRows {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};
/// How a unit is divided.
struct SpillShape {
  std::size_t buckets = 1;
  std::size_t buffer = 0;  ///< Bytes of each that are gathered before they are written; a larger row is written alone.
};
/// Of the memory for rows that wait, a quarter is for the buffers and an eighth for where their bytes lie in the file.
/// The rest is for rows that have not been added yet.
[[nodiscard]] constexpr std::size_t memory_beside_spill(std::size_t memory) noexcept { return memory / 8 * 5; }
/// Of the rows that come back half of it is taken at a time, so that the next can be read while they are sent.
[[nodiscard]] constexpr std::size_t memory_of_returning_rows(std::size_t memory) noexcept { return memory / 2; }
/// A bucket is to take half of what may come back at a time, unless these are too many for the buffers.
[[nodiscard]] SpillShape spill_shape(const ExpectedRows& expected, std::size_t memory);

/// Which bucket the rows of a partition go to. `key`: the row's bytes up to the end of its partition key.
[[nodiscard]] std::size_t bucket_of(std::string_view key, std::size_t buckets);

void append_spilled_row(const RowToLoad& row, cql::Buffer& out);
/// All rows of what append_spilled_row wrote. Throws cqlbulk::Error{failed} when it does not consist of whole rows.
[[nodiscard]] BoundRows read_spilled_rows(cql::Buffer bytes);

/// Of one unit at a time: begin(), add() of its rows, end(), and next() until nothing comes. One thread.
class RowSpill {
 public:
  /// `memory`: for rows that wait. `key_values`: how many values at the start of a row are its partition key.
  RowSpill(storage::SpillFile file, std::size_t key_values, std::size_t memory)
      : file_(std::move(file)), key_values_(key_values), memory_(memory) {}

  void begin(const ExpectedRows& expected);
  [[nodiscard]] bool begun() const noexcept { return !buckets_.empty(); }
  /// Rows of one partition, which are copied. Throws cqlbulk::Error{failed} when they cannot be written.
  void add(std::span<const RowToLoad> group);
  /// All of the unit's rows are there.
  void end();
  /// Rows of a bucket: all of them, or, of one that takes more than may come back at a time, the next ones. Empty when
  /// no rows are left; the next unit may begin then. Throws cqlbulk::Error{failed} when they cannot be read.
  [[nodiscard]] std::deque<BoundRows> next();

  /// Bytes written so far, of all units.
  [[nodiscard]] std::uint64_t written() const noexcept { return file_.written(); }

 private:
  struct Bucket {
    cql::Buffer buffer;
    std::vector<storage::SpillFile::Extent> extents;
  };
  void write(Bucket& bucket);

  storage::SpillFile file_;
  std::size_t key_values_;
  std::size_t memory_;
  std::size_t buffer_bytes_ = 0;
  std::vector<Bucket> buckets_;  ///< None: no rows.
  std::size_t next_bucket_ = 0;  ///< The one that is read back,
  std::size_t next_extent_ = 0;  ///< and how far.
};

}  // namespace cqlbulk::operations
