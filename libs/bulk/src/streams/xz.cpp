// xz by liblzma, which Arrow has not.
#include <fmt/format.h>
#include <lzma.h>

#include "streams/codecs.hpp"

namespace cqlbulk::streams {

namespace {

/// What `xz -9` needs four times over; a file may ask for more than any machine has.
constexpr std::uint64_t most_memory = std::uint64_t{256} << 20U;

[[noreturn]] void fail(lzma_ret code) {
  switch (code) {
    case LZMA_FORMAT_ERROR:
      throw BadStream("it is not in the xz format");
    case LZMA_OPTIONS_ERROR:
      throw BadStream("it uses what this liblzma does not know");
    case LZMA_MEMLIMIT_ERROR:
      throw BadStream(fmt::format("to decompress it takes more than {} MiB of memory", most_memory >> 20U));
    case LZMA_DATA_ERROR:
      throw BadStream("the xz data is damaged");
    case LZMA_MEM_ERROR:
      throw std::bad_alloc();
    default:
      throw BadStream(fmt::format("liblzma says {}", static_cast<int>(code)));
  }
}

class Xz final : public Transform {
 public:
  enum class Way { compress, decompress };
  Xz(Way way, std::uint32_t level) {
    const lzma_ret begun = way == Way::compress ? lzma_easy_encoder(&stream_, level, LZMA_CHECK_CRC64)
                                                : lzma_stream_decoder(&stream_, most_memory, LZMA_CONCATENATED);
    if (begun != LZMA_OK) fail(begun);
  }
  ~Xz() override { lzma_end(&stream_); }
  Xz(const Xz&) = delete;
  Xz& operator=(const Xz&) = delete;

  Progress run(std::span<const char> in, bool last, std::span<char> out) override {
    if (ended_) return {};
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = out.size();
    const lzma_ret code = lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN);
    const Progress progress{in.size() - stream_.avail_in, out.size() - stream_.avail_out};
    if (code == LZMA_STREAM_END) {
      ended_ = true;
    } else if (code != LZMA_OK && code != LZMA_BUF_ERROR) {
      fail(code);
    } else if (last && progress.taken == 0 && progress.given == 0) {
      throw BadStream("it ends too early");
    }
    return progress;
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Transform> make_xz_compressor(std::optional<int> level) {
  return std::make_unique<Xz>(Xz::Way::compress, static_cast<std::uint32_t>(level.value_or(LZMA_PRESET_DEFAULT)));
}
std::unique_ptr<Transform> make_xz_decompressor() { return std::make_unique<Xz>(Xz::Way::decompress, 0); }

}  // namespace cqlbulk::streams
