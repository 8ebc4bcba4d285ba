// Reading the start of a JSON file, with as much of it as the first records take.
#include "formats/json/start.hpp"

#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "formats/json/record.hpp"
#include "formats/json/scanner.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::size_t first_bytes = 4U << 20U;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view space = " \t\r\n";

using simdjson::ondemand::json_type;

/// The fields of records, gathered.
class FieldGatherer {
 public:
  explicit FieldGatherer(JsonStart& start) : start_(start) {}

  /// `text` with SIMDJSON_PADDING bytes behind it. What is no object adds what was found before it broke off.
  void add(const char* text, std::size_t size) {
    simdjson::ondemand::document document;
    if (parser_.iterate(text, size, size + simdjson::SIMDJSON_PADDING).get(document) != simdjson::SUCCESS) return;
    simdjson::ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return;
    found_object_ = true;
    auto visit = [this](JsonSection section, std::string_view key, simdjson::ondemand::value value) {
      json_type type{};
      if (const auto error = value.type().get(type)) return error;
      add_field(std::string(section_prefixes[static_cast<std::size_t>(section)]) += key, type);
      return simdjson::SUCCESS;
    };
    static_cast<void>(visit_members(JsonSection::record, object, visit));
  }

  [[nodiscard]] bool found_object() const { return found_object_; }

 private:
  void add_field(std::string name, json_type type) {
    const auto [known, added] = places_.try_emplace(std::move(name), start_.fields.size());
    if (added) start_.fields.push_back({known->first, type_text(type), std::nullopt});
    Field& field = start_.fields[known->second];
    if (field.file_type == type_text(json_type::null)) field.file_type = type_text(type);
  }

  static const char* type_text(json_type type) {
    switch (type) {
      case json_type::array:
        return "array";
      case json_type::object:
        return "object";
      case json_type::number:
        return "number";
      case json_type::string:
        return "string";
      case json_type::boolean:
        return "boolean";
      default:
        return "null";
    }
  }

  JsonStart& start_;
  simdjson::ondemand::parser parser_;
  std::unordered_map<std::string, std::size_t> places_;
  bool found_object_ = false;
};

/// The first bytes of the file, `size` or all there are, with padding behind them.
struct Sample {
  std::string buffer;
  std::size_t size = 0;
  bool whole = false;
  [[nodiscard]] std::string_view text() const { return std::string_view(buffer).substr(0, size); }
};

Sample read_sample(arrow::io::RandomAccessFile& file, const std::string& name, std::size_t size) {
  Sample sample;
  const auto file_size = static_cast<std::uint64_t>(take(file.GetSize(), "reading " + name));
  sample.size = static_cast<std::size_t>(std::min<std::uint64_t>(size, file_size));
  sample.buffer.resize(sample.size + simdjson::SIMDJSON_PADDING);
  sample.size = read_bytes(file, name, 0, sample.size, sample.buffer.data());
  std::memset(sample.buffer.data() + sample.size, ' ', simdjson::SIMDJSON_PADDING);
  sample.whole = sample.size == file_size;
  return sample;
}

void check_encoding(std::string_view start, const std::string& name) {
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
    throw Error(ErrorClass::usage, name + " is UTF-16, and JSON is read as UTF-8",
                "Convert it first: iconv -f UTF-16 -t UTF-8");
  }
}

void find_data(const JsonOptions& options, std::string_view text, const std::string& name, JsonStart& start) {
  if (text.starts_with(byte_order_mark)) start.data_begin = byte_order_mark.size();
  start.form = options.form.value_or(json_form_of(text.substr(start.data_begin)));
  if (start.form != JsonForm::array) return;
  const std::size_t bracket = text.find_first_not_of(space, start.data_begin);
  if (bracket == std::string_view::npos || text[bracket] != '[') {
    throw Error(ErrorClass::usage, fmt::format("{} does not begin with \"[\", as a JSON array does", name),
                "Leave out --json-form: the form is found.");
  }
  start.data_line +=
      static_cast<std::uint64_t>(std::count(text.begin(), text.begin() + static_cast<long>(bracket), '\n'));
  start.data_begin = bracket + 1;
}

/// How many records there were.
std::size_t gather(const Sample& sample, FieldGatherer& gatherer, const JsonStart& start) {
  JsonScanner scanner(start.form, start.data_begin, start.data_line, true);
  const char* const data = sample.buffer.data();
  scanner.feed(data + start.data_begin, sample.size - start.data_begin,
               sample.whole ? JsonScanner::Next::nothing : JsonScanner::Next::more);
  std::size_t records = 0;
  while (const auto record = scanner.next()) {
    ++records;
    gatherer.add(data + record->begin, record->end - record->begin);
  }
  return records;
}

void add_named_fields(const JsonOptions& options, JsonStart& start) {
  for (const std::string& name : options.fields) {
    const auto known = std::ranges::find(start.fields, name, &Field::name);
    if (known == start.fields.end()) start.fields.push_back({name, "null", std::nullopt});
  }
}

}  // namespace

JsonForm json_form_of(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return JsonForm::lines;
  if (text[begin] == '[') return JsonForm::array;
  const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  JsonScanner scanner(JsonForm::values, 0, 1, true);
  scanner.feed(line.data(), line.size(), JsonScanner::Next::nothing);
  std::size_t values = 0;
  while (scanner.next()) ++values;
  if (!scanner.unclosed()) return values > 1 ? JsonForm::values : JsonForm::lines;
  // A value that goes on on the next line breaks off at a bracket, comma or colon, or goes on with one. No string does.
  if (std::string_view(scanner.unclosed()->what) == "string") return JsonForm::lines;
  const char before = line[line.find_last_not_of(space)];
  const std::size_t next = text.find_first_not_of(space, begin + line.size());
  const char after = next == std::string_view::npos ? '\0' : text[next];
  const bool goes_on = std::string_view("{[,:").find(before) != std::string_view::npos ||
                       (after != '\0' && std::string_view("}],:").find(after) != std::string_view::npos);
  return goes_on ? JsonForm::values : JsonForm::lines;
}

JsonStart read_json_start(const JsonOptions& options, arrow::io::RandomAccessFile& file, const std::string& name) {
  for (std::size_t wanted = first_bytes;; wanted *= 2) {
    const Sample sample = read_sample(file, name, wanted);
    check_encoding(sample.text(), name);
    JsonStart start;
    find_data(options, sample.text(), name, start);
    FieldGatherer gatherer(start);
    const std::size_t records = gather(sample, gatherer, start);
    if (records == 0 && !sample.whole && wanted <= first_bytes + 2 * options.max_record_bytes) continue;
    if (records > 0 && !gatherer.found_object()) {
      throw Error(ErrorClass::usage, fmt::format("{}: none of its first {} records is a JSON object", name, records),
                  "Give a file of JSON objects, or say which format it has (--format).");
    }
    add_named_fields(options, start);
    return start;
  }
}

}  // namespace cqlbulk::formats
