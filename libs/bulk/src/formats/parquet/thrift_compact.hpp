// Thrift's compact protocol, as far as a Parquet footer needs it: a reader that steps over what nobody asked for, and a
// writer. It knows fields by number and type only. Nothing is trusted: every step is checked, depth is bounded, and
// memory is taken for bytes that are there, never for a count that claims them.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
#pragma once

#include <cstdint>
#include <string>

#include "cql/bytes.hpp"

namespace cqlbulk::formats::thrift {

enum class Type : std::uint8_t {
  stop = 0,
  boolean_true = 1,  ///< As a field the type is the value and no byte follows; in a list each takes a byte.
  boolean_false = 2,
  byte = 3,
  i16 = 4,
  i32 = 5,
  i64 = 6,
  double_ = 7,
  binary = 8,
  list = 9,
  set = 10,
  map = 11,
  struct_ = 12,
  uuid = 13,
};

struct FieldHeader {
  std::int16_t id = 0;
  Type type = Type::stop;
};

struct ListHeader {
  Type element = Type::stop;
  std::uint32_t count = 0;
};

/// Reads forward. Throws cqlbulk::Error{failed} with the offset. The bytes must outlive it and its views.
class CompactReader {
 public:
  explicit CompactReader(cql::ByteView bytes) : bytes_(bytes) {}

  /// The next field of a struct, or Type::stop at its end. `previous` is the id of the field before, 0 at first.
  FieldHeader field(std::int16_t previous);
  /// i16, i32 and i64 (zig-zag, variable length).
  std::int64_t integer();
  /// A list or set: that many elements follow. Every element takes at least a byte, which is checked.
  ListHeader list();
  /// Steps over a value and returns its bytes.
  cql::ByteView skip(Type type) {
    const std::size_t begin = offset_;
    skip_value(type, 0, /*in_list=*/false);
    return since(begin);
  }
  /// Steps over a value within a list and returns its bytes.
  cql::ByteView skip_element(Type type) {
    const std::size_t begin = offset_;
    skip_value(type, 0, /*in_list=*/true);
    return since(begin);
  }

  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] cql::ByteView since(std::size_t begin) const { return bytes_.subspan(begin, offset_ - begin); }
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  std::uint8_t byte();
  std::uint64_t varint();
  void advance(std::uint64_t count);
  void skip_value(Type type, int depth, bool in_list);

  cql::ByteView bytes_;
  std::size_t offset_ = 0;
};

/// Appends to a buffer. Fields of a struct must come in ascending order of their ids.
class CompactWriter {
 public:
  explicit CompactWriter(cql::Buffer& out) : out_(&out) {}

  void field(std::int16_t previous, FieldHeader header);
  void integer(std::int64_t value);
  void list(ListHeader header);
  void raw(cql::ByteView bytes) { out_->append(bytes); }
  void stop() { out_->push_back(std::byte{0}); }

 private:
  void varint(std::uint64_t value);

  cql::Buffer* out_;
};

/// Copies one struct field by field; `on_field(header, previous_written_id)` handles a field and returns the id it
/// wrote (or `previous` when it dropped the field), or -1 to have it copied as it is.
template <typename OnField>
void rewrite_struct(CompactReader& in, CompactWriter& out, OnField&& on_field) {
  std::int16_t previous_read = 0;
  std::int16_t previous_written = 0;
  for (;;) {
    const FieldHeader header = in.field(previous_read);
    if (header.type == Type::stop) break;
    previous_read = header.id;
    const std::int16_t written = on_field(header, previous_written);
    if (written >= 0) {
      previous_written = written;
      continue;
    }
    out.field(previous_written, header);
    out.raw(in.skip(header.type));
    previous_written = header.id;
  }
  out.stop();
}

}  // namespace cqlbulk::formats::thrift
