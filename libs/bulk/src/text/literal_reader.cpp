#include "text/literal_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "rows/nullable_list.hpp"
#include "text/composite_bytes.hpp"
#include "text/form_table.hpp"

namespace cqlbulk::text {
namespace {

bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}
bool ends_token(char character) {
  return is_space(character) || std::string_view(",:]})").find(character) != std::string_view::npos;
}
char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

}  // namespace

const char* LiteralReader::append(const cql::DataType& type, std::string_view text, cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  const std::size_t start = out.size();
  rest_ = text;
  bool good = read_value(type, out);
  skip_spaces();
  if (good && !rest_.empty()) good = fail("more text follows the value");
  if (good) return nullptr;
  out.resize(start);
  return reason_.c_str();
}

bool LiteralReader::read_value(const cql::DataType& type, cql::Buffer& out) {
  skip_spaces();
  if (!is_nested(type.kind)) return read_scalar(type, out);
  if (rest_.starts_with("''")) {
    // As the writer has the empty value of a type for which that is no ordinary one.
    rest_.remove_prefix(2);
    return append_empty_value(out) == nullptr;
  }
  switch (type.kind) {
    case cql::TypeKind::map:
      return read_map(type, out);
    case cql::TypeKind::tuple:
      return read_tuple(type, out);
    case cql::TypeKind::udt:
      return read_udt(type, out);
    case cql::TypeKind::vector:
      return read_vector(type, out);
    default:
      return read_list(type, out);
  }
}

bool LiteralReader::read_scalar(const cql::DataType& type, cql::Buffer& out) {
  const JsonForm form = scalar_text(type.kind).json;
  const FormTable& forms = forms_.table();
  const bool number = form == JsonForm::number || form == JsonForm::real;
  const ParseFunction parse = number ? forms.of(type.kind).parse_inner : scalar_text(type.kind).parse;
  std::string_view text;
  if (at('\'')) {
    if (!read_quoted('\'')) return false;
    text = scratch_;
  } else {
    text = bare_token();
    if (text.empty()) return fail("a value was expected");
    if (form == JsonForm::text) return fail("text needs apostrophes");
  }
  const char* const problem = parse(forms, type, text, out);
  if (problem != nullptr) return fail(problem);
  return true;
}

bool LiteralReader::read_nullable(const cql::DataType& type, cql::Buffer& out) {
  skip_spaces();
  if (!take_word("null")) return read_value(type, out);
  out.append_integer(std::int32_t{-1});
  return true;
}

bool LiteralReader::read_element(const cql::DataType& type, cql::Buffer& out, std::size_t index) {
  skip_spaces();
  const bool null = take_word("null");
  if (null) fail("null, which a collection cannot hold");
  if (!null && read_value(type, out)) return true;
  return within(fmt::format("element {}", index));
}

bool LiteralReader::read_list(const cql::DataType& type, cql::Buffer& out) {
  const bool list = type.kind == cql::TypeKind::list;
  if (!take(list ? '[' : '{')) return fail(list ? "a list in [ ] was expected" : "a set in { } was expected");
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  out.append_integer(std::int32_t{0});
  std::int32_t count = 0;
  bool wrong = false;
  for (; !ends(list ? ']' : '}', count == 0, wrong); ++count) {
    if (wrong) return false;
    const bool read = is_nullable_list(type) ? read_nullable(type.children[0], out)
                                             : read_element(type.children[0], out, static_cast<std::size_t>(count));
    if (!read) return false;
  }
  cql::store_big_endian(out.data() + start + length_size, count);
  close_value(out, start);
  return true;
}

bool LiteralReader::read_map(const cql::DataType& type, cql::Buffer& out) {
  if (!take('{')) return fail("a map in { } was expected");
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  out.append_integer(std::int32_t{0});
  std::vector<Slot> keys;
  bool wrong = false;
  while (!ends('}', keys.empty(), wrong)) {
    const std::size_t key = out.size();
    if (wrong || !read_element(type.children[0], out, keys.size())) return false;
    keys.push_back({key, out.size()});
    if (!take(':')) return fail("a colon was expected after a key");
    if (!read_element(type.children[1], out, keys.size() - 1)) return false;
  }
  const auto bytes_of = [&](const Slot& slot) { return cql::as_text(out.view(slot.begin, slot.end - slot.begin)); };
  cql::store_big_endian(out.data() + start + length_size, static_cast<std::int32_t>(keys.size()));
  std::ranges::sort(keys, {}, bytes_of);
  if (std::ranges::adjacent_find(keys, {}, bytes_of) != keys.end()) return fail("a key occurs twice");
  close_value(out, start);
  return true;
}

