// Certificates for tests of TLS, made anew in each run and gone with it: authorities, and identities that they sign.
//
//   const Authority authority("Test CA");
//   const Identity node = authority.issue({.name = "node", .for_names = {"IP:127.0.0.1"}});
//   … node.certificate_file, node.key_file, authority.certificate_file() …
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace cql::scripted {

/// Files in PEM form.
struct Identity {
  std::string certificate_file;
  std::string key_file;
};

struct CertificateRequest {
  std::string name;                      ///< Common name, and the files' name.
  std::vector<std::string> for_names{};  ///< Alternative names as OpenSSL writes them: "DNS:node.test", "IP:127.0.0.1".
  long valid_from_seconds = -3600;       ///< From now.
  long valid_until_seconds = 3600;
  std::string key_password{};  ///< Not empty: the key is encrypted with it.
};

class Authority {
 public:
  explicit Authority(const std::string& name);
  Authority(Authority&&) noexcept;
  ~Authority();

  [[nodiscard]] const std::string& certificate_file() const;
  [[nodiscard]] Identity issue(const CertificateRequest& request) const;
  /// A folder that is removed with this authority.
  [[nodiscard]] const std::string& folder() const;

 private:
  struct Insides;
  std::unique_ptr<Insides> insides_;
};

}  // namespace cql::scripted
