// How connections are encrypted, and by which certificates both sides prove who they are. Plain data; no OpenSSL here.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cql {

/// TLS for every connection of a cluster (ClusterOptions::tls). All files are PEM and are read again for each new
/// connection, so that a certificate may be replaced while the program runs: put the new file in place by a rename.
///
/// The server's certificate must always lead to a trusted authority and be within its dates. The name in it is checked
/// too, unless `verify_host_name` is off:
///   - of a contact point: the name or address as it stands in ClusterOptions::contact_points, whatever it resolves to;
///   - of a node that the cluster told of: the address that is connected to, which the certificate must then have as an
///     IP address among its subject alternative names;
///   - of every node alike: `expected_host_name`, where that is set.
/// A name is looked for among the alternative names, and in the common name only where there are none (RFC 6125).
///
/// What goes wrong is an Error{tls} that names the node; ClusterOptions::validate tells what is wrong with the files.
struct TlsOptions {
  enum class Version : std::uint8_t { tls_1_2, tls_1_3 };

  /// Certificates that are trusted: authorities, or the servers' own. Empty: the system's authorities (where OpenSSL
  /// looks for them; the environment's SSL_CERT_FILE and SSL_CERT_DIR say another place).
  std::string ca_file;
  /// The client's own certificate, then those between it and the authority. Empty: the client shows none.
  std::string certificate_file;
  /// The key of that certificate. Empty: it is in certificate_file too.
  std::string key_file;
  /// Asked where the key is encrypted, at each new connection, on the connection's thread.
  std::function<std::string()> key_password;
  bool verify_host_name = true;
  /// What every node's certificate must be for, in place of what was connected to: a name or an address.
  std::string expected_host_name;
  /// What is sent as server name indication. Empty: the name that is checked, unless that is an address.
  std::string server_name;
  Version minimum_version = Version::tls_1_2;

  /// Every problem in words, empty when all is well. Reads the files, and asks for the key's password when it needs it.
  [[nodiscard]] std::vector<std::string> validate() const;
};

}  // namespace cql
