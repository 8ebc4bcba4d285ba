// Any bytes as a Parquet footer: taken apart, moved and put together again, or refused. What is put together can be
// taken apart once more and says the same.
#include <algorithm>
#include <cstdlib>

#include "cqlbulk/error.hpp"
#include "formats/parquet/footer.hpp"

namespace {

void demand(bool held) {
  if (!held) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cqlbulk::formats;
  cql::Buffer exact(size);
  exact.append(cql::ByteView(reinterpret_cast<const std::byte*>(data), size));
  try {
    const ParquetFooter footer = parse_parquet_footer(exact);
    FooterJoiner joiner(footer, 2 * footer.row_groups.size());
    joiner.check_same_schema(footer);
    joiner.add(footer, 0, INT64_MAX / 2);
    joiner.add(footer, 1000, INT64_MAX / 2);
    const cql::Buffer joined = joiner.finish();
    const ParquetFooter again = parse_parquet_footer(joined);
    demand(again.row_count == 2 * footer.row_count);
    demand(again.row_groups.size() == 2 * footer.row_groups.size());
    demand(again.others.size() == footer.others.size());
    demand(std::ranges::equal(again.schema, footer.schema));
  } catch (const cqlbulk::Error& error) {
    demand(error.error_class() != cqlbulk::ErrorClass::defect);
  }
  return 0;
}
