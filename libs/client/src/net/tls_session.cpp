// The conversation itself. What its failures mean: tls_failures.cpp.
#include "net/tls_session.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>

#include "net/certificate_text.hpp"

namespace cql::net {

namespace {

bool is_address(const std::string& host) {
  const OpenSslPointer<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> address(a2i_IPADDRESS(host.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

// "fe80::1%eth0": the interface is nothing that a certificate could name.
std::string without_zone(const std::string& host) { return host.substr(0, host.find('%')); }

}  // namespace

TlsSession::TlsSession(const TlsOptions& options, const std::string& host)
    : has_certificate_(!options.certificate_file.empty()),
      trusted_(options.ca_file.empty() ? "the system's certificate authorities"
                                       : "the certificates in " + options.ca_file),
      needs_tls_1_3_(options.minimum_version == TlsOptions::Version::tls_1_3) {
  const TlsContext context = make_tls_context(options);
  ssl_.reset(SSL_new(context.get()));
  BIO* const bio = ssl_ ? BIO_new(socket_method()) : nullptr;
  if (bio == nullptr) throw Error(ErrorKind::tls, "OpenSSL cannot be used: " + take_openssl_error());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_connect_state(ssl_.get());
  SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, on_certificate);
  // Called when the server asks for a certificate, whether there is one or not.
  SSL_set_cert_cb(
      ssl_.get(),
      [](SSL*, void* self) {
        static_cast<TlsSession*>(self)->asked_certificate_ = true;
        return 1;
      },
      this);
  const std::string name = options.expected_host_name.empty() ? without_zone(host) : options.expected_host_name;
  if (options.verify_host_name) expect_name(name);
  const std::string& indicated = options.server_name.empty() ? name : options.server_name;
  if (!is_address(indicated)) SSL_set_tlsext_host_name(ssl_.get(), indicated.c_str());
}

void TlsSession::expect_name(const std::string& host) {
  expected_ = host;
  X509_VERIFY_PARAM* const verification = SSL_get0_param(ssl_.get());
  X509_VERIFY_PARAM_set_hostflags(verification, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const int set = is_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(verification, host.c_str())
                                   : X509_VERIFY_PARAM_set1_host(verification, host.data(), host.size());
  if (set != 1 || host.empty()) throw Error(ErrorKind::tls, "\"" + host + "\" cannot be a host's name");
}

// A socket of our own for OpenSSL: its own one raises SIGPIPE when the other side is gone.
BIO_METHOD* TlsSession::socket_method() {
  static const OpenSslPointer<BIO_METHOD, BIO_meth_free> method = [] {
    OpenSslPointer<BIO_METHOD, BIO_meth_free> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "cql socket"));
    if (!made) throw Error(ErrorKind::tls, "OpenSSL cannot be used: " + take_openssl_error());
    BIO_meth_set_read_ex(made.get(), read_socket);
    BIO_meth_set_write_ex(made.get(), write_socket);
    BIO_meth_set_ctrl(made.get(), [](BIO* bio, int command, long, void*) -> long {
      if (command == BIO_CTRL_EOF) return static_cast<TlsSession*>(BIO_get_data(bio))->socket_ended_ ? 1 : 0;
      return command == BIO_CTRL_FLUSH ? 1 : 0;
    });
    return made;
  }();
  return method.get();
}

int TlsSession::read_socket(BIO* bio, char* out, std::size_t size, std::size_t* count) {
  auto& self = *static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  ssize_t got = 0;
  do {
    got = ::recv(self.socket_, out, size, 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    if (!self.first_byte_seen_) {
      constexpr unsigned char alert = 0x15;
      constexpr unsigned char handshake = 0x16;
      const auto first = static_cast<unsigned char>(*out);
      self.first_byte_seen_ = true;
      self.speaks_tls_ = first == alert || first == handshake;
      self.speaks_cql_ = first >= 0x83 && first <= 0x86;  // a response of protocol version 3 to 6
    }
    *count = static_cast<std::size_t>(got);
    return 1;
  }
  if (got == 0) {
    self.socket_ended_ = true;
  } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
    BIO_set_retry_read(bio);
  } else {
    self.socket_error_ = errno;
  }
  return 0;
}

int TlsSession::write_socket(BIO* bio, const char* data, std::size_t size, std::size_t* count) {
  auto& self = *static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  ssize_t sent = 0;
  do {
    sent = ::send(self.socket_, data, size, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) {
    *count = static_cast<std::size_t>(sent);
    return 1;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    BIO_set_retry_write(bio);
  } else {
    self.socket_error_ = errno;
  }
  return 0;
}

TlsSession::Outcome TlsSession::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  connected_ = result == 1;
  return connected_ ? Outcome::done : outcome_of(result);
}

TlsSession::Outcome TlsSession::read(std::span<std::byte> first, std::span<std::byte> second, std::size_t& count) {
  count = 0;
  if (next_read_) return *next_read_;
  for (const std::span<std::byte> space : {first, second}) {
    for (std::size_t at = 0; at < space.size();) {
      ERR_clear_error();
      std::size_t got = 0;
      const int result = SSL_read_ex(ssl_.get(), space.data() + at, space.size() - at, &got);
      if (result != 1) {
        const Outcome outcome = outcome_of(result);
        if (count == 0) return outcome;
        // What came before the end is handed out first.
        if (outcome != Outcome::wants_read && outcome != Outcome::wants_write) next_read_ = outcome;
        return Outcome::done;
      }
      at += got;
      count += got;
      heard_ = true;
    }
  }
  return Outcome::done;
}

TlsSession::Outcome TlsSession::write(ByteView bytes, std::size_t& count) {
  count = 0;
  while (count < bytes.size()) {
    ERR_clear_error();
    std::size_t taken = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data() + count, bytes.size() - count, &taken);
    if (result != 1) return outcome_of(result);
    count += taken;
  }
  return Outcome::done;
}

void TlsSession::end() noexcept {
  if (connected_ && !failure_ && !socket_ended_ && socket_error_ == 0) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  socket_ = -1;
}

TlsSession::Outcome TlsSession::outcome_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Outcome::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Outcome::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      explain_end();
      return failure_ ? Outcome::failed : Outcome::ended;
    default:
      return on_failure();
  }
}

}  // namespace cql::net
