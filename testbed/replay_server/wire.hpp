// Answers to bytes on the wire without copying rows: small answers are gathered into segments, large ones go out as
// pieces that lie where the recording has them, with only headers, checksums and the stream id made anew.
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstdint>
#include <vector>

#include "cql/bytes.hpp"
#include "protocol/envelope.hpp"

namespace cql::replay {

/// A message to send. `rows` is borrowed and must outlive the sending.
struct Answer {
  int version = 5;
  std::int16_t stream = 0;
  protocol::Opcode opcode = protocol::Opcode::result;
  Buffer body;
  ByteView rows{};  ///< Stands after `body` in the message.
};

class WireWriter {
 public:
  /// v5, after the answer to STARTUP: everything that is added from now on goes out in segments.
  void begin_segments();

  void add(const Answer& answer);
  [[nodiscard]] bool empty() const noexcept { return small_.empty() && pieces_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_ + small_.size(); }

  /// Everything added so far, ready to be written. Valid until release(); what is added meanwhile waits.
  [[nodiscard]] const std::vector<boost::asio::const_buffer>& take();
  void release() noexcept;

 private:
  /// Bytes in own_ (by offset, since it grows) or in the recording.
  struct Piece {
    const std::byte* external = nullptr;
    std::size_t offset = 0;
    std::size_t size = 0;
  };
  void flush_small();
  void add_large(ByteView head, ByteView rows);
  void add_own(ByteView bytes);
  void add_external(ByteView bytes);

  bool in_segments_ = false;
  Buffer small_;  ///< Whole envelopes that wait for a segment.
  Buffer own_;
  std::vector<Piece> pieces_;
  std::size_t size_ = 0;

  Buffer writing_;
  std::vector<boost::asio::const_buffer> buffers_;
};

}  // namespace cql::replay
