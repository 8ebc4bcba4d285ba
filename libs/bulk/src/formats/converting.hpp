// A program's own converters around any format: its writer gets converted rows, its source's rows are converted before
// anybody sees them. Only made where there are converters.
#pragma once

#include <memory>
#include <vector>

#include "cqlbulk/column_converter.hpp"
#include "formats/format.hpp"

namespace cqlbulk::formats {

/// As make_writer. Throws cqlbulk::Error{usage} for converters that go with no column, or not with its type.
[[nodiscard]] std::unique_ptr<Writer> make_converting_writer(FormatKind kind, const FormatOptions& options,
                                                             const std::vector<cql::ColumnSpec>& columns,
                                                             std::vector<std::string> names,
                                                             std::vector<CellFact> facts,
                                                             std::vector<ColumnConverter> converters);

/// Its check_mapping refuses converters that go with no parameter, or not with its type.
[[nodiscard]] std::unique_ptr<Source> make_converting_source(std::unique_ptr<Source> source,
                                                             std::vector<ColumnConverter> converters);

}  // namespace cqlbulk::formats
