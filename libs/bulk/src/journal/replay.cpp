#include "journal/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "cqlbulk/error.hpp"

namespace cqlbulk::journal {

namespace {

[[noreturn]] void contradiction(const std::string& name, const std::string& what) {
  throw Error(ErrorClass::failed, fmt::format("{} contradicts itself: {}", name, what),
              "The journal cannot be trusted; run the operation again.");
}

/// Files of the staging directory are plain names: nothing outside it is ever touched on a journal's word.
void check_file_name(const PartRecord& record, const std::string& name) {
  if (record.file.empty() || record.file.find('/') != std::string::npos || record.file.starts_with("..")) {
    contradiction(name, fmt::format("\"{}\" is no name of a part", record.file));
  }
}

class ExportReplay {
 public:
  ExportReplay(std::uint64_t splits, const std::string& name) : name_(name) { state_.splits.resize(splits); }

  void add(const PartRecord& record) {
    using Kind = PartRecord::Kind;
    if (record.kind != Kind::none) {
      check_file_name(record, name_);
      if (!files_.emplace(record.kind, record.kind == Kind::part ? record.name : record.file).second) {
        contradiction(name_, fmt::format("{} was finished twice", record.file));
      }
    }
    std::uint64_t rows = 0;
    for (const SplitProgress& progress : record.splits) {
      advance(progress);
      rows += progress.rows;
    }
    const bool joined = record.kind == Kind::part && record.splits.empty();
    if (joined ? record.rows != state_.rows : record.rows != rows) {
      contradiction(name_, fmt::format("{} has {} rows, its splits have {}", record.file, record.rows,
                                       joined ? state_.rows : rows));
    }
    state_.rows += rows;
    if (record.kind == Kind::fragment) state_.fragments.push_back(record);
    if (record.kind == Kind::part) state_.parts.push_back(record);
  }

  ExportState take() {
    for (const PartRecord& part : state_.parts.empty() ? state_.fragments : state_.parts) state_.bytes += part.bytes;
    return std::move(state_);
  }

 private:
  void advance(const SplitProgress& progress) {
    if (progress.split >= state_.splits.size()) {
      contradiction(name_, fmt::format("there is no split {}", progress.split));
    }
    SplitState& split = state_.splits[progress.split];
    if (split.done) contradiction(name_, fmt::format("split {} went on after its end", progress.split));
    split.rows += progress.rows;
    split.checksum += progress.checksum;
    split.done = progress.done;
    split.position = progress.position;
    if (split.done) {
      ++state_.splits_done;
    } else if (split.position == SplitPosition{}) {
      contradiction(name_, fmt::format("nothing says where split {} goes on", progress.split));
    }
  }

  const std::string& name_;
  ExportState state_;
  std::set<std::pair<PartRecord::Kind, std::string>> files_;
};

}  // namespace

ExportState replay_export(std::span<const PartRecord> records, std::uint64_t splits, const std::string& name) {
  ExportReplay replay(splits, name);
  for (const PartRecord& record : records) replay.add(record);
  return replay.take();
}

LoadState replay_load(std::span<const UnitRecord> records, std::span<const StartRecord> starts,
                      std::span<const PlannedUnit> units, const std::string& name) {
  LoadState state;
  state.done.resize(units.size());
  state.starts.resize(units.size());
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> places;
  for (std::size_t i = 0; i < units.size(); ++i) places.emplace(std::pair(units[i].source, units[i].begin), i);
  for (const StartRecord& start : starts) {
    if (start.unit >= units.size()) contradiction(name, fmt::format("there is no unit {}", start.unit));
    ++state.starts[start.unit];
  }
  for (const UnitRecord& record : records) {
    const auto place = places.find({record.source, record.begin});
    if (place == places.end()) {
      contradiction(name, fmt::format("there is no unit at {} of source {}", record.begin, record.source));
    }
    const PlannedUnit& unit = units[place->second];
    if (std::tie(unit.end, unit.first_record, unit.records) !=
            std::tie(record.end, record.first_record, record.records) ||
        record.rows + record.rejected + record.uncertain + record.left_out != record.records) {
      contradiction(name,
                    fmt::format("the unit at {} of source {} is not as it was planned", record.begin, record.source));
    }
    if (state.done[place->second]) {
      contradiction(name, fmt::format("the unit at {} of source {} was finished twice", record.begin, record.source));
    }
    state.done[place->second] = true;
    ++state.units_done;
    state.records += record.records;
    state.rows += record.rows;
    state.rejected += record.rejected;
    state.uncertain += record.uncertain;
    state.left_out += record.left_out;
    state.bytes += record.end - record.begin;
    for (const RejectFileSize& size : record.reject_files) {
      const auto known = std::find_if(state.reject_files.begin(), state.reject_files.end(),
                                      [&](const RejectFileSize& other) { return other.file == size.file; });
      if (known == state.reject_files.end()) {
        state.reject_files.push_back(size);
      } else if (size.bytes < known->bytes || size.reason_bytes < known->reason_bytes) {
        contradiction(name, fmt::format("{} became shorter", size.file));
      } else {
        *known = size;
      }
    }
  }
  return state;
}

}  // namespace cqlbulk::journal
