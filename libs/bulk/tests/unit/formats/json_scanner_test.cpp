// Where JSON records begin and end, and what form a file has.
#include <gtest/gtest.h>

#include "csv_random.hpp"
#include "formats/json/scanner.hpp"
#include "formats/json/start.hpp"

namespace cqlbulk::formats::testing {
namespace {

using Next = JsonScanner::Next;

struct Scanned {
  std::vector<std::string> records;  ///< "line:text"
  std::string end;                   ///< What the input's end left open.
  bool operator==(const Scanned&) const = default;
};

/// In chunks of `chunk` bytes.
Scanned scan(JsonForm form, const std::string& text, std::size_t chunk = SIZE_MAX) {
  JsonScanner scanner(form, 0, 1, true);
  Scanned scanned;
  std::size_t begin = 0;
  do {
    const std::size_t size = std::min(chunk, text.size() - begin);
    // Exactly as many bytes as there are: nothing behind them may be read.
    const std::vector<char> bytes(text.begin() + static_cast<long>(begin),
                                  text.begin() + static_cast<long>(begin + size));
    begin += size;
    scanner.feed(bytes.data(), size, begin == text.size() ? Next::nothing : Next::more);
    while (const auto record = scanner.next()) {
      std::string found = text.substr(record->begin, record->end - record->begin);
      while (!found.empty() && (found.back() == '\r' || found.back() == ' ')) found.pop_back();
      scanned.records.push_back(std::to_string(record->line) + ":" + found);
    }
  } while (begin < text.size());
  if (const auto open = scanner.unclosed()) scanned.end = std::to_string(open->line) + ":" + open->what;
  if (const auto line = scanner.text_after_array()) scanned.end = std::to_string(*line) + ":text";
  return scanned;
}

struct Case {
  const char* text;
  std::vector<std::string> records;
  std::string end;
};

void expect(JsonForm form, const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}, std::size_t{3}}) {
      const Scanned scanned = scan(form, one.text, chunk);
      EXPECT_EQ(scanned.records, one.records) << one.text << " by " << chunk;
      EXPECT_EQ(scanned.end, one.end) << one.text << " by " << chunk;
    }
  }
}

TEST(json_scanner, takes_each_line_for_itself) {
  expect(JsonForm::lines, {{"", {}, ""},
                           {"\n \r\n\n", {}, ""},
                           {"{}", {"1:{}"}, ""},
                           {"{}\n", {"1:{}"}, ""},
                           {"{}\r\n\n  {\"a\":1}\r\n", {"1:{}", "3:{\"a\":1}"}, ""},
                           {"{\"a\n{\"b\":1}\n", {"1:{\"a", "2:{\"b\":1}"}, ""},
                           {"1 2\n]", {"1:1 2", "2:]"}, ""}});
}

TEST(json_scanner, follows_objects_over_lines) {
  expect(JsonForm::values, {{"", {}, ""},
                            {"{\n}\n{\"a\":\n[{}]}", {"1:{\n}", "3:{\"a\":\n[{}]}"}, ""},
                            {"{}{} {}", {"1:{}", "1:{}", "1:{}"}, ""},
                            {"{\"}\":\"\\\"{\"}\n{}", {"1:{\"}\":\"\\\"{\"}", "2:{}"}, ""},
                            {"{\"\\\\\":1}{}", {"1:{\"\\\\\":1}", "1:{}"}, ""}});
}

TEST(json_scanner, gives_up_broken_objects_at_the_next_line_that_opens_one) {
  expect(JsonForm::values,
         {// A string, a bracket and a comma that are missing.
          {"{\"a\": \"x,\n \"b\": 1}\n{\"a\": 2}", {"1:{\"a\": \"x,\n \"b\": 1}", "3:{\"a\": 2}"}, ""},
          {"{\"a\": 1,\n{\"a\": 2}\n{\"a\": 3}", {"1:{\"a\": 1,", "2:{\"a\": 2}", "3:{\"a\": 3}"}, ""},
          {"{\"a\": [1}\n{\"a\": 2}", {"1:{\"a\": [1}", "2:{\"a\": 2}"}, ""},
          // Text outside objects goes no further than its line.
          {"x y\n{}", {"1:x y", "2:{}"}, ""},
          {"{},\n{}", {"1:{}", "1:,", "2:{}"}, ""},
          {"}\n]\n{}", {"1:}", "2:]", "3:{}"}, ""},
          {"1", {"1:1"}, ""}});
}

TEST(json_scanner, says_what_the_end_left_open) {
  expect(JsonForm::values, {{"{}\n{\"a\":\n[1,", {"1:{}"}, "2:object"}, {"{}\n\n{\"a\": \"x", {"1:{}"}, "3:string"}});
  expect(JsonForm::array, {{"\n{\"a\":1},", {"2:{\"a\":1}"}, "1:array"},
                           {"{},\n{", {"1:{}"}, "2:object"},
                           {"{},\n{\"", {"1:{}"}, "2:string"},
                           {"{}", {"1:{}"}, "1:array"},
                           {"{}]\n x", {"1:{}"}, "2:text"},
                           {"]]", {}, "1:text"}});
}

