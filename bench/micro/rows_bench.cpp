// What typed rows cost: six columns of a row (uuid, timestamp, int, double, text of 10 and of about 100 characters)
// read from pages of 5,000 rows, beside walking over the same bytes by hand.
//
//   build/release/bin/rows_bench
#include <benchmark/benchmark.h>

#include <bit>

#include "cql/result.hpp"

namespace {

struct Record {
  cql::Uuid id;
  cql::Timestamp at;
  std::int32_t n = 0;
  double x = 0;
  std::string_view short_text;
  std::string_view long_text;
};

}  // namespace

template <>
inline constexpr auto cql::fields<Record> = std::tuple{cql::field("id", &Record::id),
                                                       cql::field("at", &Record::at),
                                                       cql::field("n", &Record::n),
                                                       cql::field("x", &Record::x),
                                                       cql::field("short", &Record::short_text),
                                                       cql::field("long", &Record::long_text)};

namespace {

constexpr std::uint32_t page_rows = 5'000;

cql::Page make_page() {
  using enum cql::TypeKind;
  auto columns = std::make_shared<std::vector<cql::ColumnSpec>>();
  const std::pair<const char*, cql::TypeKind> types[] = {{"id", uuid},   {"at", timestamp}, {"n", int_},
                                                         {"x", double_}, {"short", text},   {"long", text}};
  for (const auto& [name, kind] : types) columns->push_back({"ks", "t", name, cql::DataType::scalar(kind)});
  cql::Values values;
  for (std::uint32_t row = 0; row < page_rows; ++row) {
    values.add(cql::Uuid{}.bytes);
    values.add_bigint(1'700'000'000'000 + row);
    values.add_int(static_cast<std::int32_t>(row));
    values.add_bigint(std::bit_cast<std::int64_t>(row / 7.0));
    values.add_text("0123456789");
    values.add_text(std::string(80 + row % 41, 'x'));
  }
  auto body = std::make_shared<cql::Buffer>();
  body->append(values.wire());
  return {std::move(columns), std::move(body), 0, page_rows, {}};
}

void use(benchmark::State& state, std::uint64_t sum) {
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.items_processed() + page_rows);
}

/// What reading costs at least: each cell found by its length and read where it lies, nothing checked twice.
void by_hand(benchmark::State& state) {
  const cql::Page page = make_page();
  for (auto _ : state) {
    cql::Reader reader(page.rows());
    std::uint64_t sum = 0;
    for (std::uint32_t row = 0; row < page.row_count(); ++row) {
      const auto cell = [&] { return reader.raw(static_cast<std::size_t>(reader.i32())); };
      sum += std::to_integer<std::uint64_t>(cell()[15]);
      sum += cql::load_big_endian<std::uint64_t>(cell().data());
      sum += cql::load_big_endian<std::uint32_t>(cell().data());
      sum += cql::load_big_endian<std::uint64_t>(cell().data());
      sum += cell().size();
      sum += cell().size();
    }
    use(state, sum);
  }
}
BENCHMARK(by_hand);

template <typename Row>
std::uint64_t sum_of(const Row& id, cql::Timestamp at, std::int32_t n, double x, std::string_view a,
                     std::string_view b) {
  return std::to_integer<std::uint64_t>(id.bytes[15]) + static_cast<std::uint64_t>(at.time_since_epoch().count()) +
         static_cast<std::uint32_t>(n) + std::bit_cast<std::uint64_t>(x) + a.size() + b.size();
}

void as_tuples(benchmark::State& state) {
  const cql::Page page = make_page();
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const auto& [id, at, n, x, a, b] :
         page.rows_as<cql::Uuid, cql::Timestamp, std::int32_t, double, std::string_view, std::string_view>()) {
      sum += sum_of(id, at, n, x, a, b);
    }
    use(state, sum);
  }
}
BENCHMARK(as_tuples);

void as_structs(benchmark::State& state) {
  const cql::Page page = make_page();
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const Record& r : page.rows_as<Record>()) sum += sum_of(r.id, r.at, r.n, r.x, r.short_text, r.long_text);
    use(state, sum);
  }
}
BENCHMARK(as_structs);

void by_cursor_and_place(benchmark::State& state) {
  const cql::Page page = make_page();
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (cql::RowCursor row(page); row.next();) {
      sum += sum_of(row.get<cql::Uuid>(0), row.get<cql::Timestamp>(1), row.get<std::int32_t>(2), row.get<double>(3),
                    row.get<std::string_view>(4), row.get<std::string_view>(5));
    }
    use(state, sum);
  }
}
BENCHMARK(by_cursor_and_place);

}  // namespace

BENCHMARK_MAIN();
