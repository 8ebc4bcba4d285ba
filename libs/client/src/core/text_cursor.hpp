// Walks over a short text that came from the server, such as a type's name, and says where it went wrong.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "cql/error.hpp"

namespace cql {

/// Borrows the text.
class TextCursor {
 public:
  TextCursor(std::string_view text, const char* what) : text_(text), what_(what) {}

  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  [[nodiscard]] std::string_view from(std::size_t start) const { return text_.substr(start, position_ - start); }
  [[nodiscard]] bool at_end() const noexcept { return position_ == text_.size(); }
  /// NUL at the end; a NUL in the text is no character any grammar here takes.
  [[nodiscard]] char peek() const noexcept { return at_end() ? '\0' : text_[position_]; }
  void advance() noexcept { ++position_; }

  void skip_spaces() noexcept {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n') advance();
  }
  bool take(char character) noexcept {
    skip_spaces();
    if (at_end() || peek() != character) return false;
    advance();
    return true;
  }
  void expect(char character) {
    if (!take(character)) fail(fmt::format("'{}' expected", character));
  }
  template <typename Predicate>
  std::string_view take_while(Predicate belongs) {
    const std::size_t start = position_;
    while (!at_end() && belongs(peek())) advance();
    return from(start);
  }

  [[noreturn]] void fail(std::string_view message) const {
    constexpr std::size_t shown = 200;
    throw Error(ErrorKind::protocol, fmt::format("{} \"{}{}\": {} at position {}", what_, text_.substr(0, shown),
                                                 text_.size() > shown ? "…" : "", message, position_));
  }

 private:
  std::string_view text_;
  const char* what_;
  std::size_t position_ = 0;
};

}  // namespace cql
