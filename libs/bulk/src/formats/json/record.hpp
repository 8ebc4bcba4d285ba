// The members of one record, those below "_metadata" taken for members of their own.
#pragma once

#include <simdjson.h>

#include <array>
#include <string_view>

#include "formats/json/json.hpp"

namespace cqlbulk::formats {

/// Where in a record a member stands.
enum class JsonSection : std::uint8_t { record, metadata, writetime, ttl };
inline constexpr std::size_t json_sections = 4;
/// What comes before the names of its members.
inline constexpr std::array<std::string_view, json_sections> section_prefixes{"", "_metadata.", "_metadata.writetime.",
                                                                              "_metadata.ttl."};

/// Calls `visit(section, key, value)` for each member, in their order, until it returns an error or false is no more to
/// be said of: `visit` returns simdjson::SUCCESS to go on. The key lives until the parser reads another document.
template <typename Visit>
simdjson::error_code visit_members(JsonSection section, simdjson::ondemand::object object, Visit& visit) {
  for (auto item : object) {
    simdjson::ondemand::field member;
    if (const auto error = std::move(item).get(member)) return error;
    std::string_view key;
    if (const auto error = member.unescaped_key().get(key)) return error;
    simdjson::ondemand::value value = member.value();
    auto inner = section;
    if (section == JsonSection::record && key == metadata_key) inner = JsonSection::metadata;
    if (section == JsonSection::metadata && key == writetime_key) inner = JsonSection::writetime;
    if (section == JsonSection::metadata && key == ttl_key) inner = JsonSection::ttl;
    if (inner != section) {
      simdjson::ondemand::json_type type{};
      if (const auto error = value.type().get(type)) return error;
      if (type == simdjson::ondemand::json_type::object) {
        simdjson::ondemand::object within;
        if (const auto error = value.get_object().get(within)) return error;
        if (const auto error = visit_members(inner, within, visit)) return error;
        continue;
      }
    }
    if (const auto error = visit(section, key, value)) return error;
  }
  return simdjson::SUCCESS;
}

}  // namespace cqlbulk::formats
