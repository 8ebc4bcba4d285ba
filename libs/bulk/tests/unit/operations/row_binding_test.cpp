// Values in the order of the markers, and values that are worked out from the record's place.
#include "operations/row_binding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cql/bytes.hpp"
#include "cql/error.hpp"

namespace cqlbulk::operations {
namespace {

using Takes = Marker::Takes;

/// Values as a row has them; nothing: null.
cql::Buffer row_of(const std::vector<std::optional<std::string>>& values) {
  cql::Buffer row;
  for (const auto& value : values) {
    row.append_integer(value ? static_cast<std::int32_t>(value->size()) : -1);
    if (value) row.append(*value);
  }
  return row;
}

BindingSeed seed() {
  BindingSeed seed{{}, 1'700'000'000'123'456};
  EXPECT_TRUE(cql::Uuid::parse("00112233-4455-4677-8899-aabbccddeeff", seed.random));
  return seed;
}

std::string uuid_of(Takes takes, std::uint64_t record, std::size_t before = 0) {
  std::vector<Marker> markers(before, Marker{takes, 0});
  markers.push_back({takes, 0});
  cql::Buffer bound;
  RowBinder(markers, 0, seed()).append({}, record, bound);
  EXPECT_EQ(bound.size(), (before + 1) * 20);
  cql::Uuid uuid;
  std::ranges::copy(bound.view(before * 20 + 4, 16), uuid.bytes.begin());
  return uuid.to_string();
}

TEST(RowBinder, PutsValuesInTheMarkersOrder) {
  const cql::Buffer row = row_of({"key", std::nullopt, "", "value"});
  const RowBinder binder(
      {{Takes::value, 3}, {Takes::value, 1}, {Takes::value, 0}, {Takes::value, 2}, {Takes::value, 0}}, 4, seed());
  EXPECT_FALSE(binder.as_is());
  cql::Buffer bound;
  binder.append(row.view(), 0, bound);
  EXPECT_EQ(cql::as_text(bound.view()), cql::as_text(row_of({"value", std::nullopt, "key", "", "key"}).view()));
  EXPECT_TRUE(RowBinder({{Takes::value, 0}, {Takes::value, 1}}, 2, seed()).as_is());
  EXPECT_FALSE(RowBinder({{Takes::value, 0}}, 2, seed()).as_is());
  EXPECT_FALSE(RowBinder({{Takes::random_uuid, 0}}, 1, seed()).as_is());
}

TEST(RowBinder, ConvertsWriteTimesExactly) {
  const auto bound = [](TimeUnit unit, std::int64_t time) {
    BindingSeed unit_seed = seed();
    unit_seed.write_time_unit = unit;
    cql::Buffer row = row_of({"key"});
    row.append_integer(std::int32_t{8});
    row.append_integer(time);
    cql::Buffer out;
    RowBinder({{Takes::write_time, 1}, {Takes::value, 0}}, 2, unit_seed).append(row.view(), 0, out);
    EXPECT_EQ(out.size(), 12 + 7);
    return cql::load_big_endian<std::int64_t>(out.data() + 4);
  };
  EXPECT_EQ(bound(TimeUnit::seconds, -1'700'000'000), -1'700'000'000'000'000);
  EXPECT_EQ(bound(TimeUnit::milliseconds, 1'700'000'000'123), 1'700'000'000'123'000);
  EXPECT_EQ(bound(TimeUnit::microseconds, INT64_MIN), INT64_MIN);
  EXPECT_EQ(bound(TimeUnit::nanoseconds, -1'700'000'000'123'456'000), -1'700'000'000'123'456);
  EXPECT_THROW(bound(TimeUnit::nanoseconds, 1'700'000'000'123'456'001), cql::Error);
  EXPECT_THROW(bound(TimeUnit::seconds, INT64_MAX / 1'000'000 + 1), cql::Error);
  EXPECT_THROW(bound(TimeUnit::milliseconds, INT64_MIN), cql::Error);
}

TEST(RowBinder, LeavesWriteTimesThatAreNoneAlone) {
  cql::Buffer out;
  const cql::Buffer row = row_of({std::nullopt, ""});
  RowBinder({{Takes::write_time, 0}, {Takes::write_time, 1}}, 2, seed()).append(row.view(), 0, out);
  EXPECT_EQ(cql::as_text(out.view()), cql::as_text(row.view()));
}

TEST(RowBinder, TakesRowsOfManyValues) {
  std::vector<std::optional<std::string>> values;
  std::vector<std::optional<std::string>> reversed;
  std::vector<Marker> markers;
  for (int i = 0; i < 500; ++i) {
    values.push_back(std::to_string(i));
    reversed.insert(reversed.begin(), std::to_string(i));
    markers.insert(markers.begin(), {Takes::value, static_cast<std::uint16_t>(i)});
  }
  cql::Buffer bound;
  RowBinder(markers, values.size(), seed()).append(row_of(values).view(), 0, bound);
  EXPECT_EQ(cql::as_text(bound.view()), cql::as_text(row_of(reversed).view()));
}

TEST(RowBinder, GivesARecordTheSameUuidsAlwaysAndNoTwoRecordsTheSame) {
  for (const Takes takes : {Takes::random_uuid, Takes::time_uuid}) {
    std::set<std::string> seen;
    for (std::uint64_t record = 0; record < 1'000; ++record) {
      const std::string uuid = uuid_of(takes, record);
      EXPECT_EQ(uuid, uuid_of(takes, record));
      EXPECT_TRUE(seen.insert(uuid).second) << uuid;
      EXPECT_TRUE(seen.insert(uuid_of(takes, record, 1)).second) << "a second column has another";
      EXPECT_EQ(uuid[14], takes == Takes::random_uuid ? '4' : '1');
      EXPECT_THAT(std::string("89ab"), ::testing::HasSubstr(std::string(1, uuid[19])));
    }
  }
}

TEST(RowBinder, MakesTimeUuidsOfTheStartAndTheRecordsPlace) {
  // 1,700,000,000.123456 s since 1970 are 139,190,928,001,234,560 steps of 100 ns since 1582: 0x01ee81a4d8aa1b40 less
  // what is checked here by taking the fields apart again.
  const std::string uuid = uuid_of(Takes::time_uuid, 7);
  const std::uint64_t low = std::stoull(uuid.substr(0, 8), nullptr, 16);
  const std::uint64_t middle = std::stoull(uuid.substr(9, 4), nullptr, 16);
  const std::uint64_t high = std::stoull(uuid.substr(15, 3), nullptr, 16);
  const std::uint64_t time = (high << 48U) | (middle << 32U) | low;
  EXPECT_EQ(time, 122'192'928'000'000'000U + 17'000'000'001'234'560U + 7);
}

TEST(RowBinder, TakesTheOperationsStartForAllRecords) {
  cql::Buffer bound;
  RowBinder({{Takes::start_timestamp, 0}, {Takes::start_date, 0}, {Takes::start_time, 0}}, 0, seed())
      .append({}, 99, bound);
  cql::Reader reader(bound.view(), "bound");
  EXPECT_EQ(reader.i32(), 8);
  EXPECT_EQ(reader.i64(), 1'700'000'000'123);
  EXPECT_EQ(reader.i32(), 4);
  EXPECT_EQ(static_cast<std::uint32_t>(reader.i32()), 0x8000'0000U + 19'675);
  EXPECT_EQ(reader.i32(), 8);
  EXPECT_EQ(reader.i64(), (1'700'000'000'123'456 % 86'400'000'000) * 1'000);
}

TEST(ComputedHere, KnowsTheSpellings) {
  EXPECT_EQ(computed_here(" NOW( ) "), Takes::time_uuid);
  EXPECT_EQ(computed_here("current_timestamp()"), Takes::start_timestamp);
  EXPECT_EQ(computed_here("toTimestamp(now())"), Takes::start_timestamp);
  EXPECT_EQ(computed_here("to_date(now())"), Takes::start_date);
  EXPECT_EQ(computed_here("'uuid()'"), std::nullopt);
  EXPECT_EQ(computed_here("ks.f(uuid())"), std::nullopt);
  EXPECT_TRUE(fits(Takes::time_uuid, cql::DataType::scalar(cql::TypeKind::timeuuid)));
  EXPECT_FALSE(fits(Takes::random_uuid, cql::DataType::scalar(cql::TypeKind::timeuuid)));
}

}  // namespace
}  // namespace cqlbulk::operations
