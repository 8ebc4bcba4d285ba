// Rows: a cursor over arbitrary bytes, every cell read as every plain type.
#include "cql/scalar.hpp"
#include "fuzzing.hpp"

namespace {

using namespace cql;

/// Null is the caller's mistake, a wrong length the server's; nothing else may happen.
template <typename Read>
void read(Read of, const CellView& cell) {
  try {
    static_cast<void>(of(cell));
  } catch (const Error& error) {
    fuzzing::check(error.kind() == (cell ? ErrorKind::protocol : ErrorKind::usage));
  }
}

void read_as_everything(const CellView& cell) {
  read(text_of, cell);
  read(int_of, cell);
  read(bigint_of, cell);
  read(boolean_of, cell);
  read(uuid_of, cell);
  read(inet_of, cell);
  read(texts_of, cell);
  read(text_map_of, cell);
}

}  // namespace

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
      for (std::size_t i = 0; i < cursor.column_count(); ++i) read_as_everything(cursor.cell(i));
    }
  });
  return 0;
}
