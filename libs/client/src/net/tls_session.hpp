// One TLS conversation over a socket that never blocks: handshake, verification, bytes in and out, and what went wrong
// in words. Knows no event loop: it says what it waits for, and the owner waits.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "cql/bytes.hpp"
#include "cql/error.hpp"
#include "cql/tls.hpp"
#include "net/tls_context.hpp"

namespace cql::net {

class TlsSession {
 public:
  /// `host`: the name or address by which the caller knows the server. Throws Error{tls} for files that cannot be used.
  TlsSession(const TlsOptions& options, const std::string& host);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession() = default;

  /// The connected socket, non-blocking. The caller keeps it, and closes it after the last call here.
  void use(int socket) noexcept { socket_ = socket; }

  enum class Outcome : std::uint8_t {
    done,
    wants_read,   ///< Again when the socket can be read.
    wants_write,  ///< Again when the socket can be written.
    ended,        ///< The other side closed the connection in good order (read) or in whatever way (handshake).
    cut_off,      ///< The connection ended without the farewell that TLS prescribes.
    broken,       ///< The socket failed: socket_error().
    failed,       ///< TLS failed: failure().
  };

  Outcome handshake();
  /// Fills the spaces one after the other as far as there are bytes; `done` with at least one.
  Outcome read(std::span<std::byte> first, std::span<std::byte> second, std::size_t& count);
  /// `count` bytes were taken; `done` when all were.
  Outcome write(ByteView bytes, std::size_t& count);
  /// Says goodbye, if that can be done at once, and forgets the socket.
  void end() noexcept;

  /// After `failed`, or where the end of the connection has to do with TLS.
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }
  [[nodiscard]] int socket_error() const noexcept { return socket_error_; }

 private:
  static BIO_METHOD* socket_method();
  static int read_socket(BIO* bio, char* out, std::size_t size, std::size_t* count);
  static int write_socket(BIO* bio, const char* data, std::size_t size, std::size_t* count);
  static int on_certificate(int sound, X509_STORE_CTX* context);

  void expect_name(const std::string& host);
  Outcome outcome_of(int result);
  Outcome on_failure();
  void explain_server_alert(int reason);
  void explain_end();
  void fail(const std::string& message);

  const bool has_certificate_;
  std::string trusted_;   ///< "in FILE", for messages.
  std::string expected_;  ///< The name that is checked; empty: none.
  bool needs_tls_1_3_ = false;
  OpenSslPointer<SSL, SSL_free> ssl_;
  int socket_ = -1;
  int socket_error_ = 0;
  bool socket_ended_ = false;
  bool first_byte_seen_ = false;
  bool speaks_tls_ = true;   ///< As far as its first byte tells.
  bool speaks_cql_ = false;  ///< In the open.
  bool connected_ = false;   ///< The handshake is over.
  bool heard_ = false;       ///< Something came after the handshake: the server is content with us.
  bool asked_certificate_ = false;
  std::optional<Outcome> next_read_;            ///< What followed the bytes that were handed out last.
  std::optional<std::string> bad_certificate_;  ///< What verification found.
  std::optional<Error> failure_;
};

}  // namespace cql::net
