#include "replay_server/request.hpp"

namespace cql::replay {

namespace {

ByteView read_value(Reader& reader) {
  const std::int32_t size = reader.i32();
  return size > 0 ? reader.raw(static_cast<std::size_t>(size)) : ByteView{};
}

ByteView read_bytes(Reader& reader) {
  const std::int32_t size = reader.i32();
  if (size < 0) reader.fail("bytes of negative length");
  return reader.raw(static_cast<std::size_t>(size));
}

// <consistency><flags>[<n><values>][<page size>][<paging state>]…: what follows does not matter here.
void read_parameters(int version, Reader& reader, StatementRequest& request) {
  constexpr std::uint32_t flag_values = 0x01;
  constexpr std::uint32_t flag_skip_metadata = 0x02;
  constexpr std::uint32_t flag_page_size = 0x04;
  constexpr std::uint32_t flag_paging_state = 0x08;
  constexpr std::uint32_t flag_names = 0x40;
  reader.u16();  // consistency
  const std::uint32_t flags = version >= 5 ? static_cast<std::uint32_t>(reader.i32()) : reader.u8();
  if ((flags & flag_names) != 0) reader.fail("values by name are not served");
  if ((flags & flag_values) != 0) {
    const std::size_t count = reader.u16();
    request.values.reserve(count);
    for (std::size_t value = 0; value < count; ++value) request.values.push_back(read_value(reader));
  }
  request.skip_metadata = (flags & flag_skip_metadata) != 0;
  if ((flags & flag_page_size) != 0) request.page_size = reader.i32();
  if ((flags & flag_paging_state) != 0) request.paging_state = read_bytes(reader);
}

}  // namespace

StatementRequest read_query(int version, ByteView body) {
  Reader reader(body, "QUERY");
  StatementRequest request;
  request.cql = reader.long_string();
  read_parameters(version, reader, request);
  return request;
}

StatementRequest read_execute(int version, ByteView body) {
  Reader reader(body, "EXECUTE");
  StatementRequest request;
  request.statement_id = reader.short_bytes();
  if (version >= 5) request.result_metadata_id = reader.short_bytes();
  read_parameters(version, reader, request);
  return request;
}

std::size_t read_batch(ByteView body) {
  Reader reader(body, "BATCH");
  reader.u8();  // its kind
  const std::size_t count = reader.u16();
  for (std::size_t entry = 0; entry < count; ++entry) {
    if (reader.u8() == 0) {
      reader.long_string();
    } else {
      reader.short_bytes();
    }
    const std::size_t values = reader.u16();
    for (std::size_t value = 0; value < values; ++value) read_value(reader);
  }
  reader.u16();  // consistency
  return count;
}

}  // namespace cql::replay
