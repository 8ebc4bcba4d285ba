// Walking over a page.
#include "cql/result.hpp"

namespace cql {

const std::vector<ColumnSpec>& Page::columns() const {
  static const std::vector<ColumnSpec> none;
  return columns_ ? *columns_ : none;
}

RowCursor::RowCursor(const Page& page)
    : columns_(&page.columns()), reader_(page.rows(), "rows"), left_(page.row_count()), cells_(columns_->size()) {}

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

const CellView& RowCursor::cell(std::string_view name) const { return cells_[detail::column_index(*columns_, name)]; }

}  // namespace cql
