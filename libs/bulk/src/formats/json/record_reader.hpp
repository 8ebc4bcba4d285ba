// One record's text to the values of a statement.
#pragma once

#include <simdjson.h>

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/json/json.hpp"
#include "formats/json/record.hpp"
#include "text/json_reader.hpp"

namespace cqlbulk::formats {

/// Keeps its memory from record to record. One thread.
class JsonRecordReader {
 public:
  /// Options, fields and mapping must outlive it.
  JsonRecordReader(const JsonOptions& options, const text::Forms& forms, const std::vector<Field>& fields,
                   const RowMapping& mapping);
  JsonRecordReader(const JsonRecordReader&) = delete;
  JsonRecordReader& operator=(const JsonRecordReader&) = delete;

  /// Appends the values of all parameters in their order, with their lengths. SIMDJSON_PADDING bytes behind the text
  /// must be readable. False, and `out` as before, when the record is bad: reason() and column() say why then.
  bool read(std::string_view text, cql::Buffer& out);
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] const std::string& column() const { return column_; }

 private:
  using Value = simdjson::ondemand::value;
  struct Slot {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint64_t record = 0;  ///< The record it was filled for.
  };
  struct KnownField {
    std::vector<std::size_t> parameters;  ///< That it goes to.
    std::uint64_t record = 0;             ///< The last record that had it.
  };

  void remember_names(const std::vector<Field>& fields);
  bool read_document(std::string_view text, cql::Buffer& out);
  simdjson::error_code read_member(JsonSection section, std::string_view key, Value value, cql::Buffer& out);
  /// The field's index; nothing when it is not known.
  std::size_t find(JsonSection section, std::string_view key);
  simdjson::error_code skip(Value value);
  bool read_parameter(std::size_t index, Value value, cql::Buffer& out);
  /// For a field that goes to several.
  bool read_parameters(const std::vector<std::size_t>& parameters, Value value, cql::Buffer& out);
  void fill_gap(std::size_t before, cql::Buffer& out);
  bool append_null(std::size_t index, cql::Buffer& out);
  bool finish(std::size_t start, cql::Buffer& out);
  bool check_missing(std::size_t index);
  bool check_unknown();
  bool fail(std::string_view column, std::string reason);
  simdjson::error_code failed(std::string_view column, std::string reason);

  const JsonOptions& options_;
  const std::vector<Field>& fields_;
  const RowMapping& mapping_;
  std::array<std::unordered_map<std::string_view, std::size_t>, json_sections> names_;
  std::vector<KnownField> known_;
  simdjson::ondemand::parser parser_;
  text::JsonReader values_;

  std::uint64_t record_ = 0;
  std::size_t next_field_ = 0;      ///< The one that comes if the record has them in the order of fields_.
  std::size_t next_parameter_ = 0;  ///< Those before have a slot; `out` has them in order as long as in_order_.
  bool in_order_ = true;
  std::vector<Slot> slots_;
  std::vector<std::string_view> unknown_;  ///< Names of the record's fields that are not known.
  cql::Buffer ordered_;
  std::string scratch_;
  std::string reason_;
  std::string column_;
};

}  // namespace cqlbulk::formats
