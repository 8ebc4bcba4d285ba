// The kinds of compression by name, and the transforms of those that Arrow brings: gzip, zstd, bzip2.
#include "streams/compression.hpp"

#include <arrow/util/compression.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cqlbulk/error.hpp"
#include "streams/codecs.hpp"

namespace cqlbulk {

namespace {

/// Levels of zstd below 1 are there but of no use here.
struct Kind {
  FileCompression compression;
  std::string_view name;
  std::string_view suffix;  ///< Of the files that are written.
  std::string_view other_suffix = {};
  int least_level = 0;
  int greatest_level = -1;  ///< Less than the least one: it has no levels.
};

constexpr std::array kinds{
    Kind{.compression = FileCompression::none, .name = "none", .suffix = ""},
    Kind{.compression = FileCompression::gzip, .name = "gzip", .suffix = ".gz", .least_level = 1, .greatest_level = 9},
    Kind{
        .compression = FileCompression::zstd, .name = "zstd", .suffix = ".zst", .least_level = 1, .greatest_level = 22},
    Kind{.compression = FileCompression::bzip2,
         .name = "bzip2",
         .suffix = ".bz2",
         .least_level = 1,
         .greatest_level = 9},
    Kind{.compression = FileCompression::lz4, .name = "lz4", .suffix = ".lz4", .greatest_level = 12},
    Kind{.compression = FileCompression::snappy, .name = "snappy", .suffix = ".sz", .other_suffix = ".snappy"},
    Kind{.compression = FileCompression::xz, .name = "xz", .suffix = ".xz", .greatest_level = 9},
};

const Kind& kind_of(FileCompression compression) {
  const auto* found = std::ranges::find(kinds, compression, &Kind::compression);
  if (found == kinds.end()) throw Error(ErrorClass::defect, "a compression that is not in the table");
  return *found;
}

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

}  // namespace

FileCompression compression_of_name(std::string_view path) {
  const std::size_t dot = path.find_last_of("./");
  if (dot == std::string_view::npos || path[dot] != '.') return FileCompression::none;
  std::string suffix(path.substr(dot));
  std::ranges::transform(suffix, suffix.begin(), lower);
  const auto* found = std::ranges::find_if(
      kinds, [&](const Kind& kind) { return suffix == kind.suffix || suffix == kind.other_suffix; });
  return found == kinds.end() ? FileCompression::none : found->compression;
}

std::optional<FileCompression> parse_compression(std::string_view name) {
  const auto* found = std::ranges::find(kinds, name, &Kind::name);
  return found == kinds.end() ? std::nullopt : std::optional(found->compression);
}

std::string_view to_string(FileCompression compression) { return kind_of(compression).name; }

namespace streams {

namespace {

arrow::Compression::type in_arrow(FileCompression compression) {
  switch (compression) {
    case FileCompression::gzip:
      return arrow::Compression::GZIP;
    case FileCompression::zstd:
      return arrow::Compression::ZSTD;
    case FileCompression::bzip2:
      return arrow::Compression::BZ2;
    default:
      throw Error(ErrorClass::defect, "a compression that is not Arrow's");
  }
}

std::unique_ptr<arrow::util::Codec> make_codec(FileCompression compression, std::optional<int> level) {
  constexpr int checksum_flag = 201;  // ZSTD_c_checksumFlag
  arrow::util::ZstdCodecOptions options;
  options.compression_level = level.value_or(arrow::util::kUseDefaultCompressionLevel);
  options.compression_context_params = {{checksum_flag, 1}};
  const arrow::util::CodecOptions plain(options.compression_level);
  auto codec =
      arrow::util::Codec::Create(in_arrow(compression), compression == FileCompression::zstd ? options : plain);
  if (!codec.ok()) throw Error(ErrorClass::failed, codec.status().message());
  return std::move(*codec);
}

const std::uint8_t* bytes_of(std::span<const char> text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }
std::uint8_t* bytes_of(std::span<char> room) { return reinterpret_cast<std::uint8_t*>(room.data()); }

class ArrowCompressor final : public Transform {
 public:
  ArrowCompressor(FileCompression compression, std::optional<int> level) : codec_(make_codec(compression, level)) {
    auto compressor = codec_->MakeCompressor();
    if (!compressor.ok()) throw Error(ErrorClass::failed, compressor.status().message());
    compressor_ = std::move(*compressor);
  }

