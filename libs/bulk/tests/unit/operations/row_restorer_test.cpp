// One statement for cells that agree, several for those that do not; what has expired is left out.
#include "operations/row_restorer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cql/error.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = cql::TypeKind;
using Role = cql::Column::Role;

constexpr std::int64_t now_ms = 1'700'000'000'000;
constexpr std::int64_t own_timestamp = 99;

/// ks.t (k int, c int, s int static, m map<int, int>, v int, w int, l list<int>, PRIMARY KEY (k, c))
struct Restoring {
  cql::Table table;
  explicit Restoring(bool insert = true) {
    const auto collection = [](Kind kind, std::size_t children) {
      cql::DataType type = cql::DataType::scalar(kind);
      type.children.assign(children, cql::DataType::scalar(Kind::int_));
      return type;
    };
    const cql::DataType int_type = cql::DataType::scalar(Kind::int_);
    table.keyspace = "ks";
    table.name = "t";
    table.partition_key_size = table.clustering_size = 1;
    table.columns = {{"k", int_type, Role::partition_key, 0},
                     {"c", int_type, Role::clustering, 0},
                     {"s", int_type, Role::static_, -1},
                     {"l", collection(Kind::list, 1), Role::regular, -1},
                     {"m", collection(Kind::map, 2), Role::regular, -1},
                     {"v", int_type, Role::regular, -1},
                     {"w", int_type, Role::regular, -1}};
    RowRestorer::Layout layout;
    for (std::size_t i = 0; i < table.columns.size(); ++i) layout.columns.push_back({&table.columns[i], i});
    std::size_t next = table.columns.size();
    for (std::size_t i = 2; i < table.columns.size(); ++i) {
      layout.columns[i].writetime.value = next++;
      layout.columns[i].ttl.value = next++;
      layout.columns[i].element_times = table.columns[i].type.kind != Kind::int_;
    }
    layout.read_at = next++;
    layout.value_count = next + 1;
    layout.insert = insert;
    restorer.emplace(table, layout);
  }
  std::optional<RowRestorer> restorer;
};

using Item = std::optional<std::string>;
std::string text_of(const cql::Buffer& bytes) { return std::string(cql::as_text(bytes.view())); }
template <typename Integer>
Item number(Integer value) {
  cql::Buffer bytes;
  bytes.append_integer(value);
  return text_of(bytes);
}
Item list(const std::vector<Item>& items, std::size_t per_element = 1) {
  cql::Buffer bytes;
  bytes.append_integer(static_cast<std::int32_t>(items.size() / per_element));
  for (const Item& item : items) {
    bytes.append_integer(item ? static_cast<std::int32_t>(item->size()) : -1);
    if (item) bytes.append(*item);
  }
  return text_of(bytes);
}

struct Row {
  Item s, l, m, v, w;
  Item s_time, s_ttl, l_time, l_ttl, m_time, m_ttl, v_time, v_ttl, w_time, w_ttl, read_at;

  [[nodiscard]] cql::Buffer wire() const {
    cql::Buffer row;
    for (const Item* item :
         std::initializer_list<const Item*>{&s, &l, &m, &v, &w, &s_time, &s_ttl, &l_time, &l_ttl, &m_time, &m_ttl,
                                            &v_time, &v_ttl, &w_time, &w_ttl, &read_at}) {
      if (item == &s) {
        for (const std::int32_t key : {1, 2}) {
          row.append_integer(std::int32_t{4});
          row.append_integer(key);
        }
      }
      row.append_integer(*item ? static_cast<std::int32_t>((*item)->size()) : -2);
      if (*item) row.append(**item);
    }
    row.append_integer(std::int32_t{8});
    row.append_integer(own_timestamp);
    return row;
  }
};

