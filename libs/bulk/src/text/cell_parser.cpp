// Choosing a column's parser.
#include "text/cell_text.hpp"
#include "text/form_table.hpp"
#include "text/json_reader.hpp"
#include "text/literal_reader.hpp"

namespace cqlbulk::text {

CellParser::CellParser(const cql::DataType& type, const Forms& forms)
    : type_(&type), forms_(forms), append_(is_nested(type.kind) ? nullptr : forms_.table().of(type.kind).parse) {
  if (!is_nested(type.kind)) return;
  if (forms_.table().settings.nested == TextForms::Nested::cql) {
    literal_ = std::make_unique<LiteralReader>(forms_);
  } else {
    json_ = std::make_unique<JsonReader>(forms_);
  }
}

CellParser::CellParser(CellParser&&) noexcept = default;
CellParser::~CellParser() = default;

const char* CellParser::append_nested(std::string_view text, cql::Buffer& out) const {
  return json_ != nullptr ? json_->append(*type_, text, out) : literal_->append(*type_, text, out);
}

}  // namespace cqlbulk::text