  Progress run(std::span<const char> in, bool last, std::span<char> out) override {
    if (ended_) return {};
    if (!in.empty()) {
      const auto done = compressor_->Compress(static_cast<std::int64_t>(in.size()), bytes_of(in),
                                              static_cast<std::int64_t>(out.size()), bytes_of(out));
      if (!done.ok()) throw BadStream(done.status().message());
      return {static_cast<std::size_t>(done->bytes_read), static_cast<std::size_t>(done->bytes_written)};
    }
    if (!last) return {};
    const auto done = compressor_->End(static_cast<std::int64_t>(out.size()), bytes_of(out));
    if (!done.ok()) throw BadStream(done.status().message());
    ended_ = !done->should_retry;
    return {0, static_cast<std::size_t>(done->bytes_written)};
  }

 private:
  std::unique_ptr<arrow::util::Codec> codec_;
  std::shared_ptr<arrow::util::Compressor> compressor_;
  bool ended_ = false;
};

class ArrowDecompressor final : public Transform {
 public:
  explicit ArrowDecompressor(FileCompression compression) : codec_(make_codec(compression, std::nullopt)) {
    auto decompressor = codec_->MakeDecompressor();
    if (!decompressor.ok()) throw Error(ErrorClass::failed, decompressor.status().message());
    decompressor_ = std::move(*decompressor);
  }

  Progress run(std::span<const char> in, bool last, std::span<char> out) override {
    if (decompressor_->IsFinished()) {
      if (in.empty()) return {};
      if (const auto reset = decompressor_->Reset(); !reset.ok()) throw BadStream(reset.message());
    }
    const auto done = decompressor_->Decompress(static_cast<std::int64_t>(in.size()), bytes_of(in),
                                                static_cast<std::int64_t>(out.size()), bytes_of(out));
    if (!done.ok()) throw BadStream(done.status().message());
    const Progress progress{static_cast<std::size_t>(done->bytes_read), static_cast<std::size_t>(done->bytes_written)};
    if (progress.taken == 0 && progress.given == 0 && !decompressor_->IsFinished()) {
      if (!in.empty()) throw BadStream("the decompressor goes neither on nor back");
      if (last) throw BadStream("it ends too early");
    }
    return progress;
  }

 private:
  std::unique_ptr<arrow::util::Codec> codec_;
  std::shared_ptr<arrow::util::Decompressor> decompressor_;
};

}  // namespace

std::string problem_of_level(FileCompression compression, std::optional<int> level) {
  if (!level) return {};
  const Kind& kind = kind_of(compression);
  if (kind.greatest_level < kind.least_level) {
    return compression == FileCompression::none ? "--compression-level needs a compression"
                                                : fmt::format("{} has no levels of compression", kind.name);
  }
  if (*level >= kind.least_level && *level <= kind.greatest_level) return {};
  return fmt::format("--compression-level of {} is {} to {}", kind.name, kind.least_level, kind.greatest_level);
}

std::string_view suffix_of(FileCompression compression) { return kind_of(compression).suffix; }

std::unique_ptr<Transform> make_compressor(FileCompression compression, std::optional<int> level) {
  switch (compression) {
    case FileCompression::lz4:
      return make_lz4_compressor(level);
    case FileCompression::xz:
      return make_xz_compressor(level);
    case FileCompression::snappy:
      return make_snappy_compressor();
    default:
      return std::make_unique<ArrowCompressor>(compression, level);
  }
}

std::unique_ptr<Transform> make_decompressor(FileCompression compression) {
  switch (compression) {
    case FileCompression::lz4:
      return make_lz4_decompressor();
    case FileCompression::xz:
      return make_xz_decompressor();
    case FileCompression::snappy:
      return make_snappy_decompressor();
    default:
      return std::make_unique<ArrowDecompressor>(compression);
  }
}

}  // namespace streams
}  // namespace cqlbulk
