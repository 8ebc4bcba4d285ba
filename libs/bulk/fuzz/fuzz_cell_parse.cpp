// Any text as a value of any type, in any forms: refused without leaving anything behind, or a value whose text gives
// it again, unless digits of it cannot be shown.
#include <cstring>

#include "cqlbulk/error.hpp"
#include "fuzz_types.hpp"
#include "text/cell_text.hpp"

using cqlbulk::fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cqlbulk::fuzz::Choices choices(data, size);
  const cql::DataType type = type_of(choices, 3);
  bool usual = false;
  const cqlbulk::text::Forms forms = cqlbulk::fuzz::forms_of(choices, usual);
  const std::string_view rest = choices.rest();
  const auto exact = std::make_unique<char[]>(rest.size());
  if (!rest.empty()) std::memcpy(exact.get(), rest.data(), rest.size());
  const cqlbulk::text::CellParser parser(type, forms);
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
  try {
    cqlbulk::text::CellWriter(type, forms).append(first.view().subspan(4), text);
  } catch (const cqlbulk::Error& error) {
    check(error.error_class() == cqlbulk::ErrorClass::failed, "another class of error", error.what());
    return 0;
  }
  cql::Buffer second;
  const char* problem = parser.append(text, second);
  if (usual) {
    check(problem == nullptr, problem == nullptr ? "" : problem, text);
    check(cql::as_text(first.view()) == cql::as_text(second.view()), "the value changed", text);
    return 0;
  }
  // Some forms show less than the value: what they show must stay.
  if (problem != nullptr) {
    const std::string_view why(problem);
    check(why.find("out of range") != why.npos || why.find("leave out") != why.npos, problem, text);
    return 0;
  }
  std::string again;
  cqlbulk::text::CellWriter(type, forms).append(second.view().subspan(4), again);
  check(again == text, "the text changed", text + " -> " + again);
  return 0;
}
