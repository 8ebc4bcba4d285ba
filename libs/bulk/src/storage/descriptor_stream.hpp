// An Arrow output stream over a file descriptor, whose errors name the path and the way out. Writes as it is told:
// writers bring large blocks of their own.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <cstdint>
#include <string>
#include <utility>

#include "posix/files.hpp"
#include "storage/digest.hpp"
#include "storage/full_disk.hpp"

namespace cqlbulk::storage {

class DescriptorStream final : public arrow::io::OutputStream {
 public:
  /// `path` is for messages. A borrowed descriptor (stdout) is not closed.
  enum class Ownership { owned, borrowed };
  /// `full_disk`, where there is one, must outlive the stream.
  DescriptorStream(posix::Descriptor descriptor, std::string path, Ownership ownership,
                   const FullDisk* full_disk = nullptr);
  /// Goes on behind what the file holds: so many bytes, of which the digest is.
  DescriptorStream(posix::Descriptor descriptor, std::string path, const FullDisk* full_disk, std::uint64_t held,
                   Digest digest);
  ~DescriptorStream() override;

  arrow::Status Write(const void* data, std::int64_t size) override;
  using arrow::io::Writable::Write;
  arrow::Status Close() override;
  arrow::Result<std::int64_t> Tell() const override { return written_; }
  [[nodiscard]] bool closed() const override { return closed_; }
  /// XXH3-128 of all that was written, as xxh128sum prints it.
  [[nodiscard]] std::string digest() const { return digest_.text(); }
  /// The same to go on with; the last that is asked of a stream.
  [[nodiscard]] Digest take_digest() { return std::move(digest_); }

 private:
  arrow::Status failed(int error_number) const;
  void note_written(const char* bytes, std::int64_t size);

  posix::Descriptor descriptor_;
  std::string path_;
  Ownership ownership_;
  const FullDisk* full_disk_;
  Digest digest_;
  std::int64_t written_ = 0;
  std::int64_t sent_to_disk_ = 0;  ///< Up to where the kernel was asked to begin.
  bool closed_ = false;
};

}  // namespace cqlbulk::storage
