// Rows of a page as C++ values: one cell at a time with RowCursor, or whole rows as tuples and structs with
// Page::rows_as. Only what is asked for is decoded.
//
// Lifetime: string_view and ByteView, wherever they stand in what is read, borrow from the page's bytes: they are valid
// as long as the page or a copy of it lives. Everything else is the caller's own.
// Errors: Error{usage} naming the column for a C++ type that does not go with the column's, for null and empty values
// where the C++ type has no room for them; Error{protocol} for bytes that are not what they should be.
// Threads: a page may be read by several threads at once, a cursor by one.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/codec.hpp"
#include "cql/codec_collections.hpp"
#include "cql/codec_composites.hpp"
#include "cql/codec_scalars.hpp"
#include "cql/data_type.hpp"

namespace cql {

class Page;

namespace detail {

[[noreturn]] void fail_reading(const ColumnSpec& column, const std::string& cpp_name, const std::string& reason);
/// Throws the error being handled again, with the column's name in front.
[[noreturn]] void rethrow_for_column(const ColumnSpec& column);
/// Throws Error{usage} with the names of the result's columns.
[[noreturn]] void fail_column_count(const std::vector<ColumnSpec>& columns, std::size_t wanted);
/// The place of a column; throws Error{usage} naming it when there is none.
[[nodiscard]] std::size_t column_index(const std::vector<ColumnSpec>& columns, std::string_view name);

template <typename T>
void check_readable(const ColumnSpec& column) {
  static_assert(Readable<T>, "This C++ type can be bound but not read: unsigned integers, const char*, cql::unset, …");
  if (!Codec<T>::fits(column.type, Use::reading)) [[unlikely]] {
    fail_reading(column, Codec<T>::name(), misfit<T>(column.type, Use::reading));
  }
}

/// The value of a cell whose column was checked.
template <typename T>
T decode_column(const CellView& cell, const ColumnSpec& column) {
  try {
    return decode_cell<T>(cell, column.type);
  } catch (...) {
    rethrow_for_column(column);
  }
}

}  // namespace detail

/// Walks over a page row by row, checking every length. The page must outlive the cursor; nothing is decoded but what
/// `get` asks for. Bulk work indexes pages by itself.
class RowCursor {
 public:
  explicit RowCursor(const Page& page);
  /// Steps to the next row; false after the last. Throws Error{protocol} when a length points outside the page.
  bool next();

  [[nodiscard]] const std::vector<ColumnSpec>& columns() const noexcept { return *columns_; }
  [[nodiscard]] std::size_t column_count() const noexcept { return cells_.size(); }

  /// A cell of this row as it lies in the page. By name: throws Error{usage} naming the column when there is none.
  [[nodiscard]] const CellView& cell(std::size_t column) const { return cells_.at(column); }
  [[nodiscard]] const CellView& cell(std::string_view name) const;

  /// A cell of this row as a C++ value: row.get<std::int32_t>("k"), row.get<std::optional<std::string_view>>(1). The
  /// column's type is checked at each call, and a name is looked up at each call: where that counts, use rows_as.
  template <typename T>
  [[nodiscard]] T get(std::size_t column) const {
    const CellView& value = cells_.at(column);
    detail::check_readable<T>((*columns_)[column]);
    return detail::decode_column<T>(value, (*columns_)[column]);
  }
  template <typename T>
  [[nodiscard]] T get(std::string_view name) const {
    return get<T>(detail::column_index(*columns_, name));
  }

 private:
  const std::vector<ColumnSpec>* columns_;
  Reader reader_;
  std::uint32_t left_;
  std::vector<CellView> cells_;
};

namespace detail {

/// How a row becomes an R: which columns are needed, checked once, and how they are put together.
template <typename R>
struct RowShape;

template <typename... T>
struct RowShape<std::tuple<T...>> {
  using Indices = std::array<std::size_t, sizeof...(T)>;
  static Indices check(const std::vector<ColumnSpec>& columns) {
    if (columns.size() != sizeof...(T)) fail_column_count(columns, sizeof...(T));
    Indices indices{};
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
    [[maybe_unused]] auto column = columns.begin();
    (check_readable<T>(*column++), ...);
    return indices;
  }
  static std::tuple<T...> read(const RowCursor& row, const Indices& /*indices*/) {
    [[maybe_unused]] std::size_t at = 0;
    // Braces: from left to right. The cell is looked up before the step to the next column.
    return std::tuple<T...>{read_next<T>(row, at)...};
  }

 private:
  template <typename Value>
  static Value read_next(const RowCursor& row, std::size_t& at) {
    const std::size_t column = at++;
    return decode_column<Value>(row.cell(column), row.columns()[column]);
  }
};

template <Mapped R>
struct RowShape<R> {
  using Indices = std::array<std::size_t, std::tuple_size_v<std::remove_cv_t<decltype(fields<R>)>>>;
  static Indices check(const std::vector<ColumnSpec>& columns) {
    static_assert(std::is_default_constructible_v<R>, "A mapped struct that is read is made first, then filled.");
    Indices indices{};
    for_each_field<R>([&](const auto& field, auto index) {
      indices[index] = column_index(columns, field.name);
      check_readable<typename std::remove_cvref_t<decltype(field)>::Type>(columns[indices[index]]);
    });
    return indices;
  }
  static R read(const RowCursor& row, const Indices& indices) {
    R value{};
    for_each_field<R>([&](const auto& field, auto index) {
      using Member = typename std::remove_cvref_t<decltype(field)>::Type;
      const std::size_t column = indices[index];
      value.*field.member = decode_column<Member>(row.cell(column), row.columns()[column]);
    });
    return value;
  }
};

template <typename T>
inline constexpr bool is_tuple = false;
template <typename... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;

template <typename First, typename... Others>
struct RowType {
  using Type = std::tuple<First, Others...>;
};
template <typename Only>
  requires(is_tuple<Only> || Mapped<Only>)
struct RowType<Only> {
  using Type = Only;
};

}  // namespace detail

/// The rows of a page as R, a std::tuple or a mapped struct: an input range. Columns and types were checked when it was
/// made; a row is decoded when the iterator is dereferenced. The page must outlive it.
template <typename R>
class TypedRows {
 public:
  explicit TypedRows(const Page& page)
      : page_(&page), indices_(detail::RowShape<R>::check(RowCursor(page).columns())) {}

  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = R;
    using difference_type = std::ptrdiff_t;

    Iterator(const Page& page, const typename detail::RowShape<R>::Indices& indices)
        : row_(page), indices_(indices), more_(row_.next()) {}
    R operator*() const { return detail::RowShape<R>::read(row_, indices_); }
    Iterator& operator++() {
      more_ = row_.next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t /*end*/) const { return !more_; }

   private:
    RowCursor row_;
    typename detail::RowShape<R>::Indices indices_;
    bool more_;
  };

  [[nodiscard]] Iterator begin() const { return {*page_, indices_}; }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  const Page* page_;
  typename detail::RowShape<R>::Indices indices_;
};

}  // namespace cql
