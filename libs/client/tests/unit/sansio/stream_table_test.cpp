// The table of stream ids: who gets which, and when one may be used again.
#include "sansio/stream_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace cql::sansio {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

const TimePoint start{};

TEST(StreamTable, gives_each_waiter_its_answer_once) {
  StreamTable<int> table(10);
  const auto first = table.acquire(1, start);
  const auto second = table.acquire(2, start);
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(table.waiting(), 2U);
  EXPECT_EQ(table.answered(second.id), 2);
  EXPECT_EQ(table.answered(first.id), 1);
  EXPECT_FALSE(table.expects(first.id));
  EXPECT_EQ(table.waiting(), 0U);
}

TEST(StreamTable, expects_nothing_on_ids_that_were_not_asked) {
  StreamTable<int> table(10);
  EXPECT_FALSE(table.expects(0));
  const auto ticket = table.acquire(1, start);
  EXPECT_TRUE(table.expects(ticket.id));
  EXPECT_FALSE(table.expects(static_cast<std::int16_t>(ticket.id + 1)));
  EXPECT_FALSE(table.expects(-1));
  EXPECT_FALSE(table.expects(32'767));
}

TEST(StreamTable, uses_every_id_up_to_its_limit_and_no_other) {
  StreamTable<int> table(32'768);
  std::set<std::int16_t> ids;
  while (!table.full()) ids.insert(table.acquire(1, start).id);
  EXPECT_EQ(ids.size(), 32'768U);
  EXPECT_EQ(*ids.begin(), 0);
  EXPECT_EQ(*ids.rbegin(), 32'767);
}

TEST(StreamTable, keeps_the_id_of_a_waiter_that_left_until_its_answer_came) {
  StreamTable<int> table(1);
  const auto ticket = table.acquire(1, start);
  EXPECT_EQ(table.park(ticket), 1);
  EXPECT_EQ(table.park(ticket), std::nullopt);
  EXPECT_TRUE(table.full());
  EXPECT_EQ(table.parked(), 1U);
  EXPECT_TRUE(table.expects(ticket.id));
  EXPECT_EQ(table.answered(ticket.id), std::nullopt);
  EXPECT_FALSE(table.full());
  EXPECT_EQ(table.parked(), 0U);
}

TEST(StreamTable, a_late_cancellation_does_not_hit_the_next_user_of_the_id) {
  StreamTable<int> table(1);
  const auto old = table.acquire(1, start);
  EXPECT_EQ(table.answered(old.id), 1);
  const auto fresh = table.acquire(2, start);
  EXPECT_EQ(old.id, fresh.id);
  EXPECT_EQ(table.park(old), std::nullopt);
  EXPECT_EQ(table.withdraw(old), std::nullopt);
  EXPECT_EQ(table.answered(fresh.id), 2);
}

TEST(StreamTable, an_id_that_was_never_sent_is_free_at_once) {
  StreamTable<int> table(1);
  EXPECT_EQ(table.withdraw(table.acquire(1, start)), 1);
  EXPECT_FALSE(table.full());
}

TEST(StreamTable, expires_what_is_due_and_parks_the_ids) {
  StreamTable<int> table(10);
  table.acquire(1, start + seconds(1));
  table.acquire(2, start + seconds(3));
  table.acquire(3, start + seconds(2));
  EXPECT_EQ(table.next_deadline(), start + seconds(1));
  EXPECT_THAT(table.expire(start), ElementsAre());
  EXPECT_THAT(table.expire(start + seconds(2)), UnorderedElementsAre(1, 3));
  EXPECT_EQ(table.next_deadline(), start + seconds(3));
  EXPECT_EQ(table.parked(), 2U);
  EXPECT_EQ(table.waiting(), 1U);
  EXPECT_THAT(table.expire(start + seconds(3)), ElementsAre(2));
  EXPECT_EQ(table.next_deadline(), TimePoint::max());
}

TEST(StreamTable, hands_over_everyone_when_the_connection_ends) {
  StreamTable<std::unique_ptr<int>> table(10);
  const auto sent = table.acquire(std::make_unique<int>(1), start);
  const auto parked = table.acquire(std::make_unique<int>(2), start);
  const auto unsent = table.acquire(std::make_unique<int>(3), start);
  EXPECT_EQ(table.last_serial(), unsent.serial);
  EXPECT_GT(unsent.serial, sent.serial);
  EXPECT_TRUE(table.park(parked));
  const auto all = table.take_all();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(*all[0].second, 1);
  EXPECT_EQ(all[1].first.serial, unsent.serial);
  EXPECT_EQ(table.waiting(), 0U);
}

}  // namespace
}  // namespace cql::sansio
