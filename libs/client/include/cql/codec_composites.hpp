// Codecs of tuples and user-defined types, and the mapping that makes a struct of yours one (or a row, see rows.hpp).
//
//     struct Address { std::string street; std::optional<std::int32_t> zip; };
//     template <>
//     inline constexpr auto cql::fields<Address> =
//         std::tuple{cql::field("street", &Address::street), cql::field("zip", &Address::zip)};
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cql/codec.hpp"

namespace cql {

/// A field of a struct and the name it has in CQL (as the schema has it: lower case unless it was quoted).
template <typename Struct, typename Member>
struct Field {
  using Type = Member;
  std::string_view name;
  Member Struct::* member;
};
template <typename Struct, typename Member>
constexpr Field<Struct, Member> field(std::string_view name, Member Struct::* member) {
  return {name, member};
}

/// The fields of a struct: specialise it with a std::tuple of cql::field(…).
template <typename Struct>
inline constexpr auto fields = nullptr;

template <typename T>
concept Mapped = !std::same_as<std::remove_cv_t<decltype(fields<T>)>, std::nullptr_t>;

namespace detail {

/// The cells of a tuple or a user-defined type. Values written before a field was added end early: what is missing is
/// null.
class FieldReader {
 public:
  explicit FieldReader(ByteView bytes, const char* what) : reader_(bytes, what) {}
  CellView next();
  /// Throws Error{protocol} when bytes are left.
  void finish() const;

 private:
  Reader reader_;
};

[[nodiscard]] std::string unknown_field_text(std::string_view field, const DataType& type);

/// Calls `visit(field, std::integral_constant index)` for each field of a mapped struct.
template <typename T, typename Visit>
constexpr void for_each_field(Visit visit) {
  [&]<std::size_t... index>(std::index_sequence<index...>) {
    (visit(std::get<index>(fields<T>), std::integral_constant<std::size_t, index>()), ...);
  }(std::make_index_sequence<std::tuple_size_v<std::remove_cv_t<decltype(fields<T>)>>>());
}

/// The place of a field in a user-defined type, at best the same as in the struct; nothing when it is not there.
[[nodiscard]] inline std::optional<std::size_t> place_of(std::string_view name, const DataType& type,
                                                         std::size_t guess) {
  if (guess < type.field_names.size() && type.field_names[guess] == name) return guess;
  for (std::size_t i = 0; i < type.field_names.size(); ++i) {
    if (type.field_names[i] == name) return i;
  }
  return std::nullopt;
}

template <typename Tuple>
struct TupleCodec;

template <template <typename...> typename Tuple, typename... T>
struct TupleCodec<Tuple<T...>> {
  using Value = Tuple<T...>;
  static bool fits(const DataType& type, Use use) {
    std::size_t at = 0;
    return has_shape(type) && (Codec<T>::fits(type.children[at++], use) && ...);
  }
  static std::string misfit_as(const DataType& type, Use use, const std::string& cpp_name) {
    if (!has_shape(type)) return misfit_text(type, cpp_name);
    std::string reason;
    std::size_t at = 0;
    const auto look = [&]<typename Element>(const DataType& element_type) {
      if (reason.empty() && !Codec<Element>::fits(element_type, use))
        reason = detail::misfit<Element>(element_type, use);
    };
    (look.template operator()<T>(type.children[at++]), ...);
    return reason;
  }
  static DataType natural_type()
    requires requires { (Codec<T>::natural_type(), ...); }
  {
    DataType type = DataType::scalar(TypeKind::tuple);
    (type.children.push_back(Codec<T>::natural_type()), ...);
    return type;
  }
  static void encode(const Value& value, const DataType& type, Buffer& out) {
    [&]<std::size_t... index>(std::index_sequence<index...>) {
      (append_element<T>(std::get<index>(value), type.children[index], out), ...);
    }(std::index_sequence_for<T...>());
  }
  static Value decode(ByteView bytes, const DataType& type)
    requires(Readable<T> && ...)
  {
    FieldReader reader(bytes, "tuple");
    std::size_t at = 0;
    // Braces: from left to right.
    Value value{decode_cell<T>(reader.next(), type.children[at++])...};
    reader.finish();
    return value;
  }

