// A source whose rows are converted: the format reads the types that the file has, and each block is laid out anew.
// Records whose values do not convert are bad; their raw text comes from reading the unit once more, at its end.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "cqlbulk/error.hpp"
#include "formats/converter_places.hpp"
#include "formats/converting.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::int32_t null_size = -1;
constexpr std::int32_t unset_size = -2;

std::vector<cql::ColumnSpec> columns_of(const RowMapping& mapping) {
  std::vector<cql::ColumnSpec> columns;
  columns.reserve(mapping.parameters.size());
  for (const RowMapping::Parameter& parameter : mapping.parameters) columns.push_back(parameter.column);
  return columns;
}

/// As the format reads it.
RowMapping file_mapping(RowMapping mapping, const std::vector<ConverterPlace>& places) {
  for (const auto& [converter, index] : places) mapping.parameters[index].column.type = converter->file_type;
  return mapping;
}

class ConvertingUnitReader final : public UnitReader {
 public:
  ConvertingUnitReader(const Source& source, const Unit& unit, RowMapping mapping,
                       const std::vector<ConverterPlace>& places)
      : source_(source),
        unit_(unit),
        mapping_(std::move(mapping)),
        file_mapping_(file_mapping(mapping_, places)),
        converters_(mapping_.parameters.size()),
        inner_(source_.open_unit(unit_, file_mapping_)) {
    for (const auto& [converter, index] : places) converters_[index] = converter;
  }

  [[nodiscard]] std::uint64_t left_out() const override { return inner_->left_out(); }
  [[nodiscard]] std::uint64_t skipped_row_groups() const override { return inner_->skipped_row_groups(); }

  bool next(BoundRows& out) override {
    out.clear();
    if (inner_->next(read_)) {
      for (const BoundRows::Row& row : read_.rows) add(row, out);
      out.bad = std::move(read_.bad);
      return true;
    }
    if (troubles_.empty()) return false;
    add_bad(out);
    troubles_.clear();
    return true;
  }

 private:
  struct Trouble {
    std::size_t parameter;
    std::string reason;
  };

  void add(const BoundRows::Row& row, BoundRows& out) {
    const std::size_t start = out.bytes.size();
    cql::Reader values(read_.bytes.view(row.offset, row.size), "a row");
    for (std::size_t i = 0; i < converters_.size(); ++i) {
      const std::int32_t size = values.i32();
      const cql::ByteView value = size > 0 ? values.raw(static_cast<std::size_t>(size)) : cql::ByteView();
      if (size < 0 || converters_[i] == nullptr) {
        out.bytes.append_integer(size);
        out.bytes.append(value);
        continue;
      }
      const std::string problem = convert(i, value, out.bytes);
      if (problem.empty()) continue;
      troubles_.emplace(row.record, Trouble{i, problem});
      out.bytes.resize(start);
      return;
    }
    out.bytes.append(values.rest());  // The timestamp, where there is one.
    if (out.bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
      throw Error(ErrorClass::failed, fmt::format("{}: converted, a block takes more than 4 GiB", source_.name()));
    }
    out.rows.push_back(
        {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(out.bytes.size() - start), row.record});
  }

  /// What is wrong with the value; nothing: it is in `out`.
  std::string convert(std::size_t index, cql::ByteView value, cql::Buffer& out) const {
    const RowMapping::Parameter& parameter = mapping_.parameters[index];
    const std::size_t start = out.size();
    out.append_integer(null_size);
    try {
      if (converters_[index]->convert(value, parameter.column.type, out)) {
        const std::size_t size = out.size() - start - sizeof(std::int32_t);
        if (size > std::numeric_limits<std::int32_t>::max()) return "converted, it takes more than 2 GiB";
        cql::store_big_endian(out.data() + start, static_cast<std::int32_t>(size));
        return {};
      }
    } catch (const std::exception& error) {
      return *error.what() == '\0' ? "its converter failed" : error.what();
    }
    if (parameter.key) return "null in a column of the primary key";
    if (parameter.reject_null) return "null";
    out.resize(start);
    out.append_integer(parameter.write_null ? null_size : unset_size);
    return {};
  }

  void add_bad(BoundRows& out) const {
    RowMapping mapping = file_mapping_;
    for (const auto& [record, trouble] : troubles_) mapping.refused_records.push_back(record);
    std::ranges::sort(mapping.refused_records);
    const std::unique_ptr<UnitReader> reader = source_.open_unit(unit_, mapping);
    for (BoundRows block; reader->next(block);) {
      for (BadRecord& bad : block.bad) {
        const auto found = troubles_.find(bad.record);
        if (found == troubles_.end()) continue;
        bad.column = mapping_.parameters[found->second.parameter].column.name;
        bad.reason = found->second.reason;
        out.bad.push_back(std::move(bad));
      }
    }
  }

  const Source& source_;
  Unit unit_;
  RowMapping mapping_;
  RowMapping file_mapping_;
  std::vector<const ColumnConverter*> converters_;  ///< Per parameter; mostly null.
  std::unique_ptr<UnitReader> inner_;
  BoundRows read_;
  std::map<std::uint64_t, Trouble> troubles_;  ///< By record.
};

class ConvertingSource final : public Source {
 public:
  ConvertingSource(std::unique_ptr<Source> inner, std::vector<ColumnConverter> converters)
      : inner_(std::move(inner)), converters_(std::move(converters)) {}

  [[nodiscard]] const std::string& name() const override { return inner_->name(); }
  [[nodiscard]] const std::vector<Field>& fields() const override { return inner_->fields(); }
  [[nodiscard]] std::vector<Unit> plan_units(std::uint64_t unit_bytes, std::uint64_t most_records) const override {
    return inner_->plan_units(unit_bytes, most_records);
  }
  [[nodiscard]] bool takes_conditions() const override { return inner_->takes_conditions(); }
  void check_mapping(const RowMapping& mapping) const override {
    inner_->check_mapping(file_mapping(mapping, places_in(mapping)));
  }
  [[nodiscard]] std::unique_ptr<UnitReader> open_unit(const Unit& unit, const RowMapping& mapping) const override {
    return std::make_unique<ConvertingUnitReader>(*inner_, unit, mapping, places_in(mapping));
  }
  [[nodiscard]] std::string reject_header() const override { return inner_->reject_header(); }
  [[nodiscard]] std::string reject_suffix() const override { return inner_->reject_suffix(); }

 private:
  [[nodiscard]] std::vector<ConverterPlace> places_in(const RowMapping& mapping) const {
    return find_places(converters_, columns_of(mapping));
  }

  std::unique_ptr<Source> inner_;
  std::vector<ColumnConverter> converters_;
};

}  // namespace

std::unique_ptr<Source> make_converting_source(std::unique_ptr<Source> source,
                                               std::vector<ColumnConverter> converters) {
  return std::make_unique<ConvertingSource>(std::move(source), std::move(converters));
}

}  // namespace cqlbulk::formats
