// The makers behind make_compressor and make_decompressor. Internal to streams/.
#pragma once

#include <memory>
#include <optional>

#include "streams/transform.hpp"

namespace cqlbulk::streams {

/// LZ4 frames, with a checksum of the content when written.
[[nodiscard]] std::unique_ptr<Transform> make_lz4_compressor(std::optional<int> level);
[[nodiscard]] std::unique_ptr<Transform> make_lz4_decompressor();

/// xz streams, with CRC-64.
[[nodiscard]] std::unique_ptr<Transform> make_xz_compressor(std::optional<int> level);
[[nodiscard]] std::unique_ptr<Transform> make_xz_decompressor();

/// Snappy's framing format (framing_format.txt of Snappy, revision 2015): chunks of at most 64 KiB with CRC-32C.
[[nodiscard]] std::unique_ptr<Transform> make_snappy_compressor();
[[nodiscard]] std::unique_ptr<Transform> make_snappy_decompressor();

}  // namespace cqlbulk::streams
