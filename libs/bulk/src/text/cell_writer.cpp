// Choosing a column's writers.
#include "text/cell_text.hpp"
#include "text/form_table.hpp"

namespace cqlbulk::text {

CellWriter::CellWriter(const cql::DataType& type, const Forms& forms)
    : type_(&type),
      forms_(forms),
      append_(forms_.table().of(type.kind).write),
      append_json_(forms_.table().of(type.kind).write_json) {}

}  // namespace cqlbulk::text
