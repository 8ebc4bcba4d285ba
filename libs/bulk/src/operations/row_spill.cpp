#include "operations/row_spill.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {

namespace {

constexpr std::size_t row_header = sizeof(std::uint64_t) + sizeof(std::uint32_t);
constexpr std::uint64_t smallest_buffer = std::uint64_t{4} << 10U;
/// For larger writes the kernel looks for larger pages (storage/descriptor_stream.cpp).
constexpr std::uint64_t usual_buffer = std::uint64_t{64} << 10U;

/// What to do about it is more than the system's error knows.
[[noreturn]] void fail(const Error& error) {
  throw Error(
      ErrorClass::failed,
      fmt::format("rows that wait for others of their partition have no place on the disk: {}", error.message()),
      fmt::format("{}{}Or load with a smaller --group-spill, or without it.", error.advice(),
                  error.advice().empty() ? "" : " "));
}

}  // namespace

SpillShape spill_shape(const ExpectedRows& expected, std::size_t memory) {
  const std::uint64_t in_file = expected.bytes + expected.rows * row_header;
  const std::uint64_t in_memory = memory_of_rows(expected.rows, expected.bytes);
  const std::uint64_t quarter = std::max<std::uint64_t>(memory / 4, smallest_buffer);
  // The smaller the buffers, the more places in the file are to be kept.
  const std::uint64_t places = std::max<std::uint64_t>(memory / 8, 1);
  const std::uint64_t least =
      std::clamp(in_file / places * sizeof(storage::SpillFile::Extent), smallest_buffer, quarter);
  const std::uint64_t wanted = in_memory / std::max<std::uint64_t>(memory_of_returning_rows(memory) / 2, 1) + 1;
  const std::uint64_t buckets = std::clamp<std::uint64_t>(wanted, 1, quarter / least);
  return {static_cast<std::size_t>(buckets),
          static_cast<std::size_t>(std::clamp(quarter / buckets, least, std::max(usual_buffer, least)))};
}

std::size_t bucket_of(std::string_view key, std::size_t buckets) {
  // By the upper half of the hash: the batcher places groups by its lowest bits, which keep all their values in a
  // bucket.
  const std::uint64_t upper = std::hash<std::string_view>()(key) >> 32U;
  return static_cast<std::size_t>((upper * buckets) >> 32U);
}

void append_spilled_row(const RowToLoad& row, cql::Buffer& out) {
  out.append_integer(row.record);
  out.append_integer(row.size);
  out.append(row.wire());
}

BoundRows read_spilled_rows(cql::Buffer bytes) {
  BoundRows block;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t left = bytes.size() - at;
    const std::uint32_t size =
        left < row_header ? 0 : cql::load_big_endian<std::uint32_t>(bytes.data() + at + sizeof(std::uint64_t));
    if (left < row_header || size > left - row_header) {
      throw Error(ErrorClass::failed, "rows that were written to the disk came back cut off");
    }
    block.rows.push_back(
        {static_cast<std::uint32_t>(at + row_header), size, cql::load_big_endian<std::uint64_t>(bytes.data() + at)});
    at += row_header + size;
  }
  block.bytes = std::move(bytes);
  return block;
}

void RowSpill::begin(const ExpectedRows& expected) {
  const SpillShape shape = spill_shape(expected, memory_);
  buffer_bytes_ = shape.buffer;
  buckets_.resize(shape.buckets);
}

void RowSpill::add(std::span<const RowToLoad> group) {
  Bucket& bucket = buckets_[bucket_of(partition_of(group.front().wire(), key_values_), buckets_.size())];
  for (const RowToLoad& row : group) {
    const std::size_t size = row_header + row.size;
    if (bucket.buffer.size() + size > buffer_bytes_) write(bucket);
    bucket.buffer.reserve(std::max(buffer_bytes_, size));
    append_spilled_row(row, bucket.buffer);
    if (size >= buffer_bytes_) write(bucket);
  }
}

void RowSpill::write(Bucket& bucket) {
  if (bucket.buffer.empty()) return;
  try {
    bucket.extents.push_back(file_.append(bucket.buffer.view()));
  } catch (const Error& error) {
    fail(error);
  }
  bucket.buffer.clear();
  if (bucket.buffer.capacity() > buffer_bytes_) bucket.buffer = {};
}

void RowSpill::end() {
  for (Bucket& bucket : buckets_) {
    write(bucket);
    bucket.buffer = {};
  }
  next_bucket_ = next_extent_ = 0;
}

std::deque<BoundRows> RowSpill::next() {
  std::deque<BoundRows> blocks;
  try {
    std::size_t taken = 0;
    for (; next_bucket_ < buckets_.size() && blocks.empty(); ++next_bucket_) {
      const auto& extents = buckets_[next_bucket_].extents;
      for (; next_extent_ < extents.size(); ++next_extent_) {
        if (taken >= memory_of_returning_rows(memory_)) return blocks;
        const storage::SpillFile::Extent& extent = extents[next_extent_];
        cql::Buffer bytes;
        bytes.resize(static_cast<std::size_t>(extent.size));
        file_.read(extent, {bytes.data(), bytes.size()});
        const BoundRows& block = blocks.emplace_back(read_spilled_rows(std::move(bytes)));
        taken += memory_of_rows(block.rows.size(), block.bytes.size());
      }
      next_extent_ = 0;
    }
    if (blocks.empty()) {
      buckets_.clear();
      file_.clear();
    }
  } catch (const Error& error) {
    fail(error);
  }
  return blocks;
}

}  // namespace cqlbulk::operations
