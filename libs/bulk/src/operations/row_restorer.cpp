#include "operations/row_restorer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cql/error.hpp"
#include "cql/rows.hpp"
#include "cqlbulk/rows.hpp"
#include "operations/row_binding.hpp"

namespace cqlbulk::operations {

namespace {

using Role = cql::Column::Role;

void append_value(cql::ByteView value, cql::Buffer& out) {
  out.append_integer(static_cast<std::int32_t>(value.size()));
  out.append(value);
}

/// The items of a list in wire layout: null, or bytes.
std::vector<std::optional<cql::ByteView>> items_of(cql::ByteView list) {
  cql::Reader reader(list, "a list of times");
  std::vector<std::optional<cql::ByteView>> items;
  for (std::int32_t left = reader.i32(); left > 0; --left) {
    const std::int32_t size = reader.i32();
    items.push_back(size < 0 ? std::nullopt : std::optional(reader.raw(static_cast<std::size_t>(size))));
  }
  return items;
}

/// The elements of a set, or the pairs of a map, with their lengths, as they stand.
std::vector<cql::ByteView> elements_of(cql::ByteView collection, bool map) {
  cql::Reader reader(collection, "a collection");
  std::vector<cql::ByteView> elements;
  const std::byte* at = collection.data() + sizeof(std::int32_t);
  for (std::int32_t left = reader.i32(); left > 0; --left) {
    std::size_t size = 0;
    for (int i = 0; i < (map ? 2 : 1); ++i) {
      const std::int32_t length = std::max(reader.i32(), 0);
      (void)reader.raw(static_cast<std::size_t>(length));
      size += sizeof length + static_cast<std::size_t>(length);
    }
    elements.emplace_back(at, size);
    at += size;
  }
  return elements;
}

template <typename Integer>
std::optional<Integer> integer_of(const std::optional<cql::ByteView>& value) {
  if (!value || value->empty()) return std::nullopt;
  return cql::load_big_endian<Integer>(value->data());
}

[[noreturn]] void fail_times(const RestoredColumn& column, std::size_t times, std::size_t elements) {
  throw cql::Error(cql::ErrorKind::usage, fmt::format("{} has {} elements and {} write times or times to live",
                                                      column.column->name, elements, times));
}

}  // namespace

/// A row's values, found once.
struct RowRestorer::Cells {
  Cells(cql::ByteView row, std::size_t count) : bytes(row), cells(count) {
    std::uint32_t at = 0;
    for (Cell& cell : cells) {
      cell.size = cql::load_big_endian<std::int32_t>(row.data() + at);
      at += sizeof cell.size;
      cell.offset = at;
      at += static_cast<std::uint32_t>(std::max(cell.size, 0));
    }
  }
  [[nodiscard]] std::optional<cql::ByteView> value(std::size_t index) const {
    const Cell& cell = cells[index];
    if (cell.size < 0) return std::nullopt;
    return bytes.subspan(cell.offset, static_cast<std::size_t>(cell.size));
  }
  /// With its length, as it is bound.
  [[nodiscard]] cql::ByteView bound(std::size_t index) const {
    const Cell& cell = cells[index];
    return bytes.subspan(cell.offset - sizeof cell.size,
                         sizeof cell.size + static_cast<std::size_t>(std::max(cell.size, 0)));
  }
  [[nodiscard]] std::int64_t own_timestamp() const { return *integer_of<std::int64_t>(value(cells.size() - 1)); }

