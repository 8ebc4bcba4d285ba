// Joins Parquet files of one schema. Every footer is read and checked before the first byte is copied.
#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "formats/parquet/footer.hpp"
#include "formats/parquet/parquet.hpp"

namespace cqlbulk::formats {

namespace {

constexpr std::string_view magic = "PAR1";
constexpr std::int64_t magic_size = 4;
constexpr std::int64_t tail_size = 8;  ///< The footer's length (little-endian u32) and the magic.
constexpr std::int64_t copy_block = 4 << 20;
constexpr std::string_view writing = "writing Parquet";

struct Fragment {
  std::shared_ptr<arrow::Buffer> footer_bytes;
  std::int64_t data_end = 0;
  ParquetFooter footer;
};

std::shared_ptr<arrow::Buffer> read_exactly(arrow::io::RandomAccessFile& file, std::int64_t at, std::int64_t size) {
  auto buffer = take(file.ReadAt(at, size), "reading a part");
  if (buffer->size() != size) throw Error(ErrorClass::failed, "the part became shorter while it was read");
  return buffer;
}

Fragment read_fragment(const std::shared_ptr<arrow::io::RandomAccessFile>& file) {
  const std::int64_t size = take(file->GetSize(), "reading a part");
  if (size < magic_size + tail_size) throw Error(ErrorClass::failed, fmt::format("{} bytes are no Parquet file", size));
  const auto tail = read_exactly(*file, size - tail_size, tail_size);
  if (std::string_view(*tail).substr(4) != magic) throw Error(ErrorClass::failed, "it does not end as a Parquet file");
  std::uint32_t footer_size = 0;
  std::memcpy(&footer_size, tail->data(), sizeof footer_size);
  if (footer_size > size - magic_size - tail_size)
    throw Error(ErrorClass::failed, "its footer is longer than the file");

  Fragment fragment;
  fragment.data_end = size - tail_size - footer_size;
  fragment.footer_bytes = read_exactly(*file, fragment.data_end, footer_size);
  fragment.footer = parse_parquet_footer(cql::as_bytes(std::string_view(*fragment.footer_bytes)));
  return fragment;
}

/// Copies everything between the magic and the footer.
void copy_data(const Fragment& fragment, arrow::io::RandomAccessFile& file, arrow::io::OutputStream& out) {
  for (std::int64_t at = magic_size; at < fragment.data_end; at += copy_block) {
    const auto block = read_exactly(file, at, std::min(copy_block, fragment.data_end - at));
    check_status(out.Write(block), writing);
  }
}

template <typename Do>
void naming_the_fragment(std::size_t index, Do&& work) {
  try {
    work();
  } catch (const Error& error) {
    throw Error(error.error_class(), fmt::format("part {} of the Parquet file: {}", index + 1, error.message()),
                error.advice());
  }
}

}  // namespace

void concatenate_parquet(std::span<const FragmentOpener> fragments,
                         const std::shared_ptr<arrow::io::OutputStream>& out) {
  std::vector<Fragment> parts(fragments.size());
  std::size_t row_group_count = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    naming_the_fragment(i, [&] { parts[i] = read_fragment(fragments[i]()); });
    row_group_count += parts[i].footer.row_groups.size();
  }
  FooterJoiner joiner(parts.at(0).footer, row_group_count);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    naming_the_fragment(i, [&] { joiner.check_same_schema(parts[i].footer); });
  }

  check_status(out->Write(magic.data(), magic_size), writing);
  std::int64_t position = magic_size;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].footer.row_groups.empty()) continue;
    naming_the_fragment(i, [&] {
      joiner.add(parts[i].footer, position - magic_size, parts[i].data_end);
      copy_data(parts[i], *fragments[i](), *out);
    });
    position += parts[i].data_end - magic_size;
  }
  const cql::Buffer footer = joiner.finish();
  if (footer.size() > INT32_MAX) throw Error(ErrorClass::failed, "the footer of the Parquet file exceeds 2 GiB");
  const auto footer_size = static_cast<std::uint32_t>(footer.size());
  check_status(out->Write(footer.data(), static_cast<std::int64_t>(footer.size())), writing);
  check_status(out->Write(&footer_size, sizeof footer_size), writing);
  check_status(out->Write(magic.data(), magic_size), writing);
  check_status(out->Close(), writing);
}

}  // namespace cqlbulk::formats
