// Option values as people write them: numbers, sizes, durations, shares, lists. Each throws cqlbulk::Error{usage} that
// quotes the value; who calls adds the option's name.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cql/session.hpp"

namespace cqlbulk::tool {

/// A whole number in [least, most].
[[nodiscard]] std::uint64_t parse_number(const std::string& text, std::uint64_t least, std::uint64_t most);
/// Bytes: "1000", "64KiB", "1.5GB".
[[nodiscard]] std::uint64_t parse_size(const std::string& text);
/// Octal digits, as for chmod: "640".
[[nodiscard]] std::uint32_t parse_file_mode(const std::string& text);
/// "30" (seconds), "500ms", "2m".
[[nodiscard]] std::chrono::milliseconds parse_duration(const std::string& text);
/// "yes", "true", "on", "1" and their opposites; nothing for other words.
[[nodiscard]] std::optional<bool> parse_switch(const std::string& text);

/// "N" or "P%".
struct Limit {
  std::optional<std::uint64_t> number;
  std::optional<double> share;  ///< 0 to 1
};
[[nodiscard]] Limit parse_limit(const std::string& text);

/// One of `choices`, in any case.
[[nodiscard]] std::string parse_choice(const std::string& text, const std::vector<std::string>& choices);

/// "host", "host:port", "[::1]:9042", separated by commas.
[[nodiscard]] std::vector<cql::ContactPoint> parse_hosts(const std::string& text);

/// Splits "a,b=c" at commas and each item at its first "=", both outside double quotes; the second is empty where
/// there is no "=". Quotes stay.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_pairs(const std::string& text);
/// "a=b" at the first "=" outside double quotes.
[[nodiscard]] std::pair<std::string, std::string> parse_setting(const std::string& text, const char* form);
/// A column's name as in CQL: folded to lower case unless in double quotes.
[[nodiscard]] std::string parse_column(const std::string& text);
/// "a, b" or "(a, b), c", as behind PRIMARY KEY; names as in CQL.
struct Key {
  std::vector<std::string> partition;
  std::vector<std::string> clustering;
};
[[nodiscard]] Key parse_key(const std::string& text);
/// Takes double quotes away where they surround the whole.
[[nodiscard]] std::string unquote(const std::string& text);

/// A single character; "\t" and "tab" for a tab; nothing for "none" and "".
[[nodiscard]] std::optional<char> parse_character(const std::string& text);
/// Text with \t, \n, \\ and "tab" understood.
[[nodiscard]] std::string parse_escapes(const std::string& text);

}  // namespace cqlbulk::tool
