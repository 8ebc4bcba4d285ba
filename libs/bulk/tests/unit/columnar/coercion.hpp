// Values of one Arrow type as an encoder makes them of another tool's: each as CQL text, or what is wrong with it.
#pragma once

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "columnar/columnar.hpp"
#include "text/cell_text.hpp"

namespace cqlbulk::test {

struct Encoded {
  std::vector<std::string> values;  ///< As CQL text; "null"; "!reason" for a problem.
  std::string why;                  ///< Not empty: the pair of types is refused.
};

inline Encoded encode(const arrow::Array& array, const cql::DataType& to) {
  Encoded result;
  auto encoder = columnar::make_cell_encoder(*array.type(), to, result.why);
  if (!encoder) {
    EXPECT_FALSE(result.why.empty());
    return result;
  }
  std::vector<std::uint32_t> sizes(static_cast<std::size_t>(array.length()));
  std::vector<columnar::CellEncoder::Problem> problems;
  encoder->add_sizes(array, sizes, problems);
  std::vector<cql::Buffer> cells(sizes.size());
  std::vector<std::byte*> cursors;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = cql::Buffer(sizes[i]);
    cells[i].resize(sizes[i]);
    cursors.push_back(cells[i].data());
  }
  encoder->write(array, -2, cursors);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    EXPECT_EQ(cursors[i], cells[i].data() + sizes[i]);
    cql::Reader reader(cells[i].view());
    const auto size = reader.i32();
    std::string text = "null";
    if (size >= 0) {
      text.clear();
      const text::CellWriter writer(to);
      writer.append(reader.rest(), text);
    } else {
      EXPECT_EQ(size, -2);
    }
    result.values.push_back(text);
  }
  for (const auto& problem : problems) {
    EXPECT_EQ(result.values[problem.row], "null");
    result.values[problem.row] = "!" + problem.reason;
  }
  return result;
}

inline Encoded encode(const std::shared_ptr<arrow::DataType>& from, const char* json, const cql::DataType& to) {
  const auto array = arrow::json::ArrayFromJSONString(from, json);
  EXPECT_TRUE(array.ok()) << array.status().ToString();
  return encode(**array, to);
}

inline cql::DataType nested(cql::TypeKind kind, std::vector<cql::DataType> children,
                            std::vector<std::string> names = {}) {
  auto type = cql::DataType::scalar(kind);
  type.children = std::move(children);
  type.field_names = std::move(names);
  return type;
}

}  // namespace cqlbulk::test
