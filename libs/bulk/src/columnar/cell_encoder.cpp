// Whole columns of Arrow values to wire values: a loop per pair of fixed-width types, one for text and blobs, and for
// everything else values written one by one into memory of the encoder's own.
#include <arrow/util/utf8.h>
#include <fmt/format.h>

#include "columnar/columnar.hpp"
#include "columnar/conversions.hpp"
#include "columnar/value_encoder.hpp"

namespace cqlbulk::columnar {

namespace {

constexpr std::size_t length_size = sizeof(std::int32_t);

void write_length(std::byte*& cursor, std::int32_t length) {
  cql::store_big_endian(cursor, length);
  cursor += length_size;
}

/// What add_sizes learns and write needs: the rows whose value did not convert, in ascending order.
class SizedEncoder : public CellEncoder {
 protected:
  void begin() { rejected_.clear(); }
  void reject(std::size_t row, std::uint32_t& size, std::string reason, std::vector<Problem>& problems) {
    problems.push_back({row, std::move(reason)});
    rejected_.push_back(row);
    size += length_size;
  }
  /// Adds a value's bytes to its row's; false when the row could not be bound.
  static bool add(std::uint32_t& row_size, std::size_t value_size) {
    if (row_size + value_size > most_row_bytes) return false;
    row_size += static_cast<std::uint32_t>(value_size + length_size);
    return true;
  }
  static std::string too_large() { return "the row is larger than 256 MiB"; }
  /// Goes through rejected_ as rows go by.
  class Rejected {
   public:
    explicit Rejected(const std::vector<std::size_t>& rows) : next_(rows.begin()), end_(rows.end()) {}
    bool has(std::size_t row) {
      if (next_ == end_ || *next_ != row) return false;
      ++next_;
      return true;
    }

   private:
    std::vector<std::size_t>::const_iterator next_;
    std::vector<std::size_t>::const_iterator end_;
  };

  std::vector<std::size_t> rejected_;
};

template <typename Conversion>
class FixedEncoder final : public SizedEncoder {
 public:
  explicit FixedEncoder(std::string target) : target_(std::move(target)) {}

  void add_sizes(const arrow::Array& array, std::span<std::uint32_t> sizes, std::vector<Problem>& problems) override {
    begin();
    const auto& values = static_cast<const typename Conversion::Array&>(array);
    for (std::size_t row = 0; row < sizes.size(); ++row) {
      const auto index = static_cast<std::int64_t>(row);
      if (array.IsNull(index)) {
        sizes[row] += length_size;
        continue;
      }
      if constexpr (!Conversion::exact) {
        std::byte ignored[Conversion::wire_size];
        if (!Conversion::convert(values, index, ignored)) {
          reject(row, sizes[row], fmt::format("{} for {}", Conversion::problem, target_), problems);
          continue;
        }
      }
      if (!add(sizes[row], Conversion::wire_size)) reject(row, sizes[row], too_large(), problems);
    }
  }

  void write(const arrow::Array& array, std::int32_t null_length, std::span<std::byte*> cursors) override {
    const auto& values = static_cast<const typename Conversion::Array&>(array);
    Rejected rejected(rejected_);
    for (std::size_t row = 0; row < cursors.size(); ++row) {
      const auto index = static_cast<std::int64_t>(row);
      if (array.IsNull(index) || rejected.has(row)) {
        write_length(cursors[row], null_length);
        continue;
      }
      write_length(cursors[row], Conversion::wire_size);
      Conversion::convert(values, index, cursors[row]);
      cursors[row] += Conversion::wire_size;
    }
  }

 private:
  std::string target_;
};

/// Text to text and binary to blob: the bytes as they are.
template <typename Source, bool Checked>
class BytesEncoder final : public SizedEncoder {
 public:
  explicit BytesEncoder(cql::TypeKind kind) : kind_(kind) {}

  void add_sizes(const arrow::Array& array, std::span<std::uint32_t> sizes, std::vector<Problem>& problems) override {
    begin();
    const auto& values = static_cast<const Source&>(array);
    for (std::size_t row = 0; row < sizes.size(); ++row) {
      const auto index = static_cast<std::int64_t>(row);
      if (array.IsNull(index)) {
        sizes[row] += length_size;
        continue;
      }
      const std::string_view bytes = values.GetView(index);
      if constexpr (Checked) {
        if (const char* problem = text_problem(bytes, kind_)) {
          reject(row, sizes[row], problem, problems);
          continue;
        }
      }
      if (!add(sizes[row], bytes.size())) reject(row, sizes[row], too_large(), problems);
    }
  }

  void write(const arrow::Array& array, std::int32_t null_length, std::span<std::byte*> cursors) override {
    const auto& values = static_cast<const Source&>(array);
    Rejected rejected(rejected_);
    for (std::size_t row = 0; row < cursors.size(); ++row) {
      const auto index = static_cast<std::int64_t>(row);
      if (array.IsNull(index) || rejected.has(row)) {
        write_length(cursors[row], null_length);
        continue;
      }
      const std::string_view bytes = values.GetView(index);
      write_length(cursors[row], static_cast<std::int32_t>(bytes.size()));
      if (!bytes.empty()) std::memcpy(cursors[row], bytes.data(), bytes.size());
      cursors[row] += bytes.size();
    }
  }

