// Every hot piece by itself, in time: what instruction_count watches in instructions. Rows, values, … per second are
// of one core.
//
//   build/release/bin/pieces_bench [--benchmark_filter=…]
#include <benchmark/benchmark.h>

#include "pieces.hpp"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const bench::Piece& piece : bench::all_pieces()) {
    benchmark::RegisterBenchmark(piece.name.c_str(), [piece](benchmark::State& state) {
      const bench::Work work = piece.prepare();
      for (auto _ : state) work.run();
      using benchmark::Counter;
      const auto units = static_cast<double>(work.units);
      state.counters["per_" + piece.unit] = Counter(units, Counter::kIsIterationInvariantRate | Counter::kInvert);
      state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(work.units));
      if (work.bytes != 0) state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(work.bytes));
    });
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
