// How a connection begins: OPTIONS, SUPPORTED, STARTUP, then READY or a login (native_protocol_v5.spec §4.1.1, §4.1.2).
// A conversation without a socket: `start` and `receive` append what to send; the owner moves the bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/cluster_options.hpp"
#include "sansio/inbound.hpp"

namespace cql::sansio {

struct HandshakeOptions {
  int version = 5;
  /// True when there is no other version to fall back to: what the server says then is the answer.
  bool demanded = false;
  bool lz4 = false;
  std::function<Credentials()> credentials;
  std::string application_name;
  std::string application_version;
};

class Handshake {
 public:
  explicit Handshake(HandshakeOptions options) : options_(std::move(options)) {}

  enum class Step : std::uint8_t {
    more,       ///< Send what was appended, then wait for the next envelope.
    ready,      ///< Requests may go.
    downgrade,  ///< The server lacks this version: connect again with the next lower one.
  };

  /// Appends OPTIONS.
  void start(Buffer& out);
  /// Takes one envelope. Throws Error: what the server said, unsupported, bad_credentials, or protocol for an answer
  /// that does not belong here.
  [[nodiscard]] Step receive(const Envelope& envelope, Buffer& out);

  /// True from the answer to STARTUP on: v5 puts everything after it into segments.
  [[nodiscard]] bool framing_begins() const noexcept { return framing_begins_; }

  /// The server has answered at all.
  [[nodiscard]] bool answered() const noexcept { return stage_ != Stage::options; }

  /// For messages: "while logging in".
  [[nodiscard]] std::string_view stage_name() const noexcept;

 private:
  enum class Stage : std::uint8_t { options, startup, login, done };

  Step receive_options(const Envelope& envelope, Buffer& out);
  Step receive_startup(const Envelope& envelope, Buffer& out);
  Step receive_login(const Envelope& envelope, Buffer& out);
  Step lacks_version(const std::string& server_has);
  void send_login(Buffer& out);
  [[noreturn]] void fail_unexpected(const Envelope& envelope) const;

  HandshakeOptions options_;
  Stage stage_ = Stage::options;
  bool framing_begins_ = false;
  std::string authenticator_;
};

/// "3, 4" out of the server's "…; supported versions are (3/v3, 4/v4, 6/v6-beta)"; empty when it says none.
[[nodiscard]] std::string versions_in(std::string_view message);

}  // namespace cql::sansio
