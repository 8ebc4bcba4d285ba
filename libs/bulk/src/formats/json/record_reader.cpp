// Reading a record member by member. Values are written where they come; a record whose members stand in the order of
// the parameters needs nothing else, others are put in order at the end.
#include "formats/json/record_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cqlbulk::formats {
namespace {

constexpr std::size_t unknown = static_cast<std::size_t>(-1);
/// What a visit returns when reason() is set already.
constexpr simdjson::error_code said = simdjson::NUM_ERROR_CODES;

std::size_t nesting_of(std::string_view json) {
  std::size_t depth = 0;
  std::size_t most = 0;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char character = json[at];
    if (character == '"') {
      for (++at; at < json.size() && json[at] != '"'; ++at) at += json[at] == '\\' ? 1 : 0;
    } else if (character == '[' || character == '{') {
      most = std::max(most, ++depth);
    } else if ((character == ']' || character == '}') && depth > 0) {
      --depth;
    }
  }
  return most;
}

}  // namespace

JsonRecordReader::JsonRecordReader(const JsonOptions& options, const text::Forms& forms,
                                   const std::vector<Field>& fields, const RowMapping& mapping)
    : options_(options),
      fields_(fields),
      mapping_(mapping),
      known_(fields.size()),
      values_(forms),
      slots_(mapping.parameters.size()) {
  remember_names(fields);
  for (std::size_t i = 0; i < mapping.parameters.size(); ++i) {
    known_.at(mapping.parameters[i].field).parameters.push_back(i);
  }
}

void JsonRecordReader::remember_names(const std::vector<Field>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string_view name = fields[i].name;
    // "_metadata.writetime.x" is also what a record may call it at its top.
    for (std::size_t section = 0; section < json_sections; ++section) {
      const std::string_view prefix = section_prefixes[section];
      if (name.starts_with(prefix)) names_[section].emplace(name.substr(prefix.size()), i);
    }
  }
}

bool JsonRecordReader::read(std::string_view text, cql::Buffer& out) {
  const std::size_t start = out.size();
  ++record_;
  next_field_ = 0;
  next_parameter_ = 0;
  in_order_ = true;
  unknown_.clear();
  if (read_document(text, out) && check_unknown() && finish(start, out)) return true;
  out.resize(start);
  return false;
}

bool JsonRecordReader::read_document(std::string_view text, cql::Buffer& out) {
  const auto refuse = [this](simdjson::error_code error) {
    if (error == said) return false;
    return fail({}, text::json_problem(error));
  };
  simdjson::ondemand::document document;
  const std::size_t readable = text.size() + simdjson::SIMDJSON_PADDING;
  if (const auto error = parser_.iterate(text.data(), text.size(), readable).get(document)) return refuse(error);
  simdjson::ondemand::json_type type{};
  if (const auto error = document.type().get(type)) return refuse(error);
  if (type != simdjson::ondemand::json_type::object) return fail({}, "not a JSON object");
  simdjson::ondemand::object object;
  if (const auto error = document.get_object().get(object)) return refuse(error);
  auto visit = [&](JsonSection section, std::string_view key, Value value) {
    return read_member(section, key, value, out);
  };
  if (const auto error = visit_members(JsonSection::record, object, visit)) return refuse(error);
  return document.at_end() || fail({}, "more text follows the JSON object");
}

simdjson::error_code JsonRecordReader::read_member(JsonSection section, std::string_view key, Value value,
                                                   cql::Buffer& out) {
  const std::size_t index = find(section, key);
  if (index == unknown) {
    if (section == JsonSection::record) {
      unknown_.push_back(key);
    } else if (!options_.ignore_unknown_fields) {
      return failed({}, fmt::format("the field \"{}{}\" is not one of the file's first records'",
                                    section_prefixes[static_cast<std::size_t>(section)], key));
    }
    return skip(value);
  }
  KnownField& field = known_[index];
  if (field.record == record_) return failed({}, fmt::format("the field \"{}\" occurs twice", fields_[index].name));
  field.record = record_;
  next_field_ = index + 1;
  if (field.parameters.empty()) return skip(value);
  const bool good = field.parameters.size() == 1 ? read_parameter(field.parameters.front(), value, out)
                                                 : read_parameters(field.parameters, value, out);
  return good ? simdjson::SUCCESS : said;
}

std::size_t JsonRecordReader::find(JsonSection section, std::string_view key) {
  if (section == JsonSection::record && next_field_ < fields_.size() && fields_[next_field_].name == key) {
    return next_field_;
  }
  const auto& names = names_[static_cast<std::size_t>(section)];
  const auto found = names.find(key);
  return found == names.end() ? unknown : found->second;
}

