// Every hot piece once under valgrind's callgrind, which counts its instructions; run by ./dev bench instructions
// (instructions.py). Prints a line of JSON: what it was built with, then one for each piece in the order of the counts.
//
//   instruction_count [PART_OF_A_NAME…]
#include <arrow/config.h>
#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <isa-l.h>
#include <lz4.h>
#include <valgrind/callgrind.h>

#include <algorithm>
#include <boost/version.hpp>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>

#include "pieces.hpp"

namespace {

void print_versions() {
  fmt::print(
      R"({{"clang": "{}.{}.{}", "glibc": "{}", "libstdc++": "{}", "Arrow": "{}", "LZ4": "{}", "ISA-L": "{}.{}.{}", )"
      R"("fmt": "{}", "Boost": "{}", "processor": "{}"}})"
      "\n",
      __clang_major__, __clang_minor__, __clang_patchlevel__, gnu_get_libc_version(), _GLIBCXX_RELEASE,
      arrow::GetBuildInfo().version_string, LZ4_versionString(), ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION,
      ISAL_PATCH_VERSION, FMT_VERSION, BOOST_LIB_VERSION,
      __builtin_cpu_supports("avx2") ? "as callgrind has it, with AVX2" : "as callgrind has it, without AVX2");
}

bool wanted(std::string_view name, std::span<char* const> parts) {
  return parts.empty() || std::any_of(parts.begin(), parts.end(),
                                      [&](const char* part) { return name.find(part) != std::string_view::npos; });
}

/// The first run takes memory and binds symbols; the second counts.
void count(const bench::Piece& piece) {
  const bench::Work work = piece.prepare();
  work.run();
  CALLGRIND_START_INSTRUMENTATION;
  work.run();
  CALLGRIND_STOP_INSTRUMENTATION;
  CALLGRIND_DUMP_STATS_AT(piece.name.c_str());
  fmt::print("{{\"piece\": \"{}\", \"unit\": \"{}\", \"units\": {}}}\n", piece.name, piece.unit, work.units);
}

}  // namespace

int main(int argc, char** argv) {
  if (RUNNING_ON_VALGRIND == 0) {
    std::fputs("instruction_count: this runs under callgrind: ./dev bench instructions\n", stderr);
    return 2;
  }
  const std::span<char* const> parts(argv + 1, static_cast<std::size_t>(argc - 1));
  try {
    print_versions();
    for (const bench::Piece& piece : bench::all_pieces()) {
      if (wanted(piece.name, parts)) count(piece);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "instruction_count: %s\n", error.what());
    return 1;
  }
  return 0;
}
