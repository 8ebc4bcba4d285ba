// Which conversion serves which pair of types. Part of conversions.hpp.
#pragma once

namespace cqlbulk::columnar {

template <typename Wire, typename Use>
bool with_integer_conversion(arrow::Type::type from, Use& use) {
  switch (from) {
    case arrow::Type::INT8:
      return use.template operator()<IntegerToInteger<arrow::Int8Array, Wire>>(), true;
    case arrow::Type::INT16:
      return use.template operator()<IntegerToInteger<arrow::Int16Array, Wire>>(), true;
    case arrow::Type::INT32:
      return use.template operator()<IntegerToInteger<arrow::Int32Array, Wire>>(), true;
    case arrow::Type::INT64:
      return use.template operator()<IntegerToInteger<arrow::Int64Array, Wire>>(), true;
    case arrow::Type::UINT8:
      return use.template operator()<IntegerToInteger<arrow::UInt8Array, Wire>>(), true;
    case arrow::Type::UINT16:
      return use.template operator()<IntegerToInteger<arrow::UInt16Array, Wire>>(), true;
    case arrow::Type::UINT32:
      return use.template operator()<IntegerToInteger<arrow::UInt32Array, Wire>>(), true;
    case arrow::Type::UINT64:
      return use.template operator()<IntegerToInteger<arrow::UInt64Array, Wire>>(), true;
    case arrow::Type::FLOAT:
      return use.template operator()<FloatToInteger<arrow::FloatArray, Wire>>(), true;
    case arrow::Type::DOUBLE:
      return use.template operator()<FloatToInteger<arrow::DoubleArray, Wire>>(), true;
    default:
      return false;
  }
}

template <typename Wire, typename Use>
bool with_float_conversion(arrow::Type::type from, Use& use) {
  switch (from) {
    case arrow::Type::HALF_FLOAT:
      return use.template operator()<HalfToFloat<Wire>>(), true;
    case arrow::Type::FLOAT:
      return use.template operator()<ToFloat<arrow::FloatArray, Wire>>(), true;
    case arrow::Type::DOUBLE:
      return use.template operator()<ToFloat<arrow::DoubleArray, Wire>>(), true;
    case arrow::Type::INT8:
      return use.template operator()<ToFloat<arrow::Int8Array, Wire>>(), true;
    case arrow::Type::INT16:
      return use.template operator()<ToFloat<arrow::Int16Array, Wire>>(), true;
    case arrow::Type::INT32:
      return use.template operator()<ToFloat<arrow::Int32Array, Wire>>(), true;
    case arrow::Type::INT64:
      return use.template operator()<ToFloat<arrow::Int64Array, Wire>>(), true;
    case arrow::Type::UINT8:
      return use.template operator()<ToFloat<arrow::UInt8Array, Wire>>(), true;
    case arrow::Type::UINT16:
      return use.template operator()<ToFloat<arrow::UInt16Array, Wire>>(), true;
    case arrow::Type::UINT32:
      return use.template operator()<ToFloat<arrow::UInt32Array, Wire>>(), true;
    case arrow::Type::UINT64:
      return use.template operator()<ToFloat<arrow::UInt64Array, Wire>>(), true;
    default:
      return false;
  }
}

/// Timestamps without a zone are taken for UTC; those with one count from 1970 UTC as it is.
template <typename Use>
bool with_timestamp_conversion(const arrow::DataType& from, Use& use) {
  switch (from.id()) {
    case arrow::Type::TIMESTAMP:
      switch (static_cast<const arrow::TimestampType&>(from).unit()) {
        case arrow::TimeUnit::SECOND:
          return use.template operator()<Scaled<arrow::TimestampArray, 1000, 1, StoreTimestamp>>(), true;
        case arrow::TimeUnit::MILLI:
          return use.template operator()<Scaled<arrow::TimestampArray, 1, 1, StoreTimestamp>>(), true;
        case arrow::TimeUnit::MICRO:
          return use.template operator()<Scaled<arrow::TimestampArray, 1, 1000, StoreTimestamp>>(), true;
        default:  // TimeUnit::NANO
          return use.template operator()<Scaled<arrow::TimestampArray, 1, 1'000'000, StoreTimestamp>>(), true;
      }
    case arrow::Type::DATE32:
      return use.template operator()<Scaled<arrow::Date32Array, 86'400'000, 1, StoreTimestamp>>(), true;
    case arrow::Type::DATE64:
      return use.template operator()<Scaled<arrow::Date64Array, 1, 1, StoreTimestamp>>(), true;
    case arrow::Type::INT64:  // Milliseconds, as CQL takes integers for timestamps.
      return use.template operator()<Scaled<arrow::Int64Array, 1, 1, StoreTimestamp>>(), true;
    default:
      return false;
  }
}

template <typename Use>
bool with_date_conversion(const arrow::DataType& from, Use& use) {
  switch (from.id()) {
    case arrow::Type::DATE32:
      return use.template operator()<Scaled<arrow::Date32Array, 1, 1, StoreDate>>(), true;
    case arrow::Type::DATE64:
      return use.template operator()<Scaled<arrow::Date64Array, 1, 86'400'000, StoreDate>>(), true;
    case arrow::Type::TIMESTAMP:
      switch (static_cast<const arrow::TimestampType&>(from).unit()) {
        case arrow::TimeUnit::SECOND:
          return use.template operator()<Scaled<arrow::TimestampArray, 1, 86'400, StoreDate>>(), true;
        case arrow::TimeUnit::MILLI:
          return use.template operator()<Scaled<arrow::TimestampArray, 1, 86'400'000, StoreDate>>(), true;
        case arrow::TimeUnit::MICRO:
          return use.template operator()<Scaled<arrow::TimestampArray, 1, 86'400'000'000, StoreDate>>(), true;
        default:  // TimeUnit::NANO
          return use.template operator()<Scaled<arrow::TimestampArray, 1, 86'400'000'000'000, StoreDate>>(), true;
      }
    default:
      return false;
  }
}

template <typename Use>
bool with_time_conversion(const arrow::DataType& from, Use& use) {
  if (from.id() == arrow::Type::TIME32) {
    if (static_cast<const arrow::Time32Type&>(from).unit() == arrow::TimeUnit::SECOND) {
      return use.template operator()<Scaled<arrow::Time32Array, 1'000'000'000, 1, StoreTime>>(), true;
    }
    return use.template operator()<Scaled<arrow::Time32Array, 1'000'000, 1, StoreTime>>(), true;
  }
  if (from.id() == arrow::Type::TIME64) {
    if (static_cast<const arrow::Time64Type&>(from).unit() == arrow::TimeUnit::MICRO) {
      return use.template operator()<Scaled<arrow::Time64Array, 1000, 1, StoreTime>>(), true;
    }
    return use.template operator()<Scaled<arrow::Time64Array, 1, 1, StoreTime>>(), true;
  }
  return false;
}

template <typename Use>
bool with_uuid_conversion(const arrow::DataType& from, bool time_based, Use& use) {
  if (from.id() != arrow::Type::FIXED_SIZE_BINARY ||
      static_cast<const arrow::FixedSizeBinaryType&>(from).byte_width() != 16) {
    return false;
  }
  if (time_based) return use.template operator()<BytesToUuid<true>>(), true;
  return use.template operator()<BytesToUuid<false>>(), true;
}

template <typename Use>
bool with_conversion(const arrow::DataType& from, const cql::DataType& to, Use&& use) {
  using enum cql::TypeKind;
  switch (to.kind) {
    case tinyint:
      return with_integer_conversion<std::int8_t>(from.id(), use);
    case smallint:
      return with_integer_conversion<std::int16_t>(from.id(), use);
    case int_:
      return with_integer_conversion<std::int32_t>(from.id(), use);
    case bigint:
    case counter:
      return with_integer_conversion<std::int64_t>(from.id(), use);
    case float_:
      return with_float_conversion<float>(from.id(), use);
    case double_:
      return with_float_conversion<double>(from.id(), use);
    case timestamp:
      return with_timestamp_conversion(from, use);
    case date:
      return with_date_conversion(from, use);
    case time:
      return with_time_conversion(from, use);
    case uuid:
    case timeuuid:
      return with_uuid_conversion(from, to.kind == timeuuid, use);
    case boolean:
      if (from.id() != arrow::Type::BOOL) return false;
      return use.template operator()<BooleanToBoolean>(), true;
    default:
      return false;
  }
}

}  // namespace cqlbulk::columnar
