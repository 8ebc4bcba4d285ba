// The notations of native_protocol_v5.spec §3 that several messages use and Reader does not know.
#pragma once

#include <string>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/types.hpp"

namespace cql::protocol {

[[nodiscard]] std::vector<std::string> read_string_list(Reader& reader);
/// [bytes]; null becomes empty.
[[nodiscard]] std::vector<std::byte> read_bytes(Reader& reader);
[[nodiscard]] std::vector<std::byte> read_short_bytes(Reader& reader);
/// [inetaddr]: without a port.
[[nodiscard]] Inet read_inet_address(Reader& reader);

}  // namespace cql::protocol
