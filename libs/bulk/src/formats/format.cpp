// The formats that take part: a new one is a folder beside these and a line in the table.
#include "formats/format.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "cqlbulk/error.hpp"
#include "formats/csv/csv.hpp"
#include "formats/ipc/ipc.hpp"
#include "formats/json/json.hpp"
#include "formats/parquet/parquet.hpp"

namespace cqlbulk {
namespace {

using Columns = std::vector<cql::ColumnSpec>;
using Names = std::vector<std::string>;
using Facts = std::vector<formats::CellFact>;
using InputFile = std::shared_ptr<arrow::io::RandomAccessFile>;

/// What a format is called, and the way to its writer and its source.
struct Format {
  FormatKind kind;
  std::string_view name;  ///< As in --format, and the suffix of the files it writes.
  std::array<std::string_view, 2> other_suffixes = {};
  bool is_text = false;
  std::unique_ptr<formats::Writer> (*make_writer)(const FormatOptions& options, Columns columns, Names names,
                                                  Facts facts);
  std::unique_ptr<formats::Source> (*open_source)(const FormatOptions& options, InputFile file, std::string name);
};

constexpr std::array all_formats{
    Format{.kind = FormatKind::csv,
           .name = "csv",
           .is_text = true,
           .make_writer =
               [](const FormatOptions& options, Columns columns, Names names, Facts) {
                 return formats::make_csv_writer(options.csv, std::move(columns), std::move(names), options.text);
               },
           .open_source =
               [](const FormatOptions& options, InputFile file, std::string name) {
                 return formats::open_csv_source(options.csv, std::move(file), std::move(name), options.text);
               }},
    Format{.kind = FormatKind::json,
           .name = "json",
           .other_suffixes = {"jsonl", "ndjson"},
           .is_text = true,
           .make_writer =
               [](const FormatOptions& options, Columns columns, Names names, Facts facts) {
                 return formats::make_json_writer(options.json, std::move(columns), std::move(names), std::move(facts),
                                                  options.text);
               },
           .open_source =
               [](const FormatOptions& options, InputFile file, std::string name) {
                 return formats::open_json_source(options.json, std::move(file), std::move(name), options.text);
               }},
    Format{.kind = FormatKind::arrow,
           .name = "arrow",
           .other_suffixes = {"feather"},
           .make_writer =
               [](const FormatOptions& options, Columns columns, Names names, Facts) {
                 return formats::make_ipc_writer(options.arrow, options.columnar, std::move(columns), names);
               },
           .open_source = [](const FormatOptions&, InputFile file,
                             std::string name) { return formats::open_ipc_source(std::move(file), std::move(name)); }},
    Format{
        .kind = FormatKind::parquet,
        .name = "parquet",
        .make_writer =
            [](const FormatOptions& options, Columns columns, Names names, Facts) {
              return formats::make_parquet_writer(options.parquet, options.columnar, std::move(columns), names);
            },
        .open_source = [](const FormatOptions&, InputFile file,
                          std::string name) { return formats::open_parquet_source(std::move(file), std::move(name)); }},
};

const Format& format(FormatKind kind) {
  const auto* found = std::ranges::find(all_formats, kind, &Format::kind);
  if (found == all_formats.end()) throw Error(ErrorClass::defect, "a format that is not in the table");
  return *found;
}

std::string_view without_compression(std::string_view path) {
  return compression_of_name(path) == FileCompression::none ? path : path.substr(0, path.rfind('.'));
}

}  // namespace

std::optional<FormatKind> format_of_name(std::string_view path) {
  path = without_compression(path);
  const std::size_t dot = path.find_last_of("./");
  if (dot == std::string_view::npos || path[dot] != '.') return std::nullopt;
  std::string suffix(path.substr(dot + 1));
  std::ranges::transform(suffix, suffix.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  for (const Format& candidate : all_formats)
    if (suffix == candidate.name || (!suffix.empty() && std::ranges::count(candidate.other_suffixes, suffix) != 0)) {
      return candidate.kind;
    }
  return std::nullopt;
}

std::optional<FormatKind> parse_format(std::string_view name) {
  const auto* found = std::ranges::find(all_formats, name, &Format::name);
  return found == all_formats.end() ? std::nullopt : std::optional(found->kind);
}

std::string_view to_string(FormatKind kind) { return format(kind).name; }

std::string format_names() {
  std::string names;
  for (std::size_t i = 0; i < all_formats.size(); ++i) {
    if (i != 0) names += i + 1 == all_formats.size() ? " or " : ", ";
    names += all_formats[i].name;
  }
  return names;
}

namespace formats {

bool is_text(FormatKind kind) { return format(kind).is_text; }

void Writer::merge(std::span<const FragmentOpener>, const std::shared_ptr<arrow::io::OutputStream>&) {
  throw Error(ErrorClass::defect, "a format that neither joins nor merges its fragments");
}

std::unique_ptr<Writer> make_writer(FormatKind kind, const FormatOptions& options, std::vector<cql::ColumnSpec> columns,
                                    std::vector<std::string> names, std::vector<CellFact> facts) {
  return format(kind).make_writer(options, std::move(columns), std::move(names), std::move(facts));
}

FormatOptions settled(FormatKind kind, FormatOptions options, std::string_view target) {
  const bool one_json = kind == FormatKind::json && without_compression(target).ends_with(".json");
  if (!options.json.form) options.json.form = one_json ? JsonForm::array : JsonForm::lines;
  if (!options.arrow.form) options.arrow.form = target == "-" ? ArrowForm::stream : ArrowForm::file;
  return options;
}

std::string_view part_suffix(FormatKind kind, const FormatOptions& options) {
  if (kind == FormatKind::json && options.json.form == JsonForm::lines) return "jsonl";
  return to_string(kind);
}

std::unique_ptr<Source> open_source(FormatKind kind, const FormatOptions& options,
                                    std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name) {
  return format(kind).open_source(options, std::move(file), std::move(name));
}

}  // namespace formats
}  // namespace cqlbulk
