// Requests byte for byte, written out by hand from native_protocol_v4.spec and native_protocol_v5.spec.
#include "protocol/requests.hpp"

#include <gtest/gtest.h>

#include <array>

#include "exact_bytes.hpp"
#include "protocol/envelope.hpp"

namespace cql::protocol {
namespace {

constexpr Frame v4{4, 1};
constexpr Frame v5{5, 0x0102};

template <typename Append>
void expect_bytes(std::string_view expected, Append append) {
  Buffer out;
  out.append("before");
  append(out);
  EXPECT_EQ(test::to_hex(out.view().subspan(6)), test::to_hex(test::hex(expected)));
}

TEST(Requests, options) {
  expect_bytes("04 00 0001 05 00000000", [](Buffer& out) { append_options(v4, out); });
  expect_bytes("05 00 0102 05 00000000", [](Buffer& out) { append_options(v5, out); });
}

TEST(Requests, startup) {
  expect_bytes(
      "05 00 0102 01 00000028 0002"
      "000b 434f4d5052455353494f4e 0003 6c7a34"
      "000b 43514c5f56455253494f4e 0005 332e302e30",
      [](Buffer& out) { append_startup(v5, {{"CQL_VERSION", "3.0.0"}, {"COMPRESSION", "lz4"}}, out); });
}

TEST(Requests, auth_response) {
  expect_bytes("04 00 0001 0f 00000008 00000004 00750070",
               [](Buffer& out) { append_auth_response(v4, test::hex("00750070"), out); });
}

TEST(Requests, register_events) {
  expect_bytes("04 00 0001 0b 00000009 0002 0002 5550 0001 58", [](Buffer& out) {
    const std::array<std::string_view, 2> events{"UP", "X"};
    append_register(v4, events, out);
  });
}

TEST(Requests, prepare) {
  expect_bytes("04 00 0001 09 00000007 00000003 615f62", [](Buffer& out) { append_prepare(v4, "a_b", "ks", out); });
  expect_bytes("05 00 0102 09 0000000b 00000003 615f62 00000000",
               [](Buffer& out) { append_prepare(v5, "a_b", "", out); });
  expect_bytes("05 00 0102 09 0000000f 00000003 615f62 00000001 0002 6b73",
               [](Buffer& out) { append_prepare(v5, "a_b", "ks", out); });
}

TEST(Requests, query_with_nothing_but_text) {
  expect_bytes("04 00 0001 07 00000008 00000001 71 000a 00", [](Buffer& out) { append_query(v4, "q", {}, out); });
  expect_bytes("05 00 0102 07 0000000b 00000001 71 000a 00000000", [](Buffer& out) { append_query(v5, "q", {}, out); });
}

TEST(Requests, query_with_everything) {
  const auto values = test::hex("00000001 61 ffffffff fffffffe");
  const auto state = test::hex("beef");
  const std::map<std::string, std::vector<std::byte>> payload{{"k", test::hex("01")}, {"l", {}}};
  QueryParameters parameters;
  parameters.consistency = Consistency::quorum;
  parameters.value_count = 3;
  parameters.wire_values = values;
  parameters.skip_metadata = true;
  parameters.page_size = 5000;
  parameters.paging_state = state;
  parameters.serial_consistency = Consistency::local_serial;
  parameters.timestamp_us = 1'700'000'000'000'000;
  parameters.keyspace = "ks";
  parameters.tracing = true;
  parameters.custom_payload = &payload;
  expect_bytes(
      "04 06 0001 07 0000003c"
      "0002 0001 6b 00000001 01 0001 6c 00000000"
      "00000001 71 0004 3f 0003 00000001 61 ffffffff fffffffe 00001388 00000002 beef 0009 00060a24181e4000",
      [&](Buffer& out) { append_query(v4, "q", parameters, out); });
  expect_bytes(
      "05 06 0102 07 00000043"
      "0002 0001 6b 00000001 01 0001 6c 00000000"
      "00000001 71 0004 000000bf 0003 00000001 61 ffffffff fffffffe 00001388 00000002 beef 0009 00060a24181e4000"
      "0002 6b73",
      [&](Buffer& out) { append_query(v5, "q", parameters, out); });
}

TEST(Requests, a_page_size_of_zero_switches_paging_off) {
  QueryParameters parameters;
  parameters.page_size = 0;
  expect_bytes("04 00 0001 07 00000008 00000001 71 000a 00",
               [&](Buffer& out) { append_query(v4, "q", parameters, out); });
}

TEST(Requests, execute) {
  const auto values = test::hex("00000004 00000007");
  QueryParameters parameters;
  parameters.consistency = Consistency::one;
  parameters.value_count = 1;
  parameters.wire_values = values;
  const auto id = test::hex("aabb");
  const auto metadata_id = test::hex("ccddee");
  expect_bytes("04 00 0001 0a 00000011 0002 aabb 0001 01 0001 00000004 00000007",
               [&](Buffer& out) { append_execute(v4, id, metadata_id, parameters, out); });
  parameters.skip_metadata = true;
  expect_bytes("05 00 0102 0a 00000019 0002 aabb 0003 ccddee 0001 00000003 0001 00000004 00000007",
               [&](Buffer& out) { append_execute(v5, id, metadata_id, parameters, out); });
}

TEST(Requests, batch) {
  const auto id = test::hex("aabb");
  const auto value = test::hex("00000001 61");
  const std::array<BatchEntry, 2> entries{BatchEntry{id, {}, 1, value}, BatchEntry{{}, "xyz", 0, {}}};
  BatchParameters parameters;
  expect_bytes(
      "04 00 0001 0d 0000001c 01 0002"
      "01 0002 aabb 0001 00000001 61"
      "00 00000003 78797a 0000"
      "0006 00",
      [&](Buffer& out) { append_batch(v4, entries, parameters, out); });
  parameters.kind = Batch::Kind::logged;
  parameters.consistency = Consistency::one;
  parameters.serial_consistency = Consistency::serial;
  parameters.timestamp_us = -1;
  parameters.keyspace = "ks";
  parameters.tracing = true;
  expect_bytes(
      "05 02 0102 0d 0000002d 00 0002"
      "01 0002 aabb 0001 00000001 61"
      "00 00000003 78797a 0000"
      "0001 000000b0 0008 ffffffffffffffff 0002 6b73",
      [&](Buffer& out) { append_batch(v5, entries, parameters, out); });
  parameters.kind = Batch::Kind::counter;
  expect_bytes("04 02 0001 0d 00000010 02 0000 0001 30 0008 ffffffffffffffff",
               [&](Buffer& out) { append_batch(v4, {}, parameters, out); });
}

TEST(Requests, what_cannot_be_said_leaves_nothing_behind) {
  const std::string long_name(65'536, 'x');
  const std::vector<std::byte> long_id(65'536);
  const std::vector<BatchEntry> many(65'536);
  const std::map<std::string, std::vector<std::byte>> payload{{long_name, {}}};
  QueryParameters in_long_keyspace;
  in_long_keyspace.keyspace = long_name;
  QueryParameters long_payload;
  long_payload.custom_payload = &payload;
  const std::array<std::string_view, 1> events{long_name};
  Buffer out;
  out.append("before");
  const auto expect_refused = [&](auto append) {
    EXPECT_EQ(test::error_kind(append), ErrorKind::usage);
    EXPECT_EQ(as_text(out), "before");
  };
  expect_refused([&] { append_startup(v5, {{"a", long_name}}, out); });
  expect_refused([&] { append_register(v5, events, out); });
  expect_refused([&] { append_prepare(v5, "q", long_name, out); });
  expect_refused([&] { append_query(v5, "q", in_long_keyspace, out); });
  expect_refused([&] { append_query(v5, "q", long_payload, out); });
  expect_refused([&] { append_execute(v5, long_id, {}, {}, out); });
  expect_refused([&] { append_batch(v5, many, {}, out); });
  append_query(v4, "q", in_long_keyspace, out);
  EXPECT_GT(out.size(), 6U) << "v4 has no keyspace to be too long";
}

TEST(Requests, the_most_entries_a_batch_can_have) {
  const std::vector<BatchEntry> entries(65'535);
  Buffer out;
  append_batch(v4, entries, {}, out);
  EXPECT_EQ(out.size(), envelope_header_size + 3 + entries.size() * 7 + 3);
}

}  // namespace
}  // namespace cql::protocol
