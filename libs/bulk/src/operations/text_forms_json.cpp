#include "operations/text_forms_json.hpp"

#include <algorithm>
#include <stdexcept>

namespace cqlbulk::operations {
namespace {

using journal::Json;

template <typename Choice, typename Names>
std::string name_of(Choice choice, const Names& names) {
  return std::string(names.at(static_cast<std::size_t>(choice)));
}

template <typename Choice, typename Names>
void read(const Json& json, const char* key, const Names& names, Choice& choice) {
  if (!json.contains(key)) return;
  const auto name = json.at(key).get<std::string>();
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) throw std::invalid_argument("\"" + name + "\" is no choice for " + key);
  choice = static_cast<Choice>(found - names.begin());
}

template <typename Value>
void read(const Json& json, const char* key, Value& value) {
  if (json.contains(key)) value = json.at(key).get<Value>();
}

Json character_json(char c) { return c == 0 ? Json() : Json(static_cast<int>(static_cast<unsigned char>(c))); }

void read_character(const Json& json, const char* key, char& character) {
  if (!json.contains(key)) return;
  character = json.at(key).is_null() ? '\0' : static_cast<char>(json.at(key).get<int>());
}

}  // namespace

Json text_forms_json(const TextForms& forms) {
  return {{"blobs", name_of(forms.blobs, blob_forms)},
          {"timestamps", name_of(forms.timestamps, timestamp_forms)},
          {"timestamp_pattern", forms.timestamp_pattern},
          {"date_pattern", forms.date_pattern},
          {"time_pattern", forms.time_pattern},
          {"time_zone", forms.time_zone},
          {"locale", forms.locale},
          {"decimal_separator", forms.decimal_separator},
          {"group_separator", forms.group_separator},
          {"number_pattern", forms.number_pattern},
          {"numbers", name_of(forms.numbers, number_forms)},
          {"true", forms.true_word},
          {"false", forms.false_word},
          {"nested", name_of(forms.nested, nested_forms)},
          {"rounding", name_of(forms.rounding, rounding_names)},
          {"overflow", name_of(forms.overflow, overflow_names)}};
}

TextForms text_forms_of(const Json& json) {
  TextForms forms;
  read(json, "blobs", blob_forms, forms.blobs);
  read(json, "timestamps", timestamp_forms, forms.timestamps);
  read(json, "timestamp_pattern", forms.timestamp_pattern);
  read(json, "date_pattern", forms.date_pattern);
  read(json, "time_pattern", forms.time_pattern);
  read(json, "time_zone", forms.time_zone);
  read(json, "locale", forms.locale);
  read(json, "decimal_separator", forms.decimal_separator);
  read(json, "group_separator", forms.group_separator);
  read(json, "number_pattern", forms.number_pattern);
  read(json, "numbers", number_forms, forms.numbers);
  read(json, "true", forms.true_word);
  read(json, "false", forms.false_word);
  read(json, "nested", nested_forms, forms.nested);
  read(json, "rounding", rounding_names, forms.rounding);
  read(json, "overflow", overflow_names, forms.overflow);
  return forms;
}

Json csv_json(const CsvOptions& csv) {
  return {{"delimiter", csv.delimiter},
          {"quote", character_json(csv.quote)},
          {"escape", character_json(csv.escape)},
          {"comment", character_json(csv.comment)},
          {"header", csv.header},
          {"null", csv.null_token},
          {"skip_records", csv.skip_records},
          {"max_field_bytes", csv.max_field_bytes},
          {"field_names", csv.field_names},
          {"trim", name_of(csv.trim, trim_names)},
          {"missing_fields", name_of(csv.missing_fields, missing_fields_names)},
          {"extra_fields", name_of(csv.extra_fields, extra_fields_names)},
          {"quoting", name_of(csv.quoting, quoting_names)},
          {"line_end", name_of(csv.line_end, line_end_names)}};
}

CsvOptions csv_of(const Json& json) {
  CsvOptions csv;
  read(json, "delimiter", csv.delimiter);
  read_character(json, "quote", csv.quote);
  read_character(json, "escape", csv.escape);
  read_character(json, "comment", csv.comment);
  read(json, "header", csv.header);
  read(json, "null", csv.null_token);
  read(json, "skip_records", csv.skip_records);
  read(json, "max_field_bytes", csv.max_field_bytes);
  read(json, "field_names", csv.field_names);
  read(json, "trim", trim_names, csv.trim);
  read(json, "missing_fields", missing_fields_names, csv.missing_fields);
  read(json, "extra_fields", extra_fields_names, csv.extra_fields);
  read(json, "quoting", quoting_names, csv.quoting);
  read(json, "line_end", line_end_names, csv.line_end);
  return csv;
}

}  // namespace cqlbulk::operations
