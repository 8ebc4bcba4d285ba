// Any bytes as a compressed file: read to an end or refused, without end and without more memory than is allowed. The
// first byte chooses the kind; Snappy's framing format, which is our own code, comes most often.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "streams/compression.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cqlbulk;
  constexpr std::array kinds{FileCompression::gzip, FileCompression::zstd, FileCompression::bzip2, FileCompression::lz4,
                             FileCompression::xz};
  constexpr std::size_t enough = 8U << 20U;
  if (size == 0) return 0;
  const FileCompression kind = data[0] < kinds.size() ? kinds[data[0]] : FileCompression::snappy;
  const auto decompressor = streams::make_decompressor(kind);
  std::span<const char> in(reinterpret_cast<const char*>(data + 1), size - 1);
  std::array<char, 4096> out{};
  std::size_t all = 0;
  try {
    while (all < enough) {
      // Pieces, so that what is held between them is tried too.
      const std::span<const char> piece = in.first(std::min<std::size_t>(in.size(), 1 + data[0] % 61U));
      const auto [taken, given] = decompressor->run(piece, in.empty(), out);
      if (taken > piece.size() || given > out.size()) std::abort();
      if (taken == 0 && given == 0) {
        if (in.empty()) break;
        std::abort();
      }
      in = in.subspan(taken);
      all += given;
    }
  } catch (const streams::BadStream&) {
  }
  return 0;
}
