// The beginning of a connection: any envelopes a server may send, in any order, for any version and kind of login. It
// ends ready, one version lower or with an error, and never says anything that is no envelope.
#include "fuzzing.hpp"
#include "protocol/envelope.hpp"
#include "sansio/handshake.hpp"

namespace {

using namespace cql;
using sansio::Handshake;

void check_sent(const Buffer& sent, int version) {
  using protocol::Opcode;
  Reader reader(sent);
  while (!reader.at_end()) {
    fuzzing::check(reader.u8() == version);
    reader.u8();   // flags
    reader.i16();  // stream
    const auto opcode = static_cast<Opcode>(reader.u8());
    fuzzing::check(opcode == Opcode::options || opcode == Opcode::startup || opcode == Opcode::auth_response);
    reader.raw(static_cast<std::size_t>(reader.i32()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = fuzzing::bytes_of(data, size);
  fuzzing::Choices choices(bytes);
  const std::uint8_t mode = choices.byte();
  sansio::HandshakeOptions options;
  options.version = (mode & 1U) != 0 ? 4 : 5;
  options.demanded = (mode & 2U) != 0;
  options.lz4 = (mode & 4U) != 0;
  if ((mode & 8U) != 0) options.credentials = [] { return Credentials{"user", "secret"}; };
  const int version = options.version;
  Handshake handshake(std::move(options));
  Buffer sent;
  handshake.start(sent);
  check_sent(sent, version);
  try {
    while (!bytes.empty()) {
      sansio::Envelope envelope;
      envelope.header.version = static_cast<std::uint8_t>(3 + choices.byte() % 3);
      envelope.header.response = true;
      envelope.header.opcode = static_cast<protocol::Opcode>(choices.byte() % 17);
      const std::size_t length = std::min<std::size_t>(choices.byte() + 256U * choices.byte(), bytes.size());
      envelope.body.append(bytes.first(length));
      envelope.header.body_size = static_cast<std::uint32_t>(length);
      bytes = bytes.subspan(length);
      Buffer out;
      const Handshake::Step step = handshake.receive(envelope, out);
      check_sent(out, version);
      if (step == Handshake::Step::more) {
        fuzzing::check(handshake.answered());
        continue;
      }
      fuzzing::check(out.empty());
      break;
    }
  } catch (const Error& error) {
    // Whatever the server said; no secret in it.
    fuzzing::check(std::string_view(error.what()).find("secret") == std::string_view::npos ||
                   as_text(fuzzing::bytes_of(data, size)).find("secret") != std::string_view::npos);
  }
  return 0;
}
