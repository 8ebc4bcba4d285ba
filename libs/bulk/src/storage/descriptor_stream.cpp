// Whole writes, whatever the kernel takes at a time.
#include "storage/descriptor_stream.hpp"

#include <arrow/status.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "posix/step.hpp"

namespace cqlbulk::storage {

namespace {
/// How much the kernel is given at a time. For more it looks for larger pages of memory, and finding them costs several
/// times what copying does: 150 MB took 0.04 s in pieces of 64 KiB, 0.16 to 0.45 s in pieces of 128 KiB or more (ext4,
/// Linux 6.18).
constexpr std::int64_t largest_write = std::int64_t{64} << 10;
/// The kernel is told to begin with what has been written, so that the flush at the end does not wait for all of it.
constexpr std::int64_t write_behind = std::int64_t{8} << 20;
}  // namespace

DescriptorStream::DescriptorStream(posix::Descriptor descriptor, std::string path, Ownership ownership,
                                   const FullDisk* full_disk)
    : descriptor_(std::move(descriptor)), path_(std::move(path)), ownership_(ownership), full_disk_(full_disk) {}

DescriptorStream::DescriptorStream(posix::Descriptor descriptor, std::string path, const FullDisk* full_disk,
                                   std::uint64_t held, Digest digest)
    : descriptor_(std::move(descriptor)),
      path_(std::move(path)),
      ownership_(Ownership::owned),
      full_disk_(full_disk),
      digest_(std::move(digest)),
      written_(static_cast<std::int64_t>(held)),
      sent_to_disk_(written_) {}

DescriptorStream::~DescriptorStream() {
  if (ownership_ == Ownership::borrowed) static_cast<void>(descriptor_.release());
}

arrow::Status DescriptorStream::failed(int error_number) const {
  const std::string advice = error_number == EPIPE ? "Whoever read it has gone." : posix::way_out(error_number);
  return arrow::Status::IOError("cannot write to ", path_, ": ", posix::reason(error_number),
                                advice.empty() ? "" : ". ", advice);
}

arrow::Status DescriptorStream::Write(const void* data, std::int64_t size) {
  if (closed_) return arrow::Status::Invalid("a write to ", path_, " after it was closed");
  const auto* at = static_cast<const char*>(data);
  std::optional<FullDisk::Clock::time_point> full_since;
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
      const int error_number = errno;
      if (!full_since) full_since = FullDisk::Clock::now();
      if (full_disk_ != nullptr && full_disk_->wait(path_, error_number, *full_since)) continue;
      return failed(error_number);
    }
    full_since.reset();
    note_written(at, taken);
    at += taken;
    left -= taken;
  }
  return arrow::Status::OK();
}

void DescriptorStream::note_written(const char* bytes, std::int64_t size) {
  digest_.add(bytes, static_cast<std::size_t>(size));
  written_ += size;
  if (ownership_ == Ownership::borrowed || written_ - sent_to_disk_ < write_behind) return;
  // Advice: what it cannot do, the flush at the end will.
  static_cast<void>(
      ::sync_file_range(descriptor_.get(), sent_to_disk_, written_ - sent_to_disk_, SYNC_FILE_RANGE_WRITE));
  sent_to_disk_ = written_;
}

arrow::Status DescriptorStream::Close() {
  if (closed_) return arrow::Status::OK();
  closed_ = true;
  posix::step("close a file");
  // Network file systems tell at close that earlier writes were lost.
  const int descriptor = descriptor_.release();
  if (ownership_ == Ownership::owned && ::close(descriptor) != 0) return failed(errno);
  return arrow::Status::OK();
}

}  // namespace cqlbulk::storage
