// Any bytes as a CSV file in any dialect: refused, or the same rows and bad records in one unit and in many.
#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include <cstring>
#include <optional>

#include "formats/csv/csv.hpp"
#include "fuzz_types.hpp"
#include "read_all.hpp"

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
  if ((more & 32U) != 0) options.field_names = {"a", "b"};
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Choices choices(data, size);
  const CsvOptions options = options_of(choices);
  const std::uint64_t unit_bytes = 1 + choices.byte() % 32U;
  const std::uint64_t most_records = size % 4 == 0 ? size % 7 : UINT64_MAX;
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
      whole = fuzz_reading::read(*source, mapping, UINT64_MAX, most_records);
    } catch (const Error& error) {
      check(error.error_class() == ErrorClass::usage, "failed while reading", error.what());
    }
    try {
      const std::string pieces = fuzz_reading::read(*source, mapping, unit_bytes, most_records);
      check(whole && *whole == pieces, "pieces and whole differ", pieces);
    } catch (const Error& error) {
      check(!whole, "failed in pieces only", error.what());
    }
  } catch (const Error& error) {
    check(error.error_class() == ErrorClass::usage, "refused for another reason", error.what());
  }
  return 0;
}
