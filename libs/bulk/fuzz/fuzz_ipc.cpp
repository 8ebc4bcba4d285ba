// Any bytes as an Arrow IPC file or stream: refused, or the same rows and bad records in one unit and in many.
#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include "formats/ipc/ipc.hpp"
#include "fuzz_types.hpp"
#include "read_all.hpp"

namespace {

using namespace cqlbulk;
using namespace cqlbulk::formats;
using fuzz::check;

/// Columns are loaded as what they were exported from, or as text.
RowMapping mapping_of(const Source& source) {
  RowMapping mapping;
  for (std::size_t i = 0; i < source.fields().size(); ++i) {
    cql::DataType type = cql::DataType::scalar(cql::TypeKind::text);
    try {
      if (const auto& known = source.fields()[i].cql_type) type = cql::parse_cql_type(*known);
    } catch (const std::exception&) {
    }
    RowMapping one;
    one.parameters.push_back({.field = i, .column = {"ks", "t", "c", type}});
    try {
      source.check_mapping(one);
      mapping.parameters.push_back(one.parameters.front());
    } catch (const Error& error) {
      check(error.error_class() == ErrorClass::usage, "refused for another reason", error.what());
    }
  }
  return mapping;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto file = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes));
  try {
    const auto source = open_ipc_source(file, "in.arrow");
    const RowMapping mapping = mapping_of(*source);
    std::uint64_t records = 0;
    for (const Unit& unit : source->plan_units(1)) records += unit.record_count;
    if (records > 100'000) return 0;  // Rows without columns cost no bytes.
    const std::string whole = fuzz_reading::read(*source, mapping, UINT64_MAX);
    check(whole == fuzz_reading::read(*source, mapping, 1), "pieces and whole differ", whole);
  } catch (const Error& error) {
    check(error.error_class() != ErrorClass::defect, "a defect", error.what());
  }
  return 0;
}
