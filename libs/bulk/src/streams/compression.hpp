// Compressors and decompressors as transforms. Every decompressor reads streams of its kind that follow each other, and
// refuses one that is damaged or ends too early. Memory is bounded whatever the ratio.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "cqlbulk/formats.hpp"
#include "streams/transform.hpp"

namespace cqlbulk::streams {

/// What of a level cannot be, as a sentence; empty when it can.
[[nodiscard]] std::string problem_of_level(FileCompression compression, std::optional<int> level);

/// ".gz"; empty for none.
[[nodiscard]] std::string_view suffix_of(FileCompression compression);

/// `compression` is not none, and the level has been checked.
[[nodiscard]] std::unique_ptr<Transform> make_compressor(FileCompression compression, std::optional<int> level);
[[nodiscard]] std::unique_ptr<Transform> make_decompressor(FileCompression compression);

}  // namespace cqlbulk::streams
