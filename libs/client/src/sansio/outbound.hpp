// Whole envelopes to bytes for the socket: as they are (handshake, v4), LZ4 body by body (v4), or in segments (v5),
// many small envelopes to a segment. No socket: whoever writes calls `take()` when the previous bytes are gone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cql/bytes.hpp"

namespace cql::sansio {

class Outbound {
 public:
  /// Requests are appended here, each a whole envelope (protocol/requests.hpp). To undo one, resize to what it was.
  [[nodiscard]] Buffer& envelopes() noexcept { return queued_; }
  [[nodiscard]] bool empty() const noexcept { return queued_.empty(); }

  void begin_segments(bool lz4);
  /// v4: bodies that gain by it are compressed, from now on.
  void begin_compressed_bodies();

  /// Replaces `wire` with everything queued, in the form the connection speaks, and empties the queue.
  void take(Buffer& wire);

 private:
  enum class Form : std::uint8_t { plain, compressed_bodies, segments };

  void take_compressed_bodies(Buffer& wire);
  void take_segments(Buffer& wire);

  Buffer queued_;
  Form form_ = Form::plain;
  bool lz4_ = false;
};

}  // namespace cql::sansio
