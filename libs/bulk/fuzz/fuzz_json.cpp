// Any bytes as a JSON file in any form: refused, or the same rows and bad records in one unit and in many, each bad
// record on one line.
#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include <optional>

#include "formats/json/json.hpp"
#include "fuzz_types.hpp"
#include "read_all.hpp"

namespace {

using namespace cqlbulk;
using namespace cqlbulk::formats;
using fuzz::check;

JsonOptions options_of(fuzz::Choices& choices) {
  constexpr std::optional<JsonForm> forms[] = {std::nullopt, JsonForm::lines, JsonForm::values, JsonForm::array};
  JsonOptions options;
  const std::uint8_t flags = choices.byte();
  options.form = forms[flags % 4U];
  options.ignore_unknown_fields = (flags & 4U) != 0;
  options.missing = (flags & 8U) != 0 ? MissingField::reject : MissingField::as_null;
  if ((flags & 16U) != 0) options.fields = {"a", "b", "_metadata.writetime.a"};
  if ((flags & 32U) != 0) options.max_record_bytes = 20;
  return options;
}

std::shared_ptr<arrow::io::RandomAccessFile> file_of(std::string_view content) {
  return std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(content)));
}

/// A bad record's text is shown and rejected as one line.
void is_one_line(const std::string& raw) { check(raw.find('\n') == std::string::npos, "more than a line", raw); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Choices choices(data, size);
  const JsonOptions options = options_of(choices);
  const std::uint64_t unit_bytes = 1 + choices.byte() % 32U;
  const std::uint64_t most_records = size % 4 == 0 ? size % 7 : UINT64_MAX;
  cql::DataType types[] = {type_of(choices, 0), type_of(choices, 2), cql::DataType::scalar(cql::TypeKind::text)};
  try {
    const auto source = open_json_source(options, file_of(choices.rest()), "in.json");
    RowMapping mapping;
    for (std::size_t i = 0; i < source->fields().size(); ++i) {
      mapping.parameters.push_back(
          {.field = i, .column = {"ks", "t", source->fields()[i].name, types[i % std::size(types)]}, .key = i == 0});
    }
    mapping.timestamp_base = 1;
    std::optional<std::string> whole;
    try {
      whole = fuzz_reading::read(*source, mapping, UINT64_MAX, most_records, is_one_line);
    } catch (const Error& error) {
      check(error.error_class() == ErrorClass::usage, "failed while reading", error.what());
    }
    try {
      const std::string pieces = fuzz_reading::read(*source, mapping, unit_bytes, most_records, is_one_line);
      check(whole && *whole == pieces, "pieces and whole differ", pieces);
    } catch (const Error& error) {
      check(!whole, "failed in pieces only", error.what());
    }
  } catch (const Error& error) {
    check(error.error_class() == ErrorClass::usage, "refused for another reason", error.what());
  }
  return 0;
}
