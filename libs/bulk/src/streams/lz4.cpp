// LZ4 frames by liblz4 itself: what Arrow writes has no checksums.
#include <fmt/format.h>
#include <lz4frame.h>

#include "streams/codecs.hpp"
#include "streams/outbox.hpp"

namespace cqlbulk::streams {

namespace {

constexpr std::size_t block_bytes = 256U << 10U;

std::size_t checked(std::size_t code) {
  if (LZ4F_isError(code) != 0) throw BadStream(fmt::format("LZ4: {}", LZ4F_getErrorName(code)));
  return code;
}

class Lz4Compressor final : public Transform {
 public:
  explicit Lz4Compressor(std::optional<int> level) {
    preferences_.compressionLevel = level.value_or(0);
    preferences_.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    preferences_.frameInfo.blockSizeID = LZ4F_max256KB;
    checked(LZ4F_createCompressionContext(&context_, LZ4F_VERSION));
    const auto room = box_.room(LZ4F_HEADER_SIZE_MAX);
    box_.keep(checked(LZ4F_compressBegin(context_, room.data(), room.size(), &preferences_)));
  }
  ~Lz4Compressor() override { LZ4F_freeCompressionContext(context_); }

  Progress run(std::span<const char> in, bool last, std::span<char> out) override {
    Progress progress;
    if (box_.empty() && !in.empty()) {
      progress.taken = std::min(in.size(), block_bytes);
      const auto room = box_.room(LZ4F_compressBound(progress.taken, &preferences_));
      box_.keep(checked(LZ4F_compressUpdate(context_, room.data(), room.size(), in.data(), progress.taken, nullptr)));
    } else if (box_.empty() && last && !ended_) {
      ended_ = true;
      const auto room = box_.room(LZ4F_compressBound(0, &preferences_));
      box_.keep(checked(LZ4F_compressEnd(context_, room.data(), room.size(), nullptr)));
    }
    progress.given = box_.give(out);
    return progress;
  }

 private:
  LZ4F_cctx* context_ = nullptr;
  LZ4F_preferences_t preferences_{};
  Outbox box_;
  bool ended_ = false;
};

class Lz4Decompressor final : public Transform {
 public:
  Lz4Decompressor() { checked(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)); }
  ~Lz4Decompressor() override { LZ4F_freeDecompressionContext(context_); }

  Progress run(std::span<const char> in, bool last, std::span<char> out) override {
    if (at_border_ && in.empty()) return {};
    Progress progress{in.size(), out.size()};
    // After a frame's end the context begins the next one by itself.
    at_border_ =
        checked(LZ4F_decompress(context_, out.data(), &progress.given, in.data(), &progress.taken, nullptr)) == 0;
    if (last && progress.taken == 0 && progress.given == 0 && !at_border_) throw BadStream("it ends too early");
    return progress;
  }

 private:
  LZ4F_dctx* context_ = nullptr;
  bool at_border_ = false;
};

}  // namespace

std::unique_ptr<Transform> make_lz4_compressor(std::optional<int> level) {
  return std::make_unique<Lz4Compressor>(level);
}
std::unique_ptr<Transform> make_lz4_decompressor() { return std::make_unique<Lz4Decompressor>(); }

}  // namespace cqlbulk::streams