/// What is not loaded is looked at for its brackets alone.
simdjson::error_code JsonRecordReader::skip(Value value) {
  simdjson::ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type != simdjson::ondemand::json_type::object && type != simdjson::ondemand::json_type::array) {
    return simdjson::SUCCESS;
  }
  std::string_view raw;
  if (const auto error = value.raw_json().get(raw)) return error;
  if (raw.size() <= most_json_nesting || nesting_of(raw) < most_json_nesting) return simdjson::SUCCESS;
  return failed({}, fmt::format("arrays and objects are nested more than {} deep", most_json_nesting));
}

bool JsonRecordReader::read_parameter(std::size_t index, Value value, cql::Buffer& out) {
  fill_gap(index, out);
  const RowMapping::Parameter& parameter = mapping_.parameters[index];
  const std::size_t begin = out.size();
  bool null = false;
  if (const auto error = value.is_null().get(null)) {
    return fail(parameter.column.name, text::json_problem(error));
  }
  if (null) {
    if (!append_null(index, out)) return false;
  } else if (const char* const problem = values_.append(parameter.column.type, value, out)) {
    return fail(parameter.column.name, problem);
  }
  slots_[index] = {begin, out.size(), record_};
  if (index < next_parameter_) {
    in_order_ = false;
  } else {
    next_parameter_ = index + 1;
  }
  return true;
}

bool JsonRecordReader::read_parameters(const std::vector<std::size_t>& parameters, Value value, cql::Buffer& out) {
  std::string_view raw;
  if (const auto error = value.raw_json().get(raw)) {
    return fail({}, text::json_problem(error));
  }
  // A value can be taken from its document once: each parameter gets a document of its own.
  scratch_ = raw;
  const std::size_t size = scratch_.size();
  scratch_.append(simdjson::SIMDJSON_PADDING, ' ');
  simdjson::ondemand::parser parser;
  for (const std::size_t index : parameters) {
    const std::string wrapped = "[" + scratch_.substr(0, size) + "]" + std::string(simdjson::SIMDJSON_PADDING, ' ');
    simdjson::ondemand::document document;
    Value copy;
    auto error = parser.iterate(wrapped.data(), size + 2, wrapped.size()).get(document);
    if (!error) error = document.at(0).get(copy);
    if (error) return fail({}, text::json_problem(error));
    if (!read_parameter(index, copy, out)) return false;
  }
  return true;
}

/// Parameters whose fields the record has not had yet are taken for missing; one that comes later takes its place back.
void JsonRecordReader::fill_gap(std::size_t before, cql::Buffer& out) {
  for (; next_parameter_ < before; ++next_parameter_) {
    const RowMapping::Parameter& parameter = mapping_.parameters[next_parameter_];
    const bool write = parameter.write_null && options_.missing == MissingField::as_null;
    slots_[next_parameter_].begin = out.size();
    out.append_integer(std::int32_t{write ? -1 : -2});
    slots_[next_parameter_].end = out.size();
  }
}

bool JsonRecordReader::append_null(std::size_t index, cql::Buffer& out) {
  const RowMapping::Parameter& parameter = mapping_.parameters[index];
  if (parameter.key) return fail(parameter.column.name, "null in a column of the primary key");
  if (parameter.reject_null) return fail(parameter.column.name, "null");
  out.append_integer(std::int32_t{parameter.write_null ? -1 : -2});
  return true;
}

bool JsonRecordReader::finish(std::size_t start, cql::Buffer& out) {
  fill_gap(slots_.size(), out);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].record != record_ && !check_missing(i)) return false;
  }
  if (in_order_) return true;
  ordered_.clear();
  for (const Slot& slot : slots_) ordered_.append(out.view(slot.begin, slot.end - slot.begin));
  out.resize(start);
  out.append(ordered_.view());
  return true;
}

bool JsonRecordReader::check_missing(std::size_t index) {
  const RowMapping::Parameter& parameter = mapping_.parameters[index];
  if (parameter.key) return fail(parameter.column.name, "no value for a column of the primary key");
  const bool refused =
      options_.missing == MissingField::reject || (options_.missing == MissingField::as_null && parameter.reject_null);
  return !refused || fail(parameter.column.name, fmt::format("no field \"{}\"", fields_[parameter.field].name));
}

bool JsonRecordReader::check_unknown() {
  if (unknown_.empty()) return true;
  if (!options_.ignore_unknown_fields) {
    return fail({}, fmt::format("the field \"{}\" is not one of the file's first records'", unknown_.front()));
  }
  std::ranges::sort(unknown_);
  const auto twice = std::ranges::adjacent_find(unknown_);
  return twice == unknown_.end() || fail({}, fmt::format("the field \"{}\" occurs twice", *twice));
}

bool JsonRecordReader::fail(std::string_view column, std::string reason) {
  column_ = column;
  reason_ = std::move(reason);
  return false;
}

simdjson::error_code JsonRecordReader::failed(std::string_view column, std::string reason) {
  fail(column, std::move(reason));
  return said;
}

}  // namespace cqlbulk::formats
