// Finding the clauses of a SELECT. The server judges the statement; here it only has to be found what must not be split
// and where the token restriction goes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cqlbulk/error.hpp"
#include "operations/cql_text.hpp"
#include "operations/select.hpp"

namespace cqlbulk::operations {

namespace {

/// Functions that look at one row at a time. What is not here may be an aggregate: then the statement runs whole, which
/// is slower and never wrong. Names ending in _as_blob, asblob and those starting with blobas, blob_as, mask_ too.
constexpr std::array row_functions{"abs",
                                   "cast",
                                   "collection_avg",
                                   "collection_count",
                                   "collection_max",
                                   "collection_min",
                                   "collection_sum",
                                   "currentdate",
                                   "current_date",
                                   "currenttime",
                                   "current_time",
                                   "currenttimestamp",
                                   "current_timestamp",
                                   "currenttimeuuid",
                                   "current_timeuuid",
                                   "dateof",
                                   "exp",
                                   "floor",
                                   "from_json",
                                   "fromjson",
                                   "log",
                                   "log10",
                                   "map_keys",
                                   "map_values",
                                   "max_timeuuid",
                                   "maxtimeuuid",
                                   "maxwritetime",
                                   "min_timeuuid",
                                   "mintimeuuid",
                                   "now",
                                   "round",
                                   "similarity_cosine",
                                   "similarity_dot_product",
                                   "similarity_euclidean",
                                   "to_date",
                                   "to_json",
                                   "to_timestamp",
                                   "to_unix_timestamp",
                                   "todate",
                                   "tojson",
                                   "token",
                                   "totimestamp",
                                   "tounixtimestamp",
                                   "ttl",
                                   "unixtimestampof",
                                   "uuid",
                                   "writetime"};

bool is_row_function(std::string_view name) {
  return std::find(row_functions.begin(), row_functions.end(), name) != row_functions.end() ||
         name.ends_with("asblob") || name.ends_with("_as_blob") || name.starts_with("blobas") ||
         name.starts_with("blob_as") || name.starts_with("mask_");
}

/// A flag at the start of the selection, unless it is a column of that name: SELECT json, x FROM …
bool takes_flag(const CqlText& cql, std::size_t at, std::string_view flag) {
  return cql.is_word(at, flag) && !cql.is_symbol(at + 1, ',') && !cql.is_symbol(at + 1, '(') &&
         !cql.is_word(at + 1, "from") && !cql.is_word(at + 1, "as");
}

class SelectParser {
 public:
  explicit SelectParser(std::string_view statement) : cql_(read_cql(statement)) {
    while (!cql_.tokens.empty() && cql_.is_symbol(cql_.tokens.size() - 1, ';')) cql_.tokens.pop_back();
  }

  SelectParts run() {
    if (!cql_.is_word(0, "select")) fail("a query must be a SELECT");
    for (std::size_t i = 0; i < size(); ++i) {
      if (cql_.is_symbol(i, ';')) fail("a query must be one statement");
    }
    std::size_t at = 1;
    if ((parts_.json = takes_flag(cql_, at, "json"))) ++at;
    if ((parts_.distinct = takes_flag(cql_, at, "distinct"))) ++at;
    at = read_selection(at);
    at = read_from(at + 1);
    if (cql_.is_word(at, "where")) at = read_where(at + 1);
    read_tail(at);
    read_markers();
    return std::move(parts_);
  }

 private:
  [[noreturn]] void fail(std::string_view message) const {
    throw Error(ErrorClass::usage, fmt::format("{}: {}", message, std::string_view(cql_.text).substr(0, 100)));
  }
  [[nodiscard]] std::size_t size() const { return cql_.tokens.size(); }

  /// The first token at or after `at`, outside brackets, that `is_end` likes; size() when none.
  template <typename IsEnd>
  [[nodiscard]] std::size_t find(std::size_t at, IsEnd is_end) const {
    while (at < size() && !is_end(at)) {
      const bool opens = cql_.is_symbol(at, '(') || cql_.is_symbol(at, '[') || cql_.is_symbol(at, '{');
      at = opens ? cql_.after_bracket(at) : at + 1;
    }
    return std::min(at, size());
  }

