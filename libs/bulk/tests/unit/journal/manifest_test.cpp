// A manifest comes back as it was written; what is none is refused by name.
#include "journal/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::journal {
namespace {

using ::testing::HasSubstr;

Manifest sample() {
  return {"ID",
          "ks",
          "t",
          "SELECT k FROM ks.t WHERE token(k) > :start AND token(k) <= :end",
          true,
          {{"k", "int"}, {"v", "frozen<list<text>>"}},
          {{"/data/out.csv", 5, 120, "0123"}},
          {{{INT64_MIN, 7}, 3, {1, 2}}, {{7, INT64_MAX}, 2, {3, UINT64_MAX}}}};
}

TEST(Manifest, ComesBackAsWritten) {
  const Manifest read = Manifest::parse(sample().to_json(), "manifest.json");
  EXPECT_EQ(read.to_json(), sample().to_json());
  EXPECT_EQ(read.rows(), 5U);
  EXPECT_EQ(read.columns, sample().columns);
  EXPECT_EQ(read.ranges[0].range.start, INT64_MIN);
  EXPECT_EQ(read.ranges[1].checksum, (RowChecksum{3, UINT64_MAX}));
}

TEST(Manifest, RefusesWhatIsNone) {
  std::string later = sample().to_json();
  later.replace(later.find("\"format\": 1"), 11, "\"format\": 2");
  std::string bad_checksum = sample().to_json();
  bad_checksum.replace(bad_checksum.find("\"checksum\": \"") + 13, 2, "xy");
  for (const std::string& text : {std::string("{}"), std::string("no JSON"), later, bad_checksum}) {
    try {
      (void)Manifest::parse(text, "dir/manifest.json");
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.error_class(), ErrorClass::usage);
      EXPECT_THAT(error.what(), HasSubstr("dir/manifest.json is no manifest"));
    }
  }
}

}  // namespace
}  // namespace cqlbulk::journal
