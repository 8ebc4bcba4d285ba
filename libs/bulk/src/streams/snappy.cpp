// Snappy's framing format around Arrow's raw snappy.
//
// A stream is chunks: one byte of type, three of length (little endian), the content. 0xff is the stream's identifier,
// which stands first and may come again; 0x00 and 0x01 are data, compressed or not, behind a masked CRC-32C of what it
// is when decompressed; 0x80 to 0xfe may be skipped, the others may not.
#include <arrow/util/compression.h>
#include <fmt/format.h>
#include <isa-l/crc.h>

#include <array>

#include "streams/codecs.hpp"
#include "streams/outbox.hpp"

namespace cqlbulk::streams {

namespace {

constexpr std::string_view identifier("\xff\x06\x00\x00sNaPpY", 10);
constexpr std::size_t header_bytes = 4;
constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t most_data_bytes = 65'536;
/// What raw snappy makes of that at the most.
constexpr std::size_t most_chunk_bytes = checksum_bytes + 32 + most_data_bytes + most_data_bytes / 6;

enum ChunkType : unsigned char { compressed = 0x00, uncompressed = 0x01, first_skippable = 0x80, stream = 0xff };

std::unique_ptr<arrow::util::Codec> raw_snappy() {
  auto codec = arrow::util::Codec::Create(arrow::Compression::SNAPPY);
  if (!codec.ok()) throw BadStream(codec.status().message());
  return std::move(*codec);
}

std::uint32_t masked_checksum(std::span<const char> data) {
  // ISA-L leaves the last step of a CRC to the caller, and takes what it does not change without const.
  auto* const bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(data.data()));
  const std::uint32_t crc = ~crc32_iscsi(bytes, static_cast<int>(data.size()), 0xffffffffU);
  return ((crc >> 15U) | (crc << 17U)) + 0xa282ead8U;
}

void store_little_endian(std::uint32_t value, std::size_t size, char* out) {
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>((value >> (8 * i)) & 0xffU);
}

std::uint32_t little_endian(const char* at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint32_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return value;
}

class SnappyCompressor final : public Transform {
 public:
  SnappyCompressor() : codec_(raw_snappy()) { box_.add(identifier); }

  Progress run(std::span<const char> in, bool last, std::span<char> out) override {
    Progress progress;
    if (box_.empty() && !in.empty()) {
      progress.taken = std::min(in.size(), most_data_bytes - data_.size());
      data_.append(in.data(), progress.taken);
      if (data_.size() == most_data_bytes) write_chunk();
    } else if (box_.empty() && last && !data_.empty()) {
      write_chunk();
    }
    progress.given = box_.give(out);
    return progress;
  }

 private:
  void write_chunk() {
    const auto* const data = reinterpret_cast<const std::uint8_t*>(data_.data());
    const auto size = static_cast<std::int64_t>(data_.size());
    const auto bound = static_cast<std::size_t>(codec_->MaxCompressedLen(size, data));
    constexpr std::size_t prefix = header_bytes + checksum_bytes;
    const auto room = box_.room(prefix + bound);
    const auto packed =
        codec_->Compress(size, data, static_cast<std::int64_t>(bound), reinterpret_cast<std::uint8_t*>(&room[prefix]));
    if (!packed.ok()) throw BadStream(packed.status().message());
    auto length = static_cast<std::size_t>(*packed);
    unsigned char type = compressed;
    if (length >= data_.size()) {
      type = uncompressed;
      length = data_.size();
      std::memcpy(&room[prefix], data_.data(), length);
    }
    room[0] = static_cast<char>(type);
    store_little_endian(static_cast<std::uint32_t>(checksum_bytes + length), 3, &room[1]);
    store_little_endian(masked_checksum(data_), checksum_bytes, &room[header_bytes]);
    box_.keep(prefix + length);
    data_.clear();
  }

  std::unique_ptr<arrow::util::Codec> codec_;
  std::string data_;
  Outbox box_;
};

class SnappyDecompressor final : public Transform {
 public:
  SnappyDecompressor() : codec_(raw_snappy()) {}

