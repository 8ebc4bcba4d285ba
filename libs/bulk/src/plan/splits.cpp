// Cutting and joining along the ring laid out as a line. Widths are exact: the whole line has 2^64 - 1 tokens, products
// take 128 bits.
#include "plan/splits.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <queue>

namespace cqlbulk::plan {

namespace {

using cql::Token;
__extension__ using Wide = unsigned __int128;

/// start + offset, where the result is known to be on the line.
Token advance(Token start, std::uint64_t offset) {
  return static_cast<Token>(static_cast<std::uint64_t>(start) + offset);
}

/// How far a token is from the start of the line.
std::uint64_t position(Token token) {
  return static_cast<std::uint64_t>(token) - static_cast<std::uint64_t>(cql::minimum_token);
}

/// The ranges as a line from the minimum to the maximum token; the one that wraps becomes the line's two ends.
std::vector<Split> line_of(const std::vector<cql::ReplicatedRange>& ranges) {
  std::vector<Split> line;
  line.reserve(ranges.size() + 1);
  const auto add = [&line](Token start, Token end, const std::vector<std::uint32_t>& replicas) {
    if (start < end) line.push_back({{start, end}, replicas});
  };
  for (const auto& [range, replicas] : ranges) {
    if (range.wraps()) {
      add(cql::minimum_token, range.end, replicas);
      add(range.start, cql::maximum_token, replicas);
    } else {
      add(range.start, range.end, replicas);
    }
  }
  std::sort(line.begin(), line.end(), [](const Split& a, const Split& b) { return a.range.end < b.range.end; });
  if (line.empty()) line.push_back({{cql::minimum_token, cql::maximum_token}, {}});
  return line;
}

/// How many pieces each segment gets, `count` in all and at least one each: the next cut always goes where the pieces
/// are widest, so that the widest piece of all is as narrow as can be.
std::vector<std::uint64_t> share_out(const std::vector<Split>& line, std::uint64_t count) {
  struct Share {
    std::uint64_t width;
    std::uint64_t pieces;
    std::size_t segment;
  };
  const auto narrower = [](const Share& a, const Share& b) {
    const Wide left = Wide{a.width} * b.pieces;
    const Wide right = Wide{b.width} * a.pieces;
    return left != right ? left < right : a.segment > b.segment;
  };
  std::priority_queue<Share, std::vector<Share>, decltype(narrower)> widest(narrower);
  for (std::size_t i = 0; i < line.size(); ++i) widest.push({line[i].range.width(), 1, i});
  for (std::uint64_t given = line.size(); given < count; ++given) {
    Share share = widest.top();
    widest.pop();
    ++share.pieces;
    widest.push(share);
  }
  std::vector<std::uint64_t> pieces(line.size());
  for (; !widest.empty(); widest.pop()) pieces[widest.top().segment] = widest.top().pieces;
  return pieces;
}

std::vector<Split> cut(const std::vector<Split>& line, std::uint64_t count) {
  const std::vector<std::uint64_t> pieces = share_out(line, count);
  std::vector<Split> splits;
  splits.reserve(count);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto& [range, replicas] = line[i];
    Token start = range.start;
    for (std::uint64_t piece = 1; piece <= pieces[i]; ++piece) {
      const Token end = advance(range.start, static_cast<std::uint64_t>(Wide{range.width()} * piece / pieces[i]));
      splits.push_back({{start, end}, replicas});
      start = end;
    }
  }
  return splits;
}

/// Keeps count - 1 of the borders between segments: each the nearest to where equal splits would have theirs, with
/// enough borders left for those that follow.
std::vector<Split> join(const std::vector<Split>& line, std::uint64_t count) {
  const std::uint64_t length = position(cql::maximum_token);
  std::vector<Split> splits;
  splits.reserve(count);
  Token start = cql::minimum_token;
  std::size_t next = 0;  // The first segment that is not in a split yet.
  for (std::uint64_t i = 1; i < count; ++i) {
    const auto wanted = static_cast<std::uint64_t>(Wide{length} * i / count);
    const std::size_t last = line.size() - 1 - static_cast<std::size_t>(count - i);
    const auto distance = [&](std::size_t segment) {
      const std::uint64_t at = position(line[segment].range.end);
      return at > wanted ? at - wanted : wanted - at;
    };
    while (next < last && distance(next + 1) <= distance(next)) ++next;
    splits.push_back({{start, line[next].range.end}, line[next].replicas});
    start = line[next].range.end;
    ++next;
  }
  splits.push_back({{start, cql::maximum_token}, line.back().replicas});
  return splits;
}

}  // namespace

std::vector<Split> make_splits(const std::vector<cql::ReplicatedRange>& ranges, std::uint32_t count) {
  const std::vector<Split> line = line_of(ranges);
  if (ranges.empty()) return line;
  const std::uint64_t wanted = std::max(count, 1U);
  return wanted < line.size() ? join(line, wanted) : cut(line, wanted);
}

std::vector<Split> make_splits_within_ranges(const std::vector<cql::ReplicatedRange>& ranges, std::uint32_t count) {
  const std::vector<Split> line = line_of(ranges);
  if (ranges.empty()) return line;
  return cut(line, std::max<std::uint64_t>(count, line.size()));
}

std::vector<Split> bisect(const Split& split) {
  const std::uint64_t width = split.range.width();
  if (width <= 1) return {};
  const Token middle = advance(split.range.start, width / 2);
  return {{{split.range.start, middle}, split.replicas}, {{middle, split.range.end}, split.replicas}};
}

std::vector<std::uint32_t> interleave_by_primary(const std::vector<Split>& splits) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_primary;
  for (std::uint32_t i = 0; i < splits.size(); ++i) {
    by_primary[splits[i].replicas.empty() ? UINT32_MAX : splits[i].replicas.front()].push_back(i);
  }
  std::vector<std::uint32_t> order;
  order.reserve(splits.size());
  for (std::size_t round = 0; order.size() < splits.size(); ++round) {
    for (const auto& [primary, indices] : by_primary) {
      if (round < indices.size()) order.push_back(indices[round]);
    }
  }
  return order;
}

std::uint32_t default_split_count(std::size_t nodes, std::uint32_t parallelism, std::uint64_t estimated_rows,
                                  std::uint64_t estimated_bytes) {
  constexpr std::uint64_t rows_per_split = 1'000'000;
  constexpr std::uint64_t bytes_per_split = 256ULL << 20U;
  constexpr std::uint64_t most = 1'024;
  std::uint64_t count = std::max<std::uint64_t>({1, 4 * std::uint64_t{nodes}, 8 * std::uint64_t{parallelism}});
  count = std::max({count, estimated_rows / rows_per_split, estimated_bytes / bytes_per_split});
  return static_cast<std::uint32_t>(std::min(count, most));
}

}  // namespace cqlbulk::plan
