// Bytes that wait for room, for transforms that make them in blocks of their own size.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

namespace cqlbulk::streams {

class Outbox {
 public:
  /// Room for `size` bytes at the end; what is not used is taken back with `keep`.
  [[nodiscard]] std::span<char> room(std::size_t size) {
    used_ = bytes_.size();
    bytes_.resize(used_ + size);
    return {bytes_.data() + used_, size};
  }
  void keep(std::size_t size) { bytes_.resize(used_ + size); }
  void add(std::string_view text) { bytes_ += text; }
  [[nodiscard]] bool empty() const { return sent_ == bytes_.size(); }

  /// Hands out as much as there is room for.
  std::size_t give(std::span<char> out) {
    const std::size_t size = std::min(out.size(), bytes_.size() - sent_);
    if (size != 0) std::memcpy(out.data(), bytes_.data() + sent_, size);
    sent_ += size;
    if (empty()) {
      bytes_.clear();
      sent_ = 0;
    }
    return size;
  }

 private:
  std::string bytes_;
  std::size_t used_ = 0;
  std::size_t sent_ = 0;
};

}  // namespace cqlbulk::streams
