#include "sansio/handshake.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "cql/error.hpp"
#include "protocol/requests.hpp"
#include "protocol/responses.hpp"

namespace cql::sansio {

using protocol::Opcode;

namespace {

constexpr std::string_view cql_version = "3.0.0";
// DSE's authenticator wants the mechanism first and asks back with this.
constexpr std::string_view dse_authenticator = "com.datastax.bdp.cassandra.auth.DseAuthenticator";
constexpr std::string_view dse_challenge = "PLAIN-START";

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// The released versions in a list of "4/v4", "6/v6-beta".
std::string released_versions(const std::vector<std::string>& listed) {
  std::string versions;
  for (const std::string& entry : listed) {
    const std::string number = entry.substr(0, entry.find('/'));
    if (!is_number(number) || entry.ends_with("-beta")) continue;
    if (!versions.empty()) versions += ", ";
    versions += number;
  }
  return versions;
}

bool contains(const std::vector<std::string>& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& entry : list) text += (text.empty() ? "" : ", ") + entry;
  return text.empty() ? "none" : text;
}

Error server_error(const Envelope& envelope, int version) {
  const protocol::Prelude prelude = protocol::decode_prelude(envelope.header, envelope.body);
  return protocol::decode_error(envelope.body.view().subspan(prelude.size), version);
}

ByteView message_of(const Envelope& envelope) {
  return envelope.body.view().subspan(protocol::decode_prelude(envelope.header, envelope.body).size);
}

bool complains_about_version(const Error& error) {
  return error.kind() == ErrorKind::server_protocol_error &&
         (error.message().find("unsupported protocol version") != std::string::npos ||
          error.message().find("Beta version of the protocol") != std::string::npos);
}

}  // namespace

std::string versions_in(std::string_view message) {
  const std::size_t marker = message.find("supported versions are");
  const std::size_t open = message.find('(', marker == std::string_view::npos ? message.size() : marker);
  const std::size_t close = message.find(')', open == std::string_view::npos ? message.size() : open);
  if (close == std::string_view::npos) return {};
  std::vector<std::string> listed;
  std::string_view rest = message.substr(open + 1, close - open - 1);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view entry = rest.substr(0, comma);
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    listed.emplace_back(entry);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return released_versions(listed);
}

std::string_view Handshake::stage_name() const noexcept {
  switch (stage_) {
    case Stage::options:
      return "while asking what the server supports";
    case Stage::startup:
      return "while starting up";
    case Stage::login:
      return "while logging in";
    case Stage::done:
      break;
  }
  return "after the handshake";
}

void Handshake::start(Buffer& out) { protocol::append_options({options_.version, 0}, out); }

Handshake::Step Handshake::receive(const Envelope& envelope, Buffer& out) {
  if (envelope.header.version != options_.version && envelope.header.opcode != Opcode::error) {
    throw Error(ErrorKind::protocol, "the server answered in protocol version " +
                                         std::to_string(envelope.header.version) + " to version " +
                                         std::to_string(options_.version));
  }
  switch (stage_) {
    case Stage::options:
      return receive_options(envelope, out);
    case Stage::startup:
      return receive_startup(envelope, out);
    case Stage::login:
      return receive_login(envelope, out);
    case Stage::done:
      break;
  }
  fail_unexpected(envelope);
}

