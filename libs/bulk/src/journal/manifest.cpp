#include "journal/manifest.hpp"

#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "journal/records.hpp"

namespace cqlbulk::journal {

std::uint64_t Manifest::rows() const {
  std::uint64_t rows = 0;
  for (const Range& range : ranges) rows += range.rows;
  return rows;
}

std::string Manifest::to_json() const {
  Json json = {{"format", 1},
               {"operation", operation},
               {"keyspace", keyspace},
               {"table", table},
               {"statement", statement},
               {"split", split},
               {"columns", Json::array()},
               {"rows", rows()},
               {"files", Json::array()},
               {"ranges", Json::array()}};
  for (const Column& column : columns) json["columns"].push_back({{"name", column.name}, {"type", column.type}});
  for (const File& file : files) {
    json["files"].push_back({{"path", file.path}, {"rows", file.rows}, {"bytes", file.bytes}, {"xxh128", file.digest}});
  }
  for (const Range& range : ranges) {
    json["ranges"].push_back({{"start", fmt::format("{}", range.range.start)},
                              {"end", fmt::format("{}", range.range.end)},
                              {"rows", range.rows},
                              {"checksum", range.checksum.text()}});
  }
  return text_of(json, 1) + "\n";
}

Manifest Manifest::parse(std::string_view text, const std::string& name) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != 1) throw std::invalid_argument("it is of a later version");
    Manifest manifest{json.at("operation"),
                      json.at("keyspace"),
                      json.at("table"),
                      json.at("statement"),
                      json.at("split"),
                      {},
                      {},
                      {}};
    for (const Json& column : json.at("columns")) manifest.columns.push_back({column.at("name"), column.at("type")});
    for (const Json& file : json.at("files")) {
      manifest.files.push_back({file.at("path"), file.at("rows"), file.at("bytes"), file.at("xxh128")});
    }
    for (const Json& range : json.at("ranges")) {
      const auto checksum = RowChecksum::parse(range.at("checksum").get<std::string>());
      if (!checksum) throw std::invalid_argument("a checksum is none");
      manifest.ranges.push_back(
          {{std::stoll(range.at("start").get<std::string>()), std::stoll(range.at("end").get<std::string>())},
           range.at("rows"),
           *checksum});
    }
    return manifest;
  } catch (const std::exception& error) {
    throw Error(ErrorClass::usage, fmt::format("{} is no manifest of an export: {}", name, error.what()),
                "Name an export's operation, or the manifest.json in its directory.");
  }
}

}  // namespace cqlbulk::journal
