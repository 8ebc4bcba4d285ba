// Private files of an operation: new ones, and copies of what cannot be read twice.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "posix/files.hpp"
#include "storage/descriptor_stream.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {

namespace {

/// The next bytes of a pipe; 0 at its end, or when `stop` came first.
std::size_t read_some(int descriptor, const std::string& from, std::vector<char>& block, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd ready{descriptor, POLLIN, 0};
    if (::poll(&ready, 1, 100) == 0) continue;
    const ssize_t count = ::read(descriptor, block.data(), block.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR && errno != EAGAIN) posix::fail(ErrorClass::failed, "read", from, errno);
  }
  return 0;
}

}  // namespace

std::shared_ptr<arrow::io::OutputStream> create_file(const std::string& path) {
  return std::make_shared<DescriptorStream>(posix::create_exclusively(path, ErrorClass::failed), path,
                                            DescriptorStream::Ownership::owned);
}

std::uint64_t copy_to_file(const std::string& from, const std::string& path, const std::stop_token& stop) {
  posix::Descriptor opened;
  int descriptor = STDIN_FILENO;
  const std::string name = from == "-" ? "stdin" : from;
  if (from != "-") {
    opened = posix::Descriptor(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened.valid()) posix::fail(ErrorClass::usage, "read", from, errno);
    descriptor = opened.get();
  }
  const std::shared_ptr<arrow::io::OutputStream> out = create_file(path);
  std::vector<char> block(std::size_t{1} << 20U);
  std::uint64_t copied = 0;
  while (const std::size_t count = read_some(descriptor, name, block, stop)) {
    const arrow::Status written = out->Write(block.data(), static_cast<std::int64_t>(count));
    if (!written.ok()) throw Error(ErrorClass::failed, written.message());
    copied += count;
  }
  const arrow::Status closed = out->Close();
  if (!closed.ok()) throw Error(ErrorClass::failed, closed.message());
  return copied;
}

}  // namespace cqlbulk::storage
