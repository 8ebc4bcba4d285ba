// Columns of text, aligned, for reports that people read. Pure.
#pragma once

#include <string>
#include <vector>

namespace cqlbulk::operations {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }
  /// As many cells as there are headings.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size() - 1; }
  /// Two spaces in front of each column; one whose heading starts with ">" (not shown) is aligned to the right.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace cqlbulk::operations
