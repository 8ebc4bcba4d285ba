// Which Arrow type a CQL type is exported as, and what is kept beside it so that a load can recreate the CQL type.
#include <arrow/extension/uuid.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include <algorithm>

#include "columnar/columnar.hpp"
#include "cqlbulk/error.hpp"

namespace cqlbulk::columnar {

namespace {

arrow::FieldVector struct_fields(const cql::DataType& type, const ColumnarOptions& forms) {
  arrow::FieldVector fields;
  for (std::size_t i = 0; i < type.children.size(); ++i) {
    const bool named = type.kind == cql::TypeKind::udt;
    fields.push_back(
        arrow::field(named ? type.field_names.at(i) : std::to_string(i), arrow_type_of(type.children[i], forms)));
  }
  return fields;
}

std::shared_ptr<arrow::DataType> vector_type(const cql::DataType& type, const ColumnarOptions& forms) {
  if (type.dimension == 0 || type.dimension > INT32_MAX) {
    throw Error(ErrorClass::failed, fmt::format("{} has a dimension that Arrow cannot hold", type.to_string()));
  }
  return arrow::fixed_size_list(arrow_type_of(type.children.at(0), forms), static_cast<std::int32_t>(type.dimension));
}

std::shared_ptr<arrow::DataType> decimal_type(const char* option, std::int32_t precision, std::int32_t scale) {
  if (precision < 1 || precision > arrow::Decimal256Type::kMaxPrecision || scale < 0 || scale > precision) {
    throw Error(ErrorClass::usage, fmt::format("{}: a decimal has 1 to {} digits, and no more of them behind the point",
                                               option, arrow::Decimal256Type::kMaxPrecision));
  }
  if (precision <= arrow::Decimal128Type::kMaxPrecision) return arrow::decimal128(precision, scale);
  return arrow::decimal256(precision, scale);
}

std::shared_ptr<arrow::DataType> duration_type(DurationForm form) {
  switch (form) {
    case DurationForm::text:
      return arrow::utf8();
    case DurationForm::interval:
      return arrow::month_day_nano_interval();
    default:  // DurationForm::fields
      return arrow::struct_({arrow::field("months", arrow::int32()), arrow::field("days", arrow::int32()),
                             arrow::field("nanoseconds", arrow::int64())});
  }
}

/// CREATE TYPE for every user-defined type within, the inner ones first, each once.
void append_definitions(const cql::DataType& type, std::vector<std::string>& definitions) {
  for (const auto& child : type.children) append_definitions(child, definitions);
  if (type.kind != cql::TypeKind::udt) return;
  std::string text = fmt::format("CREATE TYPE {} (", cql::quote_identifier(type.name));
  for (std::size_t i = 0; i < type.children.size(); ++i) {
    // Only frozen non-scalars may be fields of a type; results do not say "frozen".
    const auto& child = type.children[i];
    const std::string child_text = child.to_string();
    const bool freeze = !child.children.empty() && child.kind != cql::TypeKind::tuple &&
                        child.kind != cql::TypeKind::vector && !child_text.starts_with("frozen<");
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", cql::quote_identifier(type.field_names.at(i)),
                        freeze ? "frozen<" + child_text + ">" : child_text);
  }
  text += ");";
  if (std::find(definitions.begin(), definitions.end(), text) == definitions.end()) definitions.push_back(text);
}

std::shared_ptr<const arrow::KeyValueMetadata> metadata_of(const cql::DataType& type) {
  std::vector<std::string> keys{std::string(cql_type_key)};
  std::vector<std::string> values{type.to_string()};
  std::vector<std::string> definitions;
  append_definitions(type, definitions);
  if (!definitions.empty()) {
    keys.emplace_back(cql_udts_key);
    values.push_back(fmt::format("{}", fmt::join(definitions, "\n")));
  }
  return arrow::key_value_metadata(std::move(keys), std::move(values));
}

}  // namespace

std::shared_ptr<arrow::DataType> arrow_type_of(const cql::DataType& type, const ColumnarOptions& forms) {
  using enum cql::TypeKind;
  switch (type.kind) {
    case ascii:
    case text:
    case inet:
      return arrow::utf8();
    case decimal:
      return forms.decimal ? decimal_type("--decimal-form", forms.decimal->precision, forms.decimal->scale)
                           : arrow::utf8();
    case varint:
      return forms.varint_precision ? decimal_type("--varint-form", *forms.varint_precision, 0) : arrow::utf8();
    case bigint:
    case counter:
      return arrow::int64();
    case blob:
    case custom:
      return arrow::binary();
    case boolean:
      return arrow::boolean();
    case double_:
      return arrow::float64();
    case float_:
      return arrow::float32();
    case int_:
      return arrow::int32();
    case smallint:
      return arrow::int16();
    case tinyint:
      return arrow::int8();
    case date:
      return arrow::date32();
    case time:
      return arrow::time64(arrow::TimeUnit::NANO);
    case timestamp:
      return arrow::timestamp(arrow::TimeUnit::MILLI, "UTC");
    case uuid:
    case timeuuid:
      return arrow::extension::uuid();
    case duration:
      return duration_type(forms.duration);
    case list:
    case set:
      return arrow::list(arrow_type_of(type.children.at(0), forms));
    case map:
      return arrow::map(arrow_type_of(type.children.at(0), forms), arrow_type_of(type.children.at(1), forms));
    case tuple:
    case udt:
      return arrow::struct_(struct_fields(type, forms));
    case vector:
      return vector_type(type, forms);
  }
  return arrow::binary();  // A kind the protocol gains one day: its bytes as they are.
}

std::shared_ptr<arrow::Schema> arrow_schema_of(std::span<const cql::ColumnSpec> columns,
                                               std::span<const std::string> names, const ColumnarOptions& forms) {
  arrow::FieldVector fields;
  fields.reserve(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& name = i < names.size() ? names[i] : columns[i].name;
    fields.push_back(
        arrow::field(name, arrow_type_of(columns[i].type, forms), /*nullable=*/true, metadata_of(columns[i].type)));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace cqlbulk::columnar
