// Numbers by a pattern of ICU's ("#,##0.00", "0.###E0", "#,##0;(#,##0)"): how many digits, groups, signs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cqlbulk/text_forms.hpp"

namespace cqlbulk::text {

/// May be used by several threads at once.
class NumberPattern {
 public:
  /// With the language, separators and rounding of the settings. Throws cqlbulk::Error{usage} for a pattern that ICU
  /// cannot read.
  explicit NumberPattern(const TextForms& settings);

  /// Appends a number given by its digits ("-1234.5"), of any length. False when the pattern does not show all of them
  /// and rounding is refused.
  [[nodiscard]] bool write(std::string_view digits, std::string& out) const;
  /// The number that a text in this pattern stands for, as digits, with an exponent where it is no whole number or too
  /// long. False when it is not in the pattern.
  [[nodiscard]] bool read(std::string_view text, std::string& digits) const;

 private:
  struct Format;
  std::shared_ptr<const Format> format_;
};

}  // namespace cqlbulk::text
