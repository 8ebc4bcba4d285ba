#include "streams/decoded_file.hpp"

#include <arrow/buffer.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace cqlbulk::streams {

DecodedFile::DecodedFile(std::shared_ptr<arrow::io::RandomAccessFile> file, std::function<Transforms()> transforms,
                         const Limits& limits)
    : file_(std::move(file)), transforms_(std::move(transforms)), limits_(limits) {}

DecodedFile::~DecodedFile() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  if (decoder_.joinable()) decoder_.join();
}

// Reading.

arrow::Result<std::int64_t> DecodedFile::ReadAt(std::int64_t position, std::int64_t size, void* out) {
  return ReadAt(position, size, true, out);
}

arrow::Result<std::int64_t> DecodedFile::ReadAt(std::int64_t position, std::int64_t size, bool allow_short, void* out) {
  if (position < 0 || size < 0) return arrow::Status::Invalid("a read before the start of a file");
  const auto begin = static_cast<std::uint64_t>(position);
  const auto wanted = static_cast<std::size_t>(size);
  std::size_t done = 0;
  std::unique_lock lock(mutex_);
  while (done < wanted) {
    const std::uint64_t at = begin + done;
    if (size_ && at >= *size_) break;
    if (const std::size_t copied = copy(at, wanted - done, static_cast<char*>(out) + done)) {
      done += copied;
      // The decoder follows the readers.
      wanted_ = std::max(wanted_, begin + done);
      continue;
    }
    if (!failure_.ok() && at >= window_end_ && !start_over_) return failure_;
    const auto place = waiting_.insert(at);
    ask_for(at, begin + wanted);
    changed_.wait(lock);
    waiting_.erase(place);
  }
  ensure_running();
  forget_if_done(begin + done);
  if (done < wanted && !allow_short) return arrow::Status::IOError("it ends before byte ", position + size);
  return static_cast<std::int64_t>(done);
}

arrow::Result<std::shared_ptr<arrow::Buffer>> DecodedFile::ReadAt(std::int64_t position, std::int64_t size) {
  return ReadAt(position, size, true);
}

arrow::Result<std::shared_ptr<arrow::Buffer>> DecodedFile::ReadAt(std::int64_t position, std::int64_t size,
                                                                  bool allow_short) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
  ARROW_ASSIGN_OR_RAISE(const std::int64_t got, ReadAt(position, size, allow_short, buffer->mutable_data()));
  ARROW_RETURN_NOT_OK(buffer->Resize(got));
  return buffer;
}

arrow::Result<std::int64_t> DecodedFile::GetSize() {
  std::unique_lock lock(mutex_);
  while (!size_) {
    if (!failure_.ok() && !start_over_) return failure_;
    // Nobody waits for the bytes: the window may move on.
    const auto place = waiting_.insert(std::numeric_limits<std::uint64_t>::max());
    ensure_running();
    changed_.wait(lock);
    waiting_.erase(place);
  }
  return static_cast<std::int64_t>(*size_);
}

arrow::Status DecodedFile::WillNeed(const std::vector<arrow::io::ReadRange>& ranges) {
  const std::lock_guard lock(mutex_);
  for (const arrow::io::ReadRange& range : ranges) {
    const auto begin = static_cast<std::uint64_t>(range.offset);
    const auto size = static_cast<std::uint64_t>(range.length);
    if (size != 0 && size <= limits_.aside / 4) set_aside(begin, begin + size);
  }
  return arrow::Status::OK();
}

std::size_t DecodedFile::copy(std::uint64_t position, std::size_t size, char* out) {
  if (const std::size_t copied = copy_from_aside(position, size, out)) return copied;
  if (position < window_begin() || position >= window_end_) return 0;
  const auto block = std::prev(std::upper_bound(blocks_.begin(), blocks_.end(), position,
                                                [](std::uint64_t at, const Block& other) { return at < other.begin; }));
  const std::size_t copied = std::min<std::size_t>(size, block->end() - position);
  std::memcpy(out, block->bytes.data() + (position - block->begin), copied);
  return copied;
}

/// A piece is done with when its end has been read.
std::size_t DecodedFile::copy_from_aside(std::uint64_t position, std::size_t size, char* out) {
  const auto piece = std::find_if(aside_.begin(), aside_.end(), [position](const Aside& candidate) {
    return position >= candidate.begin && position < candidate.filled();
  });
  if (piece == aside_.end()) return 0;
  const std::size_t copied = std::min<std::size_t>(size, piece->filled() - position);
  std::memcpy(out, piece->bytes.data() + (position - piece->begin), copied);
  if (position + copied == piece->end) aside_.erase(piece);
  return copied;
}

void DecodedFile::set_aside(std::uint64_t begin, std::uint64_t end) {
  Aside piece{begin, end, {}};
  for (const Block& block : blocks_) {
    if (piece.filled() < block.begin || piece.filled() >= std::min(block.end(), end)) continue;
    const std::uint64_t from = piece.filled() - block.begin;
    piece.bytes.append(block.bytes, from, std::min(block.end(), end) - piece.filled());
  }
  aside_.push_back(std::move(piece));
  std::uint64_t all = 0;
  for (const Aside& other : aside_) all += other.end - other.begin;
  while (all > limits_.aside) {
    all -= aside_.front().end - aside_.front().begin;
    aside_.pop_front();
  }
}

