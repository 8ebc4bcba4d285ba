// Record batches to bound rows: what the columnar formats have in common. Each column has its encoder, and the values
// are laid out row by row in memory taken once per block.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columnar/columnar.hpp"
#include "formats/batch_filter.hpp"
#include "formats/format.hpp"

namespace cqlbulk::formats {

/// The fields of a schema as a load sees them.
[[nodiscard]] std::vector<Field> fields_of(const arrow::Schema& schema);

/// Throws cqlbulk::Error{usage} naming field and column when values of the field's type can never become the column's,
/// or cannot be compared as a condition does.
void check_types(const arrow::Schema& schema, const RowMapping& mapping, const std::string& file);

/// The fields that a mapping reads: ascending, each once.
[[nodiscard]] std::vector<std::size_t> mapped_fields(const RowMapping& mapping);

/// What can only be read as a whole: a row group, a batch.
struct WholeBatch {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};
/// Units of them, small ones taken together, `most_records` records in all. Throws cqlbulk::Error{usage} for counts
/// that no file can have.
[[nodiscard]] std::vector<Unit> plan_batches(const std::vector<WholeBatch>& batches, std::uint64_t unit_bytes,
                                             std::uint64_t most_records, const std::string& file);
/// Whether a unit ends amid its last batch.
[[nodiscard]] bool is_cut(const Unit& unit, const std::vector<WholeBatch>& batches);

/// Encodes the batches of one unit. One thread.
class BatchRows {
 public:
  /// The batches have the mapped fields only, in the order of mapped_fields(); the mapping must be checked.
  BatchRows(std::string file, const RowMapping& mapping, const arrow::Schema& batch_schema, std::uint64_t first_record);
  ~BatchRows();
  BatchRows(const BatchRows&) = delete;
  BatchRows& operator=(const BatchRows&) = delete;

  /// The next batch to encode; the one before must be used up. It must be valid (arrow::RecordBatch::ValidateFull where
  /// its bytes come from outside).
  void set(std::shared_ptr<arrow::RecordBatch> batch);
  [[nodiscard]] bool used_up() const;
  /// The next rows of the batch: all that are left, or fewer when they would take too much memory.
  void encode(BoundRows& out);
  /// Passes records that are known not to meet the conditions.
  void leave_out(std::uint64_t count) {
    record_count_ += count;
    left_out_ += count;
  }
  /// Records seen so far: rows, bad ones, and those left out.
  [[nodiscard]] std::uint64_t record_count() const { return record_count_; }
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  /// What is wrong with a record: the first thing found, by the order of the parameters.
  struct Trouble {
    std::size_t row;
    std::size_t parameter;
    std::string reason;
  };

  std::uint64_t measure(std::size_t count, std::vector<Trouble>& troubles);
  void find_forbidden_nulls(std::size_t index, std::size_t count, std::vector<Trouble>& troubles) const;
  void find_refused(std::size_t count, std::vector<Trouble>& troubles) const;
  [[nodiscard]] bool is_taken(std::size_t row) const;
  void lay_out(BoundRows& out, std::size_t total, const std::vector<Trouble>& troubles);
  void write_timestamp(std::byte* at, std::uint64_t record) const;
  [[nodiscard]] BadRecord bad_record(const Trouble& trouble, std::uint64_t record);
  /// As JSON that loads into the column again; what cannot become its value as JSON of the Arrow value.
  void append_json(std::size_t place, std::size_t row, std::string& out);

  std::string file_;
  RowMapping mapping_;
  std::uint64_t first_record_;
  std::vector<int> places_;  ///< Per parameter: the batch's column.
  std::vector<std::unique_ptr<columnar::CellEncoder>> encoders_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::int64_t position_ = 0;  ///< In the batch.
  std::uint64_t record_count_ = 0;
  std::uint64_t left_out_ = 0;
  struct PlacedCondition {
    int place;  ///< The batch's column.
    std::unique_ptr<ValueCondition> condition;
  };
  std::vector<PlacedCondition> conditions_;
  // Kept from block to block for their memory.
  std::vector<std::shared_ptr<arrow::Array>> columns_;
  std::vector<std::uint32_t> sizes_;
  std::vector<std::byte*> cursors_;
  std::vector<columnar::CellEncoder::Problem> problems_;
};

}  // namespace cqlbulk::formats
