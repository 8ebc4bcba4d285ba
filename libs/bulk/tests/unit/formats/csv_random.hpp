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
  options.quoting = static_cast<CsvOptions::Quoting>(below(random, quoting_names.size()));
  options.line_end = static_cast<CsvOptions::LineEnd>(below(random, line_end_names.size()));
  return options;
}

/// The same with what only readers know.
inline CsvOptions random_reading_dialect(Random& random) {
  CsvOptions options = random_dialect(random);
  options.trim = static_cast<CsvOptions::Trim>(below(random, trim_names.size()));
  options.missing_fields = static_cast<CsvOptions::MissingFields>(below(random, missing_fields_names.size()));
  options.extra_fields = static_cast<CsvOptions::ExtraFields>(below(random, extra_fields_names.size()));
  return options;
}

/// Anything, most of it broken.
inline std::string random_soup(Random& random, const CsvOptions& options, std::size_t size) {
  const std::string delimiter = options.delimiter;
  const std::string pieces[] = {
      delimiter, delimiter, delimiter,          delimiter.substr(0, 1), "\n", "\r\n", "\r", "x", "ab", "12",
      "#",       "\\",      options.null_token, std::string(40, 'y'),   " ",  "\t "};
  std::string text;
  while (text.size() < size) {
    const std::size_t choice = below(random, 22);
    if (choice < std::size(pieces)) {
      text += pieces[choice];
    } else if (choice < 18) {
      text += options.quote;
    } else {
      text += delimiter + options.quote + "q" + (choice == 18 ? "\n" : delimiter) + std::string(2, options.quote) +
              options.quote;
    }
  }
  return text;
}

}  // namespace cqlbulk::formats::testing
