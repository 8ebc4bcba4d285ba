// Any bytes as a CSV file in any dialect: refused, or the same rows and bad records in one unit and in many.
#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include <cstring>
#include <optional>

#include "formats/csv/csv.hpp"
#include "fuzz_types.hpp"

namespace {

using namespace cqlbulk;
using namespace cqlbulk::formats;
using fuzz::check;

CsvOptions options_of(fuzz::Choices& choices) {
  constexpr const char* delimiters[] = {",", "\t", ";", "||", "aba", "<>", "\0x", ",\""};
  constexpr const char* null_tokens[] = {"", "NULL", "\\N", ",", "-"};
  constexpr char quotes[] = {'"', '"', '\'', '\0', '\n'};
  constexpr char escapes[] = {'\0', '\\', '"', '\0'};
  CsvOptions options;
  options.delimiter = delimiters[choices.byte() % std::size(delimiters)];
  options.null_token = null_tokens[choices.byte() % std::size(null_tokens)];
  options.quote = quotes[choices.byte() % std::size(quotes)];
  options.escape = escapes[choices.byte() % std::size(escapes)];
  const std::uint8_t flags = choices.byte();
  options.comment = (flags & 1U) != 0 ? '#' : '\0';
  options.header = (flags & 2U) == 0;
  options.skip_records = flags >> 6U;
  options.max_field_bytes = (flags & 4U) != 0 ? 3 : 100;
  const std::uint8_t more = choices.byte();
  options.trim = static_cast<CsvOptions::Trim>(more % trim_names.size());
  options.missing_fields = static_cast<CsvOptions::MissingFields>(more >> 2U & 1U);
  options.extra_fields = static_cast<CsvOptions::ExtraFields>(more >> 3U & 1U);
  if ((more & 16U) != 0) options.max_records = 1 + (more >> 6U);
  if ((more & 32U) != 0) options.field_names = {"a", "b"};
  return options;
}

/// Rows and bad records one after the other, as text that can be compared.
std::string read(const Source& source, const RowMapping& mapping, std::uint64_t unit_bytes) {
  std::string all;
  BoundRows block;
  for (const Unit& unit : source.plan_units(unit_bytes)) {
    const auto reader = source.open_unit(unit, mapping);
    while (reader->next(block)) {
      std::size_t bad = 0;
      const auto add_bad = [&](std::uint64_t before) {
        for (; bad < block.bad.size() && block.bad[bad].record < before; ++bad) {
          const BadRecord& record = block.bad[bad];
          all += fmt::format("{}:{}:{}:{}:{}\n", record.record, record.line, record.column, record.reason, record.raw);
        }
      };
      for (std::size_t i = 0; i < block.rows.size(); ++i) {
        add_bad(block.rows[i].record);
        all += fmt::format("{}:", block.rows[i].record);
        all += cql::as_text(block.row(i));
        all += '\n';
      }
      add_bad(UINT64_MAX);
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Choices choices(data, size);
  const CsvOptions options = options_of(choices);
  const std::uint64_t unit_bytes = 1 + choices.byte() % 32U;
  cql::DataType types[] = {type_of(choices, 0), type_of(choices, 1), cql::DataType::scalar(cql::TypeKind::text)};
  const auto file = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(choices.rest())));
  try {
    const auto source = open_csv_source(options, file, "in.csv");
    RowMapping mapping;
    for (std::size_t i = 0; i < source->fields().size(); ++i) {
      mapping.parameters.push_back(
          {.field = i, .column = {"ks", "t", source->fields()[i].name, types[i % std::size(types)]}});
    }
    mapping.timestamp_base = 1;
    std::optional<std::string> whole;
    try {
      whole = read(*source, mapping, UINT64_MAX);
    } catch (const Error& error) {
      check(error.error_class() == ErrorClass::usage, "failed while reading", error.what());
    }
    try {
      const std::string pieces = read(*source, mapping, unit_bytes);
      check(whole && *whole == pieces, "pieces and whole differ", pieces);
    } catch (const Error& error) {
      check(!whole, "failed in pieces only", error.what());
    }
  } catch (const Error& error) {
    check(error.error_class() == ErrorClass::usage, "refused for another reason", error.what());
  }
  return 0;
}
