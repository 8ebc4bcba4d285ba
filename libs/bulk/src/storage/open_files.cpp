#include "storage/open_files.hpp"

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>

#include "cqlbulk/error.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {

namespace {

class FileOfMany final : public arrow::io::RandomAccessFile {
 public:
  FileOfMany(std::string path, std::shared_ptr<OpenFiles> files)
      : path_(std::move(path)), files_(std::move(files)), size_(size_of(path_)), modified_(modified(path_)) {}
  ~FileOfMany() override { files_->forget(this); }

  using RandomAccessFile::ReadAt;
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto file, opened());
    return file->ReadAt(position, size, out);
  }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size, bool allow_short, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto file, opened());
    return file->ReadAt(position, size, allow_short, out);
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(const auto file, opened());
    return file->ReadAt(position, size);
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t size,
                                                       bool allow_short) override {
    ARROW_ASSIGN_OR_RAISE(const auto file, opened());
    return file->ReadAt(position, size, allow_short);
  }
  arrow::Status WillNeed(const std::vector<arrow::io::ReadRange>& ranges) override {
    ARROW_ASSIGN_OR_RAISE(const auto file, opened());
    return file->WillNeed(ranges);
  }
  arrow::Result<std::int64_t> GetSize() override { return static_cast<std::int64_t>(size_); }

  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const std::int64_t got, ReadAt(position_, size, out));
    position_ += got;
    return got;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto got, ReadAt(position_, size));
    position_ += got->size();
    return got;
  }
  arrow::Status Seek(std::int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Close() override {
    files_->forget(this);
    closed_ = true;
    return arrow::Status::OK();
  }
  [[nodiscard]] bool closed() const override { return closed_; }

 private:
  arrow::Result<std::shared_ptr<arrow::io::RandomAccessFile>> opened() {
    try {
      return files_->file(this, path_, [this] {
        if (size_of(path_) != size_ || modified(path_) != modified_) {
          throw Error(ErrorClass::failed, path_ + " was changed while it was being read");
        }
      });
    } catch (const Error& error) {
      return arrow::Status::IOError(error.message());
    }
  }

  std::string path_;
  std::shared_ptr<OpenFiles> files_;
  std::uint64_t size_;
  std::string modified_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<arrow::io::RandomAccessFile> OpenFiles::file(const void* key, const std::string& path,
                                                             const std::function<void()>& check) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(open_, key, &Open::key);
  if (found != open_.end()) {
    open_.splice(open_.begin(), open_, found);
    return open_.front().file;
  }
  check();
  while (!open_.empty() && open_.size() >= most_) open_.pop_back();
  open_.push_front({key, open_input(path)});
  return open_.front().file;
}

void OpenFiles::forget(const void* key) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [key](const Open& open) { return open.key == key; });
}

std::shared_ptr<arrow::io::RandomAccessFile> open_input(const std::string& path, std::shared_ptr<OpenFiles> files) {
  auto file = std::make_shared<FileOfMany>(path, files);
  static_cast<void>(files->file(file.get(), path, [] {}));
  return file;
}

}  // namespace cqlbulk::storage
