// Laying out the rows of record batches.
#include "formats/batch_rows.hpp"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "cqlbulk/error.hpp"
#include "formats/arrow_io.hpp"
#include "text/cell_text.hpp"

namespace cqlbulk::formats {

namespace {

/// What a block of rows should take at most; a single row may take more.
constexpr std::uint64_t block_bytes = std::uint64_t{64} << 20U;
/// i32 length and bigint.
constexpr std::uint32_t timestamp_size = 12;
/// The record as a whole.
constexpr std::size_t no_parameter = static_cast<std::size_t>(-1);

std::string type_text(const arrow::DataType& type) {
  if (type.id() != arrow::Type::EXTENSION) return type.ToString();
  std::string text = static_cast<const arrow::ExtensionType&>(type).extension_name();
  return text.starts_with("arrow.") ? text.substr(6) : text;
}

}  // namespace

std::vector<Field> fields_of(const arrow::Schema& schema) {
  const std::string key(columnar::cql_type_key);
  std::vector<Field> fields;
  for (const auto& field : schema.fields()) {
    Field described{field->name(), type_text(*field->type()), std::nullopt};
    if (field->metadata() && field->metadata()->Contains(key)) {
      described.cql_type = take(field->metadata()->Get(key), field->name());
    }
    fields.push_back(std::move(described));
  }
  return fields;
}

void check_types(const arrow::Schema& schema, const RowMapping& mapping, const std::string& file) {
  for (const auto& parameter : mapping.parameters) {
    const auto& field = schema.field(static_cast<int>(parameter.field));
    std::string why;
    if (columnar::make_cell_encoder(*field->type(), parameter.column.type, why)) continue;
    throw Error(
        ErrorClass::usage,
        fmt::format("{}: field \"{}\" of type {} cannot be loaded into column {} of type {}: {}", file, field->name(),
                    type_text(*field->type()), parameter.column.name, parameter.column.type.to_string(), why),
        "map the field to another column with --map, or leave it out with --ignore-fields");
  }
  for (const auto& [place, condition] : mapping.conditions) {
    const auto& field = schema.field(static_cast<int>(place));
    std::string why;
    if (make_value_condition(condition, *field->type(), why)) continue;
    throw Error(ErrorClass::usage, fmt::format("{}: --where on field \"{}\": {}", file, field->name(), why),
                "Text and times stand in single quotes, numbers and true and false do not.");
  }
}

std::vector<std::size_t> mapped_fields(const RowMapping& mapping) {
  std::vector<std::size_t> fields;
  for (const auto& parameter : mapping.parameters) fields.push_back(parameter.field);
  for (const auto& condition : mapping.conditions) fields.push_back(condition.field);
  std::ranges::sort(fields);
  fields.erase(std::ranges::unique(fields).begin(), fields.end());
  return fields;
}

std::vector<Unit> plan_batches(const std::vector<WholeBatch>& batches, std::uint64_t unit_bytes,
                               std::uint64_t most_records, const std::string& file) {
  std::vector<Unit> units;
  std::uint64_t record = 0;
  for (std::size_t i = 0; i < batches.size() && record < most_records; ++i) {
    const auto [rows, bytes] = batches[i];
    if (units.empty() || units.back().bytes + bytes > unit_bytes) {
      Unit unit;
      unit.begin = i;
      unit.first_record = record;
      units.push_back(unit);
    }
    units.back().end = i + 1;
    units.back().bytes += bytes;
    std::uint64_t end = 0;
    if (__builtin_add_overflow(record, rows, &end)) {
      throw Error(ErrorClass::usage, fmt::format("{}: impossible row counts", file));
    }
    end = std::min(end, most_records);
    units.back().record_count += end - record;
    record = end;
  }
  return units;
}

bool is_cut(const Unit& unit, const std::vector<WholeBatch>& batches) {
  std::uint64_t rows = 0;
  for (std::uint64_t i = unit.begin; i < unit.end; ++i) rows += batches.at(i).rows;
  return unit.record_count < rows;
}

BatchRows::BatchRows(std::string file, const RowMapping& mapping, const arrow::Schema& batch_schema,
                     std::uint64_t first_record)
    : file_(std::move(file)), mapping_(mapping), first_record_(first_record) {
  const std::vector<std::size_t> fields = mapped_fields(mapping_);
  const auto place_of = [&](std::size_t field) {
    return static_cast<int>(std::ranges::lower_bound(fields, field) - fields.begin());
  };
  std::string why;
  for (const auto& parameter : mapping_.parameters) {
    places_.push_back(place_of(parameter.field));
    auto encoder = columnar::make_cell_encoder(*batch_schema.field(places_.back())->type(), parameter.column.type, why);
    if (!encoder) throw Error(ErrorClass::defect, fmt::format("{}: an unchecked mapping: {}", file_, why));
    encoders_.push_back(std::move(encoder));
  }
  for (const auto& [field, condition] : mapping_.conditions) {
    const int place = place_of(field);
    auto made = make_value_condition(condition, *batch_schema.field(place)->type(), why);
    if (!made) throw Error(ErrorClass::defect, fmt::format("{}: an unchecked condition: {}", file_, why));
    conditions_.push_back({place, std::move(made)});
  }
}

BatchRows::~BatchRows() = default;

void BatchRows::set(std::shared_ptr<arrow::RecordBatch> batch) {
  batch_ = std::move(batch);
  position_ = 0;
}

bool BatchRows::used_up() const { return !batch_ || position_ == batch_->num_rows(); }

void BatchRows::encode(BoundRows& out) {
  std::int64_t count = batch_->num_rows() - position_;
  std::uint64_t total = 0;
  std::vector<Trouble> troubles;
  for (;;) {
    columns_.clear();
    for (const int place : places_) columns_.push_back(batch_->column(place)->Slice(position_, count));
    troubles.clear();
    total = measure(static_cast<std::size_t>(count), troubles);
    if (total <= block_bytes || count == 1) break;
    count /= 2;
  }
  lay_out(out, static_cast<std::size_t>(total), troubles);
  position_ += count;
  record_count_ += static_cast<std::uint64_t>(count);
}

std::uint64_t BatchRows::measure(std::size_t count, std::vector<Trouble>& troubles) {
  sizes_.assign(count, mapping_.timestamp_base ? timestamp_size : 0);
  for (std::size_t i = 0; i < encoders_.size(); ++i) {
    problems_.clear();
    encoders_[i]->add_sizes(*columns_[i], sizes_, problems_);
    for (auto& problem : problems_) troubles.push_back({problem.row, i, std::move(problem.reason)});
    find_forbidden_nulls(i, count, troubles);
  }
  find_refused(count, troubles);
  // One per record: the first.
  std::ranges::sort(troubles, {}, [](const Trouble& trouble) { return std::pair(trouble.row, trouble.parameter); });
  const auto repeated = std::ranges::unique(troubles, {}, &Trouble::row);
  troubles.erase(repeated.begin(), repeated.end());
  return std::accumulate(sizes_.begin(), sizes_.end(), std::uint64_t{0});
}

void BatchRows::find_forbidden_nulls(std::size_t index, std::size_t count, std::vector<Trouble>& troubles) const {
  const auto& parameter = mapping_.parameters[index];
  if (!parameter.key && !parameter.reject_null) return;
  const arrow::Array& column = *columns_[index];
  for (std::size_t row = 0; row < count; ++row) {
    if (!columnar::is_null(column, static_cast<std::int64_t>(row))) continue;
    troubles.push_back({row, index, parameter.key ? "null in a column of the primary key" : "null"});
  }
}

void BatchRows::find_refused(std::size_t count, std::vector<Trouble>& troubles) const {
  const std::uint64_t first = first_record_ + record_count_;
  const auto& refused = mapping_.refused_records;
  for (auto record = std::ranges::lower_bound(refused, first); record != refused.end() && *record < first + count;
       ++record) {
    const auto row = static_cast<std::size_t>(*record - first);
    std::erase_if(troubles, [row](const Trouble& trouble) { return trouble.row == row; });
    troubles.push_back({row, no_parameter, {}});
  }
}

void BatchRows::lay_out(BoundRows& out, std::size_t total, const std::vector<Trouble>& troubles) {
  out.bytes.resize(total);
  cursors_.resize(sizes_.size());
  std::byte* at = out.bytes.data();
  for (std::size_t row = 0; row < sizes_.size(); ++row) {
    cursors_[row] = at;
    at += sizes_[row];
  }
  for (std::size_t i = 0; i < encoders_.size(); ++i) {
    const std::int32_t null_length = mapping_.parameters[i].write_null ? -1 : -2;
    encoders_[i]->write(*columns_[i], null_length, cursors_);
  }
  auto trouble = troubles.begin();
  std::uint32_t offset = 0;
  for (std::size_t row = 0; row < sizes_.size(); ++row) {
    const std::uint64_t record = first_record_ + record_count_ + row;
    if (mapping_.timestamp_base) write_timestamp(cursors_[row], record);
    const bool bad = trouble != troubles.end() && trouble->row == row;
    if (!is_taken(row)) {
      ++left_out_;
      if (bad) ++trouble;
    } else if (bad) {
      out.bad.push_back(bad_record(*trouble++, record));
    } else {
      out.rows.push_back({offset, sizes_[row], record});
    }
    offset += sizes_[row];
  }
}

bool BatchRows::is_taken(std::size_t row) const {
  const std::int64_t index = position_ + static_cast<std::int64_t>(row);
  return std::ranges::all_of(conditions_, [&](const PlacedCondition& placed) {
    return placed.condition->holds(*batch_->column(placed.place), index);
  });
}

void BatchRows::write_timestamp(std::byte* at, std::uint64_t record) const {
  cql::store_big_endian(at, std::int32_t{8});
  cql::store_big_endian(at + 4, mapping_.timestamp_of(record));
}

BadRecord BatchRows::bad_record(const Trouble& trouble, std::uint64_t record) {
  BadRecord bad;
  bad.record = record;
  if (trouble.parameter != no_parameter) bad.column = mapping_.parameters[trouble.parameter].column.name;
  bad.reason = trouble.reason;
  bad.raw = "{";
  for (int i = 0; i < batch_->num_columns(); ++i) {
    if (std::ranges::count(places_, i) == 0) continue;  // Looked at for a condition only.
    if (bad.raw.size() > 1) bad.raw += ", ";
    columnar::append_json_text(batch_->column_name(i), bad.raw);
    bad.raw += ": ";
    append_json(static_cast<std::size_t>(i), trouble.row, bad.raw);
  }
  bad.raw += "}";
  return bad;
}

void BatchRows::append_json(std::size_t place, std::size_t row, std::string& out) {
  const std::int64_t index = position_ + static_cast<std::int64_t>(row);
  const auto found = std::ranges::find(places_, static_cast<int>(place));
  const auto parameter = static_cast<std::size_t>(found - places_.begin());
  const auto value = batch_->column(static_cast<int>(place))->Slice(index, 1);
  if (columnar::is_null(*value, 0)) {
    out += "null";
    return;
  }
  columnar::CellEncoder& encoder = *encoders_[parameter];
  std::array<std::uint32_t, 1> size{};
  std::vector<columnar::CellEncoder::Problem> problems;
  encoder.add_sizes(*value, size, problems);
  if (!problems.empty()) return columnar::append_json(*value, 0, out);
  cql::Buffer bytes(size[0]);
  bytes.resize(size[0]);
  std::array<std::byte*, 1> cursor{bytes.data()};
  encoder.write(*value, -1, cursor);
  cql::Reader wire(bytes.view());
  if (wire.i32() < 0) {
    out += "null";
    return;
  }
  text::CellWriter(mapping_.parameters[parameter].column.type).append_json(wire.rest(), out);
}

}  // namespace cqlbulk::formats
