// What an export does to a page and what a load does to a file, without sockets and disks.
#include <arrow/api.h>
#include <arrow/io/memory.h>

#include <memory>
#include <stdexcept>
#include <utility>

#include "columnar/columnar.hpp"
#include "cql/result.hpp"
#include "cqlbulk/row_checksum.hpp"
#include "formats/format.hpp"
#include "operations/partition_batcher.hpp"
#include "pages.hpp"
#include "pieces.hpp"
#include "protocol/requests.hpp"
#include "protocol/segment.hpp"

namespace bench {

namespace {

using cqlbulk::BoundRows;
using cqlbulk::FormatKind;
using cqlbulk::RowsView;

constexpr std::size_t page_rows = 5'000;
constexpr std::size_t page_count = 4;
constexpr std::size_t partition_rows = 50;
/// The key, as a load of this table has it: the uuid is the partition.
constexpr std::size_t key_values = 1;

std::shared_ptr<const Pages> pages() {
  return std::make_shared<const Pages>(make_pages(page_count, page_rows, partition_rows));
}

template <typename Use>
void for_each_page(const Pages& pages, cqlbulk::CellIndex& index, const Use& use) {
  for (const cql::Buffer& page : pages.bytes) use(index.index(pages.columns, page, pages.rows_of_page));
}

Work over(const std::shared_ptr<const Pages>& pages, std::function<void()> run) {
  return {std::move(run), pages->rows(), pages->size()};
}

// Pages.

Work to_nothing() {
  const auto from = pages();
  return over(from, [from, index = std::make_shared<cqlbulk::CellIndex>()] {
    for_each_page(*from, *index, [](const RowsView& rows) { keep(rows); });
  });
}

Work to_typed_rows() {
  const auto from = pages();
  const auto columns = std::make_shared<const std::vector<cql::ColumnSpec>>(from->columns);
  auto whole = std::make_shared<std::vector<cql::Page>>();
  for (const cql::Buffer& page : from->bytes) {
    auto body = std::make_shared<cql::Buffer>();
    body->append(page);
    whole->emplace_back(columns, std::move(body), 0, static_cast<std::uint32_t>(from->rows_of_page),
                        cql::PagingState());
  }
  return over(from, [whole] {
    for (const cql::Page& page : *whole) {
      for (const auto& row :
           page.rows_as<cql::Uuid, cql::Timestamp, std::int32_t, double, std::string_view, std::string_view>()) {
        keep(row);
      }
    }
  });
}

Work to_checksum() {
  const auto from = pages();
  return over(from, [from, index = std::make_shared<cqlbulk::CellIndex>()] {
    cqlbulk::RowChecksum checksum;
    for_each_page(*from, *index, [&](const RowsView& rows) { checksum.add(rows); });
    keep(checksum);
  });
}

Work to_batches() {
  const auto from = pages();
  auto builder = std::make_shared<cqlbulk::columnar::BatchBuilder>(
      from->columns, cqlbulk::columnar::arrow_schema_of(from->columns, from->names));
  return over(from, [from, builder, index = std::make_shared<cqlbulk::CellIndex>()] {
    for_each_page(*from, *index, [&](const RowsView& rows) { keep(builder->build(rows)); });
  });
}

cqlbulk::FormatOptions options_of(FormatKind kind) { return cqlbulk::formats::settled(kind, {}, "rows.of.a.bench"); }

void write(const Pages& pages, FormatKind kind, const std::shared_ptr<arrow::io::OutputStream>& out) {
  const auto writer = cqlbulk::formats::make_writer(kind, options_of(kind), pages.columns, pages.names);
  const auto part = writer->open_part(out, cqlbulk::formats::PartRole::standalone);
  cqlbulk::CellIndex index;
  for_each_page(pages, index, [&](const RowsView& rows) { part->write(rows); });
  part->finish();
}

std::function<Work()> to_file(FormatKind kind) {
  return [kind] {
    const auto from = pages();
    return over(from, [from, kind] { write(*from, kind, std::make_shared<NullStream>()); });
  };
}

// Files.

std::shared_ptr<const cqlbulk::formats::Source> file_of(const Pages& pages, FormatKind kind) {
  const auto stream = *arrow::io::BufferOutputStream::Create();
  write(pages, kind, stream);
  return cqlbulk::formats::open_source(kind, options_of(kind),
                                       std::make_shared<arrow::io::BufferReader>(*stream->Finish()), "memory");
}

cqlbulk::formats::RowMapping mapping_of(const Pages& pages) {
  cqlbulk::formats::RowMapping mapping;
  for (std::size_t i = 0; i < pages.columns.size(); ++i) {
    cqlbulk::formats::RowMapping::Parameter& parameter = mapping.parameters.emplace_back();
    parameter.field = i;
    parameter.column = pages.columns[i];
    parameter.key = i < key_values;
  }
  mapping.timestamp_base = 1;
  return mapping;
}

constexpr std::uint64_t unit_bytes = 16U << 20U;

std::function<Work()> file_to_units(FormatKind kind) {
  return [kind] {
    const auto from = pages();
    return over(from, [file = file_of(*from, kind)] { keep(file->plan_units(unit_bytes)); });
  };
}

template <typename Use>
void read(const cqlbulk::formats::Source& file, const cqlbulk::formats::RowMapping& mapping, const Use& use) {
  for (const auto& unit : file.plan_units(unit_bytes)) {
    const auto reader = file.open_unit(unit, mapping);
    for (BoundRows block; reader->next(block);) {
      if (!block.bad.empty()) throw std::runtime_error(block.bad.front().reason);
      use(std::move(block));
    }
  }
}

/// Cutting text into units comes with it: what a load does.
std::function<Work()> file_to_rows(FormatKind kind) {
  return [kind] {
    const auto from = pages();
    return over(from, [file = file_of(*from, kind), mapping = mapping_of(*from)] {
      read(*file, mapping, [](const BoundRows& block) { keep(block); });
    });
  };
}

/// Rows of a partition find each other, and their batch is written as it goes out. With their token: it says where to.
Work rows_to_batches() {
  const auto from = pages();
  auto blocks = std::make_shared<std::vector<BoundRows>>();
  read(*file_of(*from, FormatKind::csv), mapping_of(*from),
       [&](BoundRows block) { blocks->push_back(std::move(block)); });
  const auto values = static_cast<std::uint16_t>(from->columns.size() + 1);
  return over(from, [blocks, values] {
    const std::string id(16, 'i');
    cql::Buffer envelope;
    cql::Buffer wire;
    std::vector<cql::protocol::BatchEntry> entries;
    const auto send = [&](std::span<const cqlbulk::operations::RowToLoad> rows) {
      keep(cqlbulk::operations::token_of(rows.front().wire(), key_values));
      entries.clear();
      for (const auto& row : rows) entries.push_back({cql::as_bytes(id), {}, values, row.wire()});
      envelope.clear();
      wire.clear();
      cql::protocol::append_batch({5, 1}, entries, {}, envelope);
      cql::protocol::append_segments(envelope, false, wire);
      keep(wire);
    };
    cqlbulk::operations::PartitionBatcher batcher(key_values, {});
    for (const BoundRows& block : *blocks) batcher.add(block, send);
    batcher.flush(send);
  });
}

}  // namespace

std::vector<Piece> format_pieces() {
  return {
      {"page to nothing", "row", to_nothing},
      {"page to typed rows", "row", to_typed_rows},
      {"page to its checksum", "row", to_checksum},
      {"page to Arrow", "row", to_batches},
      {"page to an Arrow file", "row", to_file(FormatKind::arrow)},
      {"page to CSV", "row", to_file(FormatKind::csv)},
      {"page to JSON", "row", to_file(FormatKind::json)},
      {"page to Parquet with zstd", "row", to_file(FormatKind::parquet)},
      {"CSV to units", "row", file_to_units(FormatKind::csv)},
      {"CSV to rows", "row", file_to_rows(FormatKind::csv)},
      {"JSON to units", "row", file_to_units(FormatKind::json)},
      {"JSON to rows", "row", file_to_rows(FormatKind::json)},
      {"Arrow file to rows", "row", file_to_rows(FormatKind::arrow)},
      {"Parquet to rows", "row", file_to_rows(FormatKind::parquet)},
      {"rows to batches", "row", rows_to_batches},
  };
}

}  // namespace bench
