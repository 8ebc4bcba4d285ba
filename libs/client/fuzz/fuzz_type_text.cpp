// Types as CQL text and as marshal classes: accepted text, printed and read again, is the same type.
#include "cql/data_type.hpp"
#include "fuzzing.hpp"

namespace {

using namespace cql;
using fuzzing::accepted;
using fuzzing::check;

std::optional<DataType> any_user_type(std::string_view name) {
  DataType type = DataType::scalar(TypeKind::udt);
  type.name = name;
  return type;
}

void printed_and_read_again(const DataType& type) {
  const std::string text = type.to_string();
  check(parse_cql_type(text, any_user_type).to_string() == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(fuzzing::bytes_of(data, size));
  DataType type;
  // Classes in quotes bring a nesting of their own, which together may be deeper than what is read back.
  if (accepted([&] { type = parse_cql_type(text, any_user_type); }) && text.find('\'') == std::string_view::npos) {
    printed_and_read_again(type);
  }
  if (accepted([&] { type = parse_marshal_class(text); })) printed_and_read_again(type);
  check(quote_identifier(text).size() >= text.size());
  return 0;
}
