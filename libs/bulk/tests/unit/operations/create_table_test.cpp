// The CREATE TABLE that fits a file.
#include "operations/create_table.hpp"

#include <gmock/gmock.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

LoadOptions options_of(LoadOptions::NewKey key) {
  LoadOptions options;
  options.subject.keyspace = "ks";
  options.subject.table = "New";
  options.new_key = std::move(key);
  return options;
}

TEST(create_table, takes_types_from_the_file_and_names_from_the_mapping) {
  LoadOptions options = options_of({{"id", "Day"}, {"at"}});
  options.map = {{"0", "id"}};
  options.timestamp = "written";
  const std::vector<formats::Field> fields{{"0", "int64", std::nullopt},
                                           {"Day", "date32[day]", std::nullopt},
                                           {"at", "timestamp[ms, tz=UTC]", "timeuuid"},
                                           {"v", "text", std::nullopt},
                                           {"written", "int64", std::nullopt}};
  EXPECT_EQ(create_table_cql(options, fields, "in.parquet"),
            "CREATE TABLE ks.\"New\" (id bigint, \"Day\" date, at timeuuid, v text, PRIMARY KEY ((id, \"Day\"), at))");
}

TEST(create_table, has_a_type_for_every_plain_one) {
  const std::pair<const char*, const char*> expected[] = {
      {"bool", "boolean"},
      {"uint64", "varint"},
      {"decimal128(10, 2)", "decimal"},
      {"time64[ns]", "time"},
      {"binary", "blob"},
      {"double", "double"},
      {"large_string", "text"},
      {"timestamp[us]", "timestamp"},
      {"number", "decimal"},
      {"boolean", "boolean"},
      {"uint8", "smallint"},
      {"int32", "int"},
  };
  for (const auto& [in_file, in_table] : expected) {
    const std::string text = create_table_cql(options_of({{"a"}, {}}), {{"a", in_file, std::nullopt}}, "in");
    EXPECT_THAT(text, HasSubstr(std::string("(a ") + in_table + ", ")) << in_file;
  }
}

TEST(create_table, names_what_it_cannot_do) {
  EXPECT_THAT([] { (void)create_table_cql(options_of({{"b"}, {}}), {{"a", "text", std::nullopt}}, "in.csv"); },
              Throws<Error>(Property(&Error::message, HasSubstr("in.csv has no field for the key column b"))));
  EXPECT_THAT([] { (void)create_table_cql(options_of({{"a"}, {}}), {{"a", "list<int64>", std::nullopt}}, "in"); },
              Throws<Error>(Property(&Error::message, HasSubstr("the field a, which is list<int64>"))));
}

}  // namespace
}  // namespace cqlbulk::operations
