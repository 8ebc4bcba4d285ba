// Choosing a column's writers. Nested types are JSON in either form.
#include "text/cell_text.hpp"
#include "text/nested_writer.hpp"
#include "text/scalars.hpp"

namespace cqlbulk::text {

CellWriter::CellWriter(const cql::DataType& type)
    : type_(&type),
      append_(is_nested(type.kind) ? nested_writer(type.kind) : scalar_text(type.kind).write),
      append_json_(json_writer(type.kind)) {}

}  // namespace cqlbulk::text
