// The footer of a Parquet file taken apart just so far that files can be joined (parquet.thrift: FileMetaData). What it
// means stays unread: fields are copied by their bytes, only offsets, counts and ordinals change.
#pragma once

#include <cstdint>
#include <vector>

#include "cql/bytes.hpp"
#include "formats/parquet/thrift_compact.hpp"

namespace cqlbulk::formats {

/// Views into the footer's bytes, which must outlive it.
struct ParquetFooter {
  struct OtherField {
    thrift::FieldHeader header;
    cql::ByteView value;
  };
  cql::ByteView schema;  ///< list<SchemaElement>, header included.
  std::int64_t row_count = 0;
  std::vector<cql::ByteView> row_groups;
  std::vector<OtherField> others;  ///< In ascending order of their ids.
};

/// Throws cqlbulk::Error{failed} for bytes that are no footer, and for encrypted files.
[[nodiscard]] ParquetFooter parse_parquet_footer(cql::ByteView bytes);

/// Makes one footer of several.
class FooterJoiner {
 public:
  /// `first` gives schema, metadata and everything else that is not row groups; it must outlive the joiner.
  FooterJoiner(const ParquetFooter& first, std::size_t row_group_count);

  /// Throws cqlbulk::Error{failed} when the columns differ from the first's.
  void check_same_schema(const ParquetFooter& footer) const;
  /// Adds the row groups of a file whose bytes [4, data_end) lie `shift` further back now.
  void add(const ParquetFooter& footer, std::int64_t shift, std::int64_t data_end);
  [[nodiscard]] cql::Buffer finish() const;

 private:
  const ParquetFooter* first_;
  std::size_t row_group_count_;
  std::size_t added_ = 0;
  std::int64_t row_count_ = 0;
  cql::Buffer row_groups_;
};

}  // namespace cqlbulk::formats
