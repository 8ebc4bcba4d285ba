// The file form of a recording, byte by byte in docs/formats/recording.md.
#include <isa-l/crc.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "cql/error.hpp"
#include "replay_server/recording.hpp"
#include "scripted_server/rows.hpp"

namespace cql::replay {

namespace {

constexpr std::string_view magic = "cqlrec01";
constexpr std::size_t checksum_size = sizeof(std::uint32_t);
constexpr std::uint64_t most_rows = std::uint64_t{1} << 40U;

std::uint32_t checksum(ByteView bytes) {
  return crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw Error(ErrorKind::usage, "recording " + file.string() + ": " + what);
}

void append_head(const Recording& recording, Buffer& out) {
  out.append(magic);
  scripted::append_string(recording.table.keyspace, out);
  scripted::append_string(recording.table.name, out);
  out.append_integer(static_cast<std::uint16_t>(recording.table.columns.size()));
  for (const Column& column : recording.table.columns) {
    scripted::append_string(column.name, out);
    scripted::append_string(column.type.to_string(), out);
    out.push_back(static_cast<std::byte>(column.role));
    out.append_integer(static_cast<std::int16_t>(column.position));
    out.push_back(static_cast<std::byte>(column.descending));
  }
  out.append_integer(recording.rows.row_count());
  out.append_integer(static_cast<std::uint64_t>(recording.rows.bytes.size()));
}

Table read_table(Reader& reader) {
  if (as_text(reader.raw(magic.size())) != magic) reader.fail("this is no recording (its first bytes are others)");
  Table table;
  table.keyspace = reader.string();
  table.name = reader.string();
  table.columns.resize(reader.u16());
  for (Column& column : table.columns) {
    column.name = reader.string();
    column.type = parse_cql_type(reader.string());
    const std::uint8_t role = reader.u8();
    if (role > static_cast<std::uint8_t>(Column::Role::regular)) reader.fail("unknown role of a column");
    column.role = static_cast<Column::Role>(role);
    column.position = reader.i16();
    column.descending = reader.u8() != 0;
    if (column.role == Column::Role::partition_key) ++table.partition_key_size;
    if (column.role == Column::Role::clustering) ++table.clustering_size;
  }
  for (std::size_t index = 0; index < table.columns.size(); ++index) {
    const bool key = table.columns[index].role == Column::Role::partition_key;
    if (key != (index < table.partition_key_size)) reader.fail("the partition key's columns do not stand first");
  }
  if (table.partition_key_size == 0) reader.fail("no column is of the partition key");
  return table;
}

Buffer contents(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) fail(file, error.message());
  Buffer bytes;
  bytes.resize(size);
  std::ifstream in(file, std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in) fail(file, "cannot be read");
  return bytes;
}

Recording parse(ByteView bytes) {
  Reader reader(bytes, "recording");
  Recording recording;
  recording.table = read_table(reader);
  const auto rows = static_cast<std::uint64_t>(reader.i64());
  const auto size = static_cast<std::uint64_t>(reader.i64());
  if (rows > most_rows || size != reader.remaining()) {
    reader.fail("its rows should have " + std::to_string(size) + " bytes, " + std::to_string(reader.remaining()) +
                " are there");
  }
  ByteView left = reader.rest();
  recording.rows.bytes.reserve(left.size());
  for (std::uint64_t row = 0; row < rows; ++row) {
    const std::size_t row_bytes = row_size(left, recording.table.columns.size());
    recording.add_row(left.first(row_bytes));
    left = left.subspan(row_bytes);
  }
  if (!left.empty()) reader.fail(std::to_string(left.size()) + " bytes after the last row");
  return recording;
}

}  // namespace

void write_recording(const Recording& recording, const std::filesystem::path& file) {
  Buffer bytes;
  append_head(recording, bytes);
  bytes.append(recording.rows.bytes);
  bytes.append_integer(checksum(bytes));
  const std::filesystem::path unfinished = file.string() + ".new";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(unfinished, file, error);
  if (!out || error) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    fail(file, "cannot be written");
  }
}

Recording read_recording(const std::filesystem::path& file) {
  const Buffer bytes = contents(file);
  if (bytes.size() < magic.size() + checksum_size) fail(file, "too short to be one");
  const ByteView body = bytes.view(0, bytes.size() - checksum_size);
  const auto wanted = load_big_endian<std::uint32_t>(bytes.data() + body.size());
  if (checksum(body) != wanted) fail(file, "its checksum is wrong: the file is damaged or incomplete");
  try {
    return parse(body);
  } catch (const Error& error) {
    fail(file, error.message());
  }
}

}  // namespace cql::replay
