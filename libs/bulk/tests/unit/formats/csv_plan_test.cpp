// However a file is cut, its records are the same: against a reader that goes character by character.
#include <gmock/gmock.h>

#include <cstring>
#include <map>

#include "csv_files.hpp"
#include "csv_random.hpp"
#include "csv_reference.hpp"
#include "formats/csv/scanner.hpp"

namespace cqlbulk::formats::testing {
namespace {

/// What the reader should make of the file's records, by ordinal: a row, or nothing for a bad one.
std::vector<std::pair<ReferenceRecord, std::optional<Row>>> expected_records(const CsvOptions& options,
                                                                             const Reference& reference,
                                                                             std::size_t field_count) {
  std::vector<std::pair<ReferenceRecord, std::optional<Row>>> expected;
  bool header = options.header;
  for (const ReferenceRecord& record : reference.records) {
    const bool blank = record.raw.empty();
    if (blank && (field_count > 1 || header)) continue;
    if (std::exchange(header, false)) continue;
    std::optional<Row> row = Row{};
    const bool borne = record.fields.size() < field_count ? options.missing_fields == CsvOptions::MissingFields::null
                                                          : options.extra_fields == CsvOptions::ExtraFields::ignore;
    if (record.fields.size() != field_count && !borne) row.reset();
    for (std::size_t i = 0; i < field_count; ++i) {
      const ReferenceField field = i < record.fields.size() ? record.fields[i] : ReferenceField{options.null_token};
      if (field.malformed) row.reset();
      if (row) row->push_back(!field.quoted && field.text == options.null_token ? unset() : value(field.text));
    }
    expected.emplace_back(record, row);
  }
  return expected;
}

void check_units(const std::vector<Unit>& units, std::size_t records, std::uint64_t file_size) {
  std::uint64_t next_record = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    ASSERT_EQ(units[i].first_record, next_record);
    ASSERT_GT(units[i].record_count, 0U);
    ASSERT_EQ(units[i].bytes, units[i].end - units[i].begin);
    if (i > 0) ASSERT_EQ(units[i].begin, units[i - 1].end);
    next_record += units[i].record_count;
  }
  ASSERT_EQ(next_record, records);
  if (!units.empty()) ASSERT_EQ(units.back().end, file_size);
}

void check_file(const CsvOptions& options, const std::string& content, const std::vector<std::uint64_t>& unit_sizes) {
  const Reference reference = ReferenceReader(options, content).read();
  std::unique_ptr<Source> source;
  try {
    source = open_csv_source(options, file_of(content), "in.csv");
  } catch (const Error&) {
    return;  // A header that cannot be: the reader's own tests say which.
  }
  if (reference.unterminated) {
    for (const std::uint64_t unit_bytes : unit_sizes) EXPECT_THROW((void)source->plan_units(unit_bytes), Error);
    return;
  }
  const std::size_t field_count = source->fields().size();
  std::vector<cql::ColumnSpec> columns;
  for (const Field& field : source->fields()) columns.push_back(column(field.name, "blob"));
  for (cql::ColumnSpec& spec : columns) spec.type = cql::DataType::scalar(cql::TypeKind::text);
  const auto expected = expected_records(options, reference, field_count);
  for (const std::uint64_t unit_bytes : unit_sizes) {
    check_units(source->plan_units(unit_bytes), expected.size(), content.size());
    const Loaded loaded = load(*source, straight(columns), unit_bytes);
    ASSERT_EQ(loaded.rows.size() + loaded.bad.size(), expected.size());
    for (std::size_t i = 0; i < loaded.rows.size(); ++i) {
      const auto& row = expected.at(loaded.records[i]).second;
      ASSERT_TRUE(row.has_value()) << "record " << loaded.records[i] << " of\n" << content;
      ASSERT_EQ(loaded.rows[i], *row) << "record " << loaded.records[i] << " of\n" << content;
    }
    for (const BadRecord& bad : loaded.bad) {
      const auto& [record, row] = expected.at(bad.record);
      ASSERT_FALSE(row.has_value()) << bad.reason << "\n" << content;
      ASSERT_EQ(bad.line, record.line) << content;
      ASSERT_EQ(bad.raw, record.raw) << content;
    }
  }
}

TEST(csv_plan, random_files_read_the_same_however_they_are_cut) {
  Random random(11);
  for (int i = 0; i < 3000; ++i) {
    const CsvOptions options = random_reading_dialect(random);
    const std::string content = random_soup(random, options, below(random, 120));
    check_file(options, content, {1, 2, 3, 1 + below(random, 40), 1U << 20U});
    if (HasFatalFailure()) FAIL() << "delimiter " << options.delimiter << ", file " << i << ":\n" << content;
  }
}

TEST(csv_plan, large_random_files_cross_every_buffer) {
  Random random(13);
  for (int i = 0; i < 4; ++i) {
    const CsvOptions options = random_reading_dialect(random);
    // The quotes of soup come out even sooner or later; what follows closes an open one.
    const std::string content = random_soup(random, options, 1'200'000);
    check_file(options, content, {300'000});
    check_file(options, content + options.quote + '\n', {300'000});
    if (HasFatalFailure()) FAIL() << i;
  }
}

TEST(csv_plan, the_scanner_finds_the_same_borders_in_chunks_of_any_size) {
  Random random(17);
  for (int i = 0; i < 3000; ++i) {
    const CsvOptions options = random_reading_dialect(random);
    const std::string content = random_soup(random, options, below(random, 200));
    const auto borders = [&](auto&& chunk_size) {
      std::vector<std::array<std::uint64_t, 3>> found;
      CsvScanner scanner(options, false, 100, 1);
      std::string kept;
      std::size_t taken = 0;
      for (bool last = false; !last;) {
        const std::size_t size = std::min(chunk_size(), content.size() - taken);
        std::string chunk = kept + content.substr(taken, size);
        taken += size;
        last = taken == content.size();
        const std::size_t used = chunk.size();
        chunk.resize(used + csv_padding, '\n');
        scanner.feed(chunk.data(), used, last);
        while (const auto record = scanner.next()) found.push_back({record->begin, record->end, scanner.line()});
        kept = chunk.substr(scanner.consumed(), used - scanner.consumed());
      }
      if (const auto line = scanner.unterminated_quote()) found.push_back({0, 0, *line});
      return found;
    };
    const auto whole = borders([] { return std::size_t{1} << 20U; });
    ASSERT_EQ(borders([&] { return 1 + below(random, 5); }), whole) << options.delimiter << "\n" << content;
    ASSERT_EQ(borders([&] { return 1 + below(random, 100); }), whole) << options.delimiter << "\n" << content;
  }
}

TEST(csv_plan, skipped_records_keep_their_ordinals) {
  CsvOptions options;
  options.skip_records = 2;
  const auto source = open_csv_source(options, file_of("a,b\n\n1,\"\n\"\n2,2\n3,3\n4,4\n\n"), "in.csv");
  const std::vector<Unit> units = source->plan_units(4);
  ASSERT_EQ(units.size(), 2U);
  EXPECT_EQ(units[0].begin, 15U);
  EXPECT_EQ(units[0].first_record, 2U);
  EXPECT_EQ(units[0].first_line, 6U);
  EXPECT_EQ(units[1].first_record, 3U);
  EXPECT_EQ(units[1].end, 24U);
  const std::vector<Unit> first =
      open_csv_source(options, file_of("a,b\n1,1\n2,2\n3,\"\n3\"\n4,\"\n"), "in.csv")->plan_units(100, 1);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].record_count, 1U);
  EXPECT_EQ(first[0].end - first[0].begin, 7U);
  options.skip_records = 100;
  EXPECT_TRUE(open_csv_source(options, file_of("a,b\n1,2\n"), "in.csv")->plan_units(1).empty());
}

}  // namespace
}  // namespace cqlbulk::formats::testing
