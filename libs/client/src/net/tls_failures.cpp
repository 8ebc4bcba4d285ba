// What the failures of a TLS conversation mean, and what helps: from OpenSSL's codes to an Error.
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include "net/certificate_text.hpp"
#include "net/tls_session.hpp"

namespace cql::net {

namespace {

std::string untrusted(const X509* certificate, const std::string& trusted) {
  const std::string subject = subject_of(certificate);
  const std::string issuer = issuer_of(certificate);
  const std::string signer = subject == issuer ? "is signed by itself" : "is signed by \"" + issuer + "\"";
  return "the server's certificate is not trusted: \"" + subject + "\" " + signer + ", which is not among " + trusted +
         "; give the certificate of the authority that signed it as CA file";
}

std::string wrong_name(const X509* certificate, const std::string& expected) {
  return "the server's certificate is for " + names_of(certificate) + ", not for " + expected +
         "; connect by a name that it holds, or say which name to expect";
}

// Where a certificate stands: the server's own, or one of those that vouch for it.
std::string whose(const X509* certificate, int depth) {
  return depth == 0 ? "the server's certificate"
                    : "the certificate of the authority \"" + subject_of(certificate) + "\" behind the server's";
}

std::string bad_certificate(X509_STORE_CTX* context, const std::string& trusted, const std::string& expected) {
  const int error = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  const X509* const certificate = X509_STORE_CTX_get_current_cert(context);
  if (certificate == nullptr) return "the server showed no certificate that could be verified";
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return whose(certificate, depth) + " expired on " + text_of(X509_get0_notAfter(certificate)) +
             "; it has to be renewed there";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return whose(certificate, depth) + " is valid only from " + text_of(X509_get0_notBefore(certificate)) +
             " on; is this machine's clock right?";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return untrusted(certificate, trusted);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return wrong_name(certificate, expected);
    default:
      return whose(certificate, depth) + " (\"" + subject_of(certificate) +
             "\") is not accepted: " + X509_verify_cert_error_string(error);
  }
}

// The reasons under which OpenSSL tells an alert of the server start here (RFC 8446 §6.2 has the numbers after it).
constexpr int alert_reason = SSL_AD_REASON_OFFSET;

bool is_about_certificate(int reason) {
  switch (reason - alert_reason) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED:
    case SSL_AD_DECRYPT_ERROR:
      return true;
    default:
      return false;
  }
}

constexpr const char* certificate_demanded =
    "the server demands a certificate of the client, and there is none: give a certificate file and its key file";

}  // namespace

int TlsSession::on_certificate(int sound, X509_STORE_CTX* context) {
  if (sound == 1) return 1;
  const auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& self = *static_cast<TlsSession*>(SSL_get_app_data(ssl));
  try {
    if (!self.bad_certificate_) self.bad_certificate_ = bad_certificate(context, self.trusted_, self.expected_);
  } catch (...) {  // no memory; OpenSSL's C must not be unwound
    self.bad_certificate_.emplace();
  }
  return 0;
}

void TlsSession::fail(const std::string& message) {
  if (!failure_) failure_.emplace(ErrorKind::tls, message);
}

TlsSession::Outcome TlsSession::on_failure() {
  const unsigned long error = ERR_peek_last_error();
  const int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
  if (bad_certificate_) {
    fail(*bad_certificate_);
  } else if (!speaks_tls_) {
    fail(speaks_cql_ ? "the server does not speak TLS: it answers in plain CQL; connect without TLS, or to its TLS port"
                     : "the server does not speak TLS; is this the right port?");
  } else if (reason > alert_reason) {
    explain_server_alert(reason);
  } else if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_WRONG_SSL_VERSION) {
    fail(std::string("the server has no TLS version from ") + (needs_tls_1_3_ ? "1.3" : "1.2") + " on");
  } else if (socket_error_ != 0) {
    explain_end();
    if (!failure_) return Outcome::broken;
  } else if (socket_ended_) {
    explain_end();
    if (!failure_) return connected_ ? Outcome::cut_off : Outcome::ended;
  } else {
    fail("TLS failed: " + take_openssl_error());
  }
  ERR_clear_error();
  return Outcome::failed;
}

void TlsSession::explain_server_alert(int reason) {
  const std::string alert = SSL_alert_desc_string_long(reason - alert_reason);
  if (asked_certificate_ && !has_certificate_ &&
      (is_about_certificate(reason) || reason - alert_reason == SSL_AD_HANDSHAKE_FAILURE)) {
    fail(certificate_demanded);
  } else if (has_certificate_ && is_about_certificate(reason)) {
    fail("the server refused the client's certificate (" + alert +
         "); is it signed by an authority that the server trusts, "
         "and within its dates?");
  } else if (reason - alert_reason == SSL_AD_PROTOCOL_VERSION) {
    fail(std::string("the server has no TLS version from ") + (needs_tls_1_3_ ? "1.3" : "1.2") + " on");
  } else if (reason - alert_reason == SSL_AD_HANDSHAKE_FAILURE) {
    fail("the server has no TLS cipher or key exchange in common with this client (" + alert + ")");
  } else {
    fail("the server ended TLS: " + alert);
  }
}

// Some servers hang up without a word when the client's certificate is missing.
void TlsSession::explain_end() {
  if (asked_certificate_ && !has_certificate_ && !heard_) fail(certificate_demanded);
}

}  // namespace cql::net
