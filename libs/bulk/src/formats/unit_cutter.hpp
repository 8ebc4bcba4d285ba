// Gathers the records of a text file into units, as a planner finds them. Internal to formats/.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "formats/format.hpp"

namespace cqlbulk::formats {

class UnitCutter {
 public:
  /// The first record begins at offset `begin`, in `line`.
  UnitCutter(std::uint64_t begin, std::uint64_t line, std::uint64_t unit_bytes) : unit_bytes_(unit_bytes) {
    open(begin, line);
  }

  /// A record; the next one begins at `next`, in `next_line`.
  void add(std::uint64_t next, std::uint64_t next_line) {
    ++record_;
    ++unit_.record_count;
    if (next - unit_.begin < unit_bytes_) return;
    close(next);
    open(next, next_line);
  }
  /// A record before all others that is not wanted.
  void skip(std::uint64_t next, std::uint64_t next_line) {
    ++record_;
    open(next, next_line);
  }

  /// No record follows until the file's end, which belongs to the last unit.
  std::vector<Unit> finish(std::uint64_t end) {
    if (unit_.record_count > 0) {
      close(end);
    } else if (!units_.empty()) {
      // Comments, blank lines, brackets.
      units_.back().end = end;
      units_.back().bytes = end - units_.back().begin;
    }
    return std::move(units_);
  }
  /// The record that was added last, which ended at `end`, is the last that is wanted.
  std::vector<Unit> finish_after(std::uint64_t end) {
    if (unit_.record_count > 0) close(end);
    return std::move(units_);
  }

 private:
  void open(std::uint64_t begin, std::uint64_t line) {
    unit_ = {};
    unit_.begin = begin;
    unit_.first_record = record_;
    unit_.first_line = line;
  }
  void close(std::uint64_t end) {
    unit_.end = end;
    unit_.bytes = end - unit_.begin;
    units_.push_back(unit_);
  }

  std::uint64_t unit_bytes_;
  std::uint64_t record_ = 0;
  Unit unit_;
  std::vector<Unit> units_;
};

}  // namespace cqlbulk::formats
