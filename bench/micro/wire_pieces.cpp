// Checksums, segments with and without LZ4, envelopes, and requests as they are written.
#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "pages.hpp"
#include "pieces.hpp"
#include "protocol/requests.hpp"
#include "protocol/responses.hpp"
#include "protocol/segment.hpp"
#include "sansio/inbound.hpp"

namespace bench {

namespace {

using cql::Buffer;
using cql::ByteView;

constexpr std::uint64_t kib = 1024;

/// A RESULT with one page of rows as the server sends it to a statement whose columns are known.
Buffer page_message(const Pages& pages) {
  Buffer message;
  message.append_integer(std::int32_t{2});     // Rows.
  message.append_integer(std::int32_t{0x06});  // More pages follow; no columns.
  message.append_integer(static_cast<std::int32_t>(pages.columns.size()));
  const std::string paging_state(40, 'p');
  message.append_integer(static_cast<std::int32_t>(paging_state.size()));
  message.append(paging_state);
  message.append_integer(static_cast<std::int32_t>(pages.rows_of_page));
  message.append(pages.bytes.front());
  return message;
}

void append_answer(ByteView body, std::int16_t stream, Buffer& out) {
  cql::protocol::EnvelopeHeader header;
  header.response = true;
  header.stream = stream;
  header.opcode = cql::protocol::Opcode::result;
  header.body_size = static_cast<std::uint32_t>(body.size());
  cql::protocol::append_envelope_header(header, out);
  out.append(body);
}

/// A copy stands for what the kernel does.
std::size_t receive(ByteView wire) {
  cql::sansio::Inbound inbound(5);
  inbound.begin_segments(false);
  std::size_t envelopes = 0;
  while (!wire.empty()) {
    const auto [first, second] = inbound.space();
    std::size_t count = 0;
    for (const std::span<std::byte> room : {first, second}) {
      const std::size_t here = std::min(room.size(), wire.size());
      if (here != 0) std::memcpy(room.data(), wire.data(), here);
      wire = wire.subspan(here);
      count += here;
    }
    inbound.filled(count);
    while (const auto envelope = inbound.next()) {
      keep(*envelope);
      ++envelopes;
    }
  }
  return envelopes;
}

Work payload_crc32() {
  const auto page = std::make_shared<const Pages>(make_pages(1, 1'000, 50));
  const ByteView payload = page->bytes.front().view().first(128 * kib - 1);
  return {[page, payload] { keep(cql::protocol::payload_crc32(payload)); }, 128, payload.size()};
}

Work header_crc24() {
  return {[] {
            std::byte header[3]{};
            for (int i = 0; i < 1'000; ++i) {
              header[0] = static_cast<std::byte>(i);
              keep(cql::protocol::crc24(header));
            }
          },
          1'000};
}

Work lz4_segments_written() {
  const auto page = std::make_shared<const Pages>(make_pages(1, 2'000, 50));
  return {[page] {
            Buffer out;
            Buffer envelope;
            append_answer(page->bytes.front(), 1, envelope);
            cql::protocol::append_segments(envelope, true, out);
            keep(out);
          },
          page->size() / kib, page->size()};
}

Work lz4_segments_read() {
  const Pages page = make_pages(1, 2'000, 50);
  Buffer envelope;
  append_answer(page.bytes.front(), 1, envelope);
  const auto wire = std::make_shared<Buffer>();
  cql::protocol::append_segments(envelope, true, *wire);
  const auto run = [wire] {
    constexpr std::size_t header_size = cql::protocol::segment_header_size_lz4;
    Buffer out;
    for (ByteView rest = *wire; !rest.empty();) {
      const auto header = cql::protocol::decode_segment_header(rest.first(header_size), true);
      const ByteView payload = rest.subspan(header_size, header.payload_size);
      cql::protocol::append_segment_payload(header, payload, true, out);
      rest = rest.subspan(header_size + payload.size() + cql::protocol::segment_trailer_size);
    }
    keep(out);
  };
  return {run, envelope.size() / kib, envelope.size()};
}

/// One large answer, in segments that are not self-contained.
Work page_received() {
  const auto wire = std::make_shared<Buffer>();
  Buffer envelope;
  append_answer(page_message(make_pages(1, 5'000, 50)), 1, envelope);
  cql::protocol::append_segments(envelope, false, *wire);
  return {[wire] { keep(receive(*wire)); }, wire->size() / kib, wire->size()};
}

/// Many to a segment, as they come for inserts.
Work small_answers_received() {
  constexpr std::int16_t answers = 1'000;
  Buffer void_result;
  void_result.append_integer(std::int32_t{1});
  Buffer envelopes;
  for (std::int16_t stream = 0; stream < answers; ++stream) append_answer(void_result, stream, envelopes);
  const auto wire = std::make_shared<Buffer>();
  cql::protocol::append_segments(envelopes, false, *wire);
  return {[wire] { keep(receive(*wire)); }, answers, wire->size()};
}

Work page_message_read() {
  const auto message = std::make_shared<Buffer>(page_message(make_pages(1, 10, 50)));
  constexpr std::uint64_t times = 200;
  return {[message] {
            for (std::uint64_t i = 0; i < times; ++i) keep(cql::protocol::decode_result(*message, 5));
          },
          times};
}

/// As a range of an export is asked for: two tokens bound.
Work execute_written() {
  constexpr std::uint64_t times = 1'000;
  return {[] {
            const std::string id(16, 'i');
            Buffer values;
            for (int i = 0; i < 2; ++i) {
              values.append_integer(std::int32_t{8});
              values.append_integer(std::int64_t{i});
            }
            cql::protocol::QueryParameters parameters;
            parameters.value_count = 2;
            parameters.wire_values = values;
            parameters.skip_metadata = true;
            parameters.page_size = 5'000;
            Buffer envelope;
            Buffer wire;
            for (std::uint64_t i = 0; i < times; ++i) {
              envelope.clear();
              wire.clear();
              cql::protocol::append_execute({5, static_cast<std::int16_t>(i)}, cql::as_bytes(id), cql::as_bytes(id),
                                            parameters, envelope);
              cql::protocol::append_segments(envelope, false, wire);
              keep(wire);
            }
          },
          times};
}

}  // namespace

std::vector<Piece> wire_pieces() {
  return {
      {"CRC32 of a segment's payload", "KiB", payload_crc32},
      {"CRC24 of a segment's header", "header", header_crc24},
      {"segments with LZ4 written", "KiB", lz4_segments_written},
      {"segments with LZ4 read", "KiB", lz4_segments_read},
      {"page received in segments", "KiB", page_received},
      {"small answers received", "answer", small_answers_received},
      {"page's message read", "page", page_message_read},
      {"request for a range written", "request", execute_written},
  };
}

}  // namespace bench
