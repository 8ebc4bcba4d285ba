// What a URL means: a file, a directory of parts, a standard stream. Looks at text only, never at the disk.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "cqlbulk/error.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {

namespace {

bool is_scheme(std::string_view text) {
  // One letter would be a drive elsewhere and is a plain file name here.
  return text.size() > 1 && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.'; });
}

/// The scheme of a URL, empty for a path. "a:b" is a path unless what stands before the colon is a scheme we know of.
std::string_view scheme_of(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view scheme = url.substr(0, colon);
  if (!is_scheme(scheme)) return {};
  if (url.substr(colon).starts_with("://")) return scheme;
  for (const std::string_view known : {"file", "http", "https", "s3", "gs", "az"}) {
    if (scheme == known) return scheme;
  }
  return {};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// The path in a "file:" URL: file:/a, file:///a, file://localhost/a, and file:a for a relative one.
std::string path_of_file_url(const std::string& url) {
  std::string_view rest = std::string_view(url).substr(5);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const std::string_view host = rest.substr(0, rest.find('/'));
    if (!host.empty() && host != "localhost") {
      throw Error(ErrorClass::usage, fmt::format("{}: files of another host ({}) cannot be reached", url, host),
                  "A local file has three slashes: file:///path");
    }
    rest.remove_prefix(host.size());
  }
  return percent_decoded(rest);
}

}  // namespace

Location parse_location(const std::string& url) {
  if (url.empty()) throw Error(ErrorClass::usage, "an empty path was given", "Give a path, file: URL, or -");
  if (url == "-") return {Location::Kind::standard_stream, {}, url};
  std::string path = url;
  if (const std::string_view scheme = scheme_of(url); scheme == "file") {
    path = path_of_file_url(url);
    if (path.empty()) throw Error(ErrorClass::usage, fmt::format("{} names no path", url), "Write file:///path");
  } else if (!scheme.empty()) {
    throw Error(ErrorClass::usage, fmt::format("{}: {}: URLs are not supported yet", url, scheme),
                "Use a local path, a file: URL, or - for the standard stream.");
  }
  Location location{Location::Kind::file, path, url};
  if (path.back() == '/') {
    location.kind = Location::Kind::directory;
    while (location.path.size() > 1 && location.path.back() == '/') location.path.pop_back();
  }
  return location;
}

}  // namespace cqlbulk::storage
