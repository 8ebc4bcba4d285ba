#include "operations/options_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cqlbulk/error.hpp"
#include "operations/format_options_json.hpp"

namespace cqlbulk::operations {

namespace {

using journal::Json;

Json subject_json(const Subject& subject) {
  return {{"keyspace", subject.keyspace}, {"table", subject.table}, {"query", subject.query}, {"where", subject.where}};
}

Subject subject_of(const Json& json) {
  return {json.at("keyspace"), json.at("table"), json.at("query"), json.at("where")};
}

Json pace_json(const OperationOptions& operation) {
  const PaceOptions& pace = operation.pace;
  return {{"splits", optional_json(pace.splits)},
          {"preset", to_string(pace.preset)},
          {"parallelism", optional_json(pace.parallelism)},
          {"max_rows_per_second", optional_json(pace.max_rows_per_second)},
          {"max_bytes_per_second", optional_json(pace.max_bytes_per_second)},
          {"cool_down_ms", pace.cool_down.count()},
          {"health_every_ms", pace.health_every.count()},
          {"threads", optional_json(pace.threads)},
          {"page_size", pace.page_size},
          {"max_memory", optional_json(pace.max_memory)},
          {"max_rows", optional_json(pace.max_rows)},
          {"consistency", pace.consistency ? Json(std::string(cql::to_string(*pace.consistency))) : Json()},
          {"max_failed_ranges", pace.max_failed_ranges},
          {"max_failed_ranges_share", pace.max_failed_ranges_share},
          {"retry_wait_ms", pace.retry_wait.count()},
          {"patience_ms", pace.patience.count()},
          {"checkpoint_every_s", operation.checkpoint_every ? Json(operation.checkpoint_every->count()) : Json()},
          {"full_disk_wait_s", operation.full_disk_wait.count()}};
}

void read_pace(const Json& json, OperationOptions& operation) {
  PaceOptions& pace = operation.pace;
  pace.splits = optional_of<std::uint32_t>(json.at("splits"));
  const auto preset = parse_preset(json.at("preset").get<std::string>());
  if (!preset) throw std::invalid_argument("no preset");
  pace.preset = *preset;
  pace.max_rows_per_second = optional_of<std::uint64_t>(json.at("max_rows_per_second"));
  pace.max_bytes_per_second = optional_of<std::uint64_t>(json.at("max_bytes_per_second"));
  pace.cool_down = std::chrono::milliseconds(json.at("cool_down_ms").get<std::int64_t>());
  pace.health_every = std::chrono::milliseconds(json.at("health_every_ms").get<std::int64_t>());
  pace.parallelism = optional_of<std::uint32_t>(json.at("parallelism"));
  pace.threads = optional_of<std::uint32_t>(json.at("threads"));
  pace.page_size = json.at("page_size");
  pace.max_memory = optional_of<std::uint64_t>(json.at("max_memory"));
  pace.max_rows = optional_of<std::uint64_t>(json.at("max_rows"));
  if (const Json& level = json.at("consistency"); !level.is_null()) {
    pace.consistency = cql::parse_consistency(level.get<std::string>());
    if (!pace.consistency) throw std::invalid_argument("no consistency level");
  }
  pace.max_failed_ranges = json.at("max_failed_ranges");
  pace.max_failed_ranges_share = json.at("max_failed_ranges_share");
  pace.retry_wait = std::chrono::milliseconds(json.at("retry_wait_ms").get<std::int64_t>());
  pace.patience = std::chrono::milliseconds(json.at("patience_ms").get<std::int64_t>());
  if (const Json& every = json.at("checkpoint_every_s"); !every.is_null()) {
    operation.checkpoint_every = std::chrono::seconds(every.get<std::int64_t>());
  }
  operation.full_disk_wait = std::chrono::seconds(json.at("full_disk_wait_s").get<std::int64_t>());
}

/// Functions cannot be recorded: what they are for can.
Json converters_json(const std::vector<ColumnConverter>& converters) {
  Json json = Json::array();
  for (const ColumnConverter& converter : converters) {
    json.push_back({converter.column, converter.file_type.to_string()});
  }
  return json;
}

/// What decides which rows go where, in which form.
Json task_json(const ExportOptions& options) {
  Json columns = Json::array();
  for (const ExportOptions::ColumnChoice& choice : options.columns) {
    columns.push_back({choice.column, choice.name_in_file});
  }
  return {{"subject", subject_json(options.subject)},
          {"to", options.to},
          {"format", format_json(options.format, options.format_options)},
          {"columns", std::move(columns)},
          {"converters", converters_json(options.converters)},
          {"writetime_suffix", optional_json(options.writetime_suffix)},
          {"ttl_suffix", optional_json(options.ttl_suffix)},
          {"overwrite", options.overwrite},
          {"file_name_pattern", options.file_name_pattern},
          {"file_mode", options.file_mode},
          {"max_file_rows", optional_json(options.max_file_rows)},
          {"max_file_bytes", optional_json(options.max_file_bytes)}};
}

std::string_view name_of(CountBy by) {
  switch (by) {
    case CountBy::total:
      return "total";
    case CountBy::range:
      return "range";
    case CountBy::host:
      return "host";
    case CountBy::partition:
      return "partition";
  }
  return "";
}

CountBy by_of(const std::string& name) {
  for (const CountBy by : {CountBy::total, CountBy::range, CountBy::host, CountBy::partition}) {
    if (name == name_of(by)) return by;
  }
  throw std::invalid_argument("a count is by total, range, host or partition");
}

std::string_view name_of(Nulls nulls) {
  switch (nulls) {
    case Nulls::unset:
      return "unset";
    case Nulls::write:
      return "write";
    case Nulls::reject:
      return "reject";
  }
  return "";
}

std::string_view name_of(BatchBy batch) {
  switch (batch) {
    case BatchBy::replica_set:
      return "replica-set";
    case BatchBy::partition:
      return "partition";
    case BatchBy::off:
      break;
  }
  return "off";
}

BatchBy batch_of(const std::string& name) {
  for (const BatchBy batch : {BatchBy::replica_set, BatchBy::partition, BatchBy::off}) {
    if (name == name_of(batch)) return batch;
  }
  throw std::invalid_argument("batches are by replica-set, partition or off");
}

Nulls nulls_of(const std::string& name) {
  for (const Nulls nulls : {Nulls::unset, Nulls::write, Nulls::reject}) {
    if (name == name_of(nulls)) return nulls;
  }
  throw std::invalid_argument("nulls are unset, write or reject");
}

std::string_view name_of(WriteAs write_as) {
  switch (write_as) {
    case WriteAs::insert:
      return "insert";
    case WriteAs::update:
      return "update";
    case WriteAs::remove:
      return "delete";
  }
  return "";
}

std::string_view name_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::seconds:
      return "s";
    case TimeUnit::milliseconds:
      return "ms";
    case TimeUnit::microseconds:
      return "us";
    case TimeUnit::nanoseconds:
      return "ns";
  }
  return "";
}

