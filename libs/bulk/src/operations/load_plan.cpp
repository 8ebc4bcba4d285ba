#include "operations/load_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cqlbulk/error.hpp"
#include "formats/converting.hpp"
#include "operations/file_format.hpp"
#include "operations/load_fields.hpp"
#include "operations/own_statement.hpp"
#include "operations/prepare.hpp"
#include "operations/recorded.hpp"
#include "operations/shards.hpp"
#include "operations/subject.hpp"
#include "storage/storage.hpp"
#include "streams/compression.hpp"

namespace cqlbulk::operations {

namespace {

constexpr std::uint64_t largest_unit = std::uint64_t{8} << 20U;
constexpr std::uint64_t smallest_unit = std::uint64_t{256} << 10U;

/// Small inputs are cut smaller, so that every thread gets some of them. Where nothing may be sent twice a crash leaves
/// whole units of which nobody knows how far they came.
/// A window in which partitions find their rows spans no more than a unit, on the disk or not.
std::uint64_t unit_bytes(const LoadPlan& plan, const LoadOptions& options) {
  if (plan.statement.repeat == LoadStatement::Repeat::never) return smallest_unit / 8;
  std::uint64_t total = 0;
  bool decoded = false;
  for (const LoadInput& input : plan.inputs) {
    total += input.bytes;
    decoded = decoded || !input.form.is_plain();
  }
  // All threads together must find their units in the window of what has been decompressed.
  const std::uint64_t grouped = std::max(options.group_window.value_or(0), options.group_spill.value_or(0));
  const std::uint64_t wanted = std::max(grouped / plan.threads, largest_unit);
  const std::uint64_t largest = decoded ? std::min(wanted, streams::decoded_window_bytes / 4 / plan.threads) : wanted;
  if (grouped > 0) return std::clamp(total / plan.threads + 1, smallest_unit, largest);
  return std::clamp(total / (std::uint64_t{4} * plan.threads), smallest_unit, largest);
}

void plan_units(const LoadOptions& options, LoadPlan& plan) {
  const std::uint64_t size = unit_bytes(plan, options);
  const std::uint64_t most = options.max_records.value_or(UINT64_MAX);
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
    LoadInput& input = plan.inputs[i];
    for (const formats::Unit& unit : input.source->plan_units(size, most - plan.records)) {
      input.records += unit.record_count;
      plan.bytes += unit.bytes;
      plan.units.push_back({i, unit});
    }
    plan.records += input.records;
  }
}

void add_conditions(const LoadOptions& options, LoadInput& input) {
  if (options.where.empty()) return;
  if (!input.source->takes_conditions()) {
    throw Error(ErrorClass::usage, fmt::format("{}: --where is for Arrow and Parquet files", input.name),
                "Convert the file to Parquet, or load all of it.");
  }
  const std::vector<formats::Field>& fields = input.source->fields();
  for (formats::Condition& condition : formats::parse_conditions(options.where)) {
    const std::size_t field = find_field(fields, condition.field, input.name, "--where");
    input.mapping.conditions.push_back({field, std::move(condition)});
  }
}

void map_inputs(const LoadOptions& options, LoadPlan& plan) {
  std::int64_t base = plan.first_timestamp;
  std::uint64_t first_record = 0;
  for (LoadInput& input : plan.inputs) {
    input.mapping =
        map_fields(plan.statement, *plan.table, input.source->fields(), input.name, options, base, plan.timestamp_step);
    add_conditions(options, input);
    input.source->check_mapping(input.mapping);
    input.reject_form = {input.source->reject_header(), input.source->reject_suffix()};
    base += plan.timestamp_step * static_cast<std::int64_t>(input.records);
    input.first_record = first_record;
    first_record += input.records;
  }
}

std::uint64_t most_rejected(const LoadOptions& options, std::uint64_t records) {
  if (!options.max_errors_share) return options.max_errors;
  return static_cast<std::uint64_t>(std::floor(*options.max_errors_share * static_cast<double>(records)));
}

/// The batches rely on the partition key's values standing first.
void check_key_order(const LoadPlan& plan) {
  const std::vector<std::uint16_t>& indices = plan.prepared.partition_key_indices();
  bool first = indices.size() == plan.table->partition_key_size;
  for (std::size_t i = 0; first && i < plan.statement.key_values; ++i) {
    const Marker& marker = plan.statement.markers.at(indices[i]);
    first = marker.takes == Marker::Takes::value && marker.value == i;
  }
  if (!first && plan.statement.key_values != 0) {
    throw Error(ErrorClass::defect, fmt::format("the partition key of \"{}\" does not come first", plan.statement.cql));
  }
}

void prepare_restoring(ClusterThread& cluster, LoadPlan& plan) {
  plan.restorer = std::make_unique<RowRestorer>(*plan.table, *plan.statement.restored);
  for (const std::string& text : plan.restorer->statements()) plan.restoring.push_back(prepare(cluster, text));
}

/// The statement, prepared, with all that is known about its values.
void prepare_statement(const LoadOptions& options, ClusterThread& cluster, LoadPlan& plan) {
  const LoadInput& first = plan.inputs.at(0);
  if (options.subject.query.empty()) {
    plan.statement = plan_statement(*plan.table, first.source->fields(), first.name, options);
    plan.prepared = prepare(cluster, plan.statement.cql);
    if (plan.statement.restored) return prepare_restoring(cluster, plan);
  } else {
    const OwnStatement own = read_own_statement(options.subject.query);
    plan.prepared = prepare(cluster, text_to_prepare(own, *plan.table));
    plan.statement = plan_own_statement(own, *plan.metadata, *plan.table, plan.prepared);
  }
  take_types(plan.statement, plan.prepared.parameters());
  check_key_order(plan);
  std::size_t values = plan.statement.values.size();
  if (plan.statement.timestamp == LoadStatement::Timestamp::own) ++values;
  plan.binder = RowBinder(plan.statement.markers, values, plan.seed);
  if (const auto& rows = plan.statement.static_row) {
    plan.static_prepared = prepare(cluster, rows->cql);
    plan.static_binder = RowBinder(rows->markers, values, plan.seed);
  }
}

/// Rows that wait need others to wait for.
void check_spill(const LoadOptions& options, const LoadStatement& statement) {
  if (!options.group_spill) return;
  if (statement.repeat == LoadStatement::Repeat::never) {
    throw Error(ErrorClass::usage,
                fmt::format("--group-spill is not possible here: each record is sent at most once, since {}, and what "
                            "a crash leaves in doubt must stay small",
                            statement.at_most_once_because),
                "Leave it out, and sort the input by its partition key before.");
  }
  if (!statement.may_be_batched()) {
    throw Error(ErrorClass::usage,
                fmt::format("--group-spill is not possible here: \"{}\" does not take the whole partition key from "
                            "fields, so that nobody knows which rows belong together",
                            statement.cql),
                "Leave it out.");
  }
}

}  // namespace

