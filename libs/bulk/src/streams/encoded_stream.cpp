#include "streams/encoded_stream.hpp"

#include <utility>

namespace cqlbulk::streams {

namespace {
constexpr std::size_t block_bytes = 256U << 10U;
}

Chain::Chain(Transforms transforms, std::function<void(std::span<const char>)> sink) : sink_(std::move(sink)) {
  for (auto& transform : transforms) stages_.push_back({std::move(transform), std::vector<char>(block_bytes)});
}

void Chain::put_into(std::size_t stage, std::span<const char> bytes, bool last) {
  if (stage == stages_.size()) {
    if (!bytes.empty()) sink_(bytes);
    return;
  }
  Stage& current = stages_[stage];
  for (;;) {
    const auto [taken, given] = current.transform->run(bytes, last, current.out);
    if (taken == 0 && given == 0) break;
    bytes = bytes.subspan(taken);
    put_into(stage + 1, std::span<const char>(current.out).first(given), false);
  }
  if (last) put_into(stage + 1, {}, true);
}

EncodedStream::EncodedStream(std::shared_ptr<arrow::io::OutputStream> file, Transforms transforms, std::string first)
    : file_(std::move(file)),
      chain_(std::move(transforms),
             [this](std::span<const char> bytes) {
               if (written_.ok()) written_ = file_->Write(bytes.data(), static_cast<std::int64_t>(bytes.size()));
             }),
      first_(std::move(first)) {}

arrow::Status EncodedStream::put(std::span<const char> bytes, bool last) {
  try {
    if (!first_.empty()) chain_.put(std::exchange(first_, {}), false);
    chain_.put(bytes, last);
  } catch (const BadStream& bad) {
    written_ = arrow::Status::Invalid(bad.what());
  }
  return written_;
}

arrow::Status EncodedStream::Write(const void* data, std::int64_t size) {
  if (closed_) return arrow::Status::Invalid("a write after the file was closed");
  if (!written_.ok()) return written_;
  taken_ += size;
  return put({static_cast<const char*>(data), static_cast<std::size_t>(size)}, false);
}

arrow::Status EncodedStream::Close() {
  if (closed_) return arrow::Status::OK();
  closed_ = true;
  if (!written_.ok()) return written_;
  ARROW_RETURN_NOT_OK(put({}, true));
  return file_->Close();
}

}  // namespace cqlbulk::streams
