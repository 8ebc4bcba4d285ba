// What people want to know of a certificate: whose it is, for which names, until when. Text that came from the other
// side is made harmless: one line, printable, not too long.
#pragma once

#include <openssl/x509.h>

#include <string>

namespace cql::net {

/// "CN=node1,O=Example"
[[nodiscard]] std::string subject_of(const X509* certificate);
[[nodiscard]] std::string issuer_of(const X509* certificate);
/// "node1.example, 10.0.0.1": the alternative names, or else the common name.
[[nodiscard]] std::string names_of(const X509* certificate);
/// "2026-11-21 10:00:00 UTC"
[[nodiscard]] std::string text_of(const ASN1_TIME* time);

}  // namespace cql::net
