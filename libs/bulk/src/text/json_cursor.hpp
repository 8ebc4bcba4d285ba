// Walking through JSON text (RFC 8259) token by token, led by somebody who knows what must come.
//
// Not simdjson: libparquet of the pyarrow wheel exports symbols of a simdjson of its own, of another version, and the
// dynamic linker gives one program one of the two. Values are small, and types say what comes next anyway.
#pragma once

#include <string>
#include <string_view>

namespace cqlbulk::text {

class JsonCursor {
 public:
  enum class Kind { array, object, string, number, boolean, null, other };
  enum class Next { item, end, broken };

  void start(std::string_view json) {
    begin_ = at_ = json.data();
    end_ = json.data() + json.size();
  }

  /// What the value that comes next is, by its first character.
  [[nodiscard]] Kind peek();
  /// Steps into an array or object, whose bracket comes next.
  void open() { ++at_; }
  /// Moves to an item of the array or object that ends with `close`, past the comma before it, or past the end.
  [[nodiscard]] Next next(char close, bool first);
  /// An object's key and the colon after it. `raw`: as it stands in the text, for messages.
  [[nodiscard]] bool key(std::string_view& text, std::string_view& raw);
  /// The text of the string that comes next; valid until the next string is read.
  [[nodiscard]] bool string(std::string_view& text);
  /// The digits of the number that comes next, as they stand.
  [[nodiscard]] bool number(std::string_view& token);
  /// true, false or null.
  [[nodiscard]] bool word(std::string_view word);
  /// Returns false: nothing that comes next can be a value.
  bool no_value() { return expected("a value"); }
  [[nodiscard]] bool at_end();

  /// What was wrong, once something returned false or broken.
  [[nodiscard]] std::string problem() const;

 private:
  void skip_space();
  bool take(char character);
  bool take_digits();
  bool unescape(std::string_view& text);
  bool unescape_unicode();
  bool hexadecimal(unsigned& code);
  bool expected(const char* what);

  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* expected_ = "";
  std::string text_;
};

}  // namespace cqlbulk::text
