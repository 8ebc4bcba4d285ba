// Single values: the fixed-width conversions once more, bytes, and text read as CSV fields are.
#include "columnar/value_encoder.hpp"

#include <arrow/util/utf8.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "columnar/columnar.hpp"
#include "columnar/conversions.hpp"
#include "text/cell_text.hpp"

namespace cqlbulk::columnar {

namespace {

template <typename Conversion>
class FixedValue final : public ValueEncoder {
 public:
  explicit FixedValue(std::string target) : target_(std::move(target)) {}
  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    out.append_integer(Conversion::wire_size);
    std::byte* at = out.append_uninitialized(Conversion::wire_size);
    if (Conversion::convert(static_cast<const typename Conversion::Array&>(array), index, at)) return true;
    reason = fmt::format("{} for {}", Conversion::problem, target_);
    return false;
  }

 private:
  std::string target_;
};

class BytesValue final : public ValueEncoder {
 public:
  explicit BytesValue(cql::TypeKind kind) : kind_(kind) {}
  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    const std::string_view bytes = bytes_of(array, index);
    if (const char* problem = problem_of(bytes)) {
      reason = problem;
      return false;
    }
    const std::size_t at = open_length(out);
    out.append(bytes);
    return close_length(out, at, reason);
  }

 private:
  [[nodiscard]] const char* problem_of(std::string_view bytes) const {
    switch (kind_) {
      case cql::TypeKind::inet:
        return bytes.size() == 4 || bytes.size() == 16 ? nullptr : "neither 4 nor 16 bytes for inet";
      case cql::TypeKind::uuid:
      case cql::TypeKind::timeuuid:
        if (bytes.size() != 16) return "not 16 bytes for a UUID";
        return kind_ == cql::TypeKind::uuid || (static_cast<unsigned char>(bytes[6]) >> 4U) == 1
                   ? nullptr
                   : "not a version 1 UUID for timeuuid";
      default:
        return text_problem(bytes, kind_);
    }
  }
  cql::TypeKind kind_;
};

/// Text as a CSV field would be read.
class ParsedValue final : public ValueEncoder {
 public:
  explicit ParsedValue(const cql::DataType& to) : type_(to), parser_(type_) {}
  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    if (const char* problem = parser_.append(bytes_of(array, index), out)) {
      reason = fmt::format("{} for {}", problem, type_.to_string());
      return false;
    }
    return true;
  }

 private:
  cql::DataType type_;  // The parser borrows it.
  text::CellParser parser_;
};

class NullValue final : public ValueEncoder {
 public:
  bool append(const arrow::Array&, std::int64_t, cql::Buffer& out, std::string&) override {
    out.append_integer(std::int32_t{-1});
    return true;
  }
};

class StorageValue final : public ValueEncoder {
 public:
  explicit StorageValue(std::unique_ptr<ValueEncoder> inner) : inner_(std::move(inner)) {}
  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    return inner_->append(*static_cast<const arrow::ExtensionArray&>(array).storage(), index, out, reason);
  }

 private:
  std::unique_ptr<ValueEncoder> inner_;
};

class DictionaryValue final : public ValueEncoder {
 public:
  explicit DictionaryValue(std::unique_ptr<ValueEncoder> inner) : inner_(std::move(inner)) {}
  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    const auto& dictionary = static_cast<const arrow::DictionaryArray&>(array);
    const std::int64_t place = dictionary.GetValueIndex(index);
    if (place < 0 || place >= dictionary.dictionary()->length()) {
      reason = "the file's dictionary lacks this value";
      return false;
    }
    return inner_->append(*dictionary.dictionary(), place, out, reason);
  }

 private:
  std::unique_ptr<ValueEncoder> inner_;
};

bool is_null_in_dictionary(const arrow::DictionaryArray& array, std::int64_t index) {
  const std::int64_t place = array.GetValueIndex(index);
  return place >= 0 && place < array.dictionary()->length() && is_null(*array.dictionary(), place);
}

