// What the journal records, and its text form: docs/formats/journal.md. Pure: text in, text out.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cqlbulk::journal {

using Json = nlohmann::ordered_json;

/// The first record: whose journal this is.
struct BeginRecord {
  std::string operation;
};

/// How far a split of the ring is with the part that the record is about.
struct SplitProgress {
  std::uint64_t split = 0;              ///< Index into the operation's splits.
  bool done = false;                    ///< Nothing of it is left.
  std::vector<std::byte> paging_state;  ///< Not done: where its next page begins.
  std::uint64_t rows = 0;               ///< Rows of this split in this part.
};

/// An export closed a part; it is whole on disk. Splits done without any row stand in a record without a file.
struct PartRecord {
  std::string file;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::vector<SplitProgress> splits;
};

/// A load finished a unit of its input: every record of it is written or rejected.
struct UnitRecord {
  std::uint64_t source = 0;  ///< Index into the operation's sources.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first_record = 0;
  std::uint64_t records = 0;
  std::uint64_t rows = 0;  ///< Written.
  std::uint64_t rejected = 0;
};

/// The last record.
struct EndRecord {
  std::string status;  ///< As the report has it.
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
  std::string error;
};

using Record = std::variant<BeginRecord, PartRecord, UnitRecord, EndRecord>;

/// JSON as text, in one line unless indented. What is no UTF-8 (a file's name may be none) is replaced.
[[nodiscard]] std::string text_of(const Json& json, int indent = -1);

/// The record's line, checksum and line end included.
[[nodiscard]] std::string line_of(const Record& record);

struct Records {
  std::vector<Record> records;
  /// Bytes at the end that are no whole record: what a crash tore off. They count for nothing.
  std::uint64_t torn_bytes = 0;
};

/// Reads a journal's text. `name` is for messages. Throws cqlbulk::Error{failed} when a record before the last one is
/// damaged, or one is of a kind this version does not know.
[[nodiscard]] Records read_records(std::string_view text, const std::string& name);

}  // namespace cqlbulk::journal
