// An IPC file or stream as input: its fields, its batches as units, and reading a unit.
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "formats/batch_rows.hpp"
#include "formats/ipc/ipc.hpp"
#include "formats/ipc/messages.hpp"

namespace cqlbulk::formats {
namespace {

class IpcUnitReader final : public UnitReader {
 public:
  /// `cut`: the unit ends amid its last batch.
  IpcUnitReader(std::string name, const std::shared_ptr<arrow::io::InputStream>& stream, const Unit& unit, bool cut,
                const RowMapping& mapping)
      : name_(std::move(name)), unit_(unit), cut_(cut) {
    auto options = arrow::ipc::IpcReadOptions::Defaults();
    options.use_threads = false;
    for (const std::size_t field : mapped_fields(mapping)) options.included_fields.push_back(static_cast<int>(field));
    auto batches = arrow::ipc::RecordBatchStreamReader::Open(stream, options);
    check(batches.status());
    batches_ = std::move(*batches);
    rows_ = std::make_unique<BatchRows>(name_, mapping, *batches_->schema(), unit.first_record);
  }

  [[nodiscard]] std::uint64_t left_out() const override { return rows_->left_out(); }

  bool next(BoundRows& out) override {
    out.clear();
    while (rows_->used_up()) {
      if (!read_batch()) return false;
    }
    rows_->encode(out);
    return true;
  }

 private:
  bool read_batch() {
    if (cut_ && record_count() == unit_.record_count) return false;
    std::shared_ptr<arrow::RecordBatch> batch;
    check(batches_->ReadNext(&batch));
    if (!batch) {
      if (record_count() != unit_.record_count) fail(fmt::format("{} records were planned", unit_.record_count));
      return false;
    }
    // The bytes become arrays as they are: whatever offsets and lengths they hold must be looked at first.
    check(batch->ValidateFull());
    if (cut_) batch = batch->Slice(0, static_cast<std::int64_t>(unit_.record_count - record_count()));
    rows_->set(batch);
    return true;
  }

  [[nodiscard]] std::uint64_t record_count() const { return rows_ ? rows_->record_count() : 0; }

  void check(const arrow::Status& status) const {
    if (!status.ok()) fail(one_line(status.message()));
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorClass::failed, fmt::format("{}: batches {} to {}, after record {}: {}", name_, unit_.begin,
                                                unit_.end - 1, unit_.first_record + record_count(), problem));
  }

  std::string name_;
  Unit unit_;
  bool cut_;
  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> batches_;
  std::unique_ptr<BatchRows> rows_;  ///< Once it is known what the batches are.
};

class IpcSource final : public Source {
 public:
  IpcSource(std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name)
      : file_(std::move(file)), name_(std::move(name)), messages_(read_ipc_messages(*file_, name_)) {
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      if (messages_[i].kind == IpcMessage::Kind::batch) batches_.push_back(i);
    }
    const auto reader = arrow::ipc::RecordBatchStreamReader::Open(stream_of(file_, {messages_.front()}));
    if (!reader.ok()) {
      throw Error(ErrorClass::usage,
                  fmt::format("{}: its schema cannot be read: {}", name_, one_line(reader.status().message())));
    }
    schema_ = (*reader)->schema();
    fields_ = fields_of(*schema_);
  }

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::vector<Field>& fields() const override { return fields_; }
  [[nodiscard]] std::string reject_header() const override { return {}; }
  [[nodiscard]] std::string reject_suffix() const override { return ".jsonl"; }
  [[nodiscard]] bool takes_conditions() const override { return true; }

  /// Batches are the least that can be read alone; small ones are taken together.
  [[nodiscard]] std::vector<Unit> plan_units(std::uint64_t unit_bytes, std::uint64_t most_records) const override {
    return plan_batches(whole_batches(), unit_bytes, most_records, name_);
  }

  void check_mapping(const RowMapping& mapping) const override { check_types(*schema_, mapping, name_); }

  [[nodiscard]] std::unique_ptr<UnitReader> open_unit(const Unit& unit, const RowMapping& mapping) const override {
    const bool cut = is_cut(unit, whole_batches());
    return std::make_unique<IpcUnitReader>(name_, stream_of(file_, messages_of(unit)), unit, cut, mapping);
  }

 private:
  [[nodiscard]] std::vector<WholeBatch> whole_batches() const {
    std::vector<WholeBatch> batches;
    for (const std::size_t index : batches_) {
      batches.push_back({messages_[index].rows, messages_[index].end - messages_[index].begin});
    }
    return batches;
  }

  /// The unit's batches, and before them the schema and all dictionaries that came until then.
  [[nodiscard]] std::vector<IpcMessage> messages_of(const Unit& unit) const {
    const std::size_t first = batches_.at(unit.begin);
    const std::size_t last = batches_.at(unit.end - 1);
    std::vector<IpcMessage> messages;
    for (std::size_t i = 0; i <= last; ++i) {
      if (i >= first || messages_[i].kind != IpcMessage::Kind::batch) messages.push_back(messages_[i]);
    }
    return messages;
  }

  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::string name_;
  std::vector<IpcMessage> messages_;
  std::vector<std::size_t> batches_;  ///< Indices into messages_.
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<Field> fields_;
};

}  // namespace

std::unique_ptr<Source> open_ipc_source(std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name) {
  return std::make_unique<IpcSource>(std::move(file), std::move(name));
}

}  // namespace cqlbulk::formats