bool takes_bytes(const arrow::DataType& from, const cql::DataType& to) {
  using enum cql::TypeKind;
  const bool binary = is_bytes_like(from.id());
  switch (to.kind) {
    case text:
    case ascii:
      return binary || is_text_like(from.id());
    case blob:
    case custom:
    case inet:
    case uuid:
    case timeuuid:
      return binary;
    default:
      return false;
  }
}

}  // namespace

void refuse(const arrow::DataType& from, const cql::DataType& to, std::string& why) {
  why += fmt::format("{} cannot become {}", from.ToString(), to.to_string());
}

bool is_text_like(arrow::Type::type type) {
  return type == arrow::Type::STRING || type == arrow::Type::LARGE_STRING || type == arrow::Type::STRING_VIEW;
}

bool is_bytes_like(arrow::Type::type type) {
  return type == arrow::Type::BINARY || type == arrow::Type::LARGE_BINARY || type == arrow::Type::BINARY_VIEW ||
         type == arrow::Type::FIXED_SIZE_BINARY;
}

std::string_view bytes_of(const arrow::Array& array, std::int64_t index) {
  switch (array.type_id()) {
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return static_cast<const arrow::LargeBinaryArray&>(array).GetView(index);
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return static_cast<const arrow::BinaryViewArray&>(array).GetView(index);
    case arrow::Type::FIXED_SIZE_BINARY:
      return static_cast<const arrow::FixedSizeBinaryArray&>(array).GetView(index);
    default:
      return static_cast<const arrow::BinaryArray&>(array).GetView(index);
  }
}

const char* text_problem(std::string_view text, cql::TypeKind kind) {
  if (kind == cql::TypeKind::ascii) {
    const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return ascii ? nullptr : "not ASCII";
  }
  if (kind != cql::TypeKind::text) return nullptr;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return arrow::util::ValidateUTF8(bytes, static_cast<std::int64_t>(text.size())) ? nullptr : "not UTF-8";
}

bool is_null(const arrow::Array& array, std::int64_t index) {
  if (array.IsNull(index)) return true;
  switch (array.type_id()) {
    case arrow::Type::DICTIONARY:
      return is_null_in_dictionary(static_cast<const arrow::DictionaryArray&>(array), index);
    case arrow::Type::EXTENSION:
      return is_null(*static_cast<const arrow::ExtensionArray&>(array).storage(), index);
    default:
      return false;
  }
}

std::unique_ptr<ValueEncoder> make_value_encoder(const arrow::DataType& from, const cql::DataType& to,
                                                 std::string& why) {
  if (from.id() == arrow::Type::EXTENSION) {
    auto inner = make_value_encoder(*static_cast<const arrow::ExtensionType&>(from).storage_type(), to, why);
    return inner ? std::make_unique<StorageValue>(std::move(inner)) : nullptr;
  }
  if (from.id() == arrow::Type::DICTIONARY) {
    auto inner = make_value_encoder(*static_cast<const arrow::DictionaryType&>(from).value_type(), to, why);
    return inner ? std::make_unique<DictionaryValue>(std::move(inner)) : nullptr;
  }
  if (from.id() == arrow::Type::NA) return std::make_unique<NullValue>();
  std::unique_ptr<ValueEncoder> encoder;
  with_conversion(from, to,
                  [&]<typename Conversion>() { encoder = std::make_unique<FixedValue<Conversion>>(to.to_string()); });
  if (encoder) return encoder;
  arrow::util::InitializeUTF8();
  if (takes_bytes(from, to)) return std::make_unique<BytesValue>(to.kind);
  if (is_text_like(from.id())) return std::make_unique<ParsedValue>(to);
  encoder = make_number_encoder(from, to);
  if (encoder) return encoder;
  if (to.kind == cql::TypeKind::duration) return make_duration_encoder(from, why);
  if (!to.children.empty()) return make_nested_encoder(from, to, why);
  refuse(from, to, why);
  return nullptr;
}

}  // namespace cqlbulk::columnar
