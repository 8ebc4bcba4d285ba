// The hot pieces of the client and of cqlbulk, each as a fixed amount of work on fixed input: what pieces_bench
// measures in time, and instruction_count in instructions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// Work on input that was made beforehand. Doing it twice does the same.
struct Work {
  std::function<void()> run;
  std::uint64_t units = 0;  ///< Of the piece's unit, in one run.
  std::uint64_t bytes = 0;  ///< Of the input, in one run; 0 where nobody would ask.
};

struct Piece {
  std::string name;
  std::string unit;  ///< What its cost is told per: "row", "value", "KiB", ….
  std::function<Work()> prepare;
};

/// Bytes off the wire and onto it: checksums, segments, envelopes, requests.
[[nodiscard]] std::vector<Piece> wire_pieces();
/// Values to text and back, for the types that tables are made of.
[[nodiscard]] std::vector<Piece> text_pieces();
/// Pages to files of every format, files to rows, rows to batches.
[[nodiscard]] std::vector<Piece> format_pieces();
/// From a key to the node that is asked.
[[nodiscard]] std::vector<Piece> routing_pieces();

[[nodiscard]] inline std::vector<Piece> all_pieces() {
  std::vector<Piece> all;
  for (auto* const group : {wire_pieces, text_pieces, format_pieces, routing_pieces}) {
    for (Piece& piece : group()) all.push_back(std::move(piece));
  }
  return all;
}

/// The compiler must think that somebody looks at it.
template <typename Value>
void keep(const Value& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

}  // namespace bench
