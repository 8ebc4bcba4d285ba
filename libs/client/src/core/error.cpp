// Names of error kinds, and the one line an Error shows.
#include "cql/error.hpp"

#include <utility>

namespace cql {
namespace {

constexpr std::size_t max_query_text = 200;

/// Cuts between characters, never inside a UTF-8 sequence.
std::string_view shorten(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::connect:
      return "connect";
    case ErrorKind::tls:
      return "tls";
    case ErrorKind::connection_lost:
      return "connection_lost";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::protocol:
      return "protocol";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::no_node:
      return "no_node";
    case ErrorKind::server_error:
      return "server_error";
    case ErrorKind::server_protocol_error:
      return "server_protocol_error";
    case ErrorKind::bad_credentials:
      return "bad_credentials";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::overloaded:
      return "overloaded";
    case ErrorKind::is_bootstrapping:
      return "is_bootstrapping";
    case ErrorKind::truncate_error:
      return "truncate_error";
    case ErrorKind::write_timeout:
      return "write_timeout";
    case ErrorKind::read_timeout:
      return "read_timeout";
    case ErrorKind::read_failure:
      return "read_failure";
    case ErrorKind::function_failure:
      return "function_failure";
    case ErrorKind::write_failure:
      return "write_failure";
    case ErrorKind::cdc_write_failure:
      return "cdc_write_failure";
    case ErrorKind::cas_write_unknown:
      return "cas_write_unknown";
    case ErrorKind::syntax_error:
      return "syntax_error";
    case ErrorKind::unauthorized:
      return "unauthorized";
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::config_error:
      return "config_error";
    case ErrorKind::already_exists:
      return "already_exists";
    case ErrorKind::unprepared:
      return "unprepared";
  }
  return "unknown";
}

Error::Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) { compose(); }

Error::Error(ErrorKind kind, std::string message, ServerErrorFields fields)
    : kind_(kind), message_(std::move(message)), server_(std::move(fields)) {
  compose();
}

Error& Error::with_node(std::string_view node) {
  if (node_.empty()) {
    node_ = node;
    compose();
  }
  return *this;
}

Error& Error::with_query(std::string_view query) {
  if (query_.empty()) {
    query_ = shorten(query, max_query_text);
    if (query_.size() < query.size()) query_ += "…";
    compose();
  }
  return *this;
}

Error& Error::with_causes(std::vector<Error> causes) {
  if (causes_.empty()) causes_ = std::move(causes);
  return *this;
}

void Error::compose() {
  what_ = message_;
  if (!node_.empty()) what_ += " (node " + node_ + ")";
  if (!query_.empty()) what_ += " (query: " + query_ + ")";
  // One line, whatever the server or the statement held.
  for (char& character : what_) {
    if (character == '\n' || character == '\r' || character == '\t') character = ' ';
  }
}

}  // namespace cql
