// From TlsOptions to OpenSSL's settings of a connection: files read, each problem in words. No sockets.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "cql/tls.hpp"

namespace cql::net {

/// Frees what OpenSSL made: OpenSslPointer<SSL_CTX, SSL_CTX_free>.
template <auto Free>
struct OpenSslDelete {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
template <typename T, auto Free>
using OpenSslPointer = std::unique_ptr<T, OpenSslDelete<Free>>;
using TlsContext = OpenSslPointer<SSL_CTX, SSL_CTX_free>;

/// Settings for one connection. Throws Error{tls} that names the file.
[[nodiscard]] TlsContext make_tls_context(const TlsOptions& options);

/// What OpenSSL's queue says last went wrong, in its words; empties the queue.
[[nodiscard]] std::string take_openssl_error();

}  // namespace cql::net
