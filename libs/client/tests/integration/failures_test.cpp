// A real ring of three that fails while much is under way: every request ends, reads at QUORUM go on, and a node that
// is back is used again. The short form; the whole one is long/failures_test.cpp.
#include "integration/failures.hpp"

#include <gtest/gtest.h>

namespace cql::test {
namespace {

TEST(Failures, a_node_that_is_killed_or_suspended_is_done_without_and_used_again) {
  const RingGuard guard;
  run(kill_and_suspend(small), long_enough);
}

TEST(Failures, a_node_whose_network_is_cut_is_done_without_and_used_again) {
  run(cut_off(small, {Way::both}), long_enough);
}

}  // namespace
}  // namespace cql::test
