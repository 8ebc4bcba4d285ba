// Reading the start of a CSV file, with as much of it as the header takes.
#include "formats/csv/start.hpp"

#include <algorithm>
#include <unordered_set>

#include "formats/csv/splitter.hpp"
#include "text/cell_text.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::size_t first_bytes = 64U << 10U;
constexpr std::size_t most_header_bytes = 16U << 20U;
constexpr std::size_t most_fields = 65'536;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

[[noreturn]] void refuse(const std::string& message, const std::string& advice = {}) {
  throw Error(ErrorClass::usage, message, advice);
}

void check_encoding(std::string_view start, const std::string& name) {
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
    refuse(name + " is UTF-16, and CSV is read as UTF-8", "Convert it first: iconv -f UTF-16 -t UTF-8");
  }
}

void check_names(const std::vector<std::string>& names, const std::string& name, std::uint64_t line) {
  const cql::DataType text_type = cql::DataType::scalar(cql::TypeKind::text);
  const text::CellParser parser(text_type);
  std::unordered_set<std::string_view> seen;
  for (const std::string& field : names) {
    cql::Buffer unused;
    if (const char* problem = parser.append(field, unused))
      refuse(fmt::format("{}:{}: the header is {}", name, line, problem));
    if (!seen.insert(field).second) {
      refuse(fmt::format("{}:{}: the header names \"{}\" twice", name, line, field),
             "Rename one of them, or give names of your own (--field-names).");
    }
  }
}

std::vector<std::string> names_of(const CsvSplitter& splitter, const std::string& name, std::uint64_t line) {
  std::vector<std::string> names;
  std::string scratch;
  for (const CsvSplitter::Field& field : splitter.fields()) {
    if (field.malformed) refuse(fmt::format("{}:{}: text follows a closing quote in the header", name, line));
    names.emplace_back(splitter.text(field, scratch));
    // A name to call it by: its place, as in a file without header.
    if (names.back().empty()) names.back() = std::to_string(names.size() - 1);
  }
  check_names(names, name, line);
  return names;
}

void check_count(const CsvOptions& options, std::size_t fields, const std::string& name, std::uint64_t line) {
  const std::size_t names = options.field_names.size();
  const bool borne = fields < names ? options.missing_fields == CsvOptions::MissingFields::null
                                    : options.extra_fields == CsvOptions::ExtraFields::ignore;
  if (fields == names || borne) return;
  refuse(fmt::format("{}:{}: {} where {} are given (--field-names)", name, line,
                     fields == 1 ? "1 field" : fmt::format("{} fields", fields), names),
         "Name all fields, or say --missing-fields null or --extra-fields ignore.");
}

}  // namespace

CsvStart read_csv_start(const CsvOptions& options, arrow::io::RandomAccessFile& file, const std::string& name) {
  CsvStart start;
  std::string buffer;
  for (std::size_t wanted = first_bytes;; wanted *= 2) {
    if (wanted > 2 * most_header_bytes) {
      refuse(fmt::format("{}: its first record has more than {} MiB", name, most_header_bytes >> 20U),
             "Is this a CSV file?");
    }
    buffer.resize(wanted + csv_padding);
    const std::size_t size = read_bytes(file, name, 0, wanted, buffer.data());
    const std::string_view content(buffer.data(), size);
    check_encoding(content, name);
    const std::size_t mark = content.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    CsvSplitter splitter(options, false, most_fields);
    splitter.reset(content.data() + mark, size - mark, size < wanted);
    std::uint64_t line = 1;
    bool blank_lines = false;
    auto found = splitter.next();
    for (; found == CsvSplitter::Found::nothing; found = splitter.next()) {
      line += splitter.lines();
      blank_lines |= splitter.record().empty();
    }
    if (found == CsvSplitter::Found::incomplete) continue;
    if (found == CsvSplitter::Found::end && blank_lines && !options.header) {
      // Records of one column, every one null.
      start.names = options.field_names.empty() ? std::vector<std::string>{"0"} : options.field_names;
      start.data_begin = mark;
      return start;
    }
    if (found == CsvSplitter::Found::end) {
      refuse(size == 0 ? name + " is empty" : name + " has neither header nor records",
             options.header ? "A CSV file starts with the names of its fields, unless --no-header is given." : "");
    }
    if (found == CsvSplitter::Found::unterminated) {
      refuse(fmt::format("{}:{}: a quote opens here and never closes", name, line + splitter.quote_line()));
    }
    if (splitter.field_count() > most_fields) {
      refuse(fmt::format("{}:{}: {} fields in one record", name, line, splitter.field_count()), "Is this a CSV file?");
    }
    if (!options.field_names.empty()) {
      check_count(options, splitter.field_count(), name, line);
      check_names(options.field_names, name, line);
      start.names = options.field_names;
    }
    if (!options.header && !start.names.empty()) {
      start.data_begin = mark;
      return start;
    }
    if (!options.header) {
      for (std::size_t i = 0; i < splitter.field_count(); ++i) start.names.push_back(std::to_string(i));
      start.data_begin = mark;
      return start;
    }
    if (start.names.empty()) start.names = names_of(splitter, name, line);
    start.header = splitter.record();
    start.data_begin = mark + splitter.position();
    start.data_line = line + splitter.lines();
    return start;
  }
}

}  // namespace cqlbulk::formats
