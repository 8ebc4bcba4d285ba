// Reading option values; every one of them wholly or not at all.
#include "values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "cqlbulk/error.hpp"

namespace cqlbulk::tool {

namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& wanted) {
  throw Error(ErrorClass::usage, fmt::format("\"{}\" is not {}", text, wanted));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// A number that is not negative, and what follows it without spaces between.
std::optional<std::pair<double, std::string>> number_and_unit(const std::string& text) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || !(number >= 0) || !std::isfinite(number)) return std::nullopt;
  std::string unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  unit.erase(0, std::min(unit.find_first_not_of(' '), unit.size()));
  return std::pair(number, lower(unit));
}

/// The parts of `text` between separators that stand outside double quotes.
std::vector<std::string> split_outside_quotes(const std::string& text, char separator, std::size_t at_most) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == separator && !quoted && parts.size() < at_most) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

cql::ContactPoint parse_host(const std::string& text) {
  cql::ContactPoint point;
  std::string port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string::npos) refuse(text, "HOST[:PORT]");
    point.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (!port.empty() && !port.starts_with(':')) refuse(text, "HOST[:PORT]");
  } else if (std::count(text.begin(), text.end(), ':') > 1) {
    point.host = text;  // An IPv6 address without a port.
  } else {
    point.host = text.substr(0, text.find(':'));
    port = text.substr(point.host.size());
  }
  if (point.host.empty() || point.host.find_first_of(" /") != std::string::npos) refuse(text, "HOST[:PORT]");
  if (!port.empty()) point.port = static_cast<std::uint16_t>(parse_number(port.substr(1), 1, 65'535));
  return point;
}

}  // namespace

std::uint64_t parse_number(const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::string digits = text;
  std::erase_if(digits, [](char c) { return c == '_' || c == ','; });
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem == std::errc::invalid_argument || end != digits.data() + digits.size()) refuse(text, "a whole number");
  if (problem != std::errc() || number < least || number > most) {
    refuse(text, most == UINT64_MAX ? fmt::format("a number of at least {}", least)
                                    : fmt::format("a number from {} to {}", least, most));
  }
  return number;
}

std::uint64_t parse_size(const std::string& text) {
  struct Unit {
    const char* name;
    double bytes;
  };
  static constexpr std::array units{Unit{"", 1},         Unit{"b", 1},       Unit{"k", 1e3},      Unit{"kb", 1e3},
                                    Unit{"m", 1e6},      Unit{"mb", 1e6},    Unit{"g", 1e9},      Unit{"gb", 1e9},
                                    Unit{"t", 1e12},     Unit{"tb", 1e12},   Unit{"kib", 0x1p10}, Unit{"mib", 0x1p20},
                                    Unit{"gib", 0x1p30}, Unit{"tib", 0x1p40}};
  const auto parsed = number_and_unit(text);
  if (parsed) {
    for (const Unit& unit : units) {
      const double bytes = parsed->first * unit.bytes;
      if (parsed->second == unit.name && bytes >= 1 && bytes < 0x1p63) return static_cast<std::uint64_t>(bytes);
    }
  }
  refuse(text, "a size like 500MB or 1GiB");
}

std::uint32_t parse_file_mode(const std::string& text) {
  const bool octal = !text.empty() && text.size() <= 4 && text.find_first_not_of("01234567") == std::string::npos;
  if (!octal) throw Error(ErrorClass::usage, fmt::format("\"{}\" is no file mode such as 640", text));
  return static_cast<std::uint32_t>(std::stoul(text, nullptr, 8));
}

std::chrono::milliseconds parse_duration(const std::string& text) {
  const auto parsed = number_and_unit(text);
  if (parsed) {
    const std::string& unit = parsed->second;
    double milliseconds = -1;
    if (unit.empty() || unit == "s") milliseconds = parsed->first * 1e3;
    if (unit == "ms") milliseconds = parsed->first;
    if (unit == "m" || unit == "min") milliseconds = parsed->first * 60e3;
    if (unit == "h") milliseconds = parsed->first * 3'600e3;
    if (milliseconds >= 1 && milliseconds <= 7 * 86'400e3) {
      return std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds));
    }
  }
  refuse(text, "a time like 30s, 500ms or 2m");
}

