// A CSV file as a source of units.
#include "formats/csv/plan.hpp"
#include "formats/csv/unit_reader.hpp"

namespace cqlbulk::formats {
namespace {

class CsvSource final : public Source {
 public:
  CsvSource(const CsvOptions& options, std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name,
            const TextForms& forms)
      : options_(options), forms_(forms), file_(std::move(file)), name_(std::move(name)) {
    check_csv_options(options_);
    start_ = read_csv_start(options_, *file_, name_);
    for (const std::string& field : start_.names) fields_.push_back({field, "text", std::nullopt});
  }

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::vector<Field>& fields() const override { return fields_; }
  [[nodiscard]] std::vector<Unit> plan_units(std::uint64_t unit_bytes, std::uint64_t most_records) const override {
    return plan_csv_units(options_, *file_, name_, start_, unit_bytes, most_records);
  }

  void check_mapping(const RowMapping& mapping) const override {
    // Text can become any type; whether it does is for each value to show.
    for (const RowMapping::Parameter& parameter : mapping.parameters) {
      if (parameter.field >= fields_.size()) {
        throw Error(ErrorClass::defect, fmt::format("column {} is mapped to field {} of {}, which has {}",
                                                    parameter.column.name, parameter.field, name_, fields_.size()));
      }
    }
  }

  [[nodiscard]] std::unique_ptr<UnitReader> open_unit(const Unit& unit, const RowMapping& mapping) const override {
    check_mapping(mapping);
    const auto announced =
        file_->WillNeed({{static_cast<std::int64_t>(unit.begin), static_cast<std::int64_t>(unit.end - unit.begin)}});
    check_read(announced, name_);
    return std::make_unique<CsvUnitReader>(options_, forms_, file_, name_, start_.names, unit, mapping);
  }

  [[nodiscard]] std::string reject_header() const override { return start_.header; }
  [[nodiscard]] std::string reject_suffix() const override { return ".csv"; }

 private:
  CsvOptions options_;
  text::Forms forms_;
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::string name_;
  CsvStart start_;
  std::vector<Field> fields_;
};

}  // namespace

std::unique_ptr<Source> open_csv_source(const CsvOptions& options, std::shared_ptr<arrow::io::RandomAccessFile> file,
                                        std::string name, const TextForms& forms) {
  return std::make_unique<CsvSource>(options, std::move(file), std::move(name), forms);
}

}  // namespace cqlbulk::formats
