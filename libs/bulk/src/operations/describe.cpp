// One message and one advice for each kind of failure that the client knows.
#include "operations/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cqlbulk::operations {

namespace {

/// The same advice holds when every node said the same.
cql::ErrorKind kind_to_advise_on(const cql::Error& error) {
  if (error.kind() != cql::ErrorKind::no_node || error.causes().empty()) return error.kind();
  return error.causes().front().kind();
}

/// A replica says why it failed (native_protocol_v5.spec, read failures: 0x0001).
bool met_tombstones(const cql::Error& error) {
  constexpr std::uint16_t too_many_tombstones = 1;
  if (!error.server()) return false;
  return std::ranges::any_of(error.server()->failures, [](const cql::ServerErrorFields::ReplicaFailure& failure) {
    return failure.reason == too_many_tombstones;
  });
}

}  // namespace

std::string advice_for(const cql::Error& error, bool one_partition) {
  using Kind = cql::ErrorKind;
  switch (kind_to_advise_on(error)) {
    case Kind::connect:
    case Kind::no_node:
      return "Is Cassandra listening there? Name other nodes with --hosts HOST[:PORT],…";
    case Kind::connection_lost:
      return "Is the node still up? Its log says why it closed the connection.";
    case Kind::tls:
      return "What --tls uses: --ca, --cert, --key, --tls-host-name.";
    case Kind::timeout:
      return "The node did not answer in time: a longer --timeout or a smaller --page-size may help.";
    case Kind::bad_credentials:
      return "Give --user and --password-file (or CQLBULK_PASSWORD).";
    case Kind::unauthorized:
      return "The role lacks a permission: GRANT it, or use another --user.";
    case Kind::unsupported:
      return "Leave --protocol-version and --wire-compression out to use what the server offers.";
    case Kind::protocol:
      return "Is this the CQL port (9042 by default) of a Cassandra node?";
    case Kind::unavailable:
      return "Too few replicas are up for this consistency: wait for them, or lower --consistency.";
    case Kind::overloaded:
    case Kind::is_bootstrapping:
      return "The node is busy: try again later, or with a smaller --parallelism.";
    case Kind::read_timeout:
    case Kind::read_failure:
      if (met_tombstones(error)) {
        return fmt::format(
            "The server gave up over tombstones (tombstone_failure_threshold){}: let compaction remove them "
            "(gc_grace_seconds must be over), or raise the threshold while this runs.",
            one_partition ? " in what is probably one partition" : "");
      }
      return "Try more --splits or a smaller --page-size; the node's log says what it was reading.";
    case Kind::write_timeout:
    case Kind::write_failure:
      return "Try a smaller --parallelism; the node's log says why it could not write.";
    default:
      return {};
  }
}

Error describe(const cql::Error& error, std::string_view doing, bool one_partition) {
  // The one error that the user's own settings cause, known before any work.
  const bool usage = error.kind() == cql::ErrorKind::usage;
  std::string message = doing.empty() ? error.what() : fmt::format("{}: {}", doing, error.what());
  return Error(usage ? ErrorClass::usage : ErrorClass::failed, std::move(message), advice_for(error, one_partition));
}

Error describe_connecting(const cql::Error& error) {
  using Kind = cql::ErrorKind;
  // Before any work, these are settings that do not fit the cluster: hosts, port, role, password, version.
  switch (kind_to_advise_on(error)) {
    case Kind::usage:
    case Kind::connect:
    case Kind::no_node:
    case Kind::tls:
    case Kind::timeout:
    case Kind::bad_credentials:
    case Kind::unauthorized:
    case Kind::unsupported:
      return Error(ErrorClass::usage, error.what(), advice_for(error));
    default:
      return describe(error);
  }
}

}  // namespace cqlbulk::operations
