#include "observe/piece_ranking.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "observe/number_text.hpp"

namespace cqlbulk::observe {

namespace {

/// Puts a piece where it belongs, if it is among the first.
template <typename Value>
void rank(std::vector<PieceSample>& ranked, const PieceDone& piece, Value PieceSample::* by, Value value) {
  if (ranked.size() == PieceRanking::kept && ranked.back().*by >= value) return;
  const auto place = std::ranges::find_if(ranked, [&](const PieceSample& other) { return other.*by < value; });
  ranked.insert(place, {name_of(piece), piece.rows, piece.bytes, piece.seconds.count()});
  if (ranked.size() > PieceRanking::kept) ranked.pop_back();
}

}  // namespace

std::string name_of(const PieceDone& piece) {
  if (piece.range) return fmt::format("token range ({}, {}]", piece.range->start, piece.range->end);
  if (piece.source.empty()) return "the whole query";
  return fmt::format("{} from record {}", piece.source, grouped(piece.first_record + 1));
}

void PieceRanking::add(const PieceDone& piece) {
  rank(slowest_, piece, &PieceSample::seconds, piece.seconds.count());
  rank(largest_, piece, &PieceSample::rows, piece.rows);
}

}  // namespace cqlbulk::observe
