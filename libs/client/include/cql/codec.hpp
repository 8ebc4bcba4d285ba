// How C++ values become the bytes of CQL values and back: the trait Codec, which says it per C++ type, and what is
// neither type nor value: null, unset, empty. The codecs themselves: codec_scalars.hpp, codec_collections.hpp,
// codec_composites.hpp. The table of C++ and CQL types: docs/guide/client-values.md.
//
// Errors name the C++ type and the CQL type; whoever knows the column adds its name.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"

namespace cql {

/// A cell as it lies in a page: nothing for null, else its bytes (which may be empty).
using CellView = std::optional<ByteView>;

/// What a C++ type is looked at for. A codec may take more for binding than for reading: an `int` may be bound to a
/// bigint, and to a tinyint when its value fits; a bigint is never read as an `int`.
enum class Use : std::uint8_t { binding, reading };

/// How values of one C++ type travel. Specialise it for types of your own:
///
///     template <>
///     struct cql::Codec<Money> {
///       static std::string name() { return "Money"; }  // for messages
///       static bool fits(const cql::DataType& type, cql::Use) { return type.kind == cql::TypeKind::bigint; }
///       static void encode(const Money& money, const cql::DataType&, cql::Buffer& out) {
///         out.append_integer(money.cents);
///       }
///       static Money decode(cql::ByteView bytes, const cql::DataType& type) {
///         return {cql::Codec<std::int64_t>::decode(bytes, type)};
///       }
///     };
///
/// `encode` appends the value's bytes without their length; `decode` gets the bytes of a value that is not null. Both
/// are called only with types that fit; a type that is only bound needs no `decode`. `decode` may return a view of the
/// bytes: they belong to the page. It must check them: throw Error{protocol} rather than read past their end.
///
/// Optional members:
///   `static std::string misfit(type, use)`       why it does not fit, when there is more to say;
///   `static DataType natural_type()`             what it is bound as where no type is known (simple queries);
///   `static std::optional<T> from_null(type)`    what null is read as, for types that have an answer;
///   `static void encode_cell(value, type, out)`  length and bytes, for values that may be null.
template <typename T>
struct Codec {
  static_assert(sizeof(T) == 0,
                "There is no cql::Codec for this C++ type: bind and read one of docs/guide/client-values.md, map a "
                "struct with cql::fields, or specialise cql::Codec for it.");
  static std::string name();
  static bool fits(const DataType& type, Use use);
  static void encode(const T& value, const DataType& type, Buffer& out);
  static T decode(ByteView bytes, const DataType& type);
};

template <typename T>
concept Readable = requires(ByteView bytes, const DataType& type) {
  { Codec<T>::decode(bytes, type) } -> std::same_as<T>;
};
template <typename T>
concept ReadsNull = requires(const DataType& type) { Codec<T>::from_null(type); };

/// Leaves a column as it is: neither a value nor null. Only for whole parameters, not inside collections.
struct Unset {};
inline constexpr Unset unset{};

/// Binds the value, or unset (not null) when there is none. Borrows the optional for the time of the call.
template <typename T>
struct UnsetIfEmpty {
  const std::optional<T>& value;
};
template <typename T>
[[nodiscard]] UnsetIfEmpty<T> unset_if_empty(const std::optional<T>& value) {
  return {value};
}
template <typename T>
UnsetIfEmpty<T> unset_if_empty(std::optional<T>&& value) = delete;

/// CQL lets most types have a value of no bytes, which is neither null nor any value of the C++ type. Reading such a
/// value as T is an error; reading it as MaybeEmpty<T> gives no `value`, and binding one without `value` writes it.
template <typename T>
struct MaybeEmpty {
  std::optional<T> value;
  bool operator==(const MaybeEmpty&) const = default;
};

namespace detail {

/// Throw Error{usage}: null, or an empty value, where the C++ type has no room for it.
[[noreturn]] void fail_null(const std::string& cpp_name);
[[noreturn]] void fail_empty(const std::string& cpp_name, const DataType& type);
/// Error{protocol} for a length that the type cannot have; an empty value as above.
[[noreturn]] void fail_size(std::size_t size, std::size_t expected, const std::string& cpp_name, const DataType& type);
/// "text does not go with std::int32_t"
[[nodiscard]] std::string misfit_text(const DataType& type, const std::string& cpp_name);
/// Writes the length of a cell that was appended after the i32 at `start`.
void finish_cell(std::size_t start, Buffer& out);

/// In words, why T is not for `type`; only asked when it is not.
template <typename T>
std::string misfit(const DataType& type, Use use) {
  if constexpr (requires { Codec<T>::misfit(type, use); }) {
    return Codec<T>::misfit(type, use);
  } else {
    return misfit_text(type, Codec<T>::name());
  }
}

template <typename T>
inline constexpr bool leaves_unset = false;
template <>
inline constexpr bool leaves_unset<Unset> = true;
template <typename T>
inline constexpr bool leaves_unset<UnsetIfEmpty<T>> = true;

/// Length and bytes of a value; T fits `type`.
template <typename T>
void append_cell(const T& value, const DataType& type, Buffer& out) {
  if constexpr (requires { Codec<T>::encode_cell(value, type, out); }) {
    Codec<T>::encode_cell(value, type, out);
  } else {
    const std::size_t start = out.size();
    out.append_integer(std::int32_t{0});
    Codec<T>::encode(value, type, out);
    finish_cell(start, out);
  }
}

/// A value inside another one.
template <typename T>
void append_element(const T& value, const DataType& type, Buffer& out) {
  static_assert(!leaves_unset<T>, "cql::unset stands for a whole parameter; inside a value there is only null.");
  append_cell(value, type, out);
}

/// The value of a cell; T fits `type`.
template <typename T>
T decode_cell(const CellView& cell, const DataType& type) {
  static_assert(Readable<T>, "This C++ type can be bound but not read: unsigned integers, const char*, cql::unset, …");
  if (cell) return Codec<T>::decode(*cell, type);
  if constexpr (ReadsNull<T>) {
    if (std::optional<T> value = Codec<T>::from_null(type)) return *std::move(value);
  }
  fail_null(Codec<T>::name());
}

}  // namespace detail

/// Null is no value.
template <typename T>
struct Codec<std::optional<T>> {
  static std::string name() { return "std::optional<" + Codec<T>::name() + ">"; }
  static bool fits(const DataType& type, Use use) { return Codec<T>::fits(type, use); }
  static std::string misfit(const DataType& type, Use use) { return detail::misfit<T>(type, use); }
  static DataType natural_type()
    requires requires { Codec<T>::natural_type(); }
  {
    return Codec<T>::natural_type();
  }
  static void encode_cell(const std::optional<T>& value, const DataType& type, Buffer& out) {
    if (value) {
      detail::append_element(*value, type, out);
    } else {
      out.append_integer(std::int32_t{-1});
    }
  }
  static std::optional<T> decode(ByteView bytes, const DataType& type)
    requires Readable<T>
  {
    return Codec<T>::decode(bytes, type);
  }
  static std::optional<std::optional<T>> from_null(const DataType& /*type*/) {
    return std::optional<std::optional<T>>(std::in_place, std::nullopt);
  }
};

/// Null, whatever the type. Binding only.
template <>
struct Codec<std::nullopt_t> {
  static std::string name() { return "std::nullopt"; }
  static bool fits(const DataType& /*type*/, Use use) { return use == Use::binding; }
  static DataType natural_type() { return {}; }
  static void encode_cell(std::nullopt_t /*value*/, const DataType& /*type*/, Buffer& out) {
    out.append_integer(std::int32_t{-1});
  }
};

/// Binding only.
template <>
struct Codec<Unset> {
  static std::string name() { return "cql::unset"; }
  static bool fits(const DataType& /*type*/, Use use) { return use == Use::binding; }
  static DataType natural_type() { return {}; }
  static void encode_cell(Unset /*value*/, const DataType& /*type*/, Buffer& out) {
    out.append_integer(std::int32_t{-2});
  }
};

/// Binding only.
template <typename T>
struct Codec<UnsetIfEmpty<T>> {
  static std::string name() { return "cql::UnsetIfEmpty<" + Codec<T>::name() + ">"; }
  static bool fits(const DataType& type, Use use) { return Codec<T>::fits(type, use); }
  static std::string misfit(const DataType& type, Use use) { return detail::misfit<T>(type, use); }
  static DataType natural_type()
    requires requires { Codec<T>::natural_type(); }
  {
    return Codec<T>::natural_type();
  }
  static void encode_cell(const UnsetIfEmpty<T>& value, const DataType& type, Buffer& out) {
    if (value.value) {
      detail::append_element(*value.value, type, out);
    } else {
      Codec<Unset>::encode_cell(unset, type, out);
    }
  }
};

template <typename T>
struct Codec<MaybeEmpty<T>> {
  static std::string name() { return "cql::MaybeEmpty<" + Codec<T>::name() + ">"; }
  static bool fits(const DataType& type, Use use) { return Codec<T>::fits(type, use); }
  static std::string misfit(const DataType& type, Use use) { return detail::misfit<T>(type, use); }
  static DataType natural_type()
    requires requires { Codec<T>::natural_type(); }
  {
    return Codec<T>::natural_type();
  }
  static void encode(const MaybeEmpty<T>& value, const DataType& type, Buffer& out) {
    if (value.value) Codec<T>::encode(*value.value, type, out);
  }
  static MaybeEmpty<T> decode(ByteView bytes, const DataType& type)
    requires Readable<T>
  {
    if (bytes.empty()) return {};
    return {Codec<T>::decode(bytes, type)};
  }
};

}  // namespace cql
