// A script of many pages, for tests of streams.
#pragma once

#include <string>

#include "support/scripted.hpp"

namespace cql::test {

/// `pages` pages of one row each, the page's number; the paging state is the number of the next one.
inline scripted::ReplyFunction counted_pages(int pages) {
  return [pages](const scripted::Request& request) {
    const int page = request.paging_state.empty() ? 0 : std::stoi(request.paging_state);
    return Reply::rows(ints({page}), page + 1 < pages ? std::to_string(page + 1) : "");
  };
}

/// The same with a text of so many bytes as the row.
inline scripted::ReplyFunction large_pages(int pages, std::size_t bytes) {
  return [pages, bytes](const scripted::Request& request) {
    const int page = request.paging_state.empty() ? 0 : std::stoi(request.paging_state);
    return Reply::rows(Rows({{"v", "text"}}).add(std::string(bytes, 'x')),
                       page + 1 < pages ? std::to_string(page + 1) : "");
  };
}

}  // namespace cql::test