Handshake::Step Handshake::receive_options(const Envelope& envelope, Buffer& out) {
  if (envelope.header.opcode == Opcode::error) {
    const Error error = server_error(envelope, envelope.header.version);
    if (complains_about_version(error)) return lacks_version(versions_in(error.message()));
    throw error;
  }
  if (envelope.header.opcode != Opcode::supported) fail_unexpected(envelope);
  const auto supported = protocol::decode_supported(message_of(envelope)).options;
  if (const auto versions = supported.find("PROTOCOL_VERSIONS"); versions != supported.end()) {
    const std::string wanted = std::to_string(options_.version);
    if (!contains(versions->second, wanted + "/v" + wanted)) return lacks_version(released_versions(versions->second));
  }

  std::map<std::string, std::string> startup{
      {"CQL_VERSION", std::string(cql_version)},
      {"DRIVER_NAME", "cqlbulk cql"},
      {"DRIVER_VERSION", "0.1.0"},
      {"APPLICATION_NAME", options_.application_name},
  };
  if (options_.throw_on_overload) startup["THROW_ON_OVERLOAD"] = "1";
  if (!options_.application_version.empty()) startup["APPLICATION_VERSION"] = options_.application_version;
  if (options_.lz4) {
    const auto compression = supported.find("COMPRESSION");
    const std::vector<std::string> offered =
        compression == supported.end() ? std::vector<std::string>{} : compression->second;
    if (!contains(offered, "lz4")) {
      throw Error(ErrorKind::unsupported,
                  "the server does not compress with lz4; it offers: " + joined(offered) + ". Switch compression off");
    }
    startup["COMPRESSION"] = "lz4";
  }
  protocol::append_startup({options_.version, 0}, startup, out);
  stage_ = Stage::startup;
  return Step::more;
}

Handshake::Step Handshake::receive_startup(const Envelope& envelope, Buffer& out) {
  switch (envelope.header.opcode) {
    case Opcode::ready:
      stage_ = Stage::done;
      framing_begins_ = true;
      return Step::ready;
    case Opcode::authenticate:
      authenticator_ = protocol::decode_authenticate(message_of(envelope));
      stage_ = Stage::login;
      framing_begins_ = true;
      send_login(out);
      return Step::more;
    case Opcode::error: {
      const Error error = server_error(envelope, envelope.header.version);
      if (complains_about_version(error)) return lacks_version(versions_in(error.message()));
      throw error;
    }
    default:
      fail_unexpected(envelope);
  }
}

void Handshake::send_login(Buffer& out) {
  if (!options_.credentials) {
    throw Error(ErrorKind::bad_credentials,
                "the server asks for a login (" + authenticator_ + "), but no user name and password were given");
  }
  if (authenticator_ == dse_authenticator) {
    protocol::append_auth_response({options_.version, 0}, as_bytes("PLAIN"), out);
    return;
  }
  const Credentials credentials = options_.credentials();
  std::string token;  // SASL PLAIN, RFC 4616: no authorization identity
  token += '\0';
  token += credentials.user;
  token += '\0';
  token += credentials.password;
  protocol::append_auth_response({options_.version, 0}, as_bytes(token), out);
}

Handshake::Step Handshake::receive_login(const Envelope& envelope, Buffer& out) {
  switch (envelope.header.opcode) {
    case Opcode::auth_success:
      stage_ = Stage::done;
      return Step::ready;
    case Opcode::auth_challenge:
      if (authenticator_ == dse_authenticator &&
          as_text(protocol::decode_auth_token(message_of(envelope))) == dse_challenge) {
        authenticator_ += " (PLAIN)";
        send_login(out);
        return Step::more;
      }
      throw Error(ErrorKind::unsupported,
                  "the server's authenticator " + authenticator_ + " asks for more than a user name and password");
    case Opcode::error:
      throw server_error(envelope, envelope.header.version);
    default:
      fail_unexpected(envelope);
  }
}

Handshake::Step Handshake::lacks_version(const std::string& server_has) {
  if (!options_.demanded) return Step::downgrade;
  throw Error(ErrorKind::unsupported, "the server does not speak protocol version " + std::to_string(options_.version) +
                                          (server_has.empty() ? "" : "; it has " + server_has));
}

void Handshake::fail_unexpected(const Envelope& envelope) const {
  throw Error(ErrorKind::protocol, "unexpected message (opcode " +
                                       std::to_string(static_cast<int>(envelope.header.opcode)) + ") " +
                                       std::string(stage_name()));
}

}  // namespace cql::sansio
