// The functions that write and read each type in the forms that were asked for, chosen once: what CellWriter and
// CellParser take, shared by all columns.
#pragma once

#include <memory>
#include <string_view>

#include "cql/data_type.hpp"
#include "cqlbulk/text_forms.hpp"

namespace cqlbulk::text {

struct FormTable;

/// A handle, cheap to copy; what it points to never changes.
class Forms {
 public:
  /// The defaults.
  Forms();
  /// Throws cqlbulk::Error{usage} naming every setting that cannot be.
  explicit Forms(const TextForms& forms);

  [[nodiscard]] const FormTable& table() const { return *table_; }
  /// Every character that a column's text of this kind can have; empty when it can have any.
  [[nodiscard]] std::string_view alphabet(cql::TypeKind kind) const;

 private:
  std::shared_ptr<const FormTable> table_;
};

}  // namespace cqlbulk::text
