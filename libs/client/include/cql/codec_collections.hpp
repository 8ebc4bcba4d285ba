// Codecs of list, set, map and vector<T, n>, nested as deep as the C++ types are.
//
// Null reads as an empty list, set or map: Cassandra itself keeps no difference for those that are not frozen. Where it
// matters, read std::optional<std::vector<T>>. A null vector<T, n> is an error like any null.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cql/codec.hpp"
#include "cql/types.hpp"

namespace cql {
namespace detail {

/// The elements of a list, set, map (keys and values in turn) or vector, one after the other.
class ElementReader {
 public:
  /// Throws Error{protocol} when the bytes cannot hold as many elements as they claim. Borrows both.
  ElementReader(ByteView bytes, const DataType& type);

  /// Elements, or pairs of a map: never more than the bytes could hold.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  CellView next();
  /// Throws Error{protocol} when bytes are left.
  void finish() const;

 private:
  Reader reader_;
  std::size_t count_ = 0;
  bool vector_ = false;
  std::size_t fixed_size_ = 0;  ///< Of a vector's element; 0 when each has its length.
};

void append_count(std::size_t count, Buffer& out);
void check_dimension(std::size_t count, const DataType& type);
/// Throws Error{usage} when a codec did not write `expected` bytes.
void check_vector_size(std::size_t size, std::size_t expected, const DataType& type);

[[nodiscard]] inline bool is_list_or_set(const DataType& type) {
  return (type.kind == TypeKind::list || type.kind == TypeKind::set) && type.children.size() == 1;
}
[[nodiscard]] inline bool is_vector(const DataType& type) {
  return type.kind == TypeKind::vector && type.children.size() == 1;
}

/// native_protocol_v5.spec §6.6 (vectors are Cassandra's VectorType): elements of a fixed length follow each other,
/// others have theirs in front, as an unsigned vint.
template <typename T, typename Elements>
void encode_vector(const Elements& elements, const DataType& type, Buffer& out) {
  check_dimension(elements.size(), type);
  const DataType& element_type = type.children.front();
  if (const auto fixed = element_type.vector_element_size()) {
    const std::size_t start = out.size();
    for (const T& element : elements) Codec<T>::encode(element, element_type, out);
    check_vector_size(out.size() - start, std::size_t{*fixed} * type.dimension, type);
    return;
  }
  Buffer bytes;
  for (const T& element : elements) {
    bytes.clear();
    Codec<T>::encode(element, element_type, bytes);
    append_unsigned_vint(out, bytes.size());
    out.append(bytes.view());
  }
}

template <typename T, typename Elements>
void encode_list(const Elements& elements, const DataType& type, Buffer& out) {
  append_count(elements.size(), out);
  for (const T& element : elements) append_element<T>(element, type.children.front(), out);
}

/// Nulls have no place in a vector<T, n>.
template <typename T>
inline constexpr bool may_be_in_vector =
    !requires(const T& value, const DataType& type, Buffer& out) { Codec<T>::encode_cell(value, type, out); };

template <typename T, typename Elements>
void encode_sequence(const Elements& elements, const DataType& type, Buffer& out) {
  if constexpr (may_be_in_vector<T>) {
    if (type.kind == TypeKind::vector) return encode_vector<T>(elements, type, out);
  }
  encode_list<T>(elements, type, out);
}

/// C++ sequences: any of list, set and vector<T, n>.
template <typename T>
struct SequenceCodec {
  static bool fits(const DataType& type, Use use) {
    return has_shape(type) && Codec<T>::fits(type.children.front(), use);
  }
  static std::string misfit_as(const DataType& type, Use use, const std::string& cpp_name) {
    return has_shape(type) ? detail::misfit<T>(type.children.front(), use) : misfit_text(type, cpp_name);
  }