bool LiteralReader::read_tuple(const cql::DataType& type, cql::Buffer& out) {
  if (!take('(')) return fail("a tuple in ( ) was expected");
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  bool wrong = false;
  for (std::size_t index = 0; !ends(')', index == 0, wrong); ++index) {
    if (wrong) return false;
    if (index == type.children.size())
      return fail(fmt::format("more than {} elements for {}", index, type.to_string()));
    if (!read_nullable(type.children[index], out)) return within(fmt::format("element {}", index));
  }
  close_value(out, start);
  return true;
}

bool LiteralReader::read_udt(const cql::DataType& type, cql::Buffer& out) {
  if (!take('{')) return fail("the fields of a user-defined type in { } were expected");
  const std::vector<std::string>& names = type.field_names;
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  std::vector<Slot> slots(names.size());
  std::size_t last = 0;  // One past the last field present.
  bool in_order = true;
  bool wrong = false;
  for (std::size_t count = 0; !ends('}', count == 0, wrong); ++count) {
    if (wrong || !read_name()) return false;
    const auto index = static_cast<std::size_t>(std::ranges::find(names, scratch_) - names.begin());
    if (index == names.size()) return fail(fmt::format("no such field of {}: \"{}\"", type.to_string(), scratch_));
    if (slots[index].end != 0) return fail(fmt::format("occurs twice: field \"{}\"", scratch_));
    if (!take(':')) return fail("a colon was expected after a field's name");
    slots[index].begin = out.size();
    if (!read_nullable(type.children[index], out)) return within(fmt::format("field \"{}\"", names[index]));
    slots[index].end = out.size();
    in_order &= index == count;
    last = std::max(last, index + 1);
  }
  if (!in_order) order_fields(out, start, slots.data(), last);
  close_value(out, start);
  return true;
}

bool LiteralReader::read_vector(const cql::DataType& type, cql::Buffer& out) {
  if (!take('[')) return fail("a vector in [ ] was expected");
  const cql::DataType& element = type.children[0];
  const auto fixed_size = element.vector_element_size();
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  std::size_t count = 0;
  bool wrong = false;
  for (; !ends(']', count == 0, wrong); ++count) {
    const std::size_t at = out.size();
    if (wrong || !read_element(element, out, count)) return false;
    if (!fixed_size) {
      shorten_length(out, at);
    } else if (out.size() - at - length_size != *fixed_size) {
      fail("empty, which a vector's element cannot be");
      return within(fmt::format("element {}", count));
    } else {
      erase(out, at, length_size);
    }
  }
  if (count != type.dimension)
    return fail(fmt::format("{} elements where {} has {}", count, type.to_string(), type.dimension));
  close_value(out, start);
  return true;
}

bool LiteralReader::read_quoted(char quote) {
  scratch_.clear();
  rest_.remove_prefix(1);
  for (;;) {
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) return fail("a quote does not close");
    scratch_ += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (!at(quote)) return true;
    scratch_ += quote;
    rest_.remove_prefix(1);
  }
}

bool LiteralReader::read_name() {
  skip_spaces();
  if (at('"')) return read_quoted('"');
  scratch_ = bare_token();
  std::ranges::transform(scratch_, scratch_.begin(), lower);
  if (scratch_.empty()) return fail("a field's name was expected");
  return true;
}

std::string_view LiteralReader::bare_token() {
  const auto* const end = std::ranges::find_if(rest_, ends_token);
  const std::string_view token = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
  rest_.remove_prefix(token.size());
  return token;
}

void LiteralReader::skip_spaces() {
  while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
}

bool LiteralReader::take(char character) {
  skip_spaces();
  if (!at(character)) return false;
  rest_.remove_prefix(1);
  return true;
}

bool LiteralReader::take_word(std::string_view word) {
  if (rest_.size() < word.size() || (rest_.size() > word.size() && !ends_token(rest_[word.size()]))) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(rest_[i]) != word[i]) return false;
  }
  rest_.remove_prefix(word.size());
  return true;
}

bool LiteralReader::ends(char close, bool first, bool& wrong) {
  if (take(close)) return true;
  if (first || take(',')) return false;
  wrong = true;
  fail(fmt::format("a comma or {} was expected", close));
  return false;
}

bool LiteralReader::fail(std::string_view reason) {
  reason_ = reason;
  return false;
}

bool LiteralReader::within(std::string_view where) {
  reason_.insert(0, ": ");
  reason_.insert(0, where);
  return false;
}

}  // namespace cqlbulk::text
