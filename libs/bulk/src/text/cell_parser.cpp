// Choosing a column's parser.
#include "text/cell_text.hpp"
#include "text/json_reader.hpp"
#include "text/scalars.hpp"

namespace cqlbulk::text {

CellParser::CellParser(const cql::DataType& type)
    : type_(&type),
      append_(is_nested(type.kind) ? nullptr : scalar_text(type.kind).parse),
      json_(is_nested(type.kind) ? std::make_unique<JsonReader>() : nullptr) {}

CellParser::CellParser(CellParser&&) noexcept = default;
CellParser& CellParser::operator=(CellParser&&) noexcept = default;
CellParser::~CellParser() = default;

const char* CellParser::append_nested(std::string_view text, cql::Buffer& out) const {
  return json_->append(*type_, text, out);
}

}  // namespace cqlbulk::text
