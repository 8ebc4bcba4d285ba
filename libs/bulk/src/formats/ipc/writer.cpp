// Writing IPC: a page of rows is a record batch; fragments are joined by copying their messages.
#include <arrow/io/interfaces.h>
#include <arrow/ipc/message.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>

#include <set>

#include "columnar/columnar.hpp"
#include "formats/ipc/ipc.hpp"
#include "formats/ipc/messages.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::string_view doing = "writing Arrow IPC";

arrow::ipc::IpcWriteOptions write_options(const ArrowOptions& options) {
  auto written = arrow::ipc::IpcWriteOptions::Defaults();
  written.use_threads = false;
  if (options.codec == "none") return written;
  if (options.codec != "lz4" && options.codec != "zstd") {
    throw Error(ErrorClass::usage, fmt::format("\"{}\" is no Arrow codec", options.codec),
                "choose one of none, lz4, zstd");
  }
  const auto codec = options.codec == "lz4" ? arrow::Compression::LZ4_FRAME : arrow::Compression::ZSTD;
  written.codec = take(arrow::util::Codec::Create(codec), doing);
  return written;
}

class IpcPartWriter final : public PartWriter {
 public:
  IpcPartWriter(const std::vector<cql::ColumnSpec>& columns, const std::shared_ptr<arrow::Schema>& schema,
                const arrow::ipc::IpcWriteOptions& options, ArrowForm form,
                std::shared_ptr<arrow::io::OutputStream> out)
      : builder_(columns, schema), out_(std::move(out)) {
    writer_ = take(form == ArrowForm::file ? arrow::ipc::MakeFileWriter(out_, schema, options)
                                           : arrow::ipc::MakeStreamWriter(out_, schema, options),
                   doing);
  }

  void write(const RowsView& rows) override {
    if (rows.row_count != 0) check_status(writer_->WriteRecordBatch(*builder_.build(rows)), doing);
  }

  [[nodiscard]] std::uint64_t bytes_written() const override {
    return static_cast<std::uint64_t>(take(out_->Tell(), doing));
  }

  void finish() override {
    check_status(writer_->Close(), doing);
    check_status(out_->Close(), doing);
  }

 private:
  columnar::BatchBuilder builder_;
  std::shared_ptr<arrow::io::OutputStream> out_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
};

/// Copies the batches of a file or stream as they are, encoded and compressed.
void copy_batches(const std::shared_ptr<arrow::io::RandomAccessFile>& fragment,
                  arrow::ipc::internal::IpcPayloadWriter& out) {
  const auto messages =
      arrow::ipc::MessageReader::Open(stream_of(fragment, read_ipc_messages(*fragment, "a part of the Arrow file")));
  for (;;) {
    const auto message = take(messages->ReadNextMessage(), "reading a part of an Arrow IPC file");
    if (!message) return;
    if (message->type() != arrow::ipc::MessageType::RECORD_BATCH) continue;  // The schema, which all have.
    arrow::ipc::IpcPayload payload;
    payload.type = message->type();
    payload.metadata = message->metadata();
    payload.body_buffers = {message->body()};
    payload.body_length = payload.raw_body_length = message->body_length();
    check_status(out.WritePayload(payload), doing);
  }
}

class IpcWriter final : public Writer {
 public:
  IpcWriter(const ArrowOptions& options, const ColumnarOptions& forms, std::vector<cql::ColumnSpec> columns,
            const std::vector<std::string>& names)
      : form_(options.form.value_or(ArrowForm::file)),
        options_(write_options(options)),
        columns_(std::move(columns)),
        schema_(columnar::arrow_schema_of(columns_, names, forms)) {
    std::set<std::string> seen;
    for (const auto& field : schema_->fields()) {
      if (!seen.insert(field->name()).second) {
        throw Error(ErrorClass::usage,
                    fmt::format("two columns would be named \"{}\" in the Arrow file", field->name()),
                    "rename one with --columns column=name");
      }
    }
  }

  std::unique_ptr<PartWriter> open_part(std::shared_ptr<arrow::io::OutputStream> out, PartRole) override {
    return std::make_unique<IpcPartWriter>(columns_, schema_, options_, form_, std::move(out));
  }

  void merge(std::span<const FragmentOpener> fragments, const std::shared_ptr<arrow::io::OutputStream>& out) override {
    using namespace arrow::ipc;
    const auto writer = take(form_ == ArrowForm::file ? internal::MakePayloadFileWriter(out.get(), schema_, options_)
                                                      : internal::MakePayloadStreamWriter(out.get(), options_),
                             doing);
    check_status(writer->Start(), doing);
    IpcPayload schema;
    check_status(GetSchemaPayload(*schema_, options_, DictionaryFieldMapper(*schema_), &schema), doing);
    check_status(writer->WritePayload(schema), doing);
    for (const FragmentOpener& open : fragments) copy_batches(open(), *writer);
    check_status(writer->Close(), doing);
    check_status(out->Close(), doing);
  }

 private:
  ArrowForm form_;
  arrow::ipc::IpcWriteOptions options_;
  std::vector<cql::ColumnSpec> columns_;
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace

std::unique_ptr<Writer> make_ipc_writer(const ArrowOptions& options, const ColumnarOptions& forms,
                                        std::vector<cql::ColumnSpec> columns, const std::vector<std::string>& names) {
  return std::make_unique<IpcWriter>(options, forms, std::move(columns), names);
}

}  // namespace cqlbulk::formats
