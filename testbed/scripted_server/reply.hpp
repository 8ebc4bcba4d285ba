// What the server answers, and what goes wrong on the way: Reply::rows(…), Reply::error(…), each with faults chained
// on: Reply::rows(rows).held(), Reply::nothing().byte_by_byte(), Reply::stall(), Reply::hang_up().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/error.hpp"
#include "cql/types.hpp"
#include "protocol/envelope.hpp"
#include "scripted_server/request.hpp"
#include "scripted_server/rows.hpp"

namespace cql::scripted {

/// The server's error codes (native_protocol_v5.spec §8).
namespace error_code {
inline constexpr std::int32_t server_error = 0x0000;
inline constexpr std::int32_t protocol_error = 0x000A;
inline constexpr std::int32_t bad_credentials = 0x0100;
inline constexpr std::int32_t overloaded = 0x1001;
inline constexpr std::int32_t is_bootstrapping = 0x1002;
inline constexpr std::int32_t invalid = 0x2200;
inline constexpr std::int32_t unprepared = 0x2500;
}  // namespace error_code

class Reply {
 public:
  enum class Way : std::uint8_t {
    whole,           ///< As it should be.
    never,           ///< The connection stays open, nothing comes.
    hang_up,         ///< The connection is closed instead.
    farewell,        ///< TLS says that nothing more comes, then the connection is closed.
    hang_up_midway,  ///< Half of the bytes, then the connection is closed.
    held,            ///< Waits for ScriptedServer::release().
    byte_by_byte,    ///< Each byte in a write of its own.
    wrong_crc,       ///< The last byte on the wire, part of the payload's CRC32 in v5, is another.
    wrong_header,    ///< The first byte on the wire is another.
    garbage,         ///< Bytes that are nothing at all.
  };

  /// RESULT Void.
  static Reply nothing();
  static Reply rows(Rows rows, std::string next_page = {});
  static Reply set_keyspace(std::string_view keyspace);
  /// `more` are the fields after code and message.
  static Reply error(std::int32_t code, std::string_view message, ByteView more = {});
  static Reply message(protocol::Opcode opcode, ByteView body);
  static Reply stall() { return nothing().with(Way::never); }
  static Reply hang_up() { return nothing().with(Way::hang_up); }
  static Reply garbage() { return nothing().with(Way::garbage); }

  [[nodiscard]] Reply with(Way way) && {
    way_ = way;
    return std::move(*this);
  }
  [[nodiscard]] Reply held() && { return std::move(*this).with(Way::held); }
  [[nodiscard]] Reply byte_by_byte() && { return std::move(*this).with(Way::byte_by_byte); }
  [[nodiscard]] Reply hang_up_midway() && { return std::move(*this).with(Way::hang_up_midway); }
  [[nodiscard]] Reply wrong_crc() && { return std::move(*this).with(Way::wrong_crc); }
  /// The message lacks its last bytes; the envelope around it is sound.
  [[nodiscard]] Reply truncated(std::size_t bytes) &&;
  [[nodiscard]] Reply on_version(int version) &&;
  [[nodiscard]] Reply on_stream(std::int16_t stream) &&;
  [[nodiscard]] Reply warning(std::vector<std::string> warnings) &&;
  [[nodiscard]] Reply tracing_id(const Uuid& id) &&;

  [[nodiscard]] Way way() const noexcept { return way_; }
  [[nodiscard]] protocol::Opcode opcode() const noexcept { return opcode_; }
  /// The whole envelope, for this request. `metadata_id` names the result's columns as they are now (v5).
  void append_envelope(const Request& request, const std::string& metadata_id, Buffer& out) const;

 private:
  void append_rows(const Request& request, const std::string& metadata_id, Buffer& out) const;

  Way way_ = Way::whole;
  protocol::Opcode opcode_ = protocol::Opcode::result;
  std::string body_;
  std::optional<Rows> rows_;
  std::string next_page_;
  std::size_t truncate_ = 0;
  std::optional<int> version_;
  std::optional<std::int16_t> stream_;
  std::vector<std::string> warnings_;
  std::optional<Uuid> tracing_id_;
};

/// Answers that depend on the request.
using ReplyFunction = std::function<Reply(const Request&)>;

}  // namespace cql::scripted
