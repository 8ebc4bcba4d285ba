// Bound values in the form they travel in.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "cql/bytes.hpp"
#include "cql/codec.hpp"
#include "cql/codec_collections.hpp"
#include "cql/codec_composites.hpp"
#include "cql/codec_scalars.hpp"
#include "cql/data_type.hpp"

namespace cql {

namespace detail {

/// What an argument is bound as: a string literal as const char*, everything else as itself.
template <typename T>
using BoundAs = std::conditional_t<std::is_array_v<T> && std::is_convertible_v<T, const char*>, const char*,
                                   std::conditional_t<std::same_as<T, char*>, const char*, std::remove_cv_t<T>>>;

/// Throws Error{usage}: parameter, its CQL type, the C++ type, the reason.
[[noreturn]] void fail_binding(const ColumnSpec& parameter, const std::string& cpp_name, const std::string& reason);
/// Throws the error being handled again, with the parameter's name in front.
[[noreturn]] void rethrow_for_parameter(const ColumnSpec& parameter);

}  // namespace detail

/// Bound values in wire form: per value an i32 length (-1 null, -2 unset) and its bytes. Rows of results have the same
/// form, so values can travel from a result into a statement untouched. PreparedStatement::bind makes them checked.
class Values {
 public:
  /// For simple queries, where nobody knows the parameters' types: each value travels as the CQL type that is natural
  /// for its C++ type (std::int32_t as int, std::int64_t as bigint, std::string as text, std::vector as list, …; see
  /// docs/guide/client-values.md). The server refuses, or misreads, what its column is not: prepare the statement when
  /// in doubt.
  template <typename... T>
  [[nodiscard]] static Values of(const T&... values) {
    Values made;
    (made.add_natural<detail::BoundAs<T>>(values), ...);
    return made;
  }

  void add(ByteView value);
  void add_null() {
    bytes_.append_integer(std::int32_t{-1});
    ++count_;
  }
  /// Leaves the column as it is; the server refuses it for key columns.
  void add_unset() {
    bytes_.append_integer(std::int32_t{-2});
    ++count_;
  }
  void add_text(std::string_view value) { add(as_bytes(value)); }
  void add_bigint(std::int64_t value) {
    bytes_.append_integer(std::int32_t{8});
    bytes_.append_integer(value);
    ++count_;
  }
  void add_int(std::int32_t value) {
    bytes_.append_integer(std::int32_t{4});
    bytes_.append_integer(value);
    ++count_;
  }
  /// Adds a value for a bind marker. Throws Error{usage} naming the marker when the C++ type or the value is not for
  /// it; the values stay as they were then.
  template <typename T>
  void add(const T& value, const ColumnSpec& parameter) {
    add_checked<detail::BoundAs<T>>(value, parameter);
  }
  /// Takes `count` values that already are in wire form.
  void add_wire(ByteView wire, std::size_t count) {
    bytes_.append(wire);
    count_ += count;
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] ByteView wire() const noexcept { return bytes_.view(); }

 private:
  template <typename T>
  void add_natural(const T& value) {
    static_assert(
        requires { Codec<T>::natural_type(); },
        "This C++ type has no CQL type of its own (an unsigned integer, a mapped struct): prepare the "
        "statement and bind it there.");
    detail::append_cell<T>(value, Codec<T>::natural_type(), bytes_);
    ++count_;
  }
  template <typename T>
  void add_checked(const T& value, const ColumnSpec& parameter) {
    if (!Codec<T>::fits(parameter.type, Use::binding)) {
      detail::fail_binding(parameter, Codec<T>::name(), detail::misfit<T>(parameter.type, Use::binding));
    }
    const std::size_t start = bytes_.size();
    try {
      detail::append_cell<T>(value, parameter.type, bytes_);
    } catch (...) {
      bytes_.resize(start);
      detail::rethrow_for_parameter(parameter);
    }
    ++count_;
  }

  Buffer bytes_;
  std::size_t count_ = 0;
};

}  // namespace cql
