// The footer's bytes: what moves, what stays, what is refused. Footers are written by hand here, so that every field
// that matters is there, whether our own writer uses it or not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "cqlbulk/error.hpp"
#include "formats/parquet/footer.hpp"

namespace cqlbulk::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using thrift::CompactReader;
using thrift::CompactWriter;
using thrift::FieldHeader;
using thrift::Type;

/// Fields of one struct, written in order.
class Struct {
 public:
  explicit Struct(cql::Buffer& out) : writer_(out) {}
  Struct& integer(std::int16_t id, std::int64_t value, Type type = Type::i64) {
    header(id, type);
    writer_.integer(value);
    return *this;
  }
  Struct& raw(std::int16_t id, Type type, const cql::Buffer& value) {
    header(id, type);
    writer_.raw(value);
    return *this;
  }
  Struct& list(std::int16_t id, std::vector<cql::Buffer> elements) {
    header(id, Type::list);
    writer_.list({Type::struct_, static_cast<std::uint32_t>(elements.size())});
    for (const auto& element : elements) writer_.raw(element);
    return *this;
  }
  void stop() { writer_.stop(); }

 private:
  void header(std::int16_t id, Type type) {
    writer_.field(previous_, {id, type});
    previous_ = id;
  }
  CompactWriter writer_;
  std::int16_t previous_ = 0;
};

template <typename Fill>
cql::Buffer make_struct(Fill&& fill) {
  cql::Buffer out;
  Struct fields(out);
  fill(fields);
  fields.stop();
  return out;
}

cql::Buffer text(std::string_view value) {
  cql::Buffer out;
  out.push_back(static_cast<std::byte>(value.size()));
  out.append(value);
  return out;
}

/// Every offset there is, and fields around them.
cql::Buffer column_chunk(std::int64_t base) {
  const auto metadata = make_struct([&](Struct& fields) {
    fields.integer(1, 2, Type::i32)
        .integer(9, base + 9)
        .integer(10, base + 10)
        .integer(11, base + 11)
        .integer(14, base + 14);
    fields.integer(15, 77, Type::i32);
  });
  return make_struct([&](Struct& fields) {
    fields.integer(2, base + 2).raw(3, Type::struct_, metadata).integer(4, base + 4).integer(5, 5, Type::i32);
    fields.integer(6, base + 6);
  });
}

cql::Buffer row_group(std::int64_t base, std::int64_t rows) {
  return make_struct([&](Struct& fields) {
    std::vector<cql::Buffer> columns;
    columns.push_back(column_chunk(base));
    fields.list(1, std::move(columns)).integer(2, 1000).integer(3, rows).integer(5, base + 5).integer(7, 9, Type::i16);
  });
}

cql::Buffer footer(std::vector<cql::Buffer> row_groups, std::int64_t rows, std::string_view column = "a") {
  return make_struct([&](Struct& fields) {
    std::vector<cql::Buffer> schema;
    schema.push_back(make_struct([&](Struct& element) { element.raw(4, Type::binary, text(column)); }));
    fields.integer(1, 2, Type::i32).list(2, std::move(schema)).integer(3, rows).list(4, std::move(row_groups));
    fields.raw(6, Type::binary, text("a writer"));
  });
}

cql::Buffer footer_of_one(std::int64_t base = 100) {
  std::vector<cql::Buffer> row_groups;
  row_groups.push_back(row_group(base, 10));
  return footer(std::move(row_groups), 10);
}

/// All integers of a struct by their path, "1/0/3/9".
void collect(CompactReader& in, const std::string& path, std::map<std::string, std::int64_t>& out) {
  FieldHeader header;
  while ((header = in.field(header.id)).type != Type::stop) {
    const std::string here = path + std::to_string(header.id);
    if (header.type == Type::i16 || header.type == Type::i32 || header.type == Type::i64) {
      out[here] = in.integer();
    } else if (header.type == Type::struct_) {
      collect(in, here + "/", out);
    } else if (header.type == Type::list) {
      const auto list = in.list();
      for (std::uint32_t i = 0; i < list.count; ++i) collect(in, here + "/" + std::to_string(i) + "/", out);
    } else {
      in.skip(header.type);
    }
  }
}