  cql::ByteView bytes;
  std::vector<Cell> cells;
};

RowRestorer::RowRestorer(const cql::Table& table, Layout layout) : layout_(std::move(layout)) {
  if (layout_.by_column) {
    add_statements_by_column(table);
  } else {
    add_statements_of_export(table);
  }
}

void RowRestorer::add_statements_of_export(const cql::Table& table) {
  std::vector<const RestoredColumn*> all;
  for (const RestoredColumn& column : layout_.columns) {
    if (!column.is_key()) all.push_back(&column);
  }
  add_statement(table, all, layout_.insert, "{0} = {1}", false);
  for (const RestoredColumn& column : layout_.columns) {
    alone_.push_back(texts_.size());
    elements_.push_back(texts_.size());
    if (column.is_key()) continue;
    const bool is_static = column.column->role == Role::static_;
    add_statement(table, {&column}, layout_.insert, "{0} = {1}", is_static);
    if (!column.by_element()) continue;
    elements_.back() = texts_.size();
    add_statement(table, {&column}, false, "{0} = {0} + {1}", is_static);
  }
  if (layout_.insert) {
    keys_only_ = texts_.size();
    add_statement(table, {}, true, "", false);
  }
}

void RowRestorer::add_statements_by_column(const cql::Table& table) {
  std::vector<const RestoredColumn*> of_record;
  for (const RestoredColumn& column : layout_.columns) {
    if (!column.is_key() && !column.writetime.is_given() && !column.ttl.is_given()) of_record.push_back(&column);
  }
  if (layout_.insert || !of_record.empty()) {
    of_record_ = texts_.size();
    add_statement(table, of_record, layout_.insert, "{0} = {1}", false);
  }
  for (const RestoredColumn& column : layout_.columns) {
    alone_.push_back(texts_.size());
    if (column.is_key()) continue;
    add_statement(table, {&column}, false, "{0} = {1}", column.column->role == Role::static_);
  }
}

void RowRestorer::add_statement(const cql::Table& table, const std::vector<const RestoredColumn*>& columns, bool insert,
                                const char* form, bool partition_key_only) {
  Shape shape{{}, columns, insert};
  std::vector<std::string> names;
  std::vector<std::string> conditions;
  for (const RestoredColumn& column : layout_.columns) {
    if (!column.is_key() || (partition_key_only && column.column->role == Role::clustering)) continue;
    shape.keys.push_back(&column);
    names.push_back(cql::quote_identifier(column.column->name));
    conditions.push_back(names.back() + " = ?");
  }
  if (insert) {
    for (const RestoredColumn* column : columns) names.push_back(cql::quote_identifier(column->column->name));
    texts_.push_back(fmt::format("INSERT INTO {} ({}) VALUES ({}) USING TIMESTAMP ? AND TTL ?", table.qualified_name(),
                                 fmt::join(names, ", "), fmt::join(std::vector<const char*>(names.size(), "?"), ", ")));
  } else {
    std::vector<std::string> sets;
    for (const RestoredColumn* column : columns) {
      sets.push_back(fmt::format(fmt::runtime(form), cql::quote_identifier(column->column->name), "?"));
    }
    texts_.push_back(fmt::format("UPDATE {} USING TIMESTAMP ? AND TTL ? SET {} WHERE {}", table.qualified_name(),
                                 fmt::join(sets, ", "), fmt::join(conditions, " AND ")));
  }
  shapes_.push_back(std::move(shape));
}

/// Microseconds. Nothing where the row has none.
std::optional<std::int64_t> RowRestorer::writetime_of(const Cells& row, const CellTime& from) const {
  if (!from.value) return from.constant;
  const auto time = integer_of<std::int64_t>(row.value(*from.value));
  if (!time) return std::nullopt;
  const auto microseconds = microseconds_of(*time, layout_.unit);
  if (!microseconds) {
    throw cql::Error(cql::ErrorKind::usage,
                     fmt::format("the write time {} is no whole number of microseconds in 64 bits", *time));
  }
  return microseconds;
}

std::optional<std::int32_t> RowRestorer::ttl_of(const Cells& row, const CellTime& from) {
  if (from.constant) return static_cast<std::int32_t>(*from.constant);
  return from.value ? integer_of<std::int32_t>(row.value(*from.value)) : std::nullopt;
}

RowRestorer::Times RowRestorer::times_of_record(const Cells& row) const {
  const std::int64_t writetime =
      layout_.writetime.is_given() ? writetime_of(row, layout_.writetime).value() : row.own_timestamp();
  return {writetime, ttl_of(row, layout_.ttl).value_or(0)};
}

RowRestorer::Times RowRestorer::times_of_whole(const Cells& row, const RestoredColumn& column,
                                               const Times& record) const {
  Times times = record;
  if (!column.element_times) {
    times.writetime = writetime_of(row, column.writetime).value_or(times.writetime);
    times.ttl = ttl_of(row, column.ttl).value_or(times.ttl);
    return times;
  }
  const auto writetime = column.writetime.value ? row.value(*column.writetime.value) : std::nullopt;
  const auto ttl = column.ttl.value ? row.value(*column.ttl.value) : std::nullopt;
  std::optional<std::int64_t> newest;
  if (writetime) {
    for (const auto& item : items_of(*writetime)) {
      const auto time = integer_of<std::int64_t>(item);
      if (time && (!newest || *time > *newest)) newest = time;
    }
  }
  times.writetime = newest.value_or(times.writetime);
  if (ttl) {
    bool lasts = false;
    for (const auto& item : items_of(*ttl)) {
      const std::int32_t left = integer_of<std::int32_t>(item).value_or(0);
      lasts = lasts || left == 0;
      times.ttl = std::max(times.ttl, left);
    }
    if (lasts) times.ttl = 0;
  }
  return times;
}

void RowRestorer::parts_of_elements(const Cells& row, const RestoredColumn& column, std::int64_t elapsed_s,
                                    const Times& record, std::vector<Part>& parts, Writes& out) const {
  const std::size_t count =
      elements_of(*row.value(column.value), column.column->type.kind == cql::TypeKind::map).size();
  const auto items = [&](const CellTime& from) {
    const auto list = from.value ? row.value(*from.value) : std::nullopt;
    std::vector<std::optional<cql::ByteView>> found(count);
    if (list) found = items_of(*list);
    if (found.size() != count) fail_times(column, found.size(), count);
    return found;
  };
  const auto writetimes = items(column.writetime);
  const auto ttls = items(column.ttl);
  const std::size_t first = parts.size();
  for (std::size_t i = 0; i < count; ++i) {
    Times times{integer_of<std::int64_t>(writetimes[i]).value_or(record.writetime), 0};
    if (const std::int64_t ttl = integer_of<std::int32_t>(ttls[i]).value_or(0); ttl > 0) {
      if (ttl <= elapsed_s) {
        ++out.expired;
        continue;
      }
      times.ttl = static_cast<std::int32_t>(ttl - elapsed_s);
    }
    const auto same = std::find_if(parts.begin() + static_cast<std::ptrdiff_t>(first), parts.end(),
                                   [&](const Part& part) { return part.times == times; });
    if (same == parts.end()) {
      parts.push_back({&column, times, {i}});
    } else {
      same->elements.push_back(i);
    }
  }
  // All of them alike: the value as it is.
  if (parts.size() == first + 1 && parts.back().elements.size() == count) parts.back().elements.clear();
}

void RowRestorer::find_parts(const Cells& row, std::int64_t now_ms, const Times& record, std::vector<Part>& parts,
                             Writes& out) const {
  std::int64_t elapsed_s = 0;
  if (layout_.read_at) {
    if (const auto read_at = integer_of<std::int64_t>(row.value(*layout_.read_at))) {
      elapsed_s = std::max<std::int64_t>(0, (now_ms - *read_at) / 1'000);
    }
  }
  for (const RestoredColumn& column : layout_.columns) {
    if (column.is_key() || !row.value(column.value)) continue;
    if (column.by_element()) {
      parts_of_elements(row, column, elapsed_s, record, parts, out);
      continue;
    }
    Times times = times_of_whole(row, column, record);
    if (times.ttl > 0) {
      if (times.ttl <= elapsed_s) {
        ++out.expired;
        continue;
      }
      times.ttl -= static_cast<std::int32_t>(elapsed_s);
    }
    parts.push_back({&column, times, {}});
  }
}

bool RowRestorer::is_static_row(const Cells& row) const {
  const auto has = [&](Role role) {
    return std::ranges::any_of(layout_.columns, [&](const RestoredColumn& column) {
      return column.column->role == role && row.value(column.value);
    });
  };
  const bool static_row = std::ranges::any_of(layout_.columns, [&](const RestoredColumn& column) {
    return column.column->role == Role::clustering && !row.value(column.value);
  });
  if (static_row && (has(Role::regular) || has(Role::clustering)))
    throw cql::Error(cql::ErrorKind::usage, "null in a column of the primary key");
  return static_row;
}

void RowRestorer::append_by_column(const Cells& row, const Times& record, bool static_row, Writes& out) const {
  if (of_record_ && !static_row) write(row, *of_record_, record, nullptr, out);
  for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
    const RestoredColumn& column = layout_.columns[i];
    const bool own = column.writetime.is_given() || column.ttl.is_given();
    if (column.is_key() || !row.value(column.value) || !(own || static_row)) continue;
    write(row, alone_[i], times_of_whole(row, column, record), nullptr, out);
  }
}

void RowRestorer::append(cql::ByteView bytes, std::int64_t now_ms, Writes& out) const {
  const Cells row(bytes, layout_.value_count);
  const std::uint64_t expired_before = out.expired;
  std::vector<Part> parts;
  const Times record = times_of_record(row);
  const bool static_row = is_static_row(row);
  if (layout_.by_column) return append_by_column(row, record, static_row, out);
  find_parts(row, now_ms, record, parts, out);
  if (parts.empty()) {
    // A row that is nothing but its key lives by its marker; one whose cells are over is over.
    if (keys_only_ && out.expired == expired_before) write(row, *keys_only_, record, nullptr, out);
    return;
  }
  const bool alike = !static_row && out.expired == expired_before && std::ranges::all_of(parts, [&](const Part& part) {
    return part.times == parts.front().times && part.elements.empty();
  });
  if (alike) return write(row, 0, parts.front().times, nullptr, out);
  for (const Part& part : parts) {
    const auto column = static_cast<std::size_t>(part.column - layout_.columns.data());
    write(row, part.elements.empty() ? alone_[column] : elements_[column], part.times, &part, out);
  }
}

void RowRestorer::write(const Cells& row, std::size_t statement, const Times& times, const Part* part,
                        Writes& out) const {
  const Shape& shape = shapes_[statement];
  const std::size_t begin = out.bytes.size();
  const auto write_times = [&] {
    out.bytes.append_integer(std::int32_t{8});
    out.bytes.append_integer(times.writetime);
    out.bytes.append_integer(std::int32_t{4});
    out.bytes.append_integer(times.ttl);
  };
  const auto write_keys = [&] {
    for (const RestoredColumn* key : shape.keys) out.bytes.append(row.bound(key->value));
  };
  if (shape.insert) {
    write_keys();
  } else {
    write_times();
  }
  for (const RestoredColumn* column : shape.columns) {
    if (part == nullptr || part->elements.empty()) {
      out.bytes.append(row.bound(column->value));
      continue;
    }
    const auto elements = elements_of(*row.value(column->value), column->column->type.kind == cql::TypeKind::map);
    cql::Buffer some;
    some.append_integer(static_cast<std::int32_t>(part->elements.size()));
    for (const std::size_t index : part->elements) some.append(elements[index]);
    append_value(some.view(), out.bytes);
  }
  if (shape.insert) {
    write_times();
  } else {
    write_keys();
  }
  const auto values = static_cast<std::uint16_t>(shape.keys.size() + shape.columns.size() + 2);
  out.writes.push_back({statement, begin, out.bytes.size() - begin, values});
}

}  // namespace cqlbulk::operations
