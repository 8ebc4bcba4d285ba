// Column converters of functions on C++ values, by the client's codecs (docs/guide/client-values.md has the types).
//
//     options.converters = {
//         cqlbulk::into_file<std::int64_t>("price", [](std::int64_t cents) { return std::to_string(cents / 100); }),
//     };
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "cql/values.hpp"
#include "cqlbulk/column_converter.hpp"

namespace cqlbulk {

namespace detail {

template <typename T>
struct ConverterResult {
  using Value = T;
  static bool append(const T& value, const cql::DataType& type, cql::Buffer& out) {
    cql::Codec<T>::encode(value, type, out);
    return true;
  }
};
template <typename T>
struct ConverterResult<std::optional<T>> {
  using Value = T;
  static bool append(const std::optional<T>& value, const cql::DataType& type, cql::Buffer& out) {
    return value && ConverterResult<T>::append(*value, type, out);
  }
};

/// Why values of the C++ type are not for the column.
template <typename T>
std::string converter_misfit(const cql::DataType& type, cql::Use use) {
  return cql::Codec<T>::fits(type, use) ? std::string() : cql::detail::misfit<T>(type, use);
}

}  // namespace detail

/// For an export: the column's values are read as From and given to `function`, what it returns goes to the file, as
/// the CQL type that is natural for it (std::string: text, std::int64_t: bigint, …). An optional without value is null.
template <typename From, typename Function>
[[nodiscard]] ColumnConverter into_file(std::string column, Function function) {
  using Result = detail::ConverterResult<std::invoke_result_t<const Function&, From>>;
  using To = typename Result::Value;
  cql::DataType file_type = cql::Codec<To>::natural_type();
  auto convert = [function = std::move(function), file_type](cql::ByteView value, const cql::DataType& column_type,
                                                             cql::Buffer& out) {
    return Result::append(function(cql::Codec<From>::decode(value, column_type)), file_type, out);
  };
  return {std::move(column), file_type, std::move(convert),
          [](const cql::DataType& type) { return detail::converter_misfit<From>(type, cql::Use::reading); }};
}

/// For a load: the file's values are read as the CQL type that is natural for From (std::string_view: text), and what
/// `function` returns of them is bound to the column. An optional without value is null.
template <typename From, typename Function>
[[nodiscard]] ColumnConverter out_of_file(std::string column, Function function) {
  using Result = detail::ConverterResult<std::invoke_result_t<const Function&, From>>;
  using To = typename Result::Value;
  cql::DataType file_type = cql::Codec<From>::natural_type();
  auto convert = [function = std::move(function), file_type](cql::ByteView value, const cql::DataType& column_type,
                                                             cql::Buffer& out) {
    return Result::append(function(cql::Codec<From>::decode(value, file_type)), column_type, out);
  };
  return {std::move(column), file_type, std::move(convert),
          [](const cql::DataType& type) { return detail::converter_misfit<To>(type, cql::Use::binding); }};
}

}  // namespace cqlbulk
