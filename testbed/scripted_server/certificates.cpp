#include "scripted_server/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string_view>

#include "net/tls_context.hpp"

namespace cql::scripted {

namespace {

using net::OpenSslPointer;
using Key = OpenSslPointer<EVP_PKEY, EVP_PKEY_free>;
using Certificate = OpenSslPointer<X509, X509_free>;

void check(bool worked, std::string_view what) {
  if (!worked) throw std::runtime_error(std::string(what) + ": " + net::take_openssl_error());
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const OpenSslPointer<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

Certificate new_certificate(const CertificateRequest& request, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  std::uint64_t serial = 0;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial number");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U);
  X509_set_version(certificate.get(), 2);  // which means 3
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), request.valid_from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), request.valid_until_seconds);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.name.data()),
                             static_cast<int>(request.name.size()), -1, 0);
  return certificate;
}

std::string write_certificate(const std::string& file, X509* certificate) {
  const OpenSslPointer<BIO, BIO_free> out(BIO_new_file(file.c_str(), "w"));
  check(out && PEM_write_bio_X509(out.get(), certificate) == 1, file);
  return file;
}

std::string write_key(const std::string& file, EVP_PKEY* key, const std::string& password) {
  const OpenSslPointer<BIO, BIO_free> out(BIO_new_file(file.c_str(), "w"));
  check(out && PEM_write_bio_PKCS8PrivateKey(out.get(), key, password.empty() ? nullptr : EVP_aes_128_cbc(),
                                             password.data(), static_cast<int>(password.size()), nullptr, nullptr) == 1,
        file);
  return file;
}

}  // namespace

struct Authority::Insides {
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate;
  std::string folder;
  std::string certificate_file;

  ~Insides() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
};

Authority::Authority(const std::string& name) : insides_(std::make_unique<Insides>()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "cql_certificates_XXXXXX").string();
  check(::mkdtemp(pattern.data()) != nullptr, pattern);
  insides_->folder = pattern;
  insides_->certificate = new_certificate({.name = name}, insides_->key.get());
  X509* const certificate = insides_->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
  check(X509_sign(certificate, insides_->key.get(), EVP_sha256()) != 0, "signing");
  insides_->certificate_file = write_certificate(insides_->folder + "/authority.crt", certificate);
}

Authority::Authority(Authority&&) noexcept = default;
Authority::~Authority() = default;

const std::string& Authority::certificate_file() const { return insides_->certificate_file; }
const std::string& Authority::folder() const { return insides_->folder; }

Identity Authority::issue(const CertificateRequest& request) const {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = new_certificate(request, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(insides_->certificate.get()));
  std::string names;
  for (const std::string& name : request.for_names) names += (names.empty() ? "" : ",") + name;
  if (!names.empty()) {
    add_extension(certificate.get(), insides_->certificate.get(), NID_subject_alt_name, names);
  }
  check(X509_sign(certificate.get(), insides_->key.get(), EVP_sha256()) != 0, "signing");
  const std::string path = insides_->folder + "/" + request.name;
  return {write_certificate(path + ".crt", certificate.get()),
          write_key(path + ".key", key.get(), request.key_password)};
}

}  // namespace cql::scripted