std::optional<bool> parse_switch(const std::string& text) {
  const std::string word = lower(text);
  if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  return std::nullopt;
}

Limit parse_limit(const std::string& text) {
  Limit limit;
  if (!text.ends_with('%')) {
    limit.number = parse_number(text, 0, UINT64_MAX);
    return limit;
  }
  const auto percent = number_and_unit(text.substr(0, text.size() - 1));
  if (!percent || !percent->second.empty() || percent->first > 100) refuse(text, "a number or a percentage like 5%");
  limit.share = percent->first / 100;
  return limit;
}

std::string parse_choice(const std::string& text, const std::vector<std::string>& choices) {
  const std::string word = lower(text);
  if (std::find(choices.begin(), choices.end(), word) != choices.end()) return word;
  refuse(text, fmt::format("one of {}", fmt::join(choices, ", ")));
}

std::vector<cql::ContactPoint> parse_hosts(const std::string& text) {
  std::vector<cql::ContactPoint> points;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    points.push_back(parse_host(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return points;
}

std::vector<std::pair<std::string, std::string>> parse_pairs(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& item : split_outside_quotes(text, ',', SIZE_MAX)) {
    std::vector<std::string> sides = split_outside_quotes(item, '=', 2);
    sides.resize(2);
    if (sides[0].empty()) refuse(text, "a list like a,b=c");
    pairs.emplace_back(std::move(sides[0]), std::move(sides[1]));
  }
  return pairs;
}

std::pair<std::string, std::string> parse_setting(const std::string& text, const char* form) {
  std::vector<std::string> sides = split_outside_quotes(text, '=', 2);
  if (sides.size() != 2 || sides[0].empty() || sides[1].empty()) refuse(text, form);
  return {std::move(sides[0]), std::move(sides[1])};
}

std::string parse_column(const std::string& text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return lower(text);
  std::string name;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    name += text[i];
    if (text[i] == '"') ++i;
  }
  return name;
}

namespace {

std::string without_spaces_around(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> parse_columns(const std::string& text, const std::string& whole) {
  std::vector<std::string> columns;
  for (const std::string& name : split_outside_quotes(text, ',', SIZE_MAX)) {
    columns.push_back(parse_column(without_spaces_around(name)));
    if (columns.back().empty()) refuse(whole, "a key like a, b or (a, b), c");
  }
  return columns;
}

}  // namespace

Key parse_key(const std::string& text) {
  const std::string whole = without_spaces_around(text);
  Key key;
  if (!whole.starts_with('(')) {
    key.clustering = parse_columns(whole, text);
    key.partition = {key.clustering.front()};
    key.clustering.erase(key.clustering.begin());
    return key;
  }
  const std::vector<std::string> sides = split_outside_quotes(whole.substr(1), ')', 2);
  if (sides.size() != 2) refuse(text, "a key like a, b or (a, b), c");
  key.partition = parse_columns(sides[0], text);
  const std::string rest = without_spaces_around(sides[1]);
  if (rest.empty()) return key;
  if (!rest.starts_with(',')) refuse(text, "a key like a, b or (a, b), c");
  key.clustering = parse_columns(rest.substr(1), text);
  return key;
}

std::string unquote(const std::string& text) {
  return text.size() >= 2 && text.starts_with('"') && text.ends_with('"') ? text.substr(1, text.size() - 2) : text;
}

std::optional<char> parse_character(const std::string& text) {
  if (text.empty() || text == "none") return std::nullopt;
  const std::string plain = parse_escapes(text);
  if (plain.size() != 1) refuse(text, "a single character");
  return plain.front();
}

std::string parse_escapes(const std::string& text) {
  if (text == "tab") return "\t";
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    ++i;
    plain += text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : text[i];
  }
  return plain;
}

}  // namespace cqlbulk::tool
