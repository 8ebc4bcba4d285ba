// Text in other encodings than UTF-8, by iconv.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "streams/transform.hpp"

namespace cqlbulk::streams {

/// UTF-8 under any of its names, which needs no conversion.
[[nodiscard]] bool is_utf8(std::string_view encoding);
/// What is wrong with the name of an encoding; empty when iconv knows it.
[[nodiscard]] std::string problem_of_encoding(const std::string& encoding);

/// What a file in this encoding begins with: the byte order mark of "UTF-16" and "UTF-32", written little-endian.
[[nodiscard]] std::string_view byte_order_mark(std::string_view encoding);

/// From an encoding to UTF-8. Bytes that are no text in it become 0xff bytes, which no UTF-8 has: who reads the result
/// refuses the very value they are in. "UTF-16" and "UTF-32" follow the byte order mark, little-endian without one.
[[nodiscard]] std::unique_ptr<Transform> make_text_decoder(const std::string& encoding);
/// From UTF-8 to an encoding, without byte order mark. A character that the encoding has not is a BadStream that names
/// it.
[[nodiscard]] std::unique_ptr<Transform> make_text_encoder(const std::string& encoding);

}  // namespace cqlbulk::streams