void validate(const LoadOptions& options) {
  std::vector<std::string> problems;
  if (options.from.empty()) problems.emplace_back("say what to load (--from)");
  const bool table = !options.subject.keyspace.empty() && !options.subject.table.empty();
  if (table == !options.subject.query.empty()) {
    problems.emplace_back("say into which table (KS.TABLE), or by which statement (--query), not both");
  }
  if (!options.subject.query.empty()) {
    for (const auto& [given, option] : {std::pair(!options.timestamp.empty(), "--timestamp"),
                                        {!options.ttl.empty(), "--ttl"},
                                        {!options.set.empty(), "--set"},
                                        {!options.column_timestamps.empty(), "--timestamp-of"},
                                        {!options.column_ttls.empty(), "--ttl-of"},
                                        {options.restore_writetime || options.restore_ttl, "--restore-…"},
                                        {options.write_as != WriteAs::insert, "--write-as"}}) {
      if (given) problems.push_back(fmt::format("{} has no place beside --query: write it into the statement", option));
    }
  }
  if (options.batch_rows < 1 || options.batch_rows > 65'535) problems.emplace_back("--batch-rows must be 1 to 65535");
  if (options.batch_bytes < 1) problems.emplace_back("--batch-bytes must be at least 1");
  if (options.group_spill && options.batch == BatchBy::off) {
    problems.emplace_back("--group-spill has no place beside --batch off: nothing is written together");
  }
  check_memory(options.operation.pace, problems);
  if (options.operation.pace.threads && *options.operation.pace.threads == 0) {
    problems.emplace_back("--threads must be at least 1");
  }
  if (options.operation.pace.parallelism && *options.operation.pace.parallelism == 0) {
    problems.emplace_back("--parallelism must be at least 1");
  }
  if (options.max_errors_share && (*options.max_errors_share < 0 || *options.max_errors_share > 1)) {
    problems.emplace_back("--max-errors must be 0% to 100%");
  }
  if (!options.reject_file.empty() && storage::exists(options.reject_file)) {
    problems.push_back(fmt::format("the reject file {} exists already", options.reject_file));
  }
  if (options.create_table && options.new_key.partition.empty()) {
    problems.emplace_back(
        "--create-table needs the new table's key: --primary-key 'a, b' or --primary-key '(a, b), c'");
  }
  if (!options.create_table && !options.new_key.partition.empty())
    problems.emplace_back("--primary-key needs --create-table");
  if (!problems.empty()) throw Error(ErrorClass::usage, fmt::format("{}", fmt::join(problems, "; ")));
}

namespace {

void open_file(const LoadOptions& options, LoadInput& input, const std::shared_ptr<storage::OpenFiles>& files) {
  input.bytes = storage::size_of(input.path);
  input.modified = storage::modified(input.path);
  input.form = file_form(options.format_options.text_file, input.format, input.path);
  input.source = open_source(input.format, options.format_options, input.path, input.name, files);
  if (!options.converters.empty()) {
    input.source = formats::make_converting_source(std::move(input.source), options.converters);
  }
}

LoadInput open_again(const LoadOptions& options, const journal::Json& source,
                     const std::shared_ptr<storage::OpenFiles>& files) {
  LoadInput input;
  input.name = source.at("name");
  input.path = source.at("path");
  const auto format = parse_format(source.at("format").get<std::string>());
  if (!format) throw Error(ErrorClass::failed, "operation.json names a format of another version");
  input.format = *format;
  input.records = source.at("records");
  const char* const advice = "A load goes on only with the very files it began with; run it again from the start.";
  if (!storage::exists(input.path)) throw Error(ErrorClass::usage, fmt::format("{} is missing", input.path), advice);
  open_file(options, input, files);
  if (input.bytes != source.at("bytes") || input.modified != source.at("modified").get<std::string>()) {
    throw Error(ErrorClass::usage, fmt::format("{} was changed since the load began", input.path), advice);
  }
  return input;
}

}  // namespace

std::vector<LoadInput> open_inputs(const LoadOptions& options, const journal::OperationDirectory& operation,
                                   const std::stop_token& stop) {
  std::vector<LoadInput> inputs;
  const auto files = std::make_shared<storage::OpenFiles>(options.max_open_files);
  for (const std::string& name : storage::expand_inputs(options.from, options.recursive)) {
    LoadInput input;
    input.name = name == "-" ? "stdin" : name;
    input.path = name;
    input.format = file_format(options.format, input.name);
    input.form = file_form(options.format_options.text_file, input.format, name);
    if (!storage::is_seekable(name)) {
      // By its name it is known for what it is, also when the load goes on.
      input.path = operation.file(fmt::format("input-{}.{}{}", inputs.size() + 1, to_string(input.format),
                                              streams::suffix_of(input.form.compression)));
      storage::copy_to_file(name, input.path, stop);
    }
    if (stop.stop_requested()) throw Error(ErrorClass::failed, "interrupted while reading the input");
    open_file(options, input, files);
    inputs.push_back(std::move(input));
  }
  return inputs;
}

namespace {

LoadPlan begin_plan(const LoadOptions& options, ClusterThread& cluster) {
  LoadPlan plan;
  plan.metadata = cluster.metadata();
  if (options.subject.query.empty()) {
    plan.table = &find_table(*plan.metadata, options.subject.keyspace, options.subject.table);
  } else {
    const OwnStatement own = read_own_statement(options.subject.query);
    plan.table = &find_table(*plan.metadata, own.keyspace, own.table);
  }
  const cql::Keyspace* const keyspace = plan.metadata->keyspace(plan.table->keyspace);
  if (keyspace != nullptr && plan.metadata->murmur3()) {
    plan.replica_sets = plan::ReplicaSets(plan.metadata->ring.ranges(keyspace->replication));
  }
  const PaceOptions& pace = options.operation.pace;
  plan.memory = memory_of(pace, thread_count(pace.threads), pace.parallelism.value_or(1));
  plan.threads = plan.memory.threads;
  if (const auto& window = options.group_window) {
    const std::uint64_t most = plan.memory.ceiling / 2;
    if (*window > most) {
      throw Error(ErrorClass::usage,
                  fmt::format("--group-window of {} MiB is more than half of the memory that may be taken, {} MiB",
                              *window >> 20U, plan.memory.ceiling >> 20U),
                  "Allow more with --max-memory.");
    }
    plan.memory.windows = *window;
  }
  plan.consistency = options.operation.pace.consistency.value_or(cql::Consistency::local_quorum);
  plan.seed.write_time_unit = options.timestamp_unit;
  return plan;
}

}  // namespace

namespace {

/// What has neither fields nor records: a file of JSON with nothing in it, which maps to no column.
bool has_nothing(const LoadInput& input) {
  if (!input.source->fields().empty()) return false;
  const std::vector<formats::Unit> units = input.source->plan_units(UINT64_MAX);
  return std::ranges::all_of(units, [](const formats::Unit& unit) { return unit.record_count == 0; });
}

}  // namespace

LoadPlan plan_load(const LoadOptions& options, ClusterThread& cluster, std::vector<LoadInput> inputs,
                   std::int64_t start_us) {
  LoadPlan plan = begin_plan(options, cluster);
  if (std::ranges::all_of(inputs, has_nothing)) {
    plan.inputs = std::move(inputs);
    plan.threads = 1;
    return plan;
  }
  std::erase_if(inputs, has_nothing);
  plan.inputs = std::move(inputs);
  plan.seed.random = cql::Uuid::random();
  plan.seed.start_us = start_us;
  prepare_statement(options, cluster, plan);
  check_spill(options, plan.statement);
  // What does not fit is said before gigabytes are looked through for their records.
  map_inputs(options, plan);
  plan_units(options, plan);
  plan.timestamp_step = timestamp_step(plan.statement.repeat, plan.records);
  plan.first_timestamp = first_timestamp(start_us, plan.records, plan.timestamp_step);
  map_inputs(options, plan);
  plan.most_rejected = most_rejected(options, plan.records);
  // No more threads than there is work for.
  plan.threads = static_cast<unsigned>(std::clamp<std::size_t>(plan.units.size(), 1, plan.threads));
  return plan;
}

journal::Json plan_json(const LoadPlan& plan) {
  using journal::Json;
  Json sources = Json::array();
  for (const LoadInput& input : plan.inputs) {
    Json fields = Json::object();
    for (const formats::RowMapping::Parameter& parameter : input.mapping.parameters) {
      fields[parameter.column.name] = input.source->fields()[parameter.field].name;
    }
    sources.push_back({{"name", input.name},
                       {"path", lasting_path(input.path)},
                       {"format", std::string(to_string(input.format))},
                       {"bytes", input.bytes},
                       {"modified", input.modified},
                       {"records", input.records},
                       {"fields", std::move(fields)}});
  }
  Json units = Json::array();
  for (const LoadUnit& piece : plan.units) {
    const formats::Unit& unit = piece.unit;
    units.push_back(
        {piece.input, unit.begin, unit.end, unit.first_record, unit.record_count, unit.bytes, unit.first_line});
  }
  return {{"statement", plan.statement.cql},
          {"first_timestamp", plan.first_timestamp},
          {"timestamp_step", plan.timestamp_step},
          {"seed", plan.seed.random.to_string()},
          {"started_us", plan.seed.start_us},
          {"sources", std::move(sources)},
          {"units", std::move(units)}};
}

std::vector<journal::PlannedUnit> planned_units(const LoadPlan& plan) {
  std::vector<journal::PlannedUnit> units;
  for (const LoadUnit& piece : plan.units) {
    units.push_back({piece.input, piece.unit.begin, piece.unit.end, piece.unit.first_record, piece.unit.record_count});
  }
  return units;
}

LoadPlan plan_load_again(const LoadOptions& options, ClusterThread& cluster, const journal::Json& description) {
  LoadPlan plan = begin_plan(options, cluster);
  const auto files = std::make_shared<storage::OpenFiles>(options.max_open_files);
  for (const journal::Json& source : description.at("sources")) {
    plan.inputs.push_back(open_again(options, source, files));
  }
  plan.first_timestamp = description.at("first_timestamp");
  plan.timestamp_step = description.at("timestamp_step");
  plan.seed.start_us = description.at("started_us");
  if (!cql::Uuid::parse(description.at("seed").get<std::string>(), plan.seed.random)) {
    throw Error(ErrorClass::failed, "operation.json is damaged: the seed is no UUID");
  }
  if (description.at("units").empty()) return plan;
  prepare_statement(options, cluster, plan);
  if (plan.statement.cql != description.at("statement").get<std::string>()) {
    throw Error(
        ErrorClass::usage,
        fmt::format("{} was altered since the load began: its statement was \"{}\", now it would be \"{}\"",
                    plan.table->qualified_name(), description.at("statement").get<std::string>(), plan.statement.cql),
        "Run the load again from the start.");
  }
  map_inputs(options, plan);
  for (const journal::Json& unit : description.at("units")) {
    LoadUnit piece;
    piece.input = unit.at(0);
    if (piece.input >= plan.inputs.size())
      throw Error(ErrorClass::failed, "operation.json is damaged: a unit of no source");
    piece.unit = {unit.at(1), unit.at(2), unit.at(5), unit.at(3), unit.at(4), unit.at(6)};
    plan.bytes += piece.unit.bytes;
    plan.records += piece.unit.record_count;
    plan.units.push_back(piece);
  }
  plan.most_rejected = most_rejected(options, plan.records);
  plan.threads = static_cast<unsigned>(std::clamp<std::size_t>(plan.units.size(), 1, plan.threads));
  return plan;
}

}  // namespace cqlbulk::operations
