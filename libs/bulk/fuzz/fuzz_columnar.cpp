// Any bytes as a row of any types: gathered into Arrow arrays or refused, and what was gathered comes back as bytes
// that gather into the same arrays.
#include <arrow/api.h>

#include <algorithm>
#include <cstdlib>

#include "columnar/columnar.hpp"
#include "cql/error.hpp"
#include "cqlbulk/error.hpp"

namespace {

using cqlbulk::columnar::CellEncoder;

/// The input's first bytes make the types, the rest the values.
class Input {
 public:
  explicit Input(cql::ByteView bytes) : bytes_(bytes) {}
  std::size_t next(std::size_t bound) {
    if (bytes_.empty()) return 0;
    const auto value = static_cast<std::size_t>(bytes_.front());
    bytes_ = bytes_.subspan(1);
    return value % bound;
  }
  cql::ByteView take(std::size_t size) {
    const auto taken = bytes_.first(std::min(size, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  cql::ByteView bytes_;
};

cql::DataType make_type(Input& input, int depth) {
  using enum cql::TypeKind;
  static constexpr cql::TypeKind kinds[] = {custom,   ascii,  bigint, blob,      boolean,  counter, decimal,
                                            double_,  float_, int_,   timestamp, uuid,     text,    varint,
                                            timeuuid, inet,   date,   time,      smallint, tinyint, duration,
                                            list,     map,    set,    udt,       tuple,    vector};
  auto type = cql::DataType::scalar(kinds[input.next(depth == 0 ? 21 : std::size(kinds))]);
  std::size_t children = 0;
  if (type.kind == list || type.kind == set || type.kind == vector) children = 1;
  if (type.kind == map) children = 2;
  if (type.kind == udt || type.kind == tuple) children = 1 + input.next(3);
  for (std::size_t i = 0; i < children; ++i) {
    type.children.push_back(make_type(input, depth - 1));
    if (type.kind == udt) type.field_names.push_back(std::string(1, static_cast<char>('a' + i)));
  }
  if (type.kind == vector) type.dimension = static_cast<std::uint32_t>(1 + input.next(5));
  return type;
}

void demand(bool held) {
  if (!held) std::abort();
}

cql::Buffer encode(const std::vector<cql::ColumnSpec>& columns, const arrow::RecordBatch& batch, bool& lossless) {
  std::vector<std::uint32_t> sizes(static_cast<std::size_t>(batch.num_rows()));
  std::vector<CellEncoder::Problem> problems;
  std::vector<std::unique_ptr<CellEncoder>> encoders;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string why;
    const auto& array = *batch.column(static_cast<int>(i));
    encoders.push_back(cqlbulk::columnar::make_cell_encoder(*array.type(), columns[i].type, why));
    demand(encoders.back() != nullptr);
    encoders.back()->add_sizes(array, sizes, problems);
    std::string json;
    for (std::int64_t row = 0; row < array.length(); ++row) cqlbulk::columnar::append_json(array, row, json);
  }
  // What no server sends is refused on the way back: null elements, text that is no UTF-8, times beyond a day.
  lossless = problems.empty();
  std::size_t total = 0;
  for (const auto size : sizes) total += size;
  cql::Buffer out(total);
  out.resize(total);
  std::vector<std::byte*> cursors;
  std::byte* at = out.data();
  for (const auto size : sizes) {
    cursors.push_back(at);
    at += size;
  }
  for (std::size_t i = 0; i < columns.size(); ++i) encoders[i]->write(*batch.column(static_cast<int>(i)), -1, cursors);
  for (std::size_t row = 0; row + 1 < cursors.size(); ++row) demand(cursors[row] + sizes[row + 1] == cursors[row + 1]);
  if (!cursors.empty()) demand(cursors.back() == out.data() + out.size());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  Input input({reinterpret_cast<const std::byte*>(data), size});
  std::vector<cql::ColumnSpec> columns;
  for (std::size_t left = 1 + input.next(3); left != 0; --left) {
    columns.push_back({"ks", "t", "c", make_type(input, 3)});
  }
  // Lengths of whole cells are set right, so that values are reached; those within are the fuzzer's.
  const std::size_t rows = 1 + input.next(3);
  cql::Buffer bytes;
  for (std::size_t left = rows * columns.size(); left != 0; --left) {
    const std::size_t length = left == 1 ? input.size() : input.next(64);
    if (length == 63) {
      bytes.append_integer(std::int32_t{-1});
      continue;
    }
    const auto value = input.take(length);
    bytes.append_integer(static_cast<std::int32_t>(value.size()));
    bytes.append(value);
  }
  cql::Buffer exact(bytes.size());
  exact.append(bytes.view());

  try {
    cqlbulk::columnar::BatchBuilder builder(columns, cqlbulk::columnar::arrow_schema_of(columns, {}));
    cqlbulk::CellIndex index;
    const auto batch = builder.build(index.index(columns, exact, rows));
    demand(batch->Validate().ok());
    bool lossless = false;
    const auto again = encode(columns, *batch, lossless);
    if (!lossless) return 0;
    const auto same = builder.build(index.index(columns, again, rows));
    demand(same->Equals(*batch, arrow::EqualOptions::Defaults().nans_equal(true)));
  } catch (const cql::Error&) {
  } catch (const cqlbulk::Error& error) {
    demand(error.error_class() != cqlbulk::ErrorClass::defect);
  }
  return 0;
}
