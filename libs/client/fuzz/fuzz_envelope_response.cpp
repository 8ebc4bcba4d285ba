// Every response: an arbitrary header, then the prelude and the message that the opcode calls for. Accepted rows are
// walked over to their end.
#include "cql/result.hpp"
#include "fuzzing.hpp"
#include "protocol/responses.hpp"

namespace {

using namespace cql;
using namespace cql::protocol;
using fuzzing::accepted;
using fuzzing::check;

void walk(const RowsResult& rows, ByteView message) {
  check(rows.rows_offset <= message.size());
  if (!rows.metadata.columns) return;
  check(rows.metadata.columns->size() == static_cast<std::size_t>(rows.metadata.column_count));
  auto body = std::make_shared<Buffer>();
  body->append(message);
  const Page page(rows.metadata.columns, std::move(body), rows.rows_offset, rows.row_count, rows.metadata.next);
  accepted([&] {
    RowCursor cursor(page);
    while (cursor.next()) {
    }
  });
}

void decode(Opcode opcode, ByteView message, int version) {
  switch (opcode) {
    case Opcode::error:
      static_cast<void>(decode_error(message, version));
      break;
    case Opcode::supported:
      static_cast<void>(decode_supported(message));
      break;
    case Opcode::authenticate:
      static_cast<void>(decode_authenticate(message));
      break;
    case Opcode::auth_challenge:
    case Opcode::auth_success:
      static_cast<void>(decode_auth_token(message));
      break;
    case Opcode::event:
      static_cast<void>(decode_event(message));
      break;
    case Opcode::result: {
      const ResultMessage result = decode_result(message, version);
      if (const auto* rows = std::get_if<RowsResult>(&result)) walk(*rows, message);
      if (const auto* prepared = std::get_if<PreparedResult>(&result)) {
        for (const std::uint16_t index : prepared->partition_key_indices) check(index < prepared->parameters.size());
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = fuzzing::bytes_of(data, size);
  if (bytes.size() >= envelope_header_size) {
    accepted([&] { static_cast<void>(decode_envelope_header(bytes.first(envelope_header_size))); });
  }
  fuzzing::Choices choices(bytes);
  constexpr Opcode opcodes[] = {Opcode::result,       Opcode::error,          Opcode::event,       Opcode::supported,
                                Opcode::authenticate, Opcode::auth_challenge, Opcode::auth_success};
  EnvelopeHeader header;
  header.opcode = opcodes[choices.byte() % std::size(opcodes)];
  header.version = static_cast<std::uint8_t>(3 + choices.byte() % 3);
  header.flags = choices.byte() & 0x0EU;
  accepted([&] {
    const Prelude prelude = decode_prelude(header, bytes);
    decode(header.opcode, bytes.subspan(prelude.size), header.version);
  });
  return 0;
}
