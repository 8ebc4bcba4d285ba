// A scalar's text as a JSON value: bare, or in quotes. An empty value is "".
#pragma once

#include "text/scalars.hpp"

namespace cqlbulk::text {

inline constexpr std::string_view empty_json = "\"\"";

template <WriteFunction write>
void write_bare(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.empty()) {
    out += empty_json;
  } else {
    write(forms, type, value, out);
  }
}

template <WriteFunction write>
void write_quoted(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  out += '"';
  write(forms, type, value, out);
  out += '"';
}

template <WriteFunction write>
void write_real_json(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  const std::size_t start = out.size();
  write_bare<write>(forms, type, value, out);
  const char first = out[start];
  const char second = out.size() > start + 1 ? out[start + 1] : '\0';
  if (first == 'N' || first == 'I' || second == 'I') {  // NaN, Infinity, -Infinity
    out.insert(start, 1, '"');
    out += '"';
  }
}

template <WriteFunction write>
void write_nested(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  const std::size_t start = out.size();
  write(forms, type, value, out);
  if (out.size() == start) out += empty_json;
}

}  // namespace cqlbulk::text
