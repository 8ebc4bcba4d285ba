// Bytes from a socket to whole envelopes: unframed (v4, and every handshake), or in segments (v5), LZ4 or not.
// No socket: the owner reads into `space()`, says how much came with `filled()`, and takes envelopes with `next()`.
//
// Bodies of large envelopes are read straight into the buffer that leaves with the envelope: `space()` hands out that
// buffer's tail, so that the kernel's copy is the only one (after a first piece, whose checksum comes first).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "cql/bytes.hpp"
#include "protocol/envelope.hpp"
#include "protocol/segment.hpp"

namespace cql::sansio {

/// A whole message as it came, compression undone.
struct Envelope {
  protocol::EnvelopeHeader header;
  Buffer body;
};

class Inbound {
 public:
  /// Unframed at first. `version` is what every envelope must say; 0 accepts any (the handshake checks by itself).
  explicit Inbound(int version = 0);

  /// From the next byte on, everything comes in segments (v5, after the answer to STARTUP).
  void begin_segments(bool lz4);
  /// From now on, each envelope must say this version.
  void expect_version(int version) { version_ = version; }

  /// Where to read next: fill `first`, then `second` (which may be empty). Never both empty. Call it only after next()
  /// gave nothing; valid until filled().
  struct Space {
    std::span<std::byte> first;
    std::span<std::byte> second;
  };
  [[nodiscard]] Space space();
  void filled(std::size_t count);

  /// The next whole envelope, or nothing until more bytes came. Throws Error{protocol}: bad checksum, broken LZ4,
  /// impossible lengths, a version that is not ours. After a throw the stream of bytes is lost.
  [[nodiscard]] std::optional<Envelope> next();

 private:
  enum class Framing : std::uint8_t { none, segments };

  [[nodiscard]] ByteView input() const { return input_.view(consumed_, input_.size() - consumed_); }
  [[nodiscard]] std::size_t direct_remaining() const;
  [[nodiscard]] bool needs_whole_segment() const;
  void give_back_room();
  std::optional<Envelope> next_unframed();
  std::optional<Envelope> next_in_segments();
  std::optional<Envelope> next_in_self_contained();
  bool open_segment();
  bool continue_piece();
  void take_piece(ByteView payload);
  void begin_large(const protocol::EnvelopeHeader& header);
  protocol::EnvelopeHeader read_header(ByteView bytes) const;
  Envelope finish(Envelope envelope) const;
  Envelope finish_large();

  int version_;
  Framing framing_ = Framing::none;
  bool lz4_ = false;

  Buffer input_;  ///< What was read and not yet used starts at consumed_.
  std::size_t consumed_ = 0;
  std::size_t direct_ = 0;  ///< How much of the last space() was the tail of large_->body.

  /// The envelope being put together from more than one read or segment.
  std::optional<Envelope> large_;

  /// The segment at hand, its header read.
  std::optional<protocol::SegmentHeader> segment_;
  std::size_t piece_start_ =
      0;                        ///< Where the segment's payload starts in large_->body, when it is read straight there.
  std::size_t piece_size_ = 0;  ///< How much of it has come.
  std::array<std::byte, protocol::envelope_header_size> head_{};  ///< Of an envelope whose first pieces are tiny.
  std::size_t head_size_ = 0;

  /// The verified payload of a self-contained segment, in input_ or in unpacked_.
  bool in_self_contained_ = false;
  Buffer unpacked_;
  std::size_t contained_at_ = 0;  ///< Offset of the next envelope.
  std::size_t contained_end_ = 0;
  bool contained_unpacked_ = false;
};

}  // namespace cql::sansio