void DecodedFile::fill_aside(const Block& block) {
  for (Aside& piece : aside_) {
    const std::uint64_t from = piece.filled();
    const std::uint64_t until = std::min(piece.end, block.end());
    if (from >= block.begin && from < until) piece.bytes.append(block.bytes, from - block.begin, until - from);
  }
}

// The decoder.

void DecodedFile::ask_for(std::uint64_t position, std::uint64_t end) {
  if (position < window_end_ && position < window_begin()) {
    start_over_ = true;
    wanted_ = end;
  }
  wanted_ = std::max(wanted_, end);
  ensure_running();
}

/// The window's first block may go, or need not.
bool DecodedFile::has_room() const { return !is_full() || may_drop(); }

bool DecodedFile::is_full() const { return window_end_ - window_begin() + limits_.block > limits_.window; }

/// What a reader waits for must not go before it has been fetched.
bool DecodedFile::may_drop() const {
  return !blocks_.empty() && (waiting_.empty() || blocks_.front().end() <= *waiting_.begin());
}

void DecodedFile::make_room() {
  while (is_full() && may_drop()) blocks_.pop_front();
}

bool DecodedFile::wants_more() const {
  if (start_over_) return true;
  if (ended_ || !failure_.ok()) return false;
  // At the start nobody knows yet whether more than that will be read.
  const std::uint64_t until = wanted_ + (wanted_ <= limits_.start ? 0 : std::min(limits_.ahead, wanted_));
  const bool behind = window_end_ < until || (!waiting_.empty() && window_end_ <= *waiting_.rbegin());
  return behind && has_room();
}

void DecodedFile::ensure_running() {
  if (running_ || stopped_ || !wants_more()) return;
  if (decoder_.joinable()) decoder_.join();  // It has said that it ends.
  running_ = true;
  decoder_ = std::thread([this] { decode(); });
}

void DecodedFile::begin_again() {
  start_over_ = false;
  blocks_.clear();
  window_end_ = 0;
  ended_ = false;
  failure_ = arrow::Status::OK();
  ++passes_;
}

void DecodedFile::decode() {
  std::unique_lock lock(mutex_);
  while (!stopped_ && wants_more()) {
    if (start_over_ || stream_ == nullptr) {
      begin_again();
      stream_.reset();
    }
    make_room();
    Block block{window_end_, {}};
    arrow::Status status;
    bool ended = false;
    lock.unlock();
    decode_block(block, status, ended);
    lock.lock();
    fill_aside(block);
    window_end_ = block.end();
    if (!block.bytes.empty()) blocks_.push_back(std::move(block));
    failure_ = std::move(status);
    ended_ = ended;
    if (ended) size_ = window_end_;
    changed_.notify_all();
  }
  // Many files may be begun, few are read at a time.
  if (ended_ || window_end_ <= limits_.start) stream_.reset();
  running_ = false;
  changed_.notify_all();
}

void DecodedFile::decode_block(Block& block, arrow::Status& status, bool& ended) {
  std::size_t size = 0;
  try {
    if (stream_ == nullptr) stream_ = std::make_unique<DecodingStream>(file_, transforms_());
    block.bytes.resize(block.begin == 0 ? limits_.start : limits_.block);
    while (size < block.bytes.size() && !ended) {
      const std::size_t room = block.bytes.size() - size;
      if (size != 0 && room < Transform::least_room) break;
      const std::size_t got = stream_->read(std::span<char>(block.bytes).subspan(size));
      size += got;
      ended = got == 0;
    }
  } catch (const BadStream& bad) {
    const std::uint64_t place = stream_ == nullptr ? 0 : stream_->file_position();
    status = arrow::Status::Invalid("at byte ", place, " of the file: ", bad.what());
  } catch (const DecodingStream::ReadFailed& failed) {
    status = arrow::Status::IOError(failed.what());
  } catch (const std::bad_alloc&) {
    status = arrow::Status::OutOfMemory("no memory is left to decompress it");
  } catch (const std::exception& error) {
    status = arrow::Status::IOError(error.what());
  }
  block.bytes.resize(size);
}

void DecodedFile::forget_if_done(std::uint64_t end) {
  const bool done = end == size_ || window_end_ <= limits_.start;
  if (!done || running_ || !waiting_.empty() || !aside_.empty() || stream_ != nullptr) return;
  blocks_.clear();
  blocks_.shrink_to_fit();
  window_end_ = 0;
  wanted_ = 0;
  ended_ = false;
}

// What the interface has besides: a position that reads move.

arrow::Result<std::int64_t> DecodedFile::Read(std::int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t from, Tell());
  ARROW_ASSIGN_OR_RAISE(const std::int64_t got, ReadAt(from, size, out));
  ARROW_RETURN_NOT_OK(Seek(from + got));
  return got;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> DecodedFile::Read(std::int64_t size) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t from, Tell());
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(from, size));
  ARROW_RETURN_NOT_OK(Seek(from + buffer->size()));
  return buffer;
}

arrow::Status DecodedFile::Seek(std::int64_t position) {
  if (position < 0) return arrow::Status::Invalid("a place before the start of a file");
  const std::lock_guard lock(mutex_);
  position_ = static_cast<std::uint64_t>(position);
  return arrow::Status::OK();
}

arrow::Result<std::int64_t> DecodedFile::Tell() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::int64_t>(position_);
}

arrow::Status DecodedFile::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  return arrow::Status::OK();
}

bool DecodedFile::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::uint64_t DecodedFile::passes() const {
  const std::lock_guard lock(mutex_);
  return passes_;
}

}  // namespace cqlbulk::streams
