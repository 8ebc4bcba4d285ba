// Values as text: what is accepted, printed and read again is the same value.
#include "cql/types.hpp"
#include "fuzzing.hpp"

namespace {

using namespace cql;
using fuzzing::check;

template <typename Value>
void text_and_back(std::string_view text) {
  Value value;
  if (!Value::parse(text, value)) return;
  Value again;
  check(Value::parse(value.to_string(), again));
  check(again == value);
  check(again.to_string() == value.to_string());
}

void wire_varint(ByteView bytes) {
  std::string text;
  append_varint_text(bytes, text);
  if (bytes.empty()) return;
  Varint value;
  check(Varint::parse(text, value));
  check(value.bytes.size() <= bytes.size() && value.to_string() == text);
}

void vints(ByteView bytes) {
  fuzzing::accepted([&] {
    Reader reader(bytes);
    while (!reader.at_end()) {
      const std::uint64_t value = read_unsigned_vint(reader);
      Buffer out;
      append_unsigned_vint(out, value);
      append_signed_vint(out, static_cast<std::int64_t>(value));
      Reader back(out);
      check(read_unsigned_vint(back) == value);
      check(read_signed_vint(back) == static_cast<std::int64_t>(value));
      check(back.at_end());
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = fuzzing::bytes_of(data, size);
  fuzzing::Choices choices(bytes);
  const std::uint8_t choice = choices.byte();
  const std::string_view text = as_text(bytes);
  switch (choice % 7) {
    case 0:
      text_and_back<Decimal>(text);
      break;
    case 1:
      text_and_back<Varint>(text);
      break;
    case 2:
      text_and_back<Duration>(text);
      break;
    case 3:
      text_and_back<Inet>(text);
      break;
    case 4:
      text_and_back<Uuid>(text);
      break;
    case 5:
      wire_varint(bytes);
      break;
    default:
      vints(bytes);
  }
  return 0;
}
