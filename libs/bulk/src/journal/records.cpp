// Records to lines and back. A line is eight hex digits of CRC-32, a space, and JSON.
#include "journal/records.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "cqlbulk/error.hpp"
#include "journal/crc32.hpp"

namespace cqlbulk::journal {

namespace {

constexpr std::size_t checksum_digits = 8;

std::string hex(const std::vector<std::byte>& bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes)
    fmt::format_to(std::back_inserter(text), "{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

std::vector<std::byte> unhex(const std::string& text) {
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned value = 0;
    const char* const end = text.data() + i + 2;
    if (std::from_chars(text.data() + i, end, value, 16).ptr != end) throw std::invalid_argument("no hex digits");
    bytes.push_back(static_cast<std::byte>(value));
  }
  if (text.size() % 2 != 0) throw std::invalid_argument("an odd number of hex digits");
  return bytes;
}

Json json_of(const BeginRecord& record) {
  return {{"record", "begin"}, {"format", 1}, {"operation", record.operation}};
}

Json json_of(const ResumeRecord& record) {
  return {{"record", "resume"}, {"started", record.started}, {"process", record.process}};
}

constexpr std::string_view name_of(PartRecord::Kind kind) {
  switch (kind) {
    case PartRecord::Kind::none:
      return "none";
    case PartRecord::Kind::fragment:
      return "fragment";
    case PartRecord::Kind::part:
      return "part";
  }
  return "";
}

Json json_of(const PartRecord& record) {
  Json splits = Json::array();
  for (const SplitProgress& split : record.splits) {
    Json entry = {{"split", split.split}, {"rows", split.rows}, {"checksum", split.checksum.text()}};
    if (split.done) {
      entry["done"] = true;
    } else {
      // As text: many JSON readers cannot hold 64 bits.
      if (split.position.after) entry["after"] = std::to_string(*split.position.after);
      entry["paging_state"] = hex(split.position.paging_state);
    }
    splits.push_back(std::move(entry));
  }
  return {{"record", "part"},        {"kind", name_of(record.kind)}, {"file", record.file},
          {"name", record.name},     {"rows", record.rows},          {"bytes", record.bytes},
          {"xxh128", record.digest}, {"splits", std::move(splits)}};
}

Json json_of(const StartRecord& record) { return {{"record", "start"}, {"unit", record.unit}}; }

Json json_of(const UnitRecord& record) {
  Json json = {{"record", "unit"},
               {"source", record.source},
               {"begin", record.begin},
               {"end", record.end},
               {"first_record", record.first_record},
               {"records", record.records},
               {"rows", record.rows},
               {"rejected", record.rejected},
               {"uncertain", record.uncertain}};
  if (record.left_out > 0) json["left_out"] = record.left_out;
  if (record.reject_files.empty()) return json;
  Json& files = json["reject_files"] = Json::array();
  for (const RejectFileSize& size : record.reject_files) {
    files.push_back(
        {{"file", size.file}, {"source", size.source}, {"bytes", size.bytes}, {"reason_bytes", size.reason_bytes}});
  }
  return json;
}

Json json_of(const EndRecord& record) {
  return {{"record", "end"},       {"status", record.status},   {"rows", record.rows},  {"rejected", record.rejected},
          {"bytes", record.bytes}, {"seconds", record.seconds}, {"error", record.error}};
}

PartRecord::Kind kind_of(const std::string& name) {
  for (const auto kind : {PartRecord::Kind::none, PartRecord::Kind::fragment, PartRecord::Kind::part}) {
    if (name == name_of(kind)) return kind;
  }
  throw std::invalid_argument(fmt::format("a part of unknown kind \"{}\"", name));
}

std::int64_t token_in(const std::string& text) {
  std::int64_t token = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), token);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument(fmt::format("\"{}\" is no token", text));
  }
  return token;
}

PartRecord part_of(const Json& json) {
  PartRecord record{kind_of(json.at("kind")),
                    json.at("file"),
                    json.at("name"),
                    json.at("rows"),
                    json.at("bytes"),
                    json.at("xxh128"),
                    {}};
  for (const Json& entry : json.at("splits")) {
    SplitProgress split;
    split.split = entry.at("split");
    split.rows = entry.at("rows");
    split.done = entry.value("done", false);
    if (!split.done) {
      if (entry.contains("after")) split.position.after = token_in(entry.at("after").get<std::string>());
      split.position.paging_state = unhex(entry.at("paging_state"));
    }
    const auto checksum = RowChecksum::parse(entry.at("checksum").get<std::string>());
    if (!checksum) throw std::invalid_argument("no checksum of rows");
    split.checksum = *checksum;
    record.splits.push_back(std::move(split));
  }
  return record;
}

