// Random dialects and random text that is full of what matters in them.
#pragma once

#include <random>
#include <string>

#include "cqlbulk/formats.hpp"

namespace cqlbulk::formats::testing {

using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t limit) { return static_cast<std::size_t>(random() % limit); }

inline CsvOptions random_dialect(Random& random) {
  constexpr const char* delimiters[] = {",", "\t", ";", "||", "ab", "aba", "<>", "a"};
  constexpr const char* null_tokens[] = {"", "", "NULL", "\\N", "-"};
  CsvOptions options;
  options.delimiter = delimiters[below(random, std::size(delimiters))];
  options.null_token = null_tokens[below(random, std::size(null_tokens))];
  options.quote = below(random, 4) == 0 ? '\'' : '"';
  options.escape = below(random, 3) == 0 ? '\\' : '\0';
  options.comment = below(random, 3) == 0 ? '#' : '\0';
  options.header = below(random, 3) != 0;
  return options;
}

/// Anything, most of it broken.
inline std::string random_soup(Random& random, const CsvOptions& options, std::size_t size) {
  const std::string delimiter = options.delimiter;
  const std::string pieces[] = {
      delimiter, delimiter, delimiter,          delimiter.substr(0, 1), "\n", "\r\n", "\r", "x", "ab", "12",
      "#",       "\\",      options.null_token, std::string(40, 'y')};
  std::string text;
  while (text.size() < size) {
    const std::size_t choice = below(random, 20);
    if (choice < std::size(pieces)) {
      text += pieces[choice];
    } else if (choice < 16) {
      text += options.quote;
    } else {
      text += delimiter + options.quote + "q" + (choice == 16 ? "\n" : delimiter) + std::string(2, options.quote) +
              options.quote;
    }
  }
  return text;
}

}  // namespace cqlbulk::formats::testing
