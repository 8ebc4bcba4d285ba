#include "streams/decoding_stream.hpp"

#include <arrow/result.h>

#include <utility>

namespace cqlbulk::streams {

namespace {
constexpr std::size_t buffer_bytes = 256U << 10U;
}

DecodingStream::DecodingStream(std::shared_ptr<arrow::io::RandomAccessFile> file, Transforms transforms)
    : file_(std::move(file)) {
  for (auto& transform : transforms) stages_.push_back({std::move(transform), std::vector<char>(buffer_bytes), {}});
}

std::uint64_t DecodingStream::file_position() const {
  return offset_ - (stages_.empty() ? 0 : stages_.front().input.size());
}

std::size_t DecodingStream::read(std::span<char> out) { return pull(stages_.size(), out); }

std::size_t DecodingStream::pull(std::size_t count, std::span<char> out) {
  if (count == 0) {
    const auto got =
        file_->ReadAt(static_cast<std::int64_t>(offset_), static_cast<std::int64_t>(out.size()), out.data());
    if (!got.ok()) throw ReadFailed(got.status().message());
    offset_ += static_cast<std::uint64_t>(*got);
    return static_cast<std::size_t>(*got);
  }
  Stage& stage = stages_[count - 1];
  for (;;) {
    if (stage.input.empty() && !stage.last) {
      const std::size_t size = pull(count - 1, stage.buffer);
      stage.input = std::span<const char>(stage.buffer).first(size);
      stage.last = size == 0;
    }
    const auto [taken, given] = stage.transform->run(stage.input, stage.last, out);
    stage.input = stage.input.subspan(taken);
    if (given != 0) return given;
    if (taken == 0 && stage.last) return 0;
    if (taken == 0 && !stage.input.empty()) throw BadStream("a decoder goes neither on nor back");
  }
}

}  // namespace cqlbulk::streams
