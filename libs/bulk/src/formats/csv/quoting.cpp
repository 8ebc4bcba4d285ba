// Which fields a CSV file must quote, and quoting them.
#include "formats/csv/quoting.hpp"

#include "cqlbulk/error.hpp"

namespace cqlbulk::formats {
namespace {

constexpr char byte_order_mark_start = '\xEF';

}  // namespace

CsvQuoting::CsvQuoting(const CsvOptions& options)
    : delimiter_start_(options.delimiter.front()),
      quote_(options.quote),
      escape_(options.escape == options.quote ? '\0' : options.escape),
      comment_(options.comment),
      null_token_(options.null_token) {}

bool CsvQuoting::needs_quotes(std::string_view text, bool first) const {
  if (text.empty() || text == null_token_) return true;
  // The start of a delimiter of several characters is enough: together with what follows the field it could be read as
  // a delimiter earlier.
  const char quote = quote_ != 0 ? quote_ : delimiter_start_;
  const auto has_special = [delimiter = delimiter_start_, quote](const char* at, std::size_t size) {
    bool found = false;  // Without an early exit, so that the compiler makes vector code of a whole block.
    for (std::size_t i = 0; i < size; ++i)
      found |= (at[i] == delimiter) | (at[i] == quote) | (at[i] == '\n') | (at[i] == '\r');
    return found;
  };
  constexpr std::size_t block = 16;
  bool special = false;
  if (text.size() < block) {
    special = has_special(text.data(), text.size());
  } else {
    // The last block may look at some once more.
    for (std::size_t at = 0; at + block < text.size(); at += block) special |= has_special(text.data() + at, block);
    special |= has_special(text.data() + text.size() - block, block);
  }
  // Spaces at the ends belong to the value, but some readers trim them.
  special |= text.front() == ' ' || text.back() == ' ' || text.front() == '\t' || text.back() == '\t';
  return special || (first && starts_like_another(text));
}

bool CsvQuoting::starts_like_another(std::string_view text) const {
  return !text.empty() && ((comment_ != 0 && text.front() == comment_) || text.front() == byte_order_mark_start);
}

void CsvQuoting::append_without_quotes(std::string_view text, bool first, std::string& out) const {
  // Spaces at the ends and, unless it means null, the empty text do without quotes.
  const char structure[] = {delimiter_start_, '\r', '\n'};
  if (text.find_first_of(std::string_view(structure, sizeof structure)) != std::string_view::npos ||
      text == null_token_ || (first && starts_like_another(text))) {
    throw Error(ErrorClass::failed, "a value needs quotes in CSV, and there is no quote character",
                "Give a quote character, or a delimiter and a null token that do not occur in the data.");
  }
  out += text;
}

void CsvQuoting::append_quoted(std::string_view text, bool first, std::string& out) const {
  if (quote_ == 0) {
    append_without_quotes(text, first, out);
    return;
  }
  out += quote_;
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != quote_ && (escape_ == 0 || text[i] != escape_)) continue;
    out += text.substr(done, i - done);
    out += escape_ == 0 ? quote_ : escape_;
    done = i;
  }
  out += text.substr(done);
  out += quote_;
}

bool CsvQuoting::never_needs_quotes(std::string_view characters, bool first) const {
  const auto in_alphabet = [&](char character) { return characters.find(character) != std::string_view::npos; };
  if (characters.empty() || in_alphabet(delimiter_start_) || (quote_ != 0 && in_alphabet(quote_))) return false;
  if (first && comment_ != 0 && in_alphabet(comment_)) return false;
  return null_token_.empty() || null_token_.find_first_not_of(characters) != std::string::npos;
}

}  // namespace cqlbulk::formats
