// Partition keys as the partitioner sees them.
#include <fmt/format.h>

#include "cql/error.hpp"
#include "cql/ring.hpp"

namespace cql {

void append_partition_key(std::span<const ByteView> components, Buffer& out) {
  for (const ByteView component : components) {
    if (component.size() > std::numeric_limits<std::uint16_t>::max()) {
      throw Error(ErrorKind::usage,
                  fmt::format("a partition key component of {} bytes; at most 65,535 are possible", component.size()));
    }
  }
  if (components.size() == 1) {
    out.append(components.front());
    return;
  }
  for (const ByteView component : components) {
    out.append_integer(static_cast<std::uint16_t>(component.size()));
    out.append(component);
    out.push_back(std::byte{0});
  }
}

}  // namespace cql
