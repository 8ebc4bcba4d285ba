// JSON: records as objects, one a line or in one array; input cut at record borders. Internal to formats/; make_writer
// and open_source lead here.
//
// Three shapes of input, told apart by how the file begins (start.hpp):
// - lines: every line that is not blank is a record, whatever it holds.
// - values: objects one after the other, on as many lines as they like.
// - array: "[", objects with commas between them, "]".
// What is broken in values and array is given up at the next line that begins with "{", when the text before shows
// itself broken (scanner.hpp), so that the records after it are read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cqlbulk/error.hpp"
#include "formats/arrow_io.hpp"
#include "formats/format.hpp"

namespace cqlbulk::formats {

[[nodiscard]] std::unique_ptr<Writer> make_json_writer(const JsonOptions& options, std::vector<cql::ColumnSpec> columns,
                                                       std::vector<std::string> names, std::vector<CellFact> facts,
                                                       const TextForms& forms = {});

[[nodiscard]] std::unique_ptr<Source> open_json_source(const JsonOptions& options,
                                                       std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                       std::string name, const TextForms& forms = {});

/// Deeper arrays and objects in a record make it a bad one.
inline constexpr std::size_t most_json_nesting = 512;

/// The key under which write times and TTLs stand, and the keys below it.
inline constexpr std::string_view metadata_key = "_metadata";
inline constexpr std::string_view writetime_key = "writetime";
inline constexpr std::string_view ttl_key = "ttl";

}  // namespace cqlbulk::formats
