// Writing JSON: rows into parts, parts into one file.
#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "formats/json/json.hpp"
#include "formats/json/layout.hpp"
#include "formats/text_chunk.hpp"
#include "text/cell_text.hpp"
#include "text/scalars.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::string_view array_begin = "[\n";
constexpr std::string_view array_end = "\n]\n";

/// A column's values, and the name they have in an object: `"name":`.
struct Member {
  std::size_t column;
  std::string key;
  text::CellWriter writer;
};

/// What an object holds: its members, and below "_metadata" those of writetime and ttl.
struct Members {
  std::vector<Member> values;
  std::vector<Member> writetimes;
  std::vector<Member> ttls;
  [[nodiscard]] bool any_metadata() const { return !writetimes.empty() || !ttls.empty(); }
};

Members members_of(const JsonOptions& options, std::span<const cql::ColumnSpec> columns,
                   const std::vector<std::string>& names, const std::vector<CellFact>& facts,
                   const text::Forms& forms) {
  Members members;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const CellFact fact = facts.empty() || !options.metadata_object ? CellFact{} : facts[i];
    const bool value = fact.kind == CellFact::Kind::value;
    Member member{i, {}, text::CellWriter(columns[i].type, forms)};
    text::write_json_string(value ? names[i] : names[fact.column], member.key);
    member.key += ':';
    std::vector<Member>& kin = value                                    ? members.values
                               : fact.kind == CellFact::Kind::writetime ? members.writetimes
                                                                        : members.ttls;
    kin.push_back(std::move(member));
  }
  return members;
}

class JsonPartWriter final : public PartWriter {
 public:
  JsonPartWriter(std::shared_ptr<arrow::io::OutputStream> out, const JsonOptions& options, Members members,
                 PartRole role)
      : chunk_(std::move(out), "writing a JSON file"),
        array_(options.form == JsonForm::array),
        brackets_(array_ && role == PartRole::standalone),
        pretty_(options.pretty),
        write_nulls_(options.write_nulls),
        members_(std::move(members)) {
    if (brackets_) chunk_.text += array_begin;
  }

  void write(const RowsView& rows) override {
    for (std::size_t row = 0; row < rows.row_count; ++row) {
      if (array_ && any_) chunk_.text += ",\n";
      any_ = true;
      if (pretty_) {
        chunk_.scratch.clear();
        append_object(rows, row, chunk_.scratch);
        chunk_.text += "  ";
        append_indented(chunk_.scratch, 1, chunk_.text);
      } else {
        append_object(rows, row, chunk_.text);
      }
      if (!array_) chunk_.text += '\n';
      chunk_.flush_if_full();
    }
  }

  [[nodiscard]] std::uint64_t bytes_written() const override { return chunk_.bytes(); }

  void finish() override {
    if (brackets_) chunk_.text += any_ ? array_end : array_end.substr(1);
    chunk_.close();
  }

 private:
  void append_object(const RowsView& rows, std::size_t row, std::string& out) const {
    out += '{';
    const std::size_t start = out.size();
    append_members(members_.values, rows, row, write_nulls_, out);
    if (members_.any_metadata()) append_metadata(rows, row, start, out);
    out += '}';
  }

  static void append_members(const std::vector<Member>& members, const RowsView& rows, std::size_t row, bool with_nulls,
                             std::string& out) {
    bool first = true;
    for (const Member& member : members) {
      const Cell& cell = rows.cell(row, member.column);
      if (!cell.has_value() && !with_nulls) continue;
      if (!first) out += ',';
      first = false;
      out += member.key;
      if (cell.has_value()) {
        member.writer.append_json(rows.value(cell), out);
      } else {
        out += "null";
      }
    }
  }

  /// What is null there is left out, down to "_metadata" itself. `start`: of the object's members.
  void append_metadata(const RowsView& rows, std::size_t row, std::size_t start, std::string& out) const {
    const auto any = [&](const std::vector<Member>& members) {
      return std::ranges::any_of(members,
                                 [&](const Member& member) { return rows.cell(row, member.column).has_value(); });
    };
    const bool writetimes = any(members_.writetimes);
    const bool ttls = any(members_.ttls);
    if (!writetimes && !ttls) return;
    out += out.size() == start ? R"("_metadata":{)" : R"(,"_metadata":{)";
    if (writetimes) {
      out += R"("writetime":{)";
      append_members(members_.writetimes, rows, row, false, out);
      out += ttls ? "}," : "}";
    }
    if (ttls) {
      out += R"("ttl":{)";
      append_members(members_.ttls, rows, row, false, out);
      out += '}';
    }
    out += '}';
  }

  TextChunk chunk_;
  bool array_;
  bool brackets_;
  bool pretty_;
  bool write_nulls_;
  Members members_;
  bool any_ = false;
};

class JsonWriter final : public Writer {
 public:
  JsonWriter(const JsonOptions& options, std::vector<cql::ColumnSpec> columns, std::vector<std::string> names,
             std::vector<CellFact> facts, const TextForms& forms)
      : options_(options),
        forms_(forms),
        columns_(std::move(columns)),
        names_(std::move(names)),
        facts_(std::move(facts)) {
    if (!options_.form) options_.form = JsonForm::lines;
    if (columns_.size() != names_.size() || (!facts_.empty() && facts_.size() != names_.size())) {
      throw Error(ErrorClass::defect, "as many names as columns are needed");
    }
    check_options();
    check_names();
    if (options_.form == JsonForm::array) joints_ = {std::string(array_begin), ",\n", std::string(array_end)};
  }

  std::unique_ptr<PartWriter> open_part(std::shared_ptr<arrow::io::OutputStream> out, PartRole role) override {
    return std::make_unique<JsonPartWriter>(std::move(out), options_,
                                            members_of(options_, columns_, names_, facts_, forms_), role);
  }

  [[nodiscard]] const Joints* joints() const override { return &joints_; }

 private:
  void check_options() const {
    if (options_.form == JsonForm::values) {
      throw Error(ErrorClass::usage, "JSON is written as lines or as an array", "Say --json-form lines or array.");
    }
    if (options_.pretty && options_.form != JsonForm::array) {
      throw Error(ErrorClass::usage, "objects on several lines are no JSON lines",
                  "Say --json-form array beside --json-pretty.");
    }
  }

  void check_names() const {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (options_.metadata_object && !facts_.empty() && facts_[i].kind != CellFact::Kind::value) continue;
      if (!seen.insert(names_[i]).second) {
        throw Error(ErrorClass::usage, fmt::format("two columns would be named \"{}\" in the JSON file", names_[i]),
                    "Rename one with --columns column=name.");
      }
    }
    const bool metadata =
        std::ranges::any_of(facts_, [](const CellFact& fact) { return fact.kind != CellFact::Kind::value; });
    if (metadata && options_.metadata_object && seen.contains(metadata_key)) {
      throw Error(ErrorClass::usage, "a column is named \"_metadata\", where write times and TTLs are to stand",
                  "Rename it with --columns column=name, or say --json-metadata columns.");
    }
  }

  JsonOptions options_;
  text::Forms forms_;
  std::vector<cql::ColumnSpec> columns_;
  std::vector<std::string> names_;
  std::vector<CellFact> facts_;
  Joints joints_;
};

}  // namespace

std::unique_ptr<Writer> make_json_writer(const JsonOptions& options, std::vector<cql::ColumnSpec> columns,
                                         std::vector<std::string> names, std::vector<CellFact> facts,
                                         const TextForms& forms) {
  return std::make_unique<JsonWriter>(options, std::move(columns), std::move(names), std::move(facts), forms);
}

}  // namespace cqlbulk::formats
