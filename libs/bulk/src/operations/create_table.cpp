#include "operations/create_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cqlbulk/error.hpp"
#include "operations/describe.hpp"
#include "operations/file_format.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::operations {

namespace {

struct NewColumn {
  std::string name;
  std::string type;
};

/// Types of files, by what their names begin with, and what holds every value of them.
constexpr std::array usual_types{
    std::pair{"text", "text"},       std::pair{"large_string", "text"},
    std::pair{"string", "text"},  // string_view too; JSON's "string"
    std::pair{"boolean", "boolean"}, std::pair{"bool", "boolean"},
    std::pair{"int8", "tinyint"},    std::pair{"int16", "smallint"},
    std::pair{"int32", "int"},       std::pair{"int64", "bigint"},
    std::pair{"uint8", "smallint"},  std::pair{"uint16", "int"},
    std::pair{"uint32", "bigint"},   std::pair{"uint64", "varint"},
    std::pair{"halffloat", "float"}, std::pair{"float", "float"},
    std::pair{"double", "double"},   std::pair{"decimal", "decimal"},
    std::pair{"number", "decimal"},  // JSON's
    std::pair{"date", "date"},       std::pair{"timestamp", "timestamp"},
    std::pair{"time", "time"},       std::pair{"large_binary", "blob"},
    std::pair{"binary", "blob"},     std::pair{"fixed_size_binary", "blob"},
};

std::string type_of(const formats::Field& field, const std::string& input) {
  if (field.cql_type) return *field.cql_type;
  for (const auto& [in_file, in_table] : usual_types) {
    if (std::string_view(field.file_type).starts_with(in_file)) return in_table;
  }
  throw Error(
      ErrorClass::usage,
      fmt::format("{}: there is no usual CQL type for the field {}, which is {}", input, field.name, field.file_type),
      "Create the table yourself.");
}

std::vector<NewColumn> columns_for(const LoadOptions& options, const std::vector<formats::Field>& fields,
                                   const std::string& input) {
  std::vector<NewColumn> columns;
  for (const formats::Field& field : fields) {
    if (field.name == options.timestamp || field.name == options.ttl) continue;
    const auto mapping = std::ranges::find(options.map, field.name, &LoadOptions::Mapping::field);
    columns.push_back({mapping == options.map.end() ? field.name : mapping->column, type_of(field, input)});
  }
  return columns;
}

}  // namespace

std::string create_table_cql(const LoadOptions& options, const std::vector<formats::Field>& fields,
                             const std::string& input) {
  const std::vector<NewColumn> columns = columns_for(options, fields, input);
  std::vector<std::string> partition_key;
  std::vector<std::string> clustering;
  const auto add_key = [&](const std::vector<std::string>& names, std::vector<std::string>& part) {
    for (const std::string& name : names) {
      if (std::ranges::find(columns, name, &NewColumn::name) == columns.end()) {
        throw Error(ErrorClass::usage, fmt::format("{} has no field for the key column {}", input, name),
                    "Name columns of the key as fields are named, or as --map names them.");
      }
      part.push_back(cql::quote_identifier(name));
    }
  };
  add_key(options.new_key.partition, partition_key);
  add_key(options.new_key.clustering, clustering);
  std::string text = fmt::format("CREATE TABLE {}.{} (", cql::quote_identifier(options.subject.keyspace),
                                 cql::quote_identifier(options.subject.table));
  for (const NewColumn& column : columns)
    text += fmt::format("{} {}, ", cql::quote_identifier(column.name), column.type);
  text += fmt::format("PRIMARY KEY (({})", fmt::join(partition_key, ", "));
  for (const std::string& name : clustering) text += ", " + name;
  return text + "))";
}

bool create_table(const LoadOptions& options, ClusterThread& cluster, Observer& observer) {
  const auto metadata = cluster.metadata();
  if (metadata->table(options.subject.keyspace, options.subject.table) != nullptr) {
    throw Error(ErrorClass::usage, fmt::format("{}.{} exists already", options.subject.keyspace, options.subject.table),
                "Load into it without --create-table.");
  }
  const std::string input = storage::expand_inputs(options.from, options.recursive).front();
  if (!storage::is_seekable(input)) {
    throw Error(ErrorClass::usage,
                "--create-table looks into the input before it is loaded, which a stream does not allow",
                "Put it into a file first.");
  }
  const auto source = open_source(file_format(options.format, input), options.format_options, input, input);
  const std::string statement = create_table_cql(options, source->fields(), input);
  observer.notice(options.dry_run ? "the table would be made so: " + statement : statement);
  if (options.dry_run) return true;
  try {
    static_cast<void>(cluster.query(cql::Query{statement}));
    cluster.refresh();
  } catch (const cql::Error& error) {
    throw describe(error, fmt::format("making {}.{}", options.subject.keyspace, options.subject.table));
  }
  return false;
}

}  // namespace cqlbulk::operations
