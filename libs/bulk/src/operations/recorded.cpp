#include "operations/recorded.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {

using journal::Json;

Json place_json(const cql::Metadata& metadata, const cql::Table* table) {
  return {{"cluster", metadata.cluster_name},
          {"partitioner", metadata.partitioner},
          {"nodes", metadata.nodes.size()},
          {"table_id", table == nullptr ? Json() : Json(table->id.to_string())}};
}

void check_same_place(const Json& recorded, const cql::Metadata& metadata, const cql::Table* table,
                      const std::string& operation) {
  const Json now = place_json(metadata, table);
  const char* const advice = "Name its cluster with --hosts, or run the command again from the start.";
  for (const char* key : {"cluster", "partitioner"}) {
    if (recorded.value(key, Json()) != now.at(key)) {
      throw Error(ErrorClass::usage,
                  fmt::format("{} worked on a cluster whose {} is {}, this one's is {}", operation,
                              std::string_view(key) == "cluster" ? "name" : "partitioner",
                              recorded.value(key, Json()).dump(), now.at(key).dump()),
                  advice);
    }
  }
  if (recorded.value("table_id", Json()) != now.at("table_id")) {
    throw Error(ErrorClass::usage,
                fmt::format("{} is not the table that {} worked on: it was dropped and created again, or the cluster "
                            "is another one",
                            table == nullptr ? "this" : table->qualified_name(), operation),
                advice);
  }
}

Json splits_json(const std::vector<plan::Split>& splits) {
  Json json = Json::array();
  for (const plan::Split& split : splits) {
    // As text: JSON's numbers are not wide enough for many readers.
    json.push_back({fmt::format("{}", split.range.start), fmt::format("{}", split.range.end)});
  }
  return json;
}

std::vector<cql::TokenRange> recorded_splits(const Json& description) {
  std::vector<cql::TokenRange> ranges;
  for (const Json& split : description.at("splits")) {
    ranges.push_back({std::stoll(split.at(0).get<std::string>()), std::stoll(split.at(1).get<std::string>())});
  }
  return ranges;
}

Json connection_json(const OperationOptions& options) {
  Json json = Json::object();
  for (const auto& [name, values] : options.connection) json[name] = values;
  return json;
}

std::string lasting_path(const std::string& path) {
  if (path.empty() || path == "-" || path.starts_with("file:") || path.find("://") != std::string::npos) return path;
  if (path.starts_with('@')) return "@" + lasting_path(path.substr(1));
  const bool directory = path.ends_with('/');
  std::string absolute = std::filesystem::absolute(path).lexically_normal().string();
  if (directory && !absolute.ends_with('/')) absolute += '/';
  return absolute;
}

}  // namespace cqlbulk::operations
