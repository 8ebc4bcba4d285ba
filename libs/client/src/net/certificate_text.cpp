#include "net/certificate_text.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <string_view>

#include "net/tls_context.hpp"

namespace cql::net {

namespace {

constexpr std::size_t longest_text = 200;
constexpr int most_names = 10;

std::string printable(std::string_view raw) {
  std::string text(raw.substr(0, longest_text));
  for (char& character : text) {
    if (character < ' ' || character > '~') character = '?';
  }
  return raw.size() > longest_text ? text + "…" : text;
}

std::string_view view_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string text_of(const X509_NAME* name) {
  const OpenSslPointer<BIO, BIO_free> out(BIO_new(BIO_s_mem()));
  if (!out || name == nullptr || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return "?";
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return size <= 0 ? "(empty)" : printable({data, static_cast<std::size_t>(size)});
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : ASN1_STRING_length(address) == 16 ? AF_INET6 : 0;
  if (family == 0 || inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size()) == nullptr) return "?";
  return text.data();
}

std::string common_name(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return "no name at all";
  return printable(view_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index))));
}

}  // namespace

std::string subject_of(const X509* certificate) { return text_of(X509_get_subject_name(certificate)); }
std::string issuer_of(const X509* certificate) { return text_of(X509_get_issuer_name(certificate)); }

std::string names_of(const X509* certificate) {
  const OpenSslPointer<GENERAL_NAMES, GENERAL_NAMES_free> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string text;
  int told = 0;
  for (int index = 0; index < sk_GENERAL_NAME_num(names.get()); ++index) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), index);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    text += text.empty() ? "" : ", ";
    if (told++ == most_names) return text + "…";
    text += name->type == GEN_DNS ? printable(view_of(name->d.dNSName)) : address_text(name->d.iPAddress);
  }
  return text.empty() ? common_name(certificate) : text;
}

std::string text_of(const ASN1_TIME* time) {
  std::tm parts{};
  std::array<char, 40> text{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "?";
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text.data();
}

}  // namespace cql::net