TEST(json_scanner, takes_elements_from_an_array) {
  expect(JsonForm::array, {{"]", {}, ""},
                           {"\n]\n", {}, ""},
                           {"{},{}]", {"1:{}", "1:{}"}, ""},
                           {"\n{\"a\":[1,2]},\n {\"a\":\n[]}\n]\n", {"2:{\"a\":[1,2]}", "3:{\"a\":\n[]}"}, ""},
                           // Broken elements, alone.
                           {"{\"a\":},{}]", {"1:{\"a\":}", "1:{}"}, ""},
                           {"{},,{},]", {"1:{}", "1:", "1:{}", "1:"}, ""},
                           {"{\"a\":[1},{}]", {"1:{\"a\":[1}", "1:{}"}, ""},
                           {"{\"a\":1,\n{\"a\":2}]", {"1:{\"a\":1,", "2:{\"a\":2}"}, ""},
                           {"{\"a\":1}\n{\"a\":2}]", {"1:{\"a\":1}", "2:{\"a\":2}"}, ""},
                           {"{\"a\":1} {\"a\":2}]", {"1:{\"a\":1} {\"a\":2}"}, ""},
                           {"{\"a\":\"x},\n{\"a\":2}]", {"1:{\"a\":\"x},", "2:{\"a\":2}"}, ""},
                           {"{\"a\":1]},\n{}]", {"1:{\"a\":1]}", "2:{}"}, ""},
                           {"{\"a\":1]\n", {"1:{\"a\":1"}, ""},
                           {"1,\"x\",null]", {"1:1", "1:\"x\"", "1:null"}, ""}});
}

TEST(json_scanner, finds_the_same_in_any_chunks_and_from_any_border) {
  Random random(5);
  constexpr const char* pieces[] = {"{",  "}",  "[", "]", ",",         ":",     "\"",
                                    "\\", "\n", " ", "1", "{\"a\":1}", "\"x\"", "\n{"};
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    for (std::size_t j = below(random, 40); j > 0; --j) text += pieces[below(random, std::size(pieces))];
    for (const JsonForm form : {JsonForm::lines, JsonForm::values, JsonForm::array}) {
      const Scanned whole = scan(form, text);
      ASSERT_EQ(scan(form, text, 1 + below(random, 7)), whole) << text;
      JsonScanner scanner(form, 0, 1, true);
      scanner.feed(text.data(), text.size(), Next::nothing);
      const auto first = scanner.next();
      if (!first) continue;
      // No unit begins at the array's end.
      if (form == JsonForm::array && text[first->next] == ']') continue;
      JsonScanner alone(form, 0, 1, true);
      alone.feed(text.data(), first->next, first->next < text.size() ? Next::border : Next::nothing);
      const auto same = alone.next();
      ASSERT_TRUE(same) << text;
      ASSERT_EQ(same->end, first->end) << text;
      ASSERT_FALSE(alone.next()) << text;
      JsonScanner from(form, first->next, first->next_line, false);
      from.feed(text.data() + first->next, text.size() - first->next, Next::nothing);
      for (;;) {
        const auto expected = scanner.next();
        const auto found = from.next();
        ASSERT_EQ(found.has_value(), expected.has_value()) << text;
        if (!found) break;
        ASSERT_EQ(found->begin, expected->begin) << text;
        ASSERT_EQ(found->end, expected->end) << text;
        ASSERT_EQ(found->line, expected->line) << text;
      }
    }
  }
}

TEST(json_form, follows_from_the_first_line) {
  const std::pair<const char*, JsonForm> cases[] = {
      {"", JsonForm::lines},
      {"{\"a\":1}", JsonForm::lines},
      {"\n{\"a\":1}\n{\"a\":2}", JsonForm::lines},
      {"{\"a\":{\"b\":[1]}}\n{", JsonForm::lines},
      {"[", JsonForm::array},
      {" \n [{}]", JsonForm::array},
      {"{\n \"a\":1}", JsonForm::values},
      {"{\"a\":\n1}", JsonForm::values},
      {"{\"a\":1\n,\"b\":2}", JsonForm::values},
      {"{\"a\":1\n}", JsonForm::values},
      {"{}{}\n", JsonForm::values},
      // A first line that is broken, not unfinished.
      {"{\"a\":1\n{\"a\":2}\n", JsonForm::lines},
      {"{\"a\":\"x\n{\"a\":2}\n", JsonForm::lines},
      {"id,name\n1,x\n", JsonForm::lines},
  };
  for (const auto& [text, form] : cases) EXPECT_EQ(json_form_of(text), form) << text;
}

}  // namespace
}  // namespace cqlbulk::formats::testing
