// Text that a writer gathers and hands on in large pieces. Internal to formats/.
#pragma once

#include <arrow/io/interfaces.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "formats/arrow_io.hpp"

namespace cqlbulk::formats {

class TextChunk {
 public:
  /// `doing` is for errors ("writing a CSV file") and must outlive it.
  TextChunk(std::shared_ptr<arrow::io::OutputStream> out, std::string_view doing)
      : out_(std::move(out)), doing_(doing) {
    text.reserve(usual_bytes + usual_bytes / 8);
  }

  /// After each row.
  void flush_if_full() {
    if (text.size() >= usual_bytes) flush();
  }
  void close() {
    flush();
    check_status(out_->Close(), doing_);
  }
  [[nodiscard]] std::uint64_t bytes() const { return flushed_ + text.size(); }

  std::string text;     ///< What is added to.
  std::string scratch;  ///< For what is on its way into the text.

 private:
  static constexpr std::size_t usual_bytes = 256U << 10U;
  /// What outgrew this gives its memory back: one huge value must not keep it until the end.
  static constexpr std::size_t kept_bytes = 4U << 20U;

  void flush() {
    check_status(out_->Write(text.data(), static_cast<std::int64_t>(text.size())), doing_);
    flushed_ += text.size();
    text.clear();
    if (text.capacity() > kept_bytes) {
      text.shrink_to_fit();
      text.reserve(usual_bytes + usual_bytes / 8);
    }
    if (scratch.capacity() > kept_bytes) std::string().swap(scratch);
  }

  std::shared_ptr<arrow::io::OutputStream> out_;
  std::string_view doing_;
  std::uint64_t flushed_ = 0;
};

}  // namespace cqlbulk::formats
