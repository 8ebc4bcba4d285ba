// One POST, one answer. Blocks; no Asio in this header.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include "http/url.hpp"

namespace cqlbulk::http {

struct Post {
  Url url;
  std::string bearer_token;  ///< Empty: none is sent.
  std::string content_type;
  std::string body;
  std::chrono::milliseconds timeout{5'000};  ///< For all of it, but the system's name lookup, which may take longer.
};

/// The server's certificate is not to be trusted: another attempt would be for nothing.
class BadCertificate : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The status of the answer; its body is not read, redirections are not followed. Over https: the certificate must lead
/// to an authority that the system trusts (SSL_CERT_FILE and SSL_CERT_DIR name others) and be for the host. Throws
/// std::runtime_error saying what failed, without path and token, when there is no answer, or BadCertificate.
[[nodiscard]] unsigned send(Post post);

}  // namespace cqlbulk::http
