// What type a column has, nested as deep as CQL allows, and how that type is written in CQL.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cql {

/// The numbers are the protocol's option ids (native_protocol_v5.spec §4.2.5.2), except `vector`, which travels as a
/// custom type.
enum class TypeKind : std::uint16_t {
  custom = 0x0000,
  ascii = 0x0001,
  bigint = 0x0002,
  blob = 0x0003,
  boolean = 0x0004,
  counter = 0x0005,
  decimal = 0x0006,
  double_ = 0x0007,
  float_ = 0x0008,
  int_ = 0x0009,
  timestamp = 0x000B,
  uuid = 0x000C,
  text = 0x000D,  ///< Also called varchar.
  varint = 0x000E,
  timeuuid = 0x000F,
  inet = 0x0010,
  date = 0x0011,
  time = 0x0012,
  smallint = 0x0013,
  tinyint = 0x0014,
  duration = 0x0015,
  list = 0x0020,
  map = 0x0021,
  set = 0x0022,
  udt = 0x0030,
  tuple = 0x0031,
  vector = 0x8001,
};

/// A CQL type. A value: copy it freely.
struct DataType {
  TypeKind kind = TypeKind::blob;
  /// list, set, vector: the element; map: key and value; tuple and udt: the fields in order.
  std::vector<DataType> children;
  std::vector<std::string> field_names;  ///< udt: as many as children.
  std::string keyspace;                  ///< udt
  std::string name;                      ///< udt: its name; custom: the class as the server names it.
  std::uint32_t dimension = 0;           ///< vector
  /// Known from the schema only: results do not carry it. Not part of equality.
  bool frozen = false;

  bool operator==(const DataType& other) const;

  /// CQL text: "map<text, frozen<list<int>>>", udt names quoted where needed and without their keyspace.
  [[nodiscard]] std::string to_string() const;

  /// Bytes of a value when every value has the same length (int 4, uuid 16, …), else nothing. For vectors this is what
  /// Cassandra calls a fixed-length element: tinyint, smallint, date and time are *not*, although their size is.
  [[nodiscard]] std::optional<std::uint32_t> vector_element_size() const;

  static DataType scalar(TypeKind kind) {
    DataType type;
    type.kind = kind;
    return type;
  }
};

/// A column of a result or a bind marker.
struct ColumnSpec {
  std::string keyspace;
  std::string table;
  std::string name;
  DataType type;
};

[[nodiscard]] std::string_view to_string(TypeKind kind);

/// Looks up a user-defined type by name in the keyspace at hand; nothing when there is none.
using UdtLookup = std::function<std::optional<DataType>(std::string_view name)>;

/// Reads a type as system_schema writes it: "frozen<map<text, my_type>>", "vector<float, 3>", "'org.foo.Custom'".
/// Throws Error{protocol} naming the text and the position.
[[nodiscard]] DataType parse_cql_type(std::string_view text, const UdtLookup& udts = {});

/// Reads a marshal class as custom types carry it: "org.apache.cassandra.db.marshal.VectorType(…FloatType, 3)".
/// Classes that are unknown become kind `custom`, whose values are opaque bytes.
[[nodiscard]] DataType parse_marshal_class(std::string_view text);

/// Puts a CQL identifier in double quotes when it needs them: my_table, "MyTable", "a""b".
[[nodiscard]] std::string quote_identifier(std::string_view name);

}  // namespace cql
