// Any bytes as a JSON file in any form: refused, or the same rows and bad records in one unit and in many, each bad
// record on one line.
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>

#include <optional>

#include "formats/json/json.hpp"
#include "fuzz_types.hpp"

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
          check(record.raw.find('\n') == std::string::npos, "more than a line", record.raw);
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
  const JsonOptions options = options_of(choices);
  const std::uint64_t unit_bytes = 1 + choices.byte() % 32U;
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