 private:
  static bool has_shape(const DataType& type) {
    return is_list_or_set(type) || (may_be_in_vector<T> && is_vector(type));
  }
};

template <typename T>
DataType collection_of(TypeKind kind) {
  DataType type = DataType::scalar(kind);
  type.children.push_back(Codec<T>::natural_type());
  return type;
}

/// C++ sets: a CQL set.
template <typename Set>
struct SetCodec {
  using T = typename Set::key_type;
  static bool fits(const DataType& type, Use use) { return has_shape(type) && Codec<T>::fits(type.children[0], use); }
  static std::string misfit_as(const DataType& type, Use use, const std::string& cpp_name) {
    return has_shape(type) ? detail::misfit<T>(type.children[0], use) : misfit_text(type, cpp_name);
  }
  static DataType natural_type()
    requires requires { Codec<T>::natural_type(); }
  {
    return collection_of<T>(TypeKind::set);
  }
  static void encode(const Set& value, const DataType& type, Buffer& out) { encode_list<T>(value, type, out); }
  static Set decode(ByteView bytes, const DataType& type)
    requires Readable<T>
  {
    ElementReader elements(bytes, type);
    Set value;
    for (std::size_t left = elements.count(); left > 0; --left) {
      value.insert(decode_cell<T>(elements.next(), type.children[0]));
    }
    elements.finish();
    return value;
  }
  static std::optional<Set> from_null(const DataType& /*type*/) { return Set(); }

 private:
  static bool has_shape(const DataType& type) { return type.kind == TypeKind::set && type.children.size() == 1; }
};

/// C++ maps: a CQL map. Of several values for one key the last one stays.
template <typename Map>
struct MapCodec {
  using K = typename Map::key_type;
  using V = typename Map::mapped_type;
  static bool fits(const DataType& type, Use use) {
    return has_shape(type) && Codec<K>::fits(type.children[0], use) && Codec<V>::fits(type.children[1], use);
  }
  static std::string misfit_as(const DataType& type, Use use, const std::string& cpp_name) {
    if (!has_shape(type)) return misfit_text(type, cpp_name);
    if (!Codec<K>::fits(type.children[0], use)) return detail::misfit<K>(type.children[0], use);
    return detail::misfit<V>(type.children[1], use);
  }
  static DataType natural_type()
    requires requires {
      Codec<K>::natural_type();
      Codec<V>::natural_type();
    }
  {
    DataType type = collection_of<K>(TypeKind::map);
    type.children.push_back(Codec<V>::natural_type());
    return type;
  }
  static void encode(const Map& value, const DataType& type, Buffer& out) {
    append_count(value.size(), out);
    for (const auto& [key, mapped] : value) {
      append_element<K>(key, type.children[0], out);
      append_element<V>(mapped, type.children[1], out);
    }
  }
  static Map decode(ByteView bytes, const DataType& type)
    requires Readable<K> && Readable<V>
  {
    ElementReader elements(bytes, type);
    Map value;
    for (std::size_t left = elements.count(); left > 0; --left) {
      K key = decode_cell<K>(elements.next(), type.children[0]);
      value.insert_or_assign(std::move(key), decode_cell<V>(elements.next(), type.children[1]));
    }
    elements.finish();
    return value;
  }
  static std::optional<Map> from_null(const DataType& /*type*/) { return Map(); }