std::map<std::string, std::int64_t> integers_of(cql::ByteView bytes) {
  CompactReader in(bytes);
  std::map<std::string, std::int64_t> out;
  collect(in, "", out);
  return out;
}

TEST(ParquetFooter, every_offset_moves_and_nothing_else) {
  const auto bytes = footer_of_one();
  const auto parsed = parse_parquet_footer(bytes);
  FooterJoiner joiner(parsed, 2);
  joiner.add(parsed, 0, 1000);
  joiner.add(parsed, 5000, 1000);

  const auto joined = joiner.finish();

  auto expected = integers_of(bytes);
  expected["3"] = 20;
  for (const auto& [path, value] : integers_of(bytes)) {
    if (path.starts_with("4/0/")) expected["4/1/" + path.substr(4)] = value + (value > 100 && value < 200 ? 5000 : 0);
  }
  expected["4/0/7"] = 0;
  expected["4/1/7"] = 1;
  EXPECT_EQ(integers_of(joined), expected);
  EXPECT_EQ(expected.at("4/1/1/0/3/14"), 5114);  // The test's own footing: the deepest of them is there.
  const auto again = parse_parquet_footer(joined);
  ASSERT_EQ(again.others.size(), 2U);
  EXPECT_EQ(again.others[1].header.id, 6);
}

TEST(ParquetFooter, an_offset_of_zero_stays_none) {
  std::vector<cql::Buffer> row_groups;
  row_groups.push_back(make_struct([](Struct& fields) { fields.list(1, {}).integer(3, 1).integer(5, 0); }));
  const auto bytes = footer(std::move(row_groups), 1);
  const auto parsed = parse_parquet_footer(bytes);
  FooterJoiner joiner(parsed, 1);
  joiner.add(parsed, 5000, 1000);
  EXPECT_EQ(integers_of(joiner.finish()).at("4/0/5"), 0);
}

TEST(ParquetFooter, an_offset_outside_the_file_is_refused) {
  for (const std::int64_t base : {-20, -1, 990}) {
    const auto bytes = footer_of_one(base);
    const auto parsed = parse_parquet_footer(bytes);
    FooterJoiner joiner(parsed, 1);
    EXPECT_THROW(joiner.add(parsed, 0, 1000), Error) << base;
  }
}

TEST(ParquetFooter, ordinals_are_left_out_where_they_have_too_few_bits) {
  constexpr std::size_t count = 32'768;
  std::vector<cql::Buffer> row_groups;
  for (std::size_t i = 0; i < count; ++i) row_groups.push_back(row_group(100, 1));
  const auto bytes = footer(std::move(row_groups), count);
  const auto parsed = parse_parquet_footer(bytes);
  FooterJoiner joiner(parsed, count);
  joiner.add(parsed, 0, 1000);
  const auto joined = joiner.finish();
  const auto again = parse_parquet_footer(joined);
  ASSERT_EQ(again.row_groups.size(), count);
  EXPECT_FALSE(integers_of(again.row_groups[0]).contains("7"));
  EXPECT_EQ(integers_of(again.row_groups[0]).at("5"), 105);
}

TEST(ParquetFooter, every_truncation_is_refused_with_the_place) {
  const auto bytes = footer_of_one();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    cql::Buffer exact(size);
    exact.append(bytes.view(0, size));
    try {
      (void)parse_parquet_footer(exact);
      ADD_FAILURE() << size;
    } catch (const Error& error) {
      EXPECT_THAT(error.message(), HasSubstr("broken Parquet footer: "));
    }
  }
}

TEST(ParquetFooter, bytes_changed_one_by_one_never_do_harm) {
  const auto bytes = footer_of_one();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      cql::Buffer changed(bytes.size());
      changed.append(bytes.view());
      changed.data()[at] = static_cast<std::byte>(value);
      try {
        const auto parsed = parse_parquet_footer(changed);
        FooterJoiner joiner(parsed, parsed.row_groups.size());
        joiner.add(parsed, 1, 1000);
        (void)parse_parquet_footer(joiner.finish());
      } catch (const Error& error) {
        ASSERT_EQ(error.error_class(), ErrorClass::failed);
      }
    }
  }
}

