// Types as they travel. Counts are never believed: a vector grows as its elements really arrive.
#include "protocol/type_option.hpp"

#include <fmt/format.h>

#include "core/type_names.hpp"

namespace cql::protocol {
namespace {

constexpr std::uint16_t legacy_text = 0x000A;  // v2's text, apart from varchar.

DataType read_type(Reader& reader, std::size_t depth) {
  if (depth >= max_type_depth) reader.fail("types nested too deep");
  const std::uint16_t id = reader.u16();
  DataType type = DataType::scalar(static_cast<TypeKind>(id));
  switch (type.kind) {
    case TypeKind::custom:
      return parse_marshal_class(reader.string());
    case TypeKind::list:
    case TypeKind::set:
      type.children.push_back(read_type(reader, depth + 1));
      return type;
    case TypeKind::map:
      type.children.reserve(2);
      type.children.push_back(read_type(reader, depth + 1));
      type.children.push_back(read_type(reader, depth + 1));
      return type;
    case TypeKind::tuple:
      for (std::uint16_t left = reader.u16(); left > 0; --left) type.children.push_back(read_type(reader, depth + 1));
      return type;
    case TypeKind::udt:
      type.keyspace = reader.string();
      type.name = reader.string();
      for (std::uint16_t left = reader.u16(); left > 0; --left) {
        type.field_names.emplace_back(reader.string());
        type.children.push_back(read_type(reader, depth + 1));
      }
      return type;
    case TypeKind::ascii:
    case TypeKind::bigint:
    case TypeKind::blob:
    case TypeKind::boolean:
    case TypeKind::counter:
    case TypeKind::decimal:
    case TypeKind::double_:
    case TypeKind::float_:
    case TypeKind::int_:
    case TypeKind::timestamp:
    case TypeKind::uuid:
    case TypeKind::text:
    case TypeKind::varint:
    case TypeKind::timeuuid:
    case TypeKind::inet:
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::smallint:
    case TypeKind::tinyint:
    case TypeKind::duration:
      return type;
    case TypeKind::vector:
      break;  // Travels as a custom type; its number here is our own.
  }
  if (id == legacy_text) return DataType::scalar(TypeKind::text);
  reader.fail(fmt::format("unknown type {:#06x}", id));
}

}  // namespace

DataType read_type_option(Reader& reader) { return read_type(reader, 0); }

}  // namespace cql::protocol
