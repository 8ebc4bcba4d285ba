// Rows: a cursor over arbitrary bytes. What cells hold is read by fuzz_codec.
#include "cql/result.hpp"
#include "fuzzing.hpp"

using namespace cql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = fuzzing::bytes_of(data, size);
  fuzzing::Choices choices(bytes);
  auto columns = std::make_shared<std::vector<ColumnSpec>>(choices.byte() % 8);
  const std::uint32_t row_count = choices.byte() % 32;  // Enough for every path; more only costs runs.
  auto body = std::make_shared<Buffer>();
  body->append(bytes);
  const Page page(std::move(columns), std::move(body), 0, row_count, {});
  fuzzing::accepted([&] {
    RowCursor cursor(page);
    while (cursor.next()) {
      for (std::size_t i = 0; i < cursor.column_count(); ++i) {
        const auto value = cursor.get<std::optional<ByteView>>(i);
        fuzzing::check(value.has_value() == cursor.cell(i).has_value());
      }
    }
  });
  return 0;
}
