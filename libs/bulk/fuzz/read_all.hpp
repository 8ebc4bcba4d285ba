// A whole source, read unit by unit, for targets that compare how it reads in pieces of different sizes.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "formats/format.hpp"

namespace cqlbulk::formats::fuzz_reading {

/// Rows and bad records one after the other, as text that can be compared; each bad one's text is checked first.
template <class Check>
std::string read(const Source& source, const RowMapping& mapping, std::uint64_t unit_bytes, std::uint64_t most_records,
                 const Check& check_raw) {
  std::string all;
  BoundRows block;
  for (const Unit& unit : source.plan_units(unit_bytes, most_records)) {
    const auto reader = source.open_unit(unit, mapping);
    while (reader->next(block)) {
      std::size_t bad = 0;
      const auto add_bad = [&](std::uint64_t before) {
        for (; bad < block.bad.size() && block.bad[bad].record < before; ++bad) {
          const BadRecord& record = block.bad[bad];
          check_raw(record.raw);
          all += fmt::format("{}:{}:{}:{}:{}\n", record.record, record.line, record.column, record.reason, record.raw);
        }
      };
      for (std::size_t i = 0; i < block.rows.size(); ++i) {
        add_bad(block.rows[i].record);
        all += fmt::format("{}:", block.rows[i].record);
        all += cql::as_text(block.row(i));
        all += '\n';
      }
      add_bad(UINT64_MAX);
    }
  }
  return all;
}

inline std::string read(const Source& source, const RowMapping& mapping, std::uint64_t unit_bytes,
                        std::uint64_t most_records = UINT64_MAX) {
  return read(source, mapping, unit_bytes, most_records, [](const std::string&) {});
}

}  // namespace cqlbulk::formats::fuzz_reading
