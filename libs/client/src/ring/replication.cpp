// A keyspace's replication as the schema tables have it.
#include <fmt/format.h>

#include <charconv>

#include "cql/error.hpp"
#include "cql/ring.hpp"

namespace cql {
namespace {

/// "3", or "3/1": three replicas, one of them transient.
std::size_t parse_factor(std::string_view option, std::string_view text) {
  const auto number = [&](std::string_view digits) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
      throw Error(ErrorKind::protocol, fmt::format("replication factor \"{}\" of {} is no number", text, option));
    }
    return std::size_t{value};
  };
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return number(text);
  static_cast<void>(number(text.substr(slash + 1)));
  return number(text.substr(0, slash));
}

Replication::Strategy strategy_of(std::string_view class_name) {
  const std::size_t dot = class_name.rfind('.');
  if (dot != std::string_view::npos) class_name.remove_prefix(dot + 1);
  if (class_name == "SimpleStrategy") return Replication::Strategy::simple;
  if (class_name == "NetworkTopologyStrategy") return Replication::Strategy::network_topology;
  if (class_name == "LocalStrategy") return Replication::Strategy::local;
  if (class_name == "EverywhereStrategy") return Replication::Strategy::everywhere;
  return Replication::Strategy::unknown;
}

}  // namespace

Replication Replication::parse(const std::map<std::string, std::string>& options) {
  Replication replication;
  const auto class_name = options.find("class");
  if (class_name == options.end()) throw Error(ErrorKind::protocol, "a keyspace's replication names no class");
  replication.class_name = class_name->second;
  replication.strategy = strategy_of(replication.class_name);
  if (replication.strategy == Strategy::simple) {
    const auto factor = options.find("replication_factor");
    if (factor == options.end()) throw Error(ErrorKind::protocol, "SimpleStrategy without a replication_factor");
    replication.factor = parse_factor(factor->first, factor->second);
  } else if (replication.strategy == Strategy::network_topology) {
    for (const auto& [option, value] : options) {
      // Cassandra expands replication_factor into the data centres when a keyspace is made.
      if (option == "class" || option == "replication_factor") continue;
      replication.dc_factors.emplace(option, parse_factor(option, value));
    }
  }
  return replication;
}

}  // namespace cql
