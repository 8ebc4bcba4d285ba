// Any text as a value of any type: refused without leaving anything behind, or a value whose text gives it again.
#include <cstring>

#include "fuzz_types.hpp"
#include "text/cell_text.hpp"

using cqlbulk::fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cqlbulk::fuzz::Choices choices(data, size);
  const cql::DataType type = type_of(choices, 3);
  const std::string_view rest = choices.rest();
  const auto exact = std::make_unique<char[]>(rest.size());
  if (!rest.empty()) std::memcpy(exact.get(), rest.data(), rest.size());
  const cqlbulk::text::CellParser parser(type);
  cql::Buffer first;
  if (const char* problem = parser.append({exact.get(), rest.size()}, first)) {
    check(*problem != '\0', "refused without a reason");
    check(first.empty(), "something was left behind", problem);
    return 0;
  }
  check(first.size() >= 4, "no length");
  check(static_cast<std::size_t>(cql::load_big_endian<std::int32_t>(first.data())) == first.size() - 4,
        "a wrong length");
  std::string text;
  cqlbulk::text::CellWriter(type).append(first.view().subspan(4), text);
  cql::Buffer second;
  const char* problem = parser.append(text, second);
  check(problem == nullptr, problem == nullptr ? "" : problem, text);
  check(cql::as_text(first.view()) == cql::as_text(second.view()), "the value changed", text);
  return 0;
}