/// The writes as text: "INSERT … VALUES (…)" with the values in place of the marks, integers by their size.
std::vector<std::string> writes_of(const RowRestorer& restorer, const Row& row, std::uint64_t* expired = nullptr) {
  RowRestorer::Writes writes;
  const cql::Buffer wire = row.wire();
  restorer.append(wire.view(), now_ms, writes);
  if (expired != nullptr) *expired = writes.expired;
  std::vector<std::string> texts;
  for (const RowRestorer::Write& write : writes.writes) {
    cql::Reader reader(writes.bytes.view(write.begin, write.size), "a write");
    std::string text;
    std::uint16_t values = 0;
    for (const char c : restorer.statements().at(write.statement)) {
      if (c != '?') {
        text += c;
        continue;
      }
      ++values;
      const std::int32_t size = reader.i32();
      if (size < 0) {
        text += size == -2 ? "unset" : "null";
        continue;
      }
      const cql::ByteView value = reader.raw(static_cast<std::size_t>(size));
      text += size == 4 ? std::to_string(cql::load_big_endian<std::int32_t>(value.data()))
              : size == 8
                  ? std::to_string(cql::load_big_endian<std::int64_t>(value.data()))
                  : "[" + std::to_string(cql::load_big_endian<std::int32_t>(value.data())) + " elements, first " +
                        std::to_string(cql::load_big_endian<std::int32_t>(value.data() + 8)) + "]";
    }
    EXPECT_EQ(reader.remaining(), 0U);
    EXPECT_EQ(values, write.values);
    texts.push_back(text);
  }
  return texts;
}

