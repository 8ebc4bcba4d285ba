// Reading conditions.
#include "formats/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cqlbulk/error.hpp"

namespace cqlbulk::formats {
namespace {

using Operator = Condition::Operator;

bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}
bool is_letter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_';
}
bool is_digit(char character) { return character >= '0' && character <= '9'; }

bool same_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char one, char other) {
    return (one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one) == other;
  });
}

class ConditionReader {
 public:
  explicit ConditionReader(std::string_view text) : text_(text) {}

  std::vector<Condition> read() {
    std::vector<Condition> conditions;
    for (;;) {
      conditions.push_back(condition());
      skip_space();
      if (at_ == text_.size()) return conditions;
      if (same_word(peek_word(), "or")) fail("only AND joins conditions");
      if (!take_word("and")) fail("AND was expected");
    }
  }

 private:
  Condition condition() {
    Condition condition;
    condition.field = field();
    if (take_word("is")) {
      condition.comparison = take_word("not") ? Operator::not_null : Operator::null;
      if (!take_word("null")) fail("NULL was expected");
      return condition;
    }
    condition.comparison = comparison();
    literal(condition);
    return condition;
  }

  std::string field() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '"') return quoted('"');
    const std::string_view word = peek_word();
    if (word.empty()) fail("the name of a field was expected");
    at_ += word.size();
    return std::string(word);
  }

  Operator comparison() {
    constexpr std::array<std::pair<std::string_view, Operator>, 8> operators{{{"<=", Operator::less_or_equal},
                                                                              {">=", Operator::greater_or_equal},
                                                                              {"<>", Operator::unequal},
                                                                              {"!=", Operator::unequal},
                                                                              {"<", Operator::less},
                                                                              {">", Operator::greater},
                                                                              {"==", Operator::equal},
                                                                              {"=", Operator::equal}}};
    skip_space();
    for (const auto& [sign, meaning] : operators) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      return meaning;
    }
    fail("one of = != < <= > >= or IS was expected");
  }

  void literal(Condition& condition) {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '\'') {
      condition.quoted = true;
      condition.literal = quoted('\'');
      return;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '.' ||
                                  text_[at_] == '-' || text_[at_] == '+')) {
      ++at_;
    }
    condition.literal = text_.substr(begin, at_ - begin);
    if (condition.literal.empty()) fail("a number, true, false or 'text' was expected");
    const char first = condition.literal.front();
    const bool word = same_word(condition.literal, "true") || same_word(condition.literal, "false");
    if (!word && !is_digit(first) && first != '-' && first != '+' && first != '.') {
      at_ = begin;
      fail("text stands in single quotes");
    }
  }

  /// From the quote at at_ on; a doubled one stands for itself.
  std::string quoted(char quote) {
    const std::size_t begin = at_++;
    std::string inside;
    for (;; ++at_) {
      if (at_ == text_.size()) {
        at_ = begin;
        fail("a quote opens here and never closes");
      }
      if (text_[at_] == quote) {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != quote) break;
        ++at_;
      }
      inside += text_[at_];
    }
    ++at_;
    return inside;
  }

  std::string_view peek_word() {
    skip_space();
    std::size_t end = at_;
    while (end < text_.size() &&
           (is_letter(text_[end]) || (end > at_ && (is_digit(text_[end]) || text_[end] == '.')))) {
      ++end;
    }
    return text_.substr(at_, end - at_);
  }
  bool take_word(std::string_view lower) {
    const std::string_view word = peek_word();
    if (!same_word(word, lower)) return false;
    at_ += word.size();
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  [[noreturn]] void fail(std::string_view problem) const {
    const std::string_view rest = text_.substr(at_);
    const std::string place =
        rest.empty() ? "at its end" : fmt::format("at character {}, \"{}\"", at_ + 1, rest.substr(0, 40));
    throw Error(ErrorClass::usage, fmt::format("--where \"{}\": {}: {}", text_, place, problem),
                "Write conditions as: amount >= 10 AND name = 'x' AND gone IS NULL");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Condition> parse_conditions(std::string_view text) { return ConditionReader(text).read(); }

}  // namespace cqlbulk::formats