TimeUnit time_unit_of(const std::string& name) {
  for (const TimeUnit unit :
       {TimeUnit::seconds, TimeUnit::milliseconds, TimeUnit::microseconds, TimeUnit::nanoseconds}) {
    if (name == name_of(unit)) return unit;
  }
  throw std::invalid_argument("a unit of time is s, ms, us or ns");
}

WriteAs write_as_of(const std::string& name) {
  for (const WriteAs write_as : {WriteAs::insert, WriteAs::update, WriteAs::remove}) {
    if (name == name_of(write_as)) return write_as;
  }
  throw std::invalid_argument("records are written as insert, update or delete");
}

Json task_json(const LoadOptions& options) {
  Json map = Json::array();
  for (const LoadOptions::Mapping& mapping : options.map) map.push_back({mapping.field, mapping.column});
  Json set = Json::array();
  for (const LoadOptions::Setting& setting : options.set) set.push_back({setting.column, setting.expression});
  const auto times_json = [](const std::vector<LoadOptions::ColumnTime>& times) {
    Json json = Json::array();
    for (const LoadOptions::ColumnTime& time : times) json.push_back({time.column, time.time});
    return json;
  };
  return {{"subject", subject_json(options.subject)},
          {"from", options.from},
          {"recursive", options.recursive},
          {"max_records", optional_json(options.max_records)},
          {"format", format_json(options.format, options.format_options)},
          {"map", std::move(map)},
          {"set", std::move(set)},
          {"converters", converters_json(options.converters)},
          {"write_as", name_of(options.write_as)},
          {"where", options.where},
          {"ignore_fields", options.ignore_fields},
          {"timestamp", options.timestamp},
          {"timestamp_unit", name_of(options.timestamp_unit)},
          {"ttl", options.ttl},
          {"column_timestamps", times_json(options.column_timestamps)},
          {"column_ttls", times_json(options.column_ttls)},
          {"restore_writetime", optional_json(options.restore_writetime)},
          {"restore_ttl", optional_json(options.restore_ttl)},
          {"nulls", name_of(options.nulls)},
          {"dry_run", options.dry_run}};
}

template <typename Read>
auto reading(Read read) {
  try {
    return read();
  } catch (const std::exception& error) {
    throw Error(ErrorClass::failed,
                fmt::format("the settings in operation.json cannot be understood: {}", error.what()),
                "They were written by another version, or damaged; run the command again.");
  }
}

}  // namespace

Json json_of(const CountOptions& options) {
  return {{"subject", subject_json(options.subject)},
          {"by", name_of(options.by)},
          {"top", options.top},
          {"pace", pace_json(options.operation)}};
}

Json json_of(const ExportOptions& options) {
  Json json = task_json(options);
  json["pace"] = pace_json(options.operation);
  return json;
}

