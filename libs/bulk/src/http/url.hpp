// Where a request goes. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace cqlbulk::http {

struct Url {
  bool tls = false;
  std::string host;  ///< A name or an address, IPv6 without brackets.
  std::uint16_t port = 80;
  std::string target = "/";  ///< Path and query.

  /// "host", "host:8080", "[::1]:8080": the port where it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
  /// "https://host:8443": what may stand in messages. The rest may be a secret.
  [[nodiscard]] std::string server() const;
};

/// http://HOST[:PORT][/PATH][?QUERY], or https:. Throws Error{usage}, which does not repeat the text: it may hold a
/// secret. User and password in it are refused.
[[nodiscard]] Url parse_url(const std::string& text);

}  // namespace cqlbulk::http
