// An Arrow output stream over a file descriptor, whose errors name the path and the way out. Writes as it is told:
// writers bring large blocks of their own.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <cstdint>
#include <string>

#include "storage/posix_file.hpp"

namespace cqlbulk::storage {

class DescriptorStream final : public arrow::io::OutputStream {
 public:
  /// `path` is for messages. A borrowed descriptor (stdout) is not closed.
  enum class Ownership { owned, borrowed };
  DescriptorStream(Descriptor descriptor, std::string path, Ownership ownership);
  ~DescriptorStream() override;

  arrow::Status Write(const void* data, std::int64_t size) override;
  using arrow::io::Writable::Write;
  arrow::Status Close() override;
  arrow::Result<std::int64_t> Tell() const override { return written_; }
  [[nodiscard]] bool closed() const override { return closed_; }

 private:
  arrow::Status failed(int error_number) const;

  Descriptor descriptor_;
  std::string path_;
  Ownership ownership_;
  std::int64_t written_ = 0;
  bool closed_ = false;
};

}  // namespace cqlbulk::storage
