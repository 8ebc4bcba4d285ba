// Field numbers are those of parquet.thrift (apache/parquet-format).
#include "formats/parquet/footer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cqlbulk/error.hpp"

namespace cqlbulk::formats {

namespace {

using thrift::CompactReader;
using thrift::CompactWriter;
using thrift::FieldHeader;
using thrift::ListHeader;
using thrift::Type;

namespace file_field {
constexpr std::int16_t schema = 2;
constexpr std::int16_t num_rows = 3;
constexpr std::int16_t row_groups = 4;
constexpr std::int16_t column_orders = 7;
constexpr std::int16_t encryption_algorithm = 8;
}  // namespace file_field

constexpr std::int16_t copy_it = -1;
/// The smallest offset of anything: after the file's "PAR1".
constexpr std::int64_t first_offset = 4;

void expect(const CompactReader& in, FieldHeader header, Type type) {
  if (header.type != type) in.fail(fmt::format("field {} is of a wrong type", header.id));
}

struct Move {
  std::int64_t shift = 0;
  std::int64_t data_end = 0;
};

std::int16_t rewrite_offset(CompactReader& in, CompactWriter& out, FieldHeader header, std::int16_t previous,
                            Move move) {
  expect(in, header, Type::i64);
  const std::int64_t offset = in.integer();
  out.field(previous, header);
  if (offset == 0) {  // Some writers say "none" so.
    out.integer(0);
    return header.id;
  }
  if (offset < first_offset || offset > move.data_end) in.fail("an offset outside the file");
  out.integer(offset + move.shift);
  return header.id;
}

void rewrite_column_metadata(CompactReader& in, CompactWriter& out, Move move) {
  thrift::rewrite_struct(in, out, [&](FieldHeader header, std::int16_t previous) -> std::int16_t {
    switch (header.id) {
      case 9:   // data_page_offset
      case 10:  // index_page_offset
      case 11:  // dictionary_page_offset
      case 14:  // bloom_filter_offset
        return rewrite_offset(in, out, header, previous, move);
      default:
        return copy_it;
    }
  });
}

void rewrite_column_chunk(CompactReader& in, CompactWriter& out, Move move) {
  thrift::rewrite_struct(in, out, [&](FieldHeader header, std::int16_t previous) -> std::int16_t {
    switch (header.id) {
      case 1:
        in.fail("a column that lies in another file");
      case 2:  // file_offset
      case 4:  // offset_index_offset
      case 6:  // column_index_offset
        return rewrite_offset(in, out, header, previous, move);
      case 3:  // meta_data
        expect(in, header, Type::struct_);
        out.field(previous, header);
        rewrite_column_metadata(in, out, move);
        return header.id;
      case 8:
      case 9:
        in.fail("an encrypted column");
      default:
        return copy_it;
    }
  });
}

/// A negative ordinal: the field is left out.
void rewrite_row_group(CompactReader& in, CompactWriter& out, Move move, std::int64_t ordinal) {
  thrift::rewrite_struct(in, out, [&](FieldHeader header, std::int16_t previous) -> std::int16_t {
    switch (header.id) {
      case 1: {  // columns
        expect(in, header, Type::list);
        const ListHeader columns = in.list();
        if (columns.element != Type::struct_) in.fail("columns that are no structs");
        out.field(previous, header);
        out.list(columns);
        for (std::uint32_t i = 0; i < columns.count; ++i) rewrite_column_chunk(in, out, move);
        return header.id;
      }
      case 5:  // file_offset
        return rewrite_offset(in, out, header, previous, move);
      case 7:  // ordinal
        expect(in, header, Type::i16);
        in.integer();
        if (ordinal < 0) return previous;
        out.field(previous, header);
        out.integer(ordinal);
        return header.id;
      default:
        return copy_it;
    }
  });
}

cql::ByteView other_value(const ParquetFooter& footer, std::int16_t id) {
  for (const auto& other : footer.others) {
    if (other.header.id == id) return other.value;
  }
  return {};
}

}  // namespace

ParquetFooter parse_parquet_footer(cql::ByteView bytes) {
  CompactReader in(bytes);
  ParquetFooter footer;
  bool has_row_count = false;
  bool has_row_groups = false;
  FieldHeader header;
  while ((header = in.field(header.id)).type != Type::stop) {
    switch (header.id) {
      case file_field::schema:
        expect(in, header, Type::list);
        footer.schema = in.skip(header.type);
        break;
      case file_field::num_rows:
        expect(in, header, Type::i64);
        footer.row_count = in.integer();
        has_row_count = true;
        break;
      case file_field::row_groups: {
        expect(in, header, Type::list);
        const ListHeader list = in.list();
        if (list.element != Type::struct_ && list.count != 0) in.fail("row groups that are no structs");
        for (std::uint32_t i = 0; i < list.count; ++i) footer.row_groups.push_back(in.skip_element(list.element));
        has_row_groups = true;
        break;
      }
      case file_field::encryption_algorithm:
        in.fail("the file is encrypted");
      default:
        footer.others.push_back({header, in.skip(header.type)});
    }
  }
  if (footer.schema.empty() || !has_row_count || !has_row_groups)
    in.fail("schema, row count or row groups are missing");
  if (footer.row_count < 0) in.fail("a negative row count");
  return footer;
}

FooterJoiner::FooterJoiner(const ParquetFooter& first, std::size_t row_group_count)
    : first_(&first), row_group_count_(row_group_count) {}

void FooterJoiner::check_same_schema(const ParquetFooter& footer) const {
  if (!std::ranges::equal(first_->schema, footer.schema) ||
      !std::ranges::equal(other_value(*first_, file_field::column_orders),
                          other_value(footer, file_field::column_orders))) {
    throw Error(ErrorClass::failed, "its columns differ from those of the first file");
  }
}

void FooterJoiner::add(const ParquetFooter& footer, std::int64_t shift, std::int64_t data_end) {
  if (footer.row_count > INT64_MAX - row_count_) throw Error(ErrorClass::failed, "more rows than a file can count");
  row_count_ += footer.row_count;
  // An ordinal has 16 bits; it is optional, and left out when it would not do for every row group.
  const bool ordinals = row_group_count_ <= INT16_MAX;
  CompactWriter out(row_groups_);
  for (const cql::ByteView bytes : footer.row_groups) {
    CompactReader in(bytes);
    rewrite_row_group(in, out, {shift, data_end}, ordinals ? static_cast<std::int64_t>(added_) : -1);
    ++added_;
  }
}

cql::Buffer FooterJoiner::finish() const {
  if (added_ != row_group_count_) throw Error(ErrorClass::defect, "row groups were announced that never came");
  cql::Buffer footer;
  CompactWriter out(footer);
  std::int16_t previous = 0;
  auto others = first_->others.begin();
  const auto copy_others_before = [&](std::int16_t id) {
    for (; others != first_->others.end() && others->header.id < id; ++others) {
      out.field(previous, others->header);
      out.raw(others->value);
      previous = others->header.id;
    }
  };
  copy_others_before(file_field::schema);
  out.field(previous, {file_field::schema, Type::list});
  out.raw(first_->schema);
  out.field(file_field::schema, {file_field::num_rows, Type::i64});
  out.integer(row_count_);
  out.field(file_field::num_rows, {file_field::row_groups, Type::list});
  out.list({Type::struct_, static_cast<std::uint32_t>(added_)});
  out.raw(row_groups_);
  previous = file_field::row_groups;
  copy_others_before(INT16_MAX);
  out.stop();
  return footer;
}

}  // namespace cqlbulk::formats
