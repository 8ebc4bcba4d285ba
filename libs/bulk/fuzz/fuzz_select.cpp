// A user's query: any text is taken apart or refused, and what was put together again reads the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cqlbulk/error.hpp"
#include "operations/select.hpp"

using cqlbulk::operations::parse_select;
using cqlbulk::operations::SelectParts;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string query(reinterpret_cast<const char*>(data), size);
  SelectParts parts;
  try {
    parts = parse_select(query);
  } catch (const cqlbulk::Error&) {
    return 0;
  }
  const SelectParts again = parse_select(parts.text());
  if (again.text() != parts.text() || again.pinned != parts.pinned || again.limit != parts.limit) std::abort();
  return 0;
}
