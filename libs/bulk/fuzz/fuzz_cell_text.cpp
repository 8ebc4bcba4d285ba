// Any bytes as a value of any type: refused, or written as text that comes back as a value with the same text.
#include <cstring>

#include "cql/error.hpp"
#include "fuzz_types.hpp"
#include "text/cell_text.hpp"

namespace {

using cqlbulk::fuzz::check;

/// Why bytes that can be shown cannot be bound: results may hold what statements may not, and text is not validated on
/// its way out.
bool excusable(std::string_view problem) {
  for (const std::string_view excuse :
       {"UTF-8", "ASCII", "version 1", "cannot be inside", "cannot be empty", "twice"}) {
    if (problem.find(excuse) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cqlbulk::fuzz::Choices choices(data, size);
  const cql::DataType type = type_of(choices, 3);
  const std::string_view rest = choices.rest();
  const auto exact = std::make_unique<std::byte[]>(rest.size());
  if (!rest.empty()) std::memcpy(exact.get(), rest.data(), rest.size());
  const cqlbulk::text::CellWriter writer(type);
  std::string text;
  try {
    writer.append({exact.get(), rest.size()}, text);
    std::string json;
    writer.append_json({exact.get(), rest.size()}, json);
    check(!json.empty(), "a value without JSON");
  } catch (const cql::Error& error) {
    check(error.kind() == cql::ErrorKind::protocol, "another kind of error", error.what());
    return 0;
  }
  const cqlbulk::text::CellParser parser(type);
  cql::Buffer out;
  if (const char* problem = parser.append(text, out)) {
    check(excusable(problem), problem, text);
    check(out.empty(), "something was left behind", text);
    return 0;
  }
  std::string again;
  writer.append(out.view().subspan(4), again);
  check(again == text, "the text changed", text + " -> " + again);
  return 0;
}