  std::size_t read_selection(std::size_t first) {
    const std::size_t last = find(first, [&](std::size_t i) { return cql_.is_word(i, "from"); });
    if (last == size()) fail("a query must say FROM which table");
    if (last == first) fail("a query must say what it selects");
    parts_.selection = cql_.slice(first, last);
    for (std::size_t i = first; i < last; ++i) {
      const std::string name = cql_.name(i);
      if (name.empty()) continue;
      if (cql_.is_symbol(i + 1, '(')) {
        if (parts_.aggregate.empty() && !is_row_function(name)) parts_.aggregate = name;
      } else if ((i == first || cql_.is_symbol(i - 1, ',')) &&
                 (i + 1 == last || cql_.is_symbol(i + 1, ',') || cql_.is_word(i + 1, "as"))) {
        parts_.selected.push_back(name);
      }
    }
    return last;
  }

  std::size_t read_from(std::size_t at) {
    if (cql_.name(at).empty()) fail("a query must say FROM which table");
    if (!cql_.is_symbol(at + 1, '.') || cql_.name(at + 2).empty()) {
      fail(fmt::format("a query must name the keyspace too (FROM keyspace.{})", cql_.of(cql_.tokens[at])));
    }
    parts_.keyspace = cql_.name(at);
    parts_.table = cql_.name(at + 2);
    parts_.from = cql_.slice(at, at + 3);
    return at + 3;
  }

  /// ORDER, LIMIT and ALLOW are reserved; GROUP and PER are not, but what follows them is.
  [[nodiscard]] bool starts_tail(std::size_t i) const {
    return cql_.is_word(i, "limit") || cql_.is_word(i, "order") || cql_.is_word(i, "allow") ||
           (cql_.is_word(i, "group") && cql_.is_word(i + 1, "by")) ||
           (cql_.is_word(i, "per") && cql_.is_word(i + 1, "partition") && cql_.is_word(i + 2, "limit"));
  }

  std::size_t read_where(std::size_t first) {
    const std::size_t last = find(first, [&](std::size_t i) { return starts_tail(i); });
    if (first == last) fail("WHERE must be followed by a restriction");
    parts_.where = cql_.slice(first, last);
    for (std::size_t relation = first; relation < last;) {
      const std::size_t end =
          std::min(last, find(relation, [&](std::size_t i) { return i == last || cql_.is_word(i, "and"); }));
      read_relation(relation, end);
      relation = end + 1;
    }
    return last;
  }

  void read_relation(std::size_t first, std::size_t last) {
    // (a = 1): the grammar allows brackets around a relation.
    while (first < last && cql_.is_symbol(first, '(') && cql_.after_bracket(first) == last) {
      ++first;
      --last;
    }
    if (cql_.is_word(first, "token") && cql_.is_symbol(first + 1, '(')) parts_.token_restriction = true;
    const std::string name = cql_.name(first);
    if (!name.empty() && first + 1 < last && (cql_.is_symbol(first + 1, '=') || cql_.is_word(first + 1, "in"))) {
      parts_.pinned.push_back(name);
    }
  }

  void read_tail(std::size_t first) {
    if (first < size() && !starts_tail(first)) {
      fail(fmt::format("unexpected \"{}\" in a query", cql_.of(cql_.tokens[first])));
    }
    std::size_t last = size();
    if (last - first >= 2 && cql_.is_word(last - 2, "allow") && cql_.is_word(last - 1, "filtering")) {
      parts_.allow_filtering = true;
      last -= 2;
    }
    parts_.tail = cql_.slice(first, last);
    for (std::size_t i = first; i < last; ++i) {
      if (cql_.is_word(i, "order")) parts_.order_by = true;
      if (cql_.is_word(i, "group") && cql_.is_word(i + 1, "by")) parts_.group_by = true;
      if (cql_.is_word(i, "limit")) {
        (i > first && cql_.is_word(i - 1, "partition") ? parts_.per_partition_limit : parts_.limit) = true;
      }
    }
  }

  void read_markers() {
    bool start = false;
    bool end = false;
    for (const CqlToken& token : cql_.tokens) {
      if (token.kind != CqlToken::Kind::marker) continue;
      const std::string_view marker = cql_.of(token);
      start = start || marker == ":start";
      end = end || marker == ":end";
      if (marker != ":start" && marker != ":end") {
        fail(fmt::format("a query may have the markers :start and :end, not {}", marker));
      }
    }
    if (start != end) fail(start ? "a query with :start needs :end too" : "a query with :end needs :start too");
    parts_.token_markers = start;
  }

  CqlText cql_;
  SelectParts parts_;
};

}  // namespace

SelectParts parse_select(std::string_view statement) { return SelectParser(statement).run(); }

}  // namespace cqlbulk::operations
