// The rows that micro-benchmarks work on: uuid, timestamp, int, double, text of 10 and of about 100 characters, in
// pages of wire layout; the same on every machine.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/statement.hpp"

namespace bench {

struct Pages {
  std::vector<cql::ColumnSpec> columns;
  std::vector<std::string> names;
  std::vector<cql::Buffer> bytes;
  std::size_t rows_of_page = 0;

  [[nodiscard]] std::size_t rows() const { return bytes.size() * rows_of_page; }
  [[nodiscard]] std::size_t size() const;
};

/// Neighbours of `rows_of_partition` rows share the uuid.
[[nodiscard]] Pages make_pages(std::size_t pages, std::size_t rows_of_page, std::size_t rows_of_partition);

/// Takes bytes and keeps none.
class NullStream final : public arrow::io::OutputStream {
 public:
  arrow::Status Close() override { return closed_ = true, arrow::Status::OK(); }
  [[nodiscard]] bool closed() const override { return closed_; }
  [[nodiscard]] arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Write(const void*, std::int64_t size) override { return position_ += size, arrow::Status::OK(); }
  using arrow::io::OutputStream::Write;

 private:
  bool closed_ = false;
  std::int64_t position_ = 0;
};

}  // namespace bench