TEST(RowRestorer, WritesCellsThatAgreeByOneStatement) {
  const Restoring restoring;
  Row row;
  row.v = number(std::int32_t{5});
  row.w = number(std::int32_t{6});
  row.v_time = row.w_time = number(std::int64_t{1'000});
  EXPECT_THAT(writes_of(*restoring.restorer, row),
              ElementsAre("INSERT INTO ks.t (k, c, s, l, m, v, w) VALUES (1, 2, unset, unset, unset, 5, 6) USING "
                          "TIMESTAMP 1000 AND TTL 0"));
  const Restoring updating(false);
  EXPECT_THAT(writes_of(*updating.restorer, row),
              ElementsAre("UPDATE ks.t USING TIMESTAMP 1000 AND TTL 0 SET s = unset, l = unset, m = unset, v = 5, w = "
                          "6 WHERE k = 1 AND c = 2"));
}

TEST(RowRestorer, WritesCellsThatDifferByOneEach) {
  const Restoring restoring;
  Row row;
  row.s = number(std::int32_t{7});
  row.v = number(std::int32_t{5});
  row.w = number(std::int32_t{6});
  row.s_time = number(std::int64_t{2'000});
  row.v_time = row.w_time = number(std::int64_t{1'000});
  row.w_ttl = number(std::int32_t{100});
  EXPECT_THAT(writes_of(*restoring.restorer, row),
              ElementsAre("INSERT INTO ks.t (k, s) VALUES (1, 7) USING TIMESTAMP 2000 AND TTL 0",
                          "INSERT INTO ks.t (k, c, v) VALUES (1, 2, 5) USING TIMESTAMP 1000 AND TTL 0",
                          "INSERT INTO ks.t (k, c, w) VALUES (1, 2, 6) USING TIMESTAMP 1000 AND TTL 100"));
  row.s.reset();
  row.w_ttl.reset();
  row.w_time.reset();
  EXPECT_THAT(writes_of(*restoring.restorer, row),
              ElementsAre("INSERT INTO ks.t (k, c, v) VALUES (1, 2, 5) USING TIMESTAMP 1000 AND TTL 0",
                          "INSERT INTO ks.t (k, c, w) VALUES (1, 2, 6) USING TIMESTAMP 99 AND TTL 0"))
      << "a cell without a time gets the load's own";
}

TEST(RowRestorer, SubtractsTheTimeThatHasPassedAndLeavesOutWhatIsOver) {
  const Restoring restoring;
  Row row;
  row.v = number(std::int32_t{5});
  row.w = number(std::int32_t{6});
  row.v_time = row.w_time = number(std::int64_t{1'000});
  row.v_ttl = number(std::int32_t{100});
  row.w_ttl = number(std::int32_t{30});
  row.read_at = number(now_ms - 30'999);
  std::uint64_t expired = 0;
  EXPECT_THAT(writes_of(*restoring.restorer, row, &expired),
              ElementsAre("INSERT INTO ks.t (k, c, v) VALUES (1, 2, 5) USING TIMESTAMP 1000 AND TTL 70"));
  EXPECT_EQ(expired, 1U);
  row.v_ttl = number(std::int32_t{1});
  EXPECT_THAT(writes_of(*restoring.restorer, row, &expired), IsEmpty()) << "the row is over";
  EXPECT_EQ(expired, 2U);
  row.read_at = number(now_ms + 3'600'000);
  EXPECT_THAT(writes_of(*restoring.restorer, row, &expired),
              ElementsAre(::testing::EndsWith("TTL 1"), ::testing::EndsWith("TTL 30")))
      << "a clock that was set back adds nothing";
}

TEST(RowRestorer, WritesARowOfNothingButItsKey) {
  EXPECT_THAT(writes_of(*Restoring().restorer, {}),
              ElementsAre("INSERT INTO ks.t (k, c) VALUES (1, 2) USING TIMESTAMP 99 AND TTL 0"));
  EXPECT_THAT(writes_of(*Restoring(false).restorer, {}), IsEmpty()) << "an UPDATE cannot have made it";
}

TEST(RowRestorer, AddsElementsThatDifferInGroups) {
  const Restoring restoring;
  Row row;
  row.m = list({number(std::int32_t{10}), number(std::int32_t{1}), number(std::int32_t{20}), number(std::int32_t{2}),
                number(std::int32_t{30}), number(std::int32_t{3})},
               2);
  row.m_time = list({number(std::int64_t{500}), number(std::int64_t{600}), number(std::int64_t{500})});
  row.m_ttl = list({std::nullopt, number(std::int32_t{40}), std::nullopt});
  std::uint64_t expired = 0;
  EXPECT_THAT(writes_of(*restoring.restorer, row),
              ElementsAre("UPDATE ks.t USING TIMESTAMP 500 AND TTL 0 SET m = m + [2 elements, first 10] WHERE k = 1 "
                          "AND c = 2",
                          "UPDATE ks.t USING TIMESTAMP 600 AND TTL 40 SET m = m + [1 elements, first 20] WHERE k = 1 "
                          "AND c = 2"));
  row.read_at = number(now_ms - 40'000);
  EXPECT_THAT(writes_of(*restoring.restorer, row, &expired),
              ElementsAre("UPDATE ks.t USING TIMESTAMP 500 AND TTL 0 SET m = m + [2 elements, first 10] WHERE k = 1 "
                          "AND c = 2"));
  EXPECT_EQ(expired, 1U);
  row.m_time = list({number(std::int64_t{500}), number(std::int64_t{500}), number(std::int64_t{500})});
  row.m_ttl.reset();
  EXPECT_THAT(writes_of(*restoring.restorer, row),
              ElementsAre("INSERT INTO ks.t (k, c, s, l, m, v, w) VALUES (1, 2, unset, unset, [3 elements, first 10], "
                          "unset, unset) USING TIMESTAMP 500 AND TTL 0"));
  row.m_time = list({number(std::int64_t{500})});
  EXPECT_THROW((void)writes_of(*restoring.restorer, row), cql::Error);
}

TEST(RowRestorer, WritesListsWholeWithTheNewestTime) {
  const Restoring restoring;
  Row row;
  row.l = list({number(std::int32_t{1}), number(std::int32_t{2})});
  row.l_time = list({number(std::int64_t{500}), number(std::int64_t{600})});
  row.l_ttl = list({number(std::int32_t{10}), number(std::int32_t{20})});
  EXPECT_THAT(writes_of(*restoring.restorer, row), ElementsAre(::testing::EndsWith("USING TIMESTAMP 600 AND TTL 20")));
  row.l_ttl = list({number(std::int32_t{10}), std::nullopt});
  EXPECT_THAT(writes_of(*restoring.restorer, row), ElementsAre(::testing::EndsWith("USING TIMESTAMP 600 AND TTL 0")));
}

}  // namespace
}  // namespace cqlbulk::operations
