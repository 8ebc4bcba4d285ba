// Whole writes, whatever the kernel takes at a time.
#include "storage/descriptor_stream.hpp"

#include <arrow/status.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace cqlbulk::storage {

namespace {
/// The kernel takes at most about 2 GiB a call.
constexpr std::int64_t largest_write = std::int64_t{1} << 30;
}  // namespace

DescriptorStream::DescriptorStream(Descriptor descriptor, std::string path, Ownership ownership)
    : descriptor_(std::move(descriptor)), path_(std::move(path)), ownership_(ownership) {}

DescriptorStream::~DescriptorStream() {
  if (ownership_ == Ownership::borrowed) static_cast<void>(descriptor_.release());
}

arrow::Status DescriptorStream::failed(int error_number) const {
  const std::string advice = error_number == EPIPE ? "Whoever read it has gone." : way_out(error_number);
  return arrow::Status::IOError("cannot write to ", path_, ": ", reason(error_number), advice.empty() ? "" : ". ",
                                advice);
}

arrow::Status DescriptorStream::Write(const void* data, std::int64_t size) {
  if (closed_) return arrow::Status::Invalid("a write to ", path_, " after it was closed");
  const auto* at = static_cast<const char*>(data);
  for (std::int64_t left = size; left > 0;) {
    const ssize_t taken = ::write(descriptor_.get(), at, static_cast<std::size_t>(std::min(left, largest_write)));
    if (taken < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        // A pipe somebody else set to non-blocking: wait until it takes more.
        pollfd ready{descriptor_.get(), POLLOUT, 0};
        static_cast<void>(::poll(&ready, 1, 1000));
        continue;
      }
      return failed(errno);
    }
    at += taken;
    left -= taken;
    written_ += taken;
  }
  return arrow::Status::OK();
}

arrow::Status DescriptorStream::Close() {
  if (closed_) return arrow::Status::OK();
  closed_ = true;
  // Network file systems tell at close that earlier writes were lost.
  const int descriptor = descriptor_.release();
  if (ownership_ == Ownership::owned && ::close(descriptor) != 0) return failed(errno);
  return arrow::Status::OK();
}

}  // namespace cqlbulk::storage
