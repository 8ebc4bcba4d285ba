#include "replay_server/baseline.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string_view>
#include <utility>

#include "replay_server/synthesis.hpp"

namespace cql::replay {

namespace {

constexpr std::uint64_t seed = 20240607;
constexpr std::int64_t first_ms = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
constexpr std::int64_t step_ms = 61'001;
constexpr std::size_t payload_size = 100;

Table readings(std::string keyspace, std::string name) {
  using Role = Column::Role;
  Table table;
  table.keyspace = std::move(keyspace);
  table.name = std::move(name);
  table.columns = {synthetic_column("device_id", TypeKind::uuid, Role::partition_key, 0),
                   synthetic_column("ts", TypeKind::timestamp, Role::clustering, 0),
                   synthetic_column("payload", TypeKind::text, Role::regular),
                   synthetic_column("seq", TypeKind::int_, Role::regular),
                   synthetic_column("status", TypeKind::text, Role::regular),
                   synthetic_column("temperature", TypeKind::double_, Role::regular)};
  table.partition_key_size = 1;
  table.clustering_size = 1;
  return table;
}

struct Device {
  Token token;
  Uuid id;
  std::uint64_t number;
};

std::vector<Device> devices(std::uint64_t rows) {
  std::mt19937_64 random(seed);
  std::vector<Device> made;
  for (std::uint64_t number = 0; number * baseline_rows_per_partition < rows; ++number) {
    Device device{0, {}, number};
    for (std::byte& byte : device.id.bytes) byte = static_cast<std::byte>(random());
    device.id.bytes[6] = (device.id.bytes[6] & std::byte{0x0F}) | std::byte{0x40};  // version 4
    device.id.bytes[8] = (device.id.bytes[8] & std::byte{0x3F}) | std::byte{0x80};
    device.token = murmur3_token(ByteView(device.id.bytes));
    made.push_back(device);
  }
  std::sort(made.begin(), made.end(), [](const Device& a, const Device& b) { return a.token < b.token; });
  return made;
}

void append_reading(const Device& device, std::uint64_t row, std::mt19937_64& random, Buffer& out) {
  constexpr std::array<std::string_view, 4> statuses{"ok", "idle", "warning", "failed"};
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<char, payload_size> payload{};
  for (char& letter : payload) letter = letters[random() % letters.size()];
  const double temperature = static_cast<double>(random() % 65'000) / 1000 - 20;
  append_cell(ByteView(device.id.bytes), out);
  append_number(first_ms + static_cast<std::int64_t>(row % baseline_rows_per_partition) * step_ms, out);
  append_cell(as_bytes({payload.data(), payload.size()}), out);
  append_number(static_cast<std::int32_t>(row), out);
  append_cell(as_bytes(statuses[random() % statuses.size()]), out);
  append_number(std::bit_cast<std::int64_t>(temperature), out);
}

}  // namespace

Recording synthesise_baseline(std::uint64_t rows, std::string keyspace, std::string table) {
  constexpr std::size_t typical_row_size = 165;
  Recording recording;
  recording.table = readings(std::move(keyspace), std::move(table));
  recording.rows.bytes.reserve(rows * typical_row_size);
  recording.rows.offsets.reserve(rows + 1);
  Buffer row;
  for (const Device& device : devices(rows)) {
    std::mt19937_64 random(seed + device.number);
    const std::uint64_t first = device.number * baseline_rows_per_partition;
    for (std::uint64_t number = first; number < std::min(first + baseline_rows_per_partition, rows); ++number) {
      row.clear();
      append_reading(device, number, random, row);
      recording.add_row(row);
    }
  }
  return recording;
}

}  // namespace cql::replay