 private:
  cql::TypeKind kind_;
};

/// Values are made in add_sizes and only copied in write.
class ScratchEncoder final : public SizedEncoder {
 public:
  explicit ScratchEncoder(std::unique_ptr<ValueEncoder> value) : value_(std::move(value)) {}

  void add_sizes(const arrow::Array& array, std::span<std::uint32_t> sizes, std::vector<Problem>& problems) override {
    begin();
    scratch_.clear();
    ends_.clear();
    ends_.reserve(sizes.size());
    std::string reason;
    for (std::size_t row = 0; row < sizes.size(); ++row) {
      const std::size_t start = scratch_.size();
      const auto index = static_cast<std::int64_t>(row);
      if (is_null(array, index)) {
        sizes[row] += length_size;
      } else if (!value_->append(array, index, scratch_, reason)) {
        scratch_.resize(start);
        reject(row, sizes[row], reason, problems);
      } else if (!add(sizes[row], scratch_.size() - start - length_size)) {
        scratch_.resize(start);
        reject(row, sizes[row], too_large(), problems);
      }
      ends_.push_back(scratch_.size());
    }
  }

  void write(const arrow::Array&, std::int32_t null_length, std::span<std::byte*> cursors) override {
    std::size_t start = 0;
    for (std::size_t row = 0; row < cursors.size(); ++row) {
      const std::size_t size = ends_[row] - start;
      if (size == 0) {
        write_length(cursors[row], null_length);
      } else {
        std::memcpy(cursors[row], scratch_.data() + start, size);
        cursors[row] += size;
      }
      start = ends_[row];
    }
  }

 private:
  std::unique_ptr<ValueEncoder> value_;
  cql::Buffer scratch_;
  std::vector<std::size_t> ends_;
};

/// An extension type's values are those of its storage.
class StorageEncoder final : public CellEncoder {
 public:
  explicit StorageEncoder(std::unique_ptr<CellEncoder> inner) : inner_(std::move(inner)) {}
  void add_sizes(const arrow::Array& array, std::span<std::uint32_t> sizes, std::vector<Problem>& problems) override {
    inner_->add_sizes(storage(array), sizes, problems);
  }
  void write(const arrow::Array& array, std::int32_t null_length, std::span<std::byte*> cursors) override {
    inner_->write(storage(array), null_length, cursors);
  }

 private:
  static const arrow::Array& storage(const arrow::Array& array) {
    return *static_cast<const arrow::ExtensionArray&>(array).storage();
  }
  std::unique_ptr<CellEncoder> inner_;
};

template <typename Source>
std::unique_ptr<CellEncoder> bytes_encoder_of(bool checked, cql::TypeKind kind) {
  if (checked) return std::make_unique<BytesEncoder<Source, true>>(kind);
  return std::make_unique<BytesEncoder<Source, false>>(kind);
}

/// Nothing for types that hold neither text nor bytes.
std::unique_ptr<CellEncoder> bytes_encoder(arrow::Type::type from, bool checked, cql::TypeKind kind) {
  switch (from) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return bytes_encoder_of<arrow::BinaryArray>(checked, kind);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return bytes_encoder_of<arrow::LargeBinaryArray>(checked, kind);
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return bytes_encoder_of<arrow::BinaryViewArray>(checked, kind);
    case arrow::Type::FIXED_SIZE_BINARY:
      return bytes_encoder_of<arrow::FixedSizeBinaryArray>(checked, kind);
    default:
      return nullptr;
  }
}

}  // namespace

std::unique_ptr<CellEncoder> make_cell_encoder(const arrow::DataType& from, const cql::DataType& to, std::string& why) {
  if (from.id() == arrow::Type::EXTENSION) {
    auto inner = make_cell_encoder(*static_cast<const arrow::ExtensionType&>(from).storage_type(), to, why);
    if (!inner) return nullptr;
    return std::make_unique<StorageEncoder>(std::move(inner));
  }
  std::unique_ptr<CellEncoder> encoder;
  with_conversion(from, to,
                  [&]<typename Conversion>() { encoder = std::make_unique<FixedEncoder<Conversion>>(to.to_string()); });
  if (encoder) return encoder;
  arrow::util::InitializeUTF8();
  const bool text = to.kind == cql::TypeKind::text || to.kind == cql::TypeKind::ascii;
  const bool blob = to.kind == cql::TypeKind::blob || to.kind == cql::TypeKind::custom;
  if (text || (blob && !is_text_like(from.id()))) encoder = bytes_encoder(from.id(), text, to.kind);
  if (encoder) return encoder;
  auto value = make_value_encoder(from, to, why);
  if (!value) return nullptr;
  return std::make_unique<ScratchEncoder>(std::move(value));
}

}  // namespace cqlbulk::columnar
