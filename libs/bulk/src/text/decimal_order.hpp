// The order of numbers written in decimal, of any length and exponent: "1.50", "-3", "1E+3".
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cqlbulk::text {

/// Sign, digits and place of a number, as a view on its text. Pure.
class DecimalOrder {
 public:
  /// Digits with at most one point, a sign and an exponent; nothing for anything else, and for exponents beyond int32.
  /// The result is good for as long as `text` is.
  [[nodiscard]] static std::optional<DecimalOrder> parse(std::string_view text);

  [[nodiscard]] std::strong_ordering operator<=>(const DecimalOrder& other) const;
  [[nodiscard]] bool operator==(const DecimalOrder& other) const { return (*this <=> other) == 0; }

 private:
  [[nodiscard]] int sign() const { return digits_.empty() ? 0 : negative_ ? -1 : 1; }

  bool negative_ = false;
  std::string_view digits_;     ///< From the first that is not 0; a point may be among them. Empty for 0.
  std::int64_t magnitude_ = 0;  ///< The power of ten of the first digit.
};

}  // namespace cqlbulk::text
