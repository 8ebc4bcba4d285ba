// The few system calls that durable, private files need, each with an error that names the path and the way out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cqlbulk/error.hpp"

namespace cqlbulk::posix {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) noexcept : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  [[nodiscard]] int get() const noexcept { return value_; }
  [[nodiscard]] bool valid() const noexcept { return value_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(value_, -1); }

 private:
  int value_ = -1;
};

/// "No space left on device"
[[nodiscard]] std::string reason(int error_number);
/// What a user can do about it; empty when there is nothing better than the reason.
[[nodiscard]] std::string way_out(int error_number);
/// "cannot create out/a.csv: Permission denied", with its way out.
[[noreturn]] void fail(ErrorClass error_class, const std::string& action, const std::string& path, int error_number);

/// Creates a file that must not exist yet, readable by its owner only.
[[nodiscard]] Descriptor create_exclusively(const std::string& path, ErrorClass error_class);
/// A new file that loses its name at once: what is written to it goes with the descriptor, however the process ends.
/// For reading, and for writing at its end; `path` is free again, and what a process left there that ended between the
/// two is removed.
[[nodiscard]] Descriptor create_unnamed(const std::string& path);
/// Reads at `offset`, up to the end of the file at most; returns how many bytes these are.
[[nodiscard]] std::size_t read_at(const Descriptor& file, std::uint64_t offset, std::span<std::byte> into,
                                  const std::string& path);
/// Writes all of it, whatever the kernel takes at a time. `path` is for messages.
void write_all(const Descriptor& file, std::string_view bytes, const std::string& path);
/// Makes what was written to a file survive a power failure.
void flush(const Descriptor& file, const std::string& path);
/// The same for a file or a directory's entries, by name.
void make_durable(const std::string& path);
/// Moves a file to another name of the same file system; without `replace` a file already there is left alone and is
/// an Error{failed}.
void rename_file(const std::string& from, const std::string& to, bool replace);
/// Removes a file; that it is not there is fine.
void remove_file(const std::string& path);
/// Cuts a file off behind its first `size` bytes.
void truncate_file(const std::string& path, std::uint64_t size);
/// Leaves nothing in an open file.
void empty_file(const Descriptor& file, const std::string& path);
/// Writes a file (0600) under a hidden name, makes it durable and gives it its name, in the place of one that has it.
void write_whole(const std::string& path, std::string_view bytes);

/// The directory a path lies in: "." for a bare name.
[[nodiscard]] std::string parent_of(const std::string& path);
/// What stands behind the last slash.
[[nodiscard]] std::string name_of(const std::string& path);

}  // namespace cqlbulk::posix
