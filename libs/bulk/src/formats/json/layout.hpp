// JSON text laid out otherwise: on one line, or indented.
#pragma once

#include <string>
#include <string_view>

namespace cqlbulk::formats {

/// The text without line ends, so that it can be a line of a JSON lines file: white space between values goes, a line
/// end inside a string, where none may be, becomes \n. Also takes what is no JSON.
[[nodiscard]] std::string on_one_line(std::string_view text);

/// Appends JSON text without white space between values as several lines, indented by two blanks a level.
/// `level`: of the line that it begins on.
void append_indented(std::string_view json, std::size_t level, std::string& out);

}  // namespace cqlbulk::formats
