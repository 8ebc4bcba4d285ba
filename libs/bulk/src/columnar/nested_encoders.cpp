// Lists, maps and structs of Arrow to list, set, vector, map, tuple and udt, down to any depth of the type.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "columnar/columnar.hpp"
#include "columnar/value_encoder.hpp"
#include "cql/types.hpp"
#include "rows/nullable_list.hpp"

namespace cqlbulk::columnar {

namespace {

/// The fixed-size list says its length itself, the others by offsets; all three say it by these two calls.
template <typename Source>
class ListValue final : public ValueEncoder {
 public:
  ListValue(std::unique_ptr<ValueEncoder> element, bool takes_nulls)
      : element_(std::move(element)), takes_nulls_(takes_nulls) {}

  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    const auto& lists = static_cast<const Source&>(array);
    const arrow::Array& elements = *lists.values();
    const std::int64_t begin = lists.value_offset(index);
    const std::int64_t count = lists.value_length(index);
    const std::size_t at = open_length(out);
    out.append_integer(static_cast<std::int32_t>(count));
    for (std::int64_t i = begin; i < begin + count; ++i) {
      if (is_null(elements, i)) {
        if (takes_nulls_) {
          out.append_integer(std::int32_t{-1});
          continue;
        }
        reason = fmt::format("element {} is null, which a collection cannot hold", i - begin);
        return false;
      }
      if (!element_->append(elements, i, out, reason)) {
        reason = fmt::format("element {}: {}", i - begin, reason);
        return false;
      }
      if (out.size() - at > most_row_bytes) break;  // close_length says so.
    }
    return close_length(out, at, reason);
  }

 private:
  std::unique_ptr<ValueEncoder> element_;
  bool takes_nulls_;
};

template <typename Source>
class VectorValue final : public ValueEncoder {
 public:
  VectorValue(std::unique_ptr<ValueEncoder> element, const cql::DataType& to)
      : element_(std::move(element)),
        dimension_(to.dimension),
        fixed_(to.children.at(0).vector_element_size().has_value()) {}

  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    const auto& lists = static_cast<const Source&>(array);
    const arrow::Array& elements = *lists.values();
    const std::int64_t begin = lists.value_offset(index);
    const std::int64_t count = lists.value_length(index);
    if (count != dimension_) {
      reason = fmt::format("{} elements for a vector of {}", count, dimension_);
      return false;
    }
    const std::size_t at = open_length(out);
    for (std::int64_t i = begin; i < begin + count; ++i) {
      if (is_null(elements, i)) {
        reason = fmt::format("element {} is null, which a vector cannot hold", i - begin);
        return false;
      }
      if (!append_element(elements, i, out, reason)) {
        reason = fmt::format("element {}: {}", i - begin, reason);
        return false;
      }
    }
    return close_length(out, at, reason);
  }

 private:
  bool append_element(const arrow::Array& elements, std::int64_t index, cql::Buffer& out, std::string& reason) {
    element_bytes_.clear();
    if (!element_->append(elements, index, element_bytes_, reason)) return false;
    const cql::ByteView value = element_bytes_.view().subspan(sizeof(std::int32_t));
    if (!fixed_) cql::append_unsigned_vint(out, value.size());
    out.append(value);
    return true;
  }

  std::unique_ptr<ValueEncoder> element_;
  std::int64_t dimension_;
  bool fixed_;
  cql::Buffer element_bytes_;
};

class MapValue final : public ValueEncoder {
 public:
  MapValue(std::unique_ptr<ValueEncoder> key, std::unique_ptr<ValueEncoder> value)
      : key_(std::move(key)), value_(std::move(value)) {}

  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    const auto& maps = static_cast<const arrow::MapArray&>(array);
    const std::int64_t begin = maps.value_offset(index);
    const std::int64_t count = maps.value_length(index);
    const std::size_t at = open_length(out);
    out.append_integer(static_cast<std::int32_t>(count));
    for (std::int64_t i = begin; i < begin + count; ++i) {
      if (!append_part(*key_, *maps.keys(), i, out, reason) || !append_part(*value_, *maps.items(), i, out, reason)) {
        reason = fmt::format("entry {}: {}", i - begin, reason);
        return false;
      }
      if (out.size() - at > most_row_bytes) break;
    }
    return close_length(out, at, reason);
  }

 private:
  static bool append_part(ValueEncoder& encoder, const arrow::Array& array, std::int64_t index, cql::Buffer& out,
                          std::string& reason) {
    if (is_null(array, index)) {
      reason = "a null, which a map cannot hold";
      return false;
    }
    return encoder.append(array, index, out, reason);
  }

  std::unique_ptr<ValueEncoder> key_;
  std::unique_ptr<ValueEncoder> value_;
};

