#include "operations/format_options_json.hpp"

#include <initializer_list>
#include <stdexcept>
#include <string>

#include "operations/text_forms_json.hpp"

namespace cqlbulk::operations {

namespace {

using journal::Json;

std::string_view name_of(JsonForm form) {
  switch (form) {
    case JsonForm::lines:
      return "lines";
    case JsonForm::values:
      return "values";
    case JsonForm::array:
      return "array";
  }
  return "";
}

std::string_view name_of(MissingField missing) {
  switch (missing) {
    case MissingField::as_null:
      return "null";
    case MissingField::unset:
      return "unset";
    case MissingField::reject:
      return "reject";
  }
  return "";
}

std::string_view name_of(DurationForm form) {
  switch (form) {
    case DurationForm::fields:
      return "fields";
    case DurationForm::text:
      return "text";
    case DurationForm::interval:
      return "interval";
  }
  return "";
}

std::string_view name_of(ArrowForm form) { return form == ArrowForm::file ? "file" : "stream"; }

std::string_view name_of(ParquetStatistics kept) {
  switch (kept) {
    case ParquetStatistics::but_uuids:
      return "but_uuids";
    case ParquetStatistics::all:
      return "all";
    case ParquetStatistics::none:
      return "none";
  }
  return "";
}

/// The choice of that name.
template <typename Choice>
Choice choice_of(const Json& json, std::initializer_list<Choice> choices) {
  const std::string name = json.get<std::string>();
  for (const Choice choice : choices) {
    if (name == name_of(choice)) return choice;
  }
  throw std::invalid_argument("\"" + name + "\" is a choice of a later version");
}

Json json_options_json(const JsonOptions& json) {
  return {{"form", json.form ? Json(name_of(*json.form)) : Json()},
          {"pretty", json.pretty},
          {"write_nulls", json.write_nulls},
          {"metadata_object", json.metadata_object},
          {"fields", json.fields},
          {"ignore_unknown_fields", json.ignore_unknown_fields},
          {"missing", name_of(json.missing)},
          {"max_record_bytes", json.max_record_bytes}};
}

JsonOptions json_options_of(const Json& json) {
  JsonOptions options;
  if (const Json& form = json.at("form"); !form.is_null()) {
    options.form = choice_of(form, {JsonForm::lines, JsonForm::values, JsonForm::array});
  }
  options.pretty = json.at("pretty");
  options.write_nulls = json.at("write_nulls");
  options.metadata_object = json.at("metadata_object");
  options.fields = json.at("fields").get<std::vector<std::string>>();
  options.ignore_unknown_fields = json.at("ignore_unknown_fields");
  options.missing = choice_of(json.at("missing"), {MissingField::as_null, MissingField::unset, MissingField::reject});
  options.max_record_bytes = json.at("max_record_bytes");
  return options;
}

Json columnar_json(const ColumnarOptions& columnar) {
  const auto& decimal = columnar.decimal;
  return {{"decimal", decimal ? Json({decimal->precision, decimal->scale}) : Json()},
          {"varint_precision", optional_json(columnar.varint_precision)},
          {"duration", name_of(columnar.duration)}};
}

ColumnarOptions columnar_of(const Json& json) {
  ColumnarOptions options;
  if (const Json& decimal = json.at("decimal"); !decimal.is_null()) options.decimal = {decimal.at(0), decimal.at(1)};
  options.varint_precision = optional_of<std::int32_t>(json.at("varint_precision"));
  options.duration = choice_of(json.at("duration"), {DurationForm::fields, DurationForm::text, DurationForm::interval});
  return options;
}

Json arrow_json(const ArrowOptions& arrow) {
  return {{"form", arrow.form ? Json(name_of(*arrow.form)) : Json()}, {"codec", arrow.codec}};
}

ArrowOptions arrow_of(const Json& json) {
  ArrowOptions options;
  if (const Json& form = json.at("form"); !form.is_null()) {
    options.form = choice_of(form, {ArrowForm::file, ArrowForm::stream});
  }
  options.codec = json.at("codec");
  return options;
}

Json parquet_json(const ParquetOptions& parquet) {
  return {{"codec", parquet.codec},
          {"row_group_rows", parquet.row_group_rows},
          {"statistics", name_of(parquet.statistics)},
          {"bloom_filters", parquet.bloom_filters},
          {"field_ids", parquet.field_ids},
          {"row_group_bytes", parquet.row_group_bytes}};
}

ParquetOptions parquet_of(const Json& json) {
  return {
      json.at("codec"),
      json.at("row_group_rows"),
      choice_of(json.at("statistics"), {ParquetStatistics::but_uuids, ParquetStatistics::all, ParquetStatistics::none}),
      json.at("bloom_filters").get<std::vector<std::string>>(),
      json.at("field_ids"),
      json.at("row_group_bytes")};
}

Json text_file_json(const TextFileOptions& options) {
  return {{"compression", options.compression ? Json(std::string(to_string(*options.compression))) : Json()},
          {"compression_level", optional_json(options.compression_level)},
          {"encoding", options.encoding}};
}

TextFileOptions text_file_of(const Json& json) {
  TextFileOptions options;
  if (const Json& name = json.at("compression"); !name.is_null()) {
    options.compression = parse_compression(name.get<std::string>());
    if (!options.compression) throw std::invalid_argument("a compression of a later version");
  }
  options.compression_level = optional_of<int>(json.at("compression_level"));
  options.encoding = json.at("encoding");
  return options;
}

}  // namespace

Json format_json(const std::optional<FormatKind>& kind, const FormatOptions& options) {
  return {{"kind", kind ? Json(std::string(to_string(*kind))) : Json()},
          {"text", text_forms_json(options.text)},
          {"csv", csv_json(options.csv)},
          {"json", json_options_json(options.json)},
          {"columnar", columnar_json(options.columnar)},
          {"arrow", arrow_json(options.arrow)},
          {"parquet", parquet_json(options.parquet)},
          {"text_file", text_file_json(options.text_file)}};
}

void read_format(const Json& json, std::optional<FormatKind>& kind, FormatOptions& options) {
  if (const Json& name = json.at("kind"); !name.is_null()) {
    kind = parse_format(name.get<std::string>());
    if (!kind) throw std::invalid_argument("a format of a later version");
  }
  if (json.contains("text")) options.text = text_forms_of(json.at("text"));
  options.csv = csv_of(json.at("csv"));
  options.json = json_options_of(json.at("json"));
  options.columnar = columnar_of(json.at("columnar"));
  options.arrow = arrow_of(json.at("arrow"));
  options.parquet = parquet_of(json.at("parquet"));
  options.text_file = text_file_of(json.at("text_file"));
}

}  // namespace cqlbulk::operations
