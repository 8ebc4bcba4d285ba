// How the scripted server does TLS. No Asio, no OpenSSL.
#pragma once

#include <optional>
#include <string>

#include "cql/tls.hpp"
#include "scripted_server/certificates.hpp"

namespace cql::scripted {

struct ServerTls {
  Identity identity;
  /// Clients must show a certificate that this authority signed. Empty: none is asked for.
  std::string client_ca_file{};
  TlsOptions::Version newest = TlsOptions::Version::tls_1_3;
  /// In TLS 1.2, as OpenSSL writes them. Empty: OpenSSL's choice.
  std::string ciphers{};
};

}  // namespace cql::scripted
