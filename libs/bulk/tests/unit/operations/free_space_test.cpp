#include "operations/free_space.hpp"

#include <gmock/gmock.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(free_space, warns_of_a_table_that_is_larger_and_marks_the_estimate) {
  EXPECT_THAT(free_space_warning("out/a.csv", 1'000'000, 2'000'000),
              AllOf(HasSubstr("out/a.csv"), HasSubstr("estimate")));
  EXPECT_EQ(free_space_warning("out/a.csv", 2'000'000, 2'000'000), "");
  EXPECT_EQ(free_space_warning("out/a.csv", 1, std::nullopt), "");
}

TEST(free_space, refuses_only_what_is_plainly_impossible) {
  EXPECT_THROW((void)free_space_warning("a.csv", 0, std::nullopt), Error);
  EXPECT_NO_THROW((void)free_space_warning("a.csv", 1, 1ULL << 50U));
}

TEST(free_space, warns_of_rows_that_may_find_no_room_to_wait) {
  EXPECT_THAT(spill_space_warning("ops/x", 1'000'000, 1'000'001),
              AllOf(HasSubstr("ops/x"), HasSubstr("--group-spill")));
  EXPECT_EQ(spill_space_warning("ops/x", 1'000'000, 1'000'000), "");
}

TEST(free_space, is_found_where_the_target_will_be) {
  EXPECT_GT(storage::free_bytes("/tmp/not/there/yet.csv").value_or(0), 0U);
  EXPECT_GT(storage::free_bytes("not_there_yet.csv").value_or(0), 0U);
}

}  // namespace
}  // namespace cqlbulk::operations
