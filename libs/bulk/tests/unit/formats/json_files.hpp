// What the JSON tests share.
#pragma once

#include "csv_files.hpp"
#include "formats/json/json.hpp"

namespace cqlbulk::formats::testing {

inline std::vector<std::string> names_of(const std::vector<cql::ColumnSpec>& columns) {
  std::vector<std::string> names;
  for (const cql::ColumnSpec& spec : columns) names.push_back(spec.name);
  return names;
}

/// The whole file that these rows make.
inline std::string json_of(const JsonOptions& options, const std::vector<cql::ColumnSpec>& columns,
                           const std::vector<Row>& rows, std::vector<CellFact> facts = {}) {
  const auto writer = make_json_writer(options, columns, names_of(columns), std::move(facts));
  const auto stream = new_stream();
  const auto part = writer->open_part(stream, PartRole::standalone);
  write_rows(*part, columns, rows);
  part->finish();
  return read_all(stream);
}

inline std::unique_ptr<Source> json_source(const std::string& content, const JsonOptions& options = {}) {
  return open_json_source(options, file_of(content), "in.json");
}

/// Fields to the columns of their names.
inline RowMapping by_name(const Source& source, const std::vector<cql::ColumnSpec>& columns) {
  RowMapping mapping;
  for (const cql::ColumnSpec& spec : columns) {
    const auto& fields = source.fields();
    const auto field = std::ranges::find(fields, spec.name, &Field::name);
    if (field == fields.end()) throw Error(ErrorClass::usage, "no field " + spec.name);
    mapping.parameters.push_back({.field = static_cast<std::size_t>(field - fields.begin()), .column = spec});
  }
  return mapping;
}

inline Loaded load_json(const std::string& content, const std::vector<cql::ColumnSpec>& columns,
                        const JsonOptions& options = {}, std::uint64_t unit_bytes = 1U << 20U) {
  const auto source = json_source(content, options);
  return load(*source, by_name(*source, columns), unit_bytes);
}

}  // namespace cqlbulk::formats::testing
