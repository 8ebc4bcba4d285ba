// Opens each input as a load would, and plans it as a load would.
#include "operations/inspect_file.hpp"

#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "cqlbulk/load.hpp"
#include "formats/format.hpp"
#include "observe/number_text.hpp"
#include "operations/file_format.hpp"
#include "operations/load_statement.hpp"
#include "operations/text_table.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::operations {

namespace {

constexpr std::uint64_t unit_bytes = std::uint64_t{64} << 20U;

/// The column that each field would go to, as a load without further options sees it.
std::string mapping_text(const std::vector<formats::Field>& fields, const cql::Table& table, const std::string& name) {
  TextTable mapping({"FIELD", "IN THE FILE", "COLUMN", "TYPE"});
  std::size_t unmapped = 0;
  for (const formats::Field& field : fields) {
    const cql::Column* column = table.column(field.name);
    unmapped += column == nullptr ? 1 : 0;
    mapping.add({field.name, field.file_type, column == nullptr ? "-" : cql::quote_identifier(column->name),
                 column == nullptr ? "" : column->type.to_string()});
  }
  std::string text = mapping.text();
  try {
    LoadOptions options;
    options.ignore_fields = unmapped < fields.size();
    const LoadStatement statement = plan_statement(table, fields, name, options);
    text += fmt::format("\nA load into {} would do: {}\n", table.qualified_name(), statement.cql);
    if (unmapped != 0) {
      text += fmt::format("{} no column: name {} with --map FIELD=COLUMN or leave out with --ignore-fields.\n",
                          unmapped == 1 ? "1 field fits" : fmt::format("{} fields fit", unmapped),
                          unmapped == 1 ? "it" : "them");
    }
  } catch (const Error& error) {
    text += fmt::format("\nIt cannot be loaded into {} as it is: {}\n", table.qualified_name(), error.what());
  }
  return text;
}

std::string fields_text(const std::vector<formats::Field>& fields) {
  TextTable table({"FIELD", "IN THE FILE", "CQL"});
  for (const formats::Field& field : fields) table.add({field.name, field.file_type, field.cql_type.value_or("")});
  return table.text();
}

std::string describe_file(const InspectOptions& options, const std::string& path, const cql::Table* table) {
  const FormatKind format = file_format(options.format, path);
  const auto source = open_source(format, options.format_options, path, path);
  std::uint64_t records = 0;
  for (const formats::Unit& unit : source->plan_units(unit_bytes)) records += unit.record_count;
  std::string text = fmt::format(
      "{}: {}, {}, {} of {}\n\n", path, to_string(format), observe::bytes_text(storage::size_of(path)),
      observe::counted(records, "record", "records"), observe::counted(source->fields().size(), "field", "fields"));
  return text + (table == nullptr ? fields_text(source->fields()) : mapping_text(source->fields(), *table, path));
}

}  // namespace

std::string describe_files(const InspectOptions& options, const cql::Table* table) {
  std::string text;
  for (const std::string& path : storage::expand_inputs({options.from}, options.recursive)) {
    if (path == "-") throw Error(ErrorClass::usage, "stdin can be read once only: inspect needs a file");
    if (!text.empty()) text += "\n";
    text += describe_file(options, path, table);
  }
  return text;
}

}  // namespace cqlbulk::operations
