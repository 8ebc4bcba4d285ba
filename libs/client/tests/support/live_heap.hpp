// Bytes of the heap that are in use: what a leak or an unbounded buffer would make grow. Exact, where the resident size
// of a process depends on the allocator's habits.
#pragma once

#include <malloc.h>

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
#define CQL_TEST_SANITIZED_HEAP 1
#endif
#endif

namespace cql::test {

inline std::size_t live_heap_bytes() {
#ifdef CQL_TEST_SANITIZED_HEAP
  return __sanitizer_get_current_allocated_bytes();
#else
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
#endif
}

}  // namespace cql::test
