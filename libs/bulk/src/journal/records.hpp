// What the journal records, and its text form: docs/formats/journal.md. Pure: text in, text out.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cqlbulk/row_checksum.hpp"

namespace cqlbulk::journal {

using Json = nlohmann::ordered_json;

/// The first record: whose journal this is.
struct BeginRecord {
  std::string operation;
};

/// A further process took the operation up.
struct ResumeRecord {
  std::string started;  ///< UTC.
  std::int64_t process = 0;
};

/// Where a split goes on; its beginning when nothing is said.
struct SplitPosition {
  std::optional<std::int64_t> after{};    ///< Only greater tokens are left.
  std::vector<std::byte> paging_state{};  ///< Of the query for these, where its next page begins.
  bool operator==(const SplitPosition&) const = default;
};

/// How far a split of the ring is with the file that the record is about.
struct SplitProgress {
  std::uint64_t split = 0;   ///< Index into the operation's splits.
  bool done = false;         ///< Nothing of it is left.
  SplitPosition position{};  ///< Not done: where it goes on.
  std::uint64_t rows = 0;    ///< Rows of this split in this file.
  RowChecksum checksum{};    ///< Of these rows.
};

/// An export closed a file; it is whole on disk, in the staging directory or in place already.
struct PartRecord {
  /// fragment: will be joined with others. part: is what somebody sees, under `name`. none: splits that ended without a
  /// row since the last file.
  enum class Kind : std::uint8_t { none, fragment, part };
  Kind kind = Kind::part;
  std::string file{};  ///< In the staging directory.
  std::string name{};  ///< Below a directory target, or the target's path.
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string digest{};                 ///< XXH3-128 of the file's bytes, as xxh128sum prints it.
  std::vector<SplitProgress> splits{};  ///< None for a part that is joined of fragments.
};

/// How long a file of rejected records and the one with the reasons are with everything that is accounted for.
struct RejectFileSize {
  std::string file;
  std::uint64_t source = 0;  ///< Index of a source whose records have the file's form.
  std::uint64_t bytes = 0;
  std::uint64_t reason_bytes = 0;
};

/// A load finished a unit of its input: every record of it is written, rejected, uncertain, or left out.
struct UnitRecord {
  std::uint64_t source = 0;  ///< Index into the operation's sources.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first_record = 0;
  std::uint64_t records = 0;
  std::uint64_t rows = 0;  ///< Written.
  std::uint64_t rejected = 0;
  std::uint64_t uncertain = 0;  ///< May have been written: a request whose end is unknown must not be sent again.
  std::vector<RejectFileSize> reject_files{};  ///< Of the files that this unit added to.
  std::uint64_t left_out = 0;                  ///< Do not meet the load's conditions.
};

/// A load begins a unit that must not simply be done twice.
struct StartRecord {
  std::uint64_t unit = 0;  ///< Index into the operation's units.
};

/// The last record of a run.
struct EndRecord {
  std::string status;  ///< As the report has it.
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;  ///< Of this run.
  std::string error;
};

using Record = std::variant<BeginRecord, ResumeRecord, PartRecord, StartRecord, UnitRecord, EndRecord>;

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
