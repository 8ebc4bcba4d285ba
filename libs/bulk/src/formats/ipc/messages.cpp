// Walking from message to message, and reading some of them.
#include "formats/ipc/messages.hpp"

#include <arrow/buffer.h>
#include <arrow/ipc/message.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "cqlbulk/error.hpp"
#include "formats/arrow_io.hpp"

namespace cqlbulk::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "IPC metadata is read in place");

constexpr std::string_view file_magic = "ARROW1";
constexpr std::uint64_t file_head_size = 8;   ///< The magic, padded.
constexpr std::uint64_t file_tail_size = 10;  ///< Length of the footer, and the magic.
constexpr std::uint32_t continuation = 0xFFFF'FFFF;
constexpr std::size_t most_metadata_bytes = 256U << 20U;

[[noreturn]] void refuse(const std::string& name, const std::string& problem) {
  throw Error(ErrorClass::usage, fmt::format("{}: {}", name, problem),
              "Give an Arrow IPC file or stream (.arrow, .feather), or say which format it has (--format).");
}

template <typename Number>
Number number_at(const std::uint8_t* at) {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

/// A table of FlatBuffers, in metadata that Arrow has verified.
class Table {
 public:
  explicit Table(const std::uint8_t* at) : at_(at) {}
  static Table root(const std::uint8_t* metadata) { return Table(metadata + number_at<std::uint32_t>(metadata)); }

  /// The place of a field; null when the table does not have it.
  [[nodiscard]] const std::uint8_t* field(std::uint16_t index) const {
    const std::uint8_t* const fields = at_ - number_at<std::int32_t>(at_);
    const auto slot = static_cast<std::uint16_t>(4 + 2 * index);
    if (slot >= number_at<std::uint16_t>(fields)) return nullptr;
    const auto offset = number_at<std::uint16_t>(fields + slot);
    return offset == 0 ? nullptr : at_ + offset;
  }

 private:
  const std::uint8_t* at_;
};

/// RecordBatch.length, which Arrow tells nobody who does not read the batch. Message: header is field 2.
std::int64_t rows_of(const arrow::Buffer& metadata) {
  const std::uint8_t* const header = Table::root(metadata.data()).field(2);
  if (header == nullptr) return 0;
  const std::uint8_t* const length = Table(header + number_at<std::uint32_t>(header)).field(0);
  return length == nullptr ? 0 : number_at<std::int64_t>(length);
}

class Walker {
 public:
  Walker(arrow::io::RandomAccessFile& file, const std::string& name)
      : file_(file), name_(name), end_(static_cast<std::uint64_t>(take(file.GetSize(), name))) {
    if (end_ == 0) refuse(name_, "the file is empty");
    if (bytes(0, file_magic.size()) == file_magic) pass_file_ends();
  }

  std::optional<IpcMessage> next() {
    if (at_ == end_) return std::nullopt;  // Not every writer marks the end.
    const std::uint64_t begin = at_;
    std::uint32_t size = number(4);
    if (size == continuation) size = number(4);  // Absent before Arrow 0.15.
    if (size == 0) return std::nullopt;
    if (size > most_metadata_bytes || size > end_ - at_) cut_off(begin);
    const auto metadata = take(file_.ReadAt(static_cast<std::int64_t>(at_), size), name_);
    at_ += size;
    const auto message = arrow::ipc::Message::Open(metadata, nullptr);
    if (!message.ok()) {
      refuse(name_, fmt::format("byte {}: no Arrow IPC message: {}", begin, one_line(message.status().message())));
    }
    const std::int64_t body = (*message)->body_length();
    if (body < 0 || static_cast<std::uint64_t>(body) > end_ - at_) cut_off(begin);
    at_ += static_cast<std::uint64_t>(body);
    return described(**message, *metadata, begin);
  }

 private:
  /// What lies between the magic and the footer is a stream.
  void pass_file_ends() {
    at_ = file_head_size;
    if (end_ < file_head_size + file_tail_size || bytes(end_ - file_magic.size(), file_magic.size()) != file_magic) {
      refuse(name_, "the file is truncated: it has no footer at its end");
    }
    const std::string tail = bytes(end_ - file_tail_size, 4);
    const auto footer = number_at<std::int32_t>(reinterpret_cast<const std::uint8_t*>(tail.data()));
    if (footer < 0 || static_cast<std::uint64_t>(footer) > end_ - file_head_size - file_tail_size) {
      refuse(name_, "the file's footer is broken: it says it is larger than the file");
    }
    end_ -= file_tail_size + static_cast<std::uint64_t>(footer);
  }

  [[nodiscard]] IpcMessage described(const arrow::ipc::Message& message, const arrow::Buffer& metadata,
                                     std::uint64_t begin) const {
    switch (message.type()) {
      case arrow::ipc::MessageType::SCHEMA:
        return {IpcMessage::Kind::schema, begin, at_};
      case arrow::ipc::MessageType::DICTIONARY_BATCH:
        return {IpcMessage::Kind::dictionary, begin, at_};
      case arrow::ipc::MessageType::RECORD_BATCH: {
        const std::int64_t rows = rows_of(metadata);
        if (rows < 0) refuse(name_, fmt::format("byte {}: a batch of {} rows", begin, rows));
        return {IpcMessage::Kind::batch, begin, at_, static_cast<std::uint64_t>(rows)};
      }
      default:
        refuse(name_, fmt::format("byte {}: a message that is no part of a table", begin));
    }
  }

  std::string bytes(std::uint64_t offset, std::size_t size) {
    std::string text(size, '\0');
    text.resize(read_bytes(file_, name_, offset, size, text.data()));
    return text;
  }

  std::uint32_t number(std::size_t size) {
    if (end_ - at_ < size) cut_off(at_);
    const std::string text = bytes(at_, size);
    if (text.size() < size) cut_off(at_);
    at_ += size;
    return number_at<std::uint32_t>(reinterpret_cast<const std::uint8_t*>(text.data()));
  }

  [[noreturn]] void cut_off(std::uint64_t begin) const {
    if (begin == 0) refuse(name_, "this is no Arrow IPC file or stream");
    refuse(name_,
           fmt::format("the file is cut off, or no Arrow IPC file: its message at byte {} goes beyond its end", begin));
  }

  arrow::io::RandomAccessFile& file_;
  const std::string& name_;
  std::uint64_t at_ = 0;
  std::uint64_t end_;  ///< Of the messages.
};

/// Reads ranges of a file one after the other.
class MessageStream final : public arrow::io::InputStream {
 public:
  MessageStream(std::shared_ptr<arrow::io::RandomAccessFile> file, std::vector<IpcMessage> messages)
      : file_(std::move(file)), messages_(std::move(messages)) {
    if (!messages_.empty()) at_ = messages_.front().begin;
  }

  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override {
    std::int64_t filled = 0;
    while (filled < size && message_ < messages_.size()) {
      const auto left = static_cast<std::int64_t>(messages_[message_].end - at_);
      const std::int64_t wanted = std::min(size - filled, left);
      ARROW_ASSIGN_OR_RAISE(const std::int64_t got, file_->ReadAt(static_cast<std::int64_t>(at_), wanted,
                                                                  static_cast<std::uint8_t*>(out) + filled));
      if (got < wanted) return arrow::Status::IOError("the file was changed while it was being loaded");
      filled += got;
      at_ += static_cast<std::uint64_t>(got);
      if (at_ == messages_[message_].end && ++message_ < messages_.size()) at_ = messages_[message_].begin;
    }
    position_ += filled;
    return filled;
  }

  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
    ARROW_ASSIGN_OR_RAISE(const std::int64_t got, Read(size, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(got));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  [[nodiscard]] arrow::Result<std::int64_t> Tell() const override { return position_; }
  [[nodiscard]] bool closed() const override { return closed_; }

 private:
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::vector<IpcMessage> messages_;
  std::size_t message_ = 0;
  std::uint64_t at_ = 0;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace

std::vector<IpcMessage> read_ipc_messages(arrow::io::RandomAccessFile& file, const std::string& name) {
  Walker walker(file, name);
  std::vector<IpcMessage> messages;
  while (const auto message = walker.next()) {
    const bool first = messages.empty();
    if ((message->kind == IpcMessage::Kind::schema) != first) {
      refuse(name,
             fmt::format("byte {}: {}", message->begin, first ? "the first message is no schema" : "a second schema"));
    }
    messages.push_back(*message);
  }
  if (messages.empty()) refuse(name, "this is no Arrow IPC file or stream");
  return messages;
}

std::shared_ptr<arrow::io::InputStream> stream_of(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                  std::vector<IpcMessage> messages) {
  return std::make_shared<MessageStream>(std::move(file), std::move(messages));
}

}  // namespace cqlbulk::formats
