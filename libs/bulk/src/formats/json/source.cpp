// A JSON file as a source of units.
#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include "formats/json/plan.hpp"
#include "formats/json/unit_reader.hpp"

namespace cqlbulk::formats {
namespace {

class JsonSource final : public Source {
 public:
  JsonSource(const JsonOptions& options, std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name,
             const TextForms& forms)
      : options_(options),
        forms_(forms),
        file_(std::move(file)),
        name_(std::move(name)),
        start_(read_json_start(options_, *file_, name_)) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::vector<Field>& fields() const override { return start_.fields; }
  [[nodiscard]] std::vector<Unit> plan_units(std::uint64_t unit_bytes, std::uint64_t most_records) const override {
    return plan_json_units(*file_, name_, start_, unit_bytes, most_records);
  }

  void check_mapping(const RowMapping& mapping) const override {
    // Which values a field holds is for each record to show.
    for (const RowMapping::Parameter& parameter : mapping.parameters) {
      if (parameter.field >= start_.fields.size()) {
        throw Error(ErrorClass::defect,
                    fmt::format("column {} is mapped to field {} of {}, which has {}", parameter.column.name,
                                parameter.field, name_, start_.fields.size()));
      }
    }
  }

  [[nodiscard]] std::unique_ptr<UnitReader> open_unit(const Unit& unit, const RowMapping& mapping) const override {
    check_mapping(mapping);
    return std::make_unique<JsonUnitReader>(options_, forms_, start_.form, file_, name_, start_.fields, unit, mapping);
  }

  [[nodiscard]] std::string reject_header() const override { return {}; }
  [[nodiscard]] std::string reject_suffix() const override { return ".jsonl"; }

 private:
  JsonOptions options_;
  text::Forms forms_;
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::string name_;
  JsonStart start_;
};

}  // namespace

std::unique_ptr<Source> open_json_source(const JsonOptions& options, std::shared_ptr<arrow::io::RandomAccessFile> file,
                                         std::string name, const TextForms& forms) {
  return std::make_unique<JsonSource>(options, std::move(file), std::move(name), forms);
}

}  // namespace cqlbulk::formats
