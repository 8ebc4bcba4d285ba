// Which CSV settings cannot be, and why.
#include "formats/csv/csv.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::size_t most_delimiter_bytes = 64;
constexpr std::size_t largest_field_limit = std::size_t{1} << 30U;

bool is_line_end(char character) { return character == '\r' || character == '\n'; }
bool has(std::string_view text, char character) {
  return character != 0 && text.find(character) != std::string_view::npos;
}
bool is_blank(char character) { return character == ' ' || character == '\t'; }
bool has_line_end(std::string_view text) { return text.find_first_of("\r\n") != std::string_view::npos; }

}  // namespace

void check_csv_options(const CsvOptions& options) {
  std::string problems;
  const auto refuse = [&](bool wrong, std::string_view problem) {
    if (!wrong) return;
    if (!problems.empty()) problems += "; ";
    problems += problem;
  };
  const std::string& delimiter = options.delimiter;
  const std::string& null_token = options.null_token;
  refuse(delimiter.empty(), "the delimiter is empty");
  refuse(delimiter.size() > most_delimiter_bytes, "the delimiter has more than 64 bytes");
  refuse(has_line_end(delimiter), "the delimiter holds a line end");
  refuse(has(delimiter, options.quote), "the delimiter holds the quote character");
  refuse(has(delimiter, options.escape), "the delimiter holds the escape character");
  refuse(options.comment != 0 && delimiter.starts_with(options.comment),
         "the delimiter starts with the comment character");
  refuse(is_line_end(options.quote) || is_line_end(options.escape) || is_line_end(options.comment),
         "quote, escape or comment is a line end");
  refuse(options.comment != 0 && (options.comment == options.quote || options.comment == options.escape),
         "the comment character is also quote or escape");
  refuse(has_line_end(null_token), "the null token holds a line end");
  refuse(has(null_token, options.quote), "the null token holds the quote character");
  refuse(!delimiter.empty() && has(null_token, delimiter.front()), "the null token holds (the start of) the delimiter");
  refuse(options.comment != 0 && null_token.starts_with(options.comment),
         "the null token starts with the comment character");
  refuse(options.max_field_bytes == 0 || options.max_field_bytes > largest_field_limit,
         "the longest field must have between 1 byte and 1 GiB");
  refuse(options.quoting != CsvOptions::Quoting::minimal && options.quote == 0,
         "fields are to be quoted, and there is no quote character");
  refuse(options.trim != CsvOptions::Trim::none &&
             (is_blank(options.quote) || is_blank(options.escape) || is_blank(options.comment)),
         "fields are to be trimmed, and quote, escape or comment is a space or tab");
  if (!problems.empty()) throw Error(ErrorClass::usage, "CSV settings that cannot be: " + problems);
}

}  // namespace cqlbulk::formats
