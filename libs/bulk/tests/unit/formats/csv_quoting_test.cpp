// What a CSV field must be quoted for, wherever in it that stands.
#include "formats/csv/quoting.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

namespace cqlbulk::formats {
namespace {

/// The text in a buffer of exactly its size, so that the sanitizer sees a step too far.
bool needs_quotes(const CsvQuoting& quoting, const std::string& text) {
  const auto exact = std::make_unique<char[]>(text.size());
  std::memcpy(exact.get(), text.data(), text.size());
  return quoting.needs_quotes({exact.get(), text.size()}, false);
}

TEST(CsvQuoting, sees_what_must_be_quoted_at_every_place_of_texts_of_every_length) {
  CsvOptions options;
  options.delimiter = ";;";
  options.quote = '\'';
  const CsvQuoting quoting(options);
  for (std::size_t size = 1; size <= 70; ++size) {
    EXPECT_FALSE(needs_quotes(quoting, std::string(size, 'x'))) << size;
    for (std::size_t place = 0; place < size; ++place) {
      for (const char special : {';', '\'', '\n', '\r'}) {
        std::string text(size, 'x');
        text[place] = special;
        EXPECT_TRUE(needs_quotes(quoting, text)) << size << " " << place << " " << int{special};
      }
      std::string text(size, 'x');
      text[place] = '"';
      EXPECT_FALSE(needs_quotes(quoting, text)) << "no quote here";
    }
  }
}

TEST(CsvQuoting, without_a_quote_character_the_delimiter_is_still_seen) {
  CsvOptions options;
  options.quote = '\0';
  const CsvQuoting quoting(options);
  EXPECT_TRUE(needs_quotes(quoting, "a,b"));
  EXPECT_TRUE(needs_quotes(quoting, std::string(40, 'x') + ","));
  EXPECT_FALSE(needs_quotes(quoting, std::string("a\0b", 3)));
}

}  // namespace
}  // namespace cqlbulk::formats
