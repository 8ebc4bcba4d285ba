// Widths first, then lines.
#include "operations/text_table.hpp"

#include <algorithm>

namespace cqlbulk::operations {

namespace {

/// Columns on a screen: bytes that go on with a UTF-8 character take none.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string TextTable::text() const {
  std::vector<std::vector<std::string>> rows = rows_;
  std::vector<bool> to_the_right;
  for (std::string& heading : rows.front()) {
    to_the_right.push_back(heading.starts_with('>'));
    if (to_the_right.back()) heading.erase(0, 1);
  }
  std::vector<std::size_t> widths(to_the_right.size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width_of(row[i]), ' ');
      line += "  " + (to_the_right[i] ? padding + row[i] : row[i] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace cqlbulk::operations
