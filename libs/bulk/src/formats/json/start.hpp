// The start of a JSON file: byte order mark, its form, and the fields of its first records.
#pragma once

#include <string>
#include <vector>

#include "formats/json/json.hpp"

namespace cqlbulk::formats {

struct JsonStart {
  JsonForm form = JsonForm::lines;
  std::uint64_t data_begin = 0;  ///< Offset of the first byte after the byte order mark and an array's "[".
  std::uint64_t data_line = 1;   ///< The line it is on.
  /// In the order of their first appearance. What stands below "_metadata" is named `_metadata.writetime.NAME`,
  /// `_metadata.ttl.NAME`.
  std::vector<Field> fields;
};

/// Throws cqlbulk::Error{usage} when the file is not UTF-8, or its first records are no objects.
[[nodiscard]] JsonStart read_json_start(const JsonOptions& options, arrow::io::RandomAccessFile& file,
                                        const std::string& name);

/// The form of JSON text that begins so. Lines is what it is when each line stands for itself: the first line holds
/// one whole value, or breaks off where no value goes on on the next line.
[[nodiscard]] JsonForm json_form_of(std::string_view text);

}  // namespace cqlbulk::formats