  Progress run(std::span<const char> in, bool last, std::span<char> out) override {
    Progress progress;
    if (box_.empty()) progress.taken = take(in);
    progress.given = box_.give(out);
    if (last && progress.taken == 0 && progress.given == 0 && (!began_ || !held_.empty() || to_skip_ != 0)) {
      throw BadStream("it ends too early");
    }
    return progress;
  }

 private:
  /// Up to the end of a chunk that gives data.
  std::size_t take(std::span<const char> in) {
    std::size_t taken = 0;
    while (box_.empty() && taken < in.size()) {
      const std::span<const char> rest = in.subspan(taken);
      if (to_skip_ != 0) {
        const std::size_t skipped = std::min(rest.size(), to_skip_);
        to_skip_ -= skipped;
        taken += skipped;
        continue;
      }
      const std::size_t wanted = std::min(rest.size(), missing());
      held_.append(rest.data(), wanted);
      taken += wanted;
      if (missing() == 0) read_chunk();
    }
    return taken;
  }

  [[nodiscard]] std::size_t content_size() const { return little_endian(&held_[1], 3); }
  [[nodiscard]] std::size_t missing() {
    if (held_.size() < header_bytes) return header_bytes - held_.size();
    check_header();
    if (to_skip_ != 0) return 0;
    return header_bytes + content_size() - held_.size();
  }

  /// Before memory is given to what a chunk says of itself.
  void check_header() {
    const auto type = static_cast<unsigned char>(held_[0]);
    const std::size_t size = content_size();
    if (!began_ && type != stream) throw BadStream("it is not in Snappy's framing format");
    if (type == stream) {
      if (held_.size() == header_bytes && size + header_bytes != identifier.size()) {
        throw BadStream("it is not in Snappy's framing format");
      }
    } else if (type >= first_skippable) {
      to_skip_ = size;
    } else if (type != compressed && type != uncompressed) {
      throw BadStream(fmt::format("a chunk of the unknown type {:#04x}", type));
    } else if (size < checksum_bytes || size > most_chunk_bytes) {
      throw BadStream(fmt::format("a chunk of {} bytes, which the format does not allow", size));
    }
  }

  void read_chunk() {
    const auto type = static_cast<unsigned char>(held_[0]);
    const std::span<const char> content = std::span<const char>(held_).subspan(std::min(header_bytes, held_.size()));
    if (type == stream) {
      if (held_ != identifier) throw BadStream("it is not in Snappy's framing format");
      began_ = true;
    } else if (type == compressed || type == uncompressed) {
      read_data(type, content.subspan(checksum_bytes), little_endian(content.data(), checksum_bytes));
    }
    held_.clear();
  }

  void read_data(unsigned char type, std::span<const char> content, std::uint32_t checksum) {
    std::span<char> data = box_.room(most_data_bytes);
    std::size_t size = content.size();
    if (type == uncompressed) {
      if (size > most_data_bytes) throw BadStream("a chunk of more data than the format allows");
      if (size != 0) std::memcpy(data.data(), content.data(), size);
    } else {
      const auto done = codec_->Decompress(
          static_cast<std::int64_t>(content.size()), reinterpret_cast<const std::uint8_t*>(content.data()),
          static_cast<std::int64_t>(data.size()), reinterpret_cast<std::uint8_t*>(data.data()));
      if (!done.ok()) throw BadStream("the snappy data is damaged");
      size = static_cast<std::size_t>(*done);
    }
    if (masked_checksum(data.first(size)) != checksum) throw BadStream("the checksum of a chunk does not fit");
    box_.keep(size);
  }

  std::unique_ptr<arrow::util::Codec> codec_;
  std::string held_;         ///< Of the chunk that is being read.
  std::size_t to_skip_ = 0;  ///< Of a chunk that nobody needs.
  bool began_ = false;
  Outbox box_;
};

}  // namespace

std::unique_ptr<Transform> make_snappy_compressor() { return std::make_unique<SnappyCompressor>(); }
std::unique_ptr<Transform> make_snappy_decompressor() { return std::make_unique<SnappyDecompressor>(); }

}  // namespace cqlbulk::streams
