#include "operations/join_fragments.hpp"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <fmt/format.h>

#include <utility>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {

namespace {

constexpr std::int64_t chunk_bytes = 4 << 20;

void check(const arrow::Status& status, std::string_view doing) {
  if (!status.ok()) throw Error(ErrorClass::failed, fmt::format("{}: {}", doing, status.message()));
}

void append(arrow::io::RandomAccessFile& fragment, arrow::io::OutputStream& out) {
  std::int64_t offset = 0;
  for (;;) {
    const auto chunk = fragment.ReadAt(offset, chunk_bytes);
    check(chunk.status(), "reading a part of the file");
    if ((*chunk)->size() == 0) return;
    check(out.Write(*chunk), "joining the parts of the file");
    offset += (*chunk)->size();
  }
}

void write(std::string_view text, arrow::io::OutputStream& out) {
  check(out.Write(text), "joining the parts of the file");
}

}  // namespace

void begin_joined(const formats::Joints& joints, const streams::FileForm& form, arrow::io::OutputStream& out) {
  write(streams::encoded(joints.before, form, streams::Place::start), out);
}

void join_fragments(const formats::Joints& joints, std::span<const formats::FragmentOpener> fragments,
                    const streams::FileForm& form, const std::shared_ptr<arrow::io::OutputStream>& out, Begun begun) {
  const std::string between = streams::encoded(joints.between, form, streams::Place::further_on);
  if (begun == Begun::nothing) begin_joined(joints, form, *out);
  bool has_rows = begun == Begun::rows;
  for (const formats::FragmentOpener& open : fragments) {
    if (std::exchange(has_rows, true)) write(between, *out);
    append(*open(), *out);
  }
  write(streams::encoded(joints.after, form, streams::Place::further_on), *out);
  check(out->Close(), "closing the file");
}

}  // namespace cqlbulk::operations