/// A field of the target: which field of the struct it comes from, -1 for none.
struct StructField {
  int source = -1;
  std::string name;
  std::unique_ptr<ValueEncoder> value;
};

class StructValue final : public ValueEncoder {
 public:
  explicit StructValue(std::vector<StructField> fields) : fields_(std::move(fields)) {}

  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    const auto& structs = static_cast<const arrow::StructArray&>(array);
    const std::size_t at = open_length(out);
    for (auto& field : fields_) {
      const arrow::Array* child = field.source < 0 ? nullptr : structs.field(field.source).get();
      if (child == nullptr || is_null(*child, index)) {
        out.append_integer(std::int32_t{-1});
      } else if (!field.value->append(*child, index, out, reason)) {
        reason = fmt::format("field {}: {}", field.name, reason);
        return false;
      }
    }
    return close_length(out, at, reason);
  }

 private:
  std::vector<StructField> fields_;
};

std::unique_ptr<ValueEncoder> make_list_encoder(const arrow::DataType& from, const cql::DataType& to,
                                                std::string& why) {
  const bool known = from.id() == arrow::Type::LIST || from.id() == arrow::Type::LARGE_LIST ||
                     from.id() == arrow::Type::FIXED_SIZE_LIST;
  if (!known) return refuse(from, to, why), nullptr;
  auto element = make_value_encoder(*from.field(0)->type(), to.children.at(0), why);
  if (!element) return nullptr;
  const auto make = [&]<typename Source>() -> std::unique_ptr<ValueEncoder> {
    if (to.kind == cql::TypeKind::vector) return std::make_unique<VectorValue<Source>>(std::move(element), to);
    return std::make_unique<ListValue<Source>>(std::move(element), is_nullable_list(to));
  };
  if (from.id() == arrow::Type::LIST) return make.operator()<arrow::ListArray>();
  if (from.id() == arrow::Type::LARGE_LIST) return make.operator()<arrow::LargeListArray>();
  return make.operator()<arrow::FixedSizeListArray>();
}

std::unique_ptr<ValueEncoder> make_map_encoder(const arrow::DataType& from, const cql::DataType& to, std::string& why) {
  if (from.id() != arrow::Type::MAP) return refuse(from, to, why), nullptr;
  const auto& type = static_cast<const arrow::MapType&>(from);
  auto key = make_value_encoder(*type.key_type(), to.children.at(0), why);
  if (!key) return nullptr;
  auto value = make_value_encoder(*type.item_type(), to.children.at(1), why);
  if (!value) return nullptr;
  return std::make_unique<MapValue>(std::move(key), std::move(value));
}

/// Fields find each other by name; those of a tuple, whose own have none, by number when the names are no numbers.
std::unique_ptr<ValueEncoder> make_struct_encoder(const arrow::DataType& from, const cql::DataType& to,
                                                  std::string& why) {
  if (from.id() != arrow::Type::STRUCT) return refuse(from, to, why), nullptr;
  const auto& type = static_cast<const arrow::StructType&>(from);
  const bool by_place = to.kind == cql::TypeKind::tuple && type.GetFieldIndex("0") < 0;
  if (by_place && static_cast<std::size_t>(type.num_fields()) != to.children.size()) {
    return refuse(from, to, why), nullptr;
  }
  std::vector<StructField> fields;
  int found = 0;
  for (std::size_t i = 0; i < to.children.size(); ++i) {
    StructField field;
    field.name = to.kind == cql::TypeKind::udt ? to.field_names.at(i) : std::to_string(i);
    field.source = by_place ? static_cast<int>(i) : type.GetFieldIndex(field.name);
    if (field.source >= 0) {
      ++found;
      field.value = make_value_encoder(*type.field(field.source)->type(), to.children[i], why);
      if (!field.value) return why += " (field " + field.name + ")", nullptr;
    }
    fields.push_back(std::move(field));
  }
  if (found != type.num_fields()) {
    refuse(from, to, why);
    why += ": it has fields that the type has not";
    return nullptr;
  }
  return std::make_unique<StructValue>(std::move(fields));
}

}  // namespace

std::unique_ptr<ValueEncoder> make_nested_encoder(const arrow::DataType& from, const cql::DataType& to,
                                                  std::string& why) {
  switch (to.kind) {
    case cql::TypeKind::map:
      return make_map_encoder(from, to, why);
    case cql::TypeKind::tuple:
    case cql::TypeKind::udt:
      return make_struct_encoder(from, to, why);
    default:
      return make_list_encoder(from, to, why);
  }
}

}  // namespace cqlbulk::columnar