 private:
  static bool has_shape(const DataType& type) { return type.kind == TypeKind::map && type.children.size() == 2; }
};

}  // namespace detail

template <typename T, typename Allocator>
struct Codec<std::vector<T, Allocator>> : detail::SequenceCodec<T> {
  using Value = std::vector<T, Allocator>;
  static std::string name() { return "std::vector<" + Codec<T>::name() + ">"; }
  static std::string misfit(const DataType& type, Use use) {
    return detail::SequenceCodec<T>::misfit_as(type, use, name());
  }
  static DataType natural_type()
    requires requires { Codec<T>::natural_type(); }
  {
    return detail::collection_of<T>(TypeKind::list);
  }
  static void encode(const Value& value, const DataType& type, Buffer& out) {
    detail::encode_sequence<T>(value, type, out);
  }
  static Value decode(ByteView bytes, const DataType& type)
    requires Readable<T>
  {
    detail::ElementReader elements(bytes, type);
    Value value;
    value.reserve(elements.count());
    for (std::size_t left = elements.count(); left > 0; --left) {
      value.push_back(detail::decode_cell<T>(elements.next(), type.children.front()));
    }
    elements.finish();
    return value;
  }
  static std::optional<Value> from_null(const DataType& type) {
    return type.kind == TypeKind::vector ? std::nullopt : std::optional<Value>(Value());
  }
};

/// vector<T, n> with the same n, both ways; lists and sets are bound only.
template <typename T, std::size_t size>
struct Codec<std::array<T, size>> : detail::SequenceCodec<T> {
  using Value = std::array<T, size>;
  static std::string name() { return "std::array<" + Codec<T>::name() + ", " + std::to_string(size) + ">"; }
  static bool fits(const DataType& type, Use use) {
    if (type.kind == TypeKind::vector ? type.dimension != size : use == Use::reading) return false;
    return detail::SequenceCodec<T>::fits(type, use);
  }
  static DataType natural_type()
    requires requires { Codec<T>::natural_type(); }
  {
    DataType type = detail::collection_of<T>(TypeKind::vector);
    type.dimension = size;
    return type;
  }
  static void encode(const Value& value, const DataType& type, Buffer& out) {
    detail::encode_sequence<T>(value, type, out);
  }
  static Value decode(ByteView bytes, const DataType& type)
    requires Readable<T>
  {
    static_assert(std::is_default_constructible_v<T>, "The elements of an array that is read are made first.");
    detail::ElementReader elements(bytes, type);
    Value value{};
    for (T& element : value) element = detail::decode_cell<T>(elements.next(), type.children.front());
    elements.finish();
    return value;
  }
};

/// Binding only: list, set, vector<T, n>. A span of const std::byte is a blob.
template <typename T>
struct Codec<std::span<T>> : detail::SequenceCodec<std::remove_const_t<T>> {
  using Element = std::remove_const_t<T>;
  static std::string name() { return "std::span<" + Codec<Element>::name() + ">"; }
  static std::string misfit(const DataType& type, Use use) {
    return detail::SequenceCodec<Element>::misfit_as(type, use, name());
  }
  static void encode(std::span<T> value, const DataType& type, Buffer& out) {
    detail::encode_sequence<Element>(value, type, out);
  }
};

template <typename T, typename Compare, typename Allocator>
struct Codec<std::set<T, Compare, Allocator>> : detail::SetCodec<std::set<T, Compare, Allocator>> {
  static std::string name() { return "std::set<" + Codec<T>::name() + ">"; }
  static std::string misfit(const DataType& type, Use use) { return Codec::misfit_as(type, use, name()); }
};

template <typename T, typename Hash, typename Equal, typename Allocator>
struct Codec<std::unordered_set<T, Hash, Equal, Allocator>>
    : detail::SetCodec<std::unordered_set<T, Hash, Equal, Allocator>> {
  static std::string name() { return "std::unordered_set<" + Codec<T>::name() + ">"; }
  static std::string misfit(const DataType& type, Use use) { return Codec::misfit_as(type, use, name()); }
};

template <typename K, typename V, typename Compare, typename Allocator>
struct Codec<std::map<K, V, Compare, Allocator>> : detail::MapCodec<std::map<K, V, Compare, Allocator>> {
  static std::string name() { return "std::map<" + Codec<K>::name() + ", " + Codec<V>::name() + ">"; }
  static std::string misfit(const DataType& type, Use use) { return Codec::misfit_as(type, use, name()); }
};

template <typename K, typename V, typename Hash, typename Equal, typename Allocator>
struct Codec<std::unordered_map<K, V, Hash, Equal, Allocator>>
    : detail::MapCodec<std::unordered_map<K, V, Hash, Equal, Allocator>> {
  static std::string name() { return "std::unordered_map<" + Codec<K>::name() + ", " + Codec<V>::name() + ">"; }
  static std::string misfit(const DataType& type, Use use) { return Codec::misfit_as(type, use, name()); }
};

}  // namespace cql
