#include "net/tls_context.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <utility>

#include "cql/error.hpp"

namespace cql::net {

namespace {

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorKind::tls, message); }

// OpenSSL's own words for a missing file are hard to read.
void check_readable(const std::string& what, const std::string& file) {
  errno = 0;
  std::ifstream stream(file);
  if (!stream || stream.peek() == std::ifstream::traits_type::eof()) {
    fail(what + " " + file + " cannot be read: " + (errno != 0 ? std::strerror(errno) : "it is empty"));
  }
}

void trust(SSL_CTX* context, const TlsOptions& options) {
  if (options.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) {
      fail("the system's certificate authorities cannot be read: " + take_openssl_error());
    }
    return;
  }
  check_readable("the CA file", options.ca_file);
  if (SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr) != 1) {
    fail("the CA file " + options.ca_file + " holds no sound certificate in PEM form: " + take_openssl_error());
  }
}

// What OpenSSL calls when a key is encrypted. Without one of our own, it would ask on the terminal.
struct KeyPassword {
  const TlsOptions& options;
  bool asked = false;
  std::exception_ptr failure{};

  static int give(char* out, int capacity, int, void* self) {
    return static_cast<KeyPassword*>(self)->give(out, static_cast<std::size_t>(std::max(capacity, 0)));
  }

  int give(char* out, std::size_t capacity) noexcept {
    asked = true;
    if (!options.key_password) return -1;
    try {
      std::string password = options.key_password();
      const std::size_t size = password.size();
      if (size <= capacity) std::memcpy(out, password.data(), size);
      OPENSSL_cleanse(password.data(), size);
      return size <= capacity ? static_cast<int>(size) : -1;
    } catch (...) {
      failure = std::current_exception();
      return -1;
    }
  }
};

[[noreturn]] void fail_on_key(const std::string& file, const KeyPassword& password) {
  const std::string said = take_openssl_error();
  if (password.failure) {
    try {
      std::rethrow_exception(password.failure);
    } catch (const std::exception& error) {
      fail("the password of the key file " + file + " cannot be had: " + error.what());
    } catch (...) {
      fail("the password of the key file " + file + " cannot be had");
    }
  }
  if (password.asked && !password.options.key_password) {
    fail("the key file " + file + " is encrypted, and no password was given (TlsOptions::key_password)");
  }
  // OpenSSL's words could only be about the contents.
  if (password.asked) fail("the key file " + file + " cannot be decrypted: its password is another one");
  fail("the key file " + file + " holds no private key in PEM form (" + said + ")");
}

void show_certificate(SSL_CTX* context, const TlsOptions& options) {
  if (options.certificate_file.empty()) return;
  check_readable("the certificate file", options.certificate_file);
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1) {
    fail("the certificate file " + options.certificate_file +
         " holds no sound certificate in PEM form: " + take_openssl_error());
  }
}

void use_key(SSL_CTX* context, const TlsOptions& options) {
  if (options.certificate_file.empty()) {
    if (!options.key_file.empty()) fail("the key file " + options.key_file + " is of no use without its certificate");
    return;
  }
  const std::string& file = options.key_file.empty() ? options.certificate_file : options.key_file;
  check_readable("the key file", file);
  const OpenSslPointer<BIO, BIO_free> source(BIO_new_file(file.c_str(), "r"));
  KeyPassword password{.options = options};
  const OpenSslPointer<EVP_PKEY, EVP_PKEY_free> key(
      source ? PEM_read_bio_PrivateKey(source.get(), nullptr, KeyPassword::give, &password) : nullptr);
  if (!key) fail_on_key(file, password);
  ERR_clear_error();
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    fail("the certificate in " + options.certificate_file + " and the key in " + file + " do not belong together");
  }
}

TlsContext new_context(const TlsOptions& options) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) fail("OpenSSL cannot be used: " + take_openssl_error());
  SSL_CTX_set_min_proto_version(
      context.get(), options.minimum_version == TlsOptions::Version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // A write that the socket takes in part goes on from there; the bytes may have moved meanwhile.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // As much as the socket has at once: without it, every record costs two calls to the kernel.
  SSL_CTX_set_read_ahead(context.get(), 1);
  constexpr std::size_t read_buffer = 128U << 10U;
  SSL_CTX_set_default_read_buffer_len(context.get(), read_buffer);
  // A server's own certificate, or an authority in the middle, may be what is trusted.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
  // Never a question on the terminal, also where a certificate's file is encrypted.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
  return context;
}

}  // namespace

std::string take_openssl_error() {
  const unsigned long error = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(error);
  std::string text = error == 0                          ? std::string("unknown reason")
                     : reason != nullptr                 ? std::string(reason)
                     : ERR_GET_LIB(error) == ERR_LIB_SYS ? std::string(std::strerror(ERR_GET_REASON(error)))
                                                         : "error " + std::to_string(error);
  ERR_clear_error();
  return text;
}

TlsContext make_tls_context(const TlsOptions& options) {
  TlsContext context = new_context(options);
  trust(context.get(), options);
  show_certificate(context.get(), options);
  use_key(context.get(), options);
  return context;
}

}  // namespace cql::net

namespace cql {

std::vector<std::string> TlsOptions::validate() const {
  std::vector<std::string> problems;
  const auto attempt = [&](auto step) {
    try {
      step();
      return true;
    } catch (const Error& error) {
      problems.push_back(error.message());
      return false;
    }
  };
  net::TlsContext context;
  if (!attempt([&] { context = net::new_context(*this); })) return problems;
  attempt([&] { net::trust(context.get(), *this); });
  // Whether a key fits cannot be told without its certificate.
  if (attempt([&] { net::show_certificate(context.get(), *this); })) {
    attempt([&] { net::use_key(context.get(), *this); });
  }
  return problems;
}

}  // namespace cql