Json json_of(const LoadOptions& options) {
  Json json = task_json(options);
  json["batch"] = name_of(options.batch);
  json["batch_rows"] = options.batch_rows;
  json["batch_bytes"] = options.batch_bytes;
  json["group_window"] = optional_json(options.group_window);
  json["group_spill"] = optional_json(options.group_spill);
  json["max_errors"] = options.max_errors;
  json["max_errors_share"] = optional_json(options.max_errors_share);
  json["reject_file"] = options.reject_file;
  json["max_open_files"] = options.max_open_files;
  json["pace"] = pace_json(options.operation);
  return json;
}

CountOptions count_options_of(const Json& json) {
  return reading([&] {
    CountOptions options;
    options.subject = subject_of(json.at("subject"));
    options.by = by_of(json.at("by"));
    options.top = json.at("top");
    read_pace(json.at("pace"), options.operation);
    return options;
  });
}

ExportOptions export_options_of(const Json& json) {
  return reading([&] {
    ExportOptions options;
    options.subject = subject_of(json.at("subject"));
    options.to = json.at("to");
    read_format(json.at("format"), options.format, options.format_options);
    for (const Json& choice : json.at("columns")) options.columns.push_back({choice.at(0), choice.at(1)});
    options.writetime_suffix = optional_of<std::string>(json.at("writetime_suffix"));
    options.ttl_suffix = optional_of<std::string>(json.at("ttl_suffix"));
    options.overwrite = json.at("overwrite");
    options.file_name_pattern = json.at("file_name_pattern");
    options.file_mode = json.at("file_mode");
    options.max_file_rows = optional_of<std::uint64_t>(json.at("max_file_rows"));
    options.max_file_bytes = optional_of<std::uint64_t>(json.at("max_file_bytes"));
    read_pace(json.at("pace"), options.operation);
    return options;
  });
}

LoadOptions load_options_of(const Json& json) {
  return reading([&] {
    LoadOptions options;
    options.subject = subject_of(json.at("subject"));
    options.from = json.at("from").get<std::vector<std::string>>();
    options.recursive = json.at("recursive");
    options.max_records = optional_of<std::uint64_t>(json.at("max_records"));
    read_format(json.at("format"), options.format, options.format_options);
    for (const Json& mapping : json.at("map")) options.map.push_back({mapping.at(0), mapping.at(1)});
    for (const Json& setting : json.at("set")) options.set.push_back({setting.at(0), setting.at(1)});
    options.write_as = write_as_of(json.at("write_as"));
    options.where = json.at("where");
    options.ignore_fields = json.at("ignore_fields");
    options.timestamp = json.at("timestamp");
    options.timestamp_unit = time_unit_of(json.at("timestamp_unit"));
    options.ttl = json.at("ttl");
    for (const Json& time : json.at("column_timestamps")) options.column_timestamps.push_back({time.at(0), time.at(1)});
    for (const Json& time : json.at("column_ttls")) options.column_ttls.push_back({time.at(0), time.at(1)});
    options.restore_writetime = optional_of<std::string>(json.at("restore_writetime"));
    options.restore_ttl = optional_of<std::string>(json.at("restore_ttl"));
    options.nulls = nulls_of(json.at("nulls"));
    options.dry_run = json.at("dry_run");
    options.batch = batch_of(json.at("batch"));
    options.batch_rows = json.at("batch_rows");
    options.batch_bytes = json.at("batch_bytes");
    options.group_window = optional_of<std::uint64_t>(json.at("group_window"));
    options.group_spill = optional_of<std::uint64_t>(json.at("group_spill"));
    options.max_errors = json.at("max_errors");
    options.max_errors_share = optional_of<double>(json.at("max_errors_share"));
    options.reject_file = json.at("reject_file");
    options.max_open_files = json.at("max_open_files");
    read_pace(json.at("pace"), options.operation);
    return options;
  });
}

std::vector<ColumnConverter> converters_again(const Json& settings, const std::vector<ColumnConverter>& given) {
  const Json& recorded = settings.at("converters");
  if (converters_json(given) == recorded) return given;
  std::vector<std::string> columns;
  for (const Json& converter : recorded) columns.push_back(converter.at(0));
  throw Error(ErrorClass::usage,
              columns.empty() ? "the operation began without converters of columns, and can only go on without"
                              : fmt::format("the operation began with converters of its program for {}, and cannot go "
                                            "on without the same ones",
                                            fmt::join(columns, ", ")),
              "Resume it from the program that began it (ResumeOptions::converters).");
}

std::string fingerprint_of(const ExportOptions& options) {
  Json json = task_json(options);
  json["max_rows"] = optional_json(options.operation.pace.max_rows);
  return "export " + journal::text_of(json);
}

std::string fingerprint_of(const LoadOptions& options) { return "load " + journal::text_of(task_json(options)); }

}  // namespace cqlbulk::operations