UnitRecord unit_of(const Json& json) {
  UnitRecord record{json.at("source"),       json.at("begin"),     json.at("end"),
                    json.at("first_record"), json.at("records"),   json.at("rows"),
                    json.at("rejected"),     json.at("uncertain"), {}};
  record.left_out = json.value("left_out", std::uint64_t{0});
  if (const auto files = json.find("reject_files"); files != json.end()) {
    for (const Json& file : *files) {
      record.reject_files.push_back({file.at("file"), file.at("source"), file.at("bytes"), file.at("reason_bytes")});
    }
  }
  return record;
}

Record record_of(const Json& json) {
  const std::string kind = json.at("record");
  if (kind == "begin") {
    if (json.at("format") != 1) throw std::invalid_argument("a format of a later version");
    return BeginRecord{json.at("operation")};
  }
  if (kind == "resume") return ResumeRecord{json.at("started"), json.at("process")};
  if (kind == "part") return part_of(json);
  if (kind == "start") return StartRecord{json.at("unit")};
  if (kind == "unit") return unit_of(json);
  if (kind == "end") {
    return EndRecord{json.at("status"), json.at("rows"),    json.at("rejected"),
                     json.at("bytes"),  json.at("seconds"), json.at("error")};
  }
  throw std::invalid_argument(fmt::format("a record of unknown kind \"{}\"", kind));
}

/// The JSON of a line, when its checksum is right.
std::optional<std::string_view> checked(std::string_view line) {
  if (line.size() <= checksum_digits || line[checksum_digits] != ' ') return std::nullopt;
  const std::string_view json = line.substr(checksum_digits + 1);
  if (line.substr(0, checksum_digits) != fmt::format("{:08x}", crc32(json))) return std::nullopt;
  return json;
}

/// Whether a good record stands somewhere in a damaged line: then its line end was damaged, not its tail torn off.
bool hides_record(std::string_view line) {
  for (std::size_t at = line.find(" {\"record\""); at != std::string_view::npos;
       at = line.find(" {\"record\"", at + 1)) {
    if (at < checksum_digits) continue;
    const std::string_view rest = line.substr(at - checksum_digits);
    // Either this is the good one up to the end, or the first of two whose line end between them is damaged.
    for (std::size_t end = rest.size(); end != std::string_view::npos && end > 0; end = rest.rfind('}', end - 1)) {
      if (checked(end == rest.size() ? rest : rest.substr(0, end + 1))) return true;
    }
  }
  return false;
}

[[noreturn]] void damaged(const std::string& name, std::size_t line, const std::string& what) {
  throw Error(ErrorClass::failed, fmt::format("{}:{}: {}", name, line, what),
              "The journal cannot be trusted; run the operation again.");
}

}  // namespace

std::string text_of(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string line_of(const Record& record) {
  const std::string json = std::visit([](const auto& alternative) { return text_of(json_of(alternative)); }, record);
  return fmt::format("{:08x} {}\n", crc32(json), json);
}

Records read_records(std::string_view text, const std::string& name) {
  Records result;
  std::size_t whole = 0;          // Bytes up to the end of the last good line.
  std::size_t first_damaged = 0;  // Line number; 0: none.
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    ++number;
    const std::size_t line_end = text.find('\n', at);
    const std::size_t next = line_end == std::string_view::npos ? text.size() : line_end + 1;
    const auto json = line_end == std::string_view::npos ? std::nullopt : checked(text.substr(at, line_end - at));
    if (!json) {
      if (first_damaged == 0) first_damaged = number;
      const std::string_view tail = text.substr(at, next - at);
      if (tail.find('\n') != std::string_view::npos && hides_record(tail.substr(0, tail.size() - 1))) {
        damaged(name, number, "a record is damaged");
      }
    } else {
      // Only one record is ever under way: damage with a good record after it is no torn tail.
      if (first_damaged != 0) damaged(name, first_damaged, "a record is damaged");
      try {
        result.records.push_back(record_of(Json::parse(*json)));
      } catch (const std::exception& error) {
        damaged(name, number, fmt::format("a record cannot be understood: {}", error.what()));
      }
      whole = next;
    }
    at = next;
  }
  result.torn_bytes = text.size() - whole;
  return result;
}

}  // namespace cqlbulk::journal
