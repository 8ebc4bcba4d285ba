// What an export says of its output once it is complete: files, ranges, rows and checksums (docs/formats/manifest.md).
// Pure: text in, text out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cql/ring.hpp"
#include "cqlbulk/row_checksum.hpp"

namespace cqlbulk::journal {

struct Manifest {
  struct File {
    std::string path;  ///< Absolute.
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::string digest;  ///< XXH3-128 of the bytes.
  };
  struct Range {
    cql::TokenRange range;
    std::uint64_t rows = 0;
    RowChecksum checksum;
  };
  struct Column {
    std::string name;
    std::string type;  ///< In CQL.
    friend bool operator==(const Column&, const Column&) = default;
  };

  std::string operation;
  std::string keyspace;
  std::string table;
  std::string statement;  ///< With the markers :start and :end, where it was split.
  bool split = true;
  std::vector<Column> columns;
  std::vector<File> files;
  std::vector<Range> ranges;

  [[nodiscard]] std::uint64_t rows() const;
  [[nodiscard]] std::string to_json() const;
  /// Throws cqlbulk::Error{usage} naming `name` when it is no manifest of a version that is known.
  [[nodiscard]] static Manifest parse(std::string_view text, const std::string& name);
};

}  // namespace cqlbulk::journal