 private:
  static bool has_shape(const DataType& type) {
    return type.kind == TypeKind::tuple && type.children.size() == sizeof...(T);
  }
};

}  // namespace detail

template <typename... T>
struct Codec<std::tuple<T...>> : detail::TupleCodec<std::tuple<T...>> {
  static std::string name() {
    std::string names;
    ((names += (names.empty() ? "" : ", ") + Codec<T>::name()), ...);
    return "std::tuple<" + names + ">";
  }
  static std::string misfit(const DataType& type, Use use) { return Codec::misfit_as(type, use, name()); }
};

template <typename First, typename Second>
struct Codec<std::pair<First, Second>> : detail::TupleCodec<std::pair<First, Second>> {
  static std::string name() { return "std::pair<" + Codec<First>::name() + ", " + Codec<Second>::name() + ">"; }
  static std::string misfit(const DataType& type, Use use) { return Codec::misfit_as(type, use, name()); }
};

/// A user-defined type. Binding: a field that the type lacks is an error; fields of the type that the struct lacks are
/// written as null. Reading: such fields are passed over; a field that the value lacks is null, and one that even the
/// type lacks is null as well, if the struct's member can be null.
template <Mapped T>
struct Codec<T> {
  static_assert(std::is_class_v<T>);
  static std::string name();
  static bool fits(const DataType& type, Use use) { return misfit(type, use).empty(); }
  static std::string misfit(const DataType& type, Use use);
  static void encode(const T& value, const DataType& type, Buffer& out);
  static T decode(ByteView bytes, const DataType& type);
};

template <Mapped T>
std::string Codec<T>::name() {
  std::string names;
  detail::for_each_field<T>([&](const auto& field, auto) {
    names += names.empty() ? "" : ", ";
    names += field.name;
  });
  return "struct {" + names + "}";
}

template <Mapped T>
std::string Codec<T>::misfit(const DataType& type, Use use) {
  if (type.kind != TypeKind::udt) return detail::misfit_text(type, name());
  std::string reason;
  detail::for_each_field<T>([&](const auto& field, auto index) {
    using Member = typename std::remove_cvref_t<decltype(field)>::Type;
    if (!reason.empty()) return;
    const auto place = detail::place_of(field.name, type, index);
    if (!place) {
      if (use == Use::binding || !ReadsNull<Member>) reason = detail::unknown_field_text(field.name, type);
    } else if (!Codec<Member>::fits(type.children[*place], use)) {
      reason = "field " + std::string(field.name) + ": " + detail::misfit<Member>(type.children[*place], use);
    }
  });
  return reason;
}

template <Mapped T>
void Codec<T>::encode(const T& value, const DataType& type, Buffer& out) {
  for (std::size_t place = 0; place < type.children.size(); ++place) {
    bool written = false;
    detail::for_each_field<T>([&](const auto& field, auto) {
      if (written || field.name != type.field_names[place]) return;
      detail::append_element(value.*field.member, type.children[place], out);
      written = true;
    });
    if (!written) out.append_integer(std::int32_t{-1});
  }
}

template <Mapped T>
T Codec<T>::decode(ByteView bytes, const DataType& type) {
  static_assert(std::is_default_constructible_v<T>, "A mapped struct that is read is made first, then filled.");
  T value{};
  const auto read_null = [](auto& member, const DataType& member_type) {
    member = detail::decode_cell<std::remove_reference_t<decltype(member)>>(std::nullopt, member_type);
  };
  detail::for_each_field<T>([&](const auto& field, auto index) {
    if (!detail::place_of(field.name, type, index)) read_null(value.*field.member, type);
  });
  detail::FieldReader reader(bytes, "user-defined type");
  for (std::size_t place = 0; place < type.children.size(); ++place) {
    const CellView cell = reader.next();
    detail::for_each_field<T>([&](const auto& field, auto) {
      using Member = typename std::remove_cvref_t<decltype(field)>::Type;
      if (field.name != type.field_names[place]) return;
      value.*field.member = detail::decode_cell<Member>(cell, type.children[place]);
    });
  }
  reader.finish();
  return value;
}

}  // namespace cql
