// Walking over a page.
#include "cql/result.hpp"

#include <fmt/format.h>

#include "cql/error.hpp"

namespace cql {

const std::vector<ColumnSpec>& Page::columns() const {
  static const std::vector<ColumnSpec> none;
  return columns_ ? *columns_ : none;
}

RowCursor::RowCursor(const Page& page)
    : page_(&page), reader_(page.rows(), "rows"), left_(page.row_count()), cells_(page.columns().size()) {}

bool RowCursor::next() {
  if (left_ == 0) return false;
  --left_;
  for (CellView& cell : cells_) {
    const std::int32_t size = reader_.i32();
    if (size < 0) {
      cell.reset();
    } else {
      cell = reader_.raw(static_cast<std::size_t>(size));
    }
  }
  return true;
}

const CellView& RowCursor::cell(std::string_view name) const {
  const std::vector<ColumnSpec>& columns = page_->columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return cells_[i];
  }
  throw Error(ErrorKind::usage, fmt::format("the result has no column {}", name));
}

}  // namespace cql
