#include "http/url.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "cqlbulk/error.hpp"

namespace cqlbulk::http {

namespace {

[[noreturn]] void refuse(const std::string& problem) {
  throw Error(ErrorClass::usage, "the URL " + problem, "Give http://HOST[:PORT]/PATH or https://HOST[:PORT]/PATH.");
}

std::uint16_t parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc() || end != text.data() + text.size() || port == 0) refuse("has a port that is none");
  return port;
}

/// Host and port out of "host:port" or "[v6]:port".
void parse_authority(std::string_view text, Url& url) {
  if (text.find('@') != std::string_view::npos) refuse("holds a user; a token does not belong into it");
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) refuse("has a bracket that is not closed");
    url.host = text.substr(1, end - 1);
    ++end;
    if (url.host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos) refuse("has no address in []");
  } else {
    end = std::min(text.find(':'), text.size());
    url.host = text.substr(0, end);
    const bool sound = std::all_of(url.host.begin(), url.host.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
    });
    if (!sound) refuse("has a host that is none");
  }
  if (url.host.empty()) refuse("names no host");
  const std::string_view rest = text.substr(end);
  if (rest.empty()) return;
  if (rest[0] != ':') refuse("has something between host and path");
  url.port = parse_port(rest.substr(1));
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

std::string Url::server() const { return (tls ? "https://" : "http://") + authority(); }

Url parse_url(const std::string& text) {
  const bool printable = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!printable) refuse("has spaces, control characters or letters beyond ASCII: they must be %-encoded");
  Url url;
  std::string_view rest = text;
  const std::size_t scheme_end = std::min(rest.find("://"), rest.size());
  std::string scheme(rest.substr(0, scheme_end));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if ((scheme != "http" && scheme != "https") || scheme_end == rest.size()) refuse("is neither http: nor https:");
  url.tls = scheme == "https";
  url.port = url.tls ? 443 : 80;
  rest.remove_prefix(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  parse_authority(rest.substr(0, path), url);
  url.target = rest.substr(path);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

}  // namespace cqlbulk::http