TEST(ParquetFooter, columns_that_differ_are_refused) {
  const auto first_bytes = footer({}, 0, "a");
  const auto second_bytes = footer({}, 0, "b");
  const auto first = parse_parquet_footer(first_bytes);
  const FooterJoiner joiner(first, 0);
  EXPECT_NO_THROW(joiner.check_same_schema(first));
  EXPECT_THROW(joiner.check_same_schema(parse_parquet_footer(second_bytes)), Error);
}

TEST(ParquetFooter, encrypted_files_and_columns_elsewhere_are_refused) {
  const auto encrypted = make_struct([](Struct& fields) { fields.raw(8, Type::struct_, make_struct([](Struct&) {})); });
  EXPECT_THROW((void)parse_parquet_footer(encrypted), Error);

  std::vector<cql::Buffer> columns;
  columns.push_back(make_struct([](Struct& fields) { fields.raw(1, Type::binary, text("other.parquet")); }));
  std::vector<cql::Buffer> row_groups;
  row_groups.push_back(make_struct([&](Struct& fields) { fields.list(1, std::move(columns)); }));
  const auto bytes = footer(std::move(row_groups), 0);
  const auto parsed = parse_parquet_footer(bytes);
  FooterJoiner joiner(parsed, 1);
  EXPECT_THROW(joiner.add(parsed, 0, 1000), Error);
}

TEST(ThriftCompact, depth_and_counts_are_bounded) {
  cql::Buffer deep;
  for (int i = 0; i < 100'000; ++i) deep.push_back(std::byte{0x1C});  // A struct in field 1, and so on.
  EXPECT_THROW((void)CompactReader(deep).skip(Type::struct_), Error);

  cql::Buffer claims;
  for (const int byte : {0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07}) claims.push_back(static_cast<std::byte>(byte));
  CompactReader list(claims);
  EXPECT_THROW((void)list.list(), Error);

  cql::Buffer endless;
  for (int i = 0; i < 10; ++i) endless.push_back(std::byte{0xFF});
  CompactReader number(endless);
  EXPECT_THROW((void)number.integer(), Error);
}

TEST(ThriftCompact, every_type_is_stepped_over_by_its_size) {
  cql::Buffer bytes;
  const auto put = [&](std::initializer_list<int> values) {
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  };
  put({0x11, 0x12, 0x13, 0x7F, 0x14, 0x80, 0x01, 0x15, 0x02, 0x16, 0x03});  // true, false, byte, i16, i32, i64
  put({0x17, 1, 2, 3, 4, 5, 6, 7, 8});                                      // double
  put({0x18, 2, 'a', 'b'});                                                 // binary
  put({0x19, 0x21, 1, 2});                                                  // list of two booleans
  put({0x1A, 0x15, 4});                                                     // set of one i32
  put({0x1B, 1, 0x85, 1, 'k', 2});                                          // map of binary to i32
  put({0x1B, 0});                                                           // an empty map has no types
  put({0x1C, 0});                                                           // an empty struct
  put({0x1D, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});       // uuid
  put({0x08, 0x80, 0x04, 0});                                               // field 256, an empty binary
  put({0});
  CompactReader in(bytes);
  std::vector<std::size_t> sizes;
  FieldHeader header;
  while ((header = in.field(header.id)).type != Type::stop) sizes.push_back(in.skip(header.type).size());
  EXPECT_THAT(sizes, ElementsAre(0, 0, 1, 2, 1, 1, 8, 3, 3, 2, 5, 1, 1, 16, 1));
  EXPECT_EQ(in.offset(), bytes.size());
}

TEST(ThriftCompact, integers_come_back) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{64}, INT64_MAX, INT64_MIN}) {
    cql::Buffer bytes;
    CompactWriter(bytes).integer(value);
    CompactReader in(bytes);
    EXPECT_EQ(in.integer(), value);
  }
}

}  // namespace
}  // namespace cqlbulk::formats
