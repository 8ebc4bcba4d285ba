// An output stream whose bytes pass transforms on their way into another one.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "streams/transform.hpp"

namespace cqlbulk::streams {

/// Transforms in a row, pushed from the front.
class Chain {
 public:
  Chain(Transforms transforms, std::function<void(std::span<const char>)> sink);
  /// Throws BadStream, and what the sink throws.
  void put(std::span<const char> bytes, bool last) { put_into(0, bytes, last); }

 private:
  struct Stage {
    std::unique_ptr<Transform> transform;
    std::vector<char> out;
  };
  void put_into(std::size_t stage, std::span<const char> bytes, bool last);

  std::vector<Stage> stages_;
  std::function<void(std::span<const char>)> sink_;
};

class EncodedStream final : public arrow::io::OutputStream {
 public:
  /// `first`: text before all that is written. Closing it ends the transforms and closes `file`; without that, what is
  /// in them is lost.
  EncodedStream(std::shared_ptr<arrow::io::OutputStream> file, Transforms transforms, std::string first);

  arrow::Status Write(const void* data, std::int64_t size) override;
  using arrow::io::Writable::Write;
  arrow::Status Close() override;
  /// Of the text, not of the file.
  arrow::Result<std::int64_t> Tell() const override { return taken_; }
  [[nodiscard]] bool closed() const override { return closed_; }

 private:
  arrow::Status put(std::span<const char> bytes, bool last);

  std::shared_ptr<arrow::io::OutputStream> file_;
  Chain chain_;
  std::string first_;
  arrow::Status written_;
  std::int64_t taken_ = 0;
  bool closed_ = false;
};

}  // namespace cqlbulk::streams
