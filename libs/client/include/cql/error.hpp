// The one exception type of the client: what went wrong, where, and what the server said about it.
// It decides nothing: whether an error is worth another try is the business of the retry policy.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cql {

/// What kind of failure an Error is. The kinds after `server_error` mirror the server's error codes
/// (native_protocol_v5.spec §8); the ones before arise in the client.
enum class ErrorKind : std::uint8_t {
  usage,            ///< The call cannot be right: wrong number of values, unknown keyspace, bad option.
  connect,          ///< No connection could be made to a node.
  tls,              ///< TLS failed: certificate, host name, version, or the server speaks none.
  connection_lost,  ///< An open connection ended before the answer came.
  timeout,          ///< The client stopped waiting; the server may still act.
  cancelled,        ///< The caller cancelled, or the session was closed.
  protocol,         ///< Bytes that break the protocol: bad checksum, length past the end, unknown opcode.
  unsupported,      ///< The server lacks what was demanded, for instance a protocol version.
  no_node,          ///< No node was left to try; `causes` tells what each one said.

  server_error,
  server_protocol_error,
  bad_credentials,
  unavailable,
  overloaded,
  is_bootstrapping,
  truncate_error,
  write_timeout,
  read_timeout,
  read_failure,
  function_failure,
  write_failure,
  cdc_write_failure,
  cas_write_unknown,
  syntax_error,
  unauthorized,
  invalid,
  config_error,
  already_exists,
  unprepared,
};

/// The field's name of a kind, as it stands in messages and logs: "write_timeout".
[[nodiscard]] std::string_view to_string(ErrorKind kind);

/// The extra fields that some server errors carry (native_protocol_v5.spec §8). Absent ones stay empty.
struct ServerErrorFields {
  std::int32_t code = 0;                     ///< The error code as sent, for instance 0x1100.
  std::optional<std::uint16_t> consistency;  ///< unavailable, read/write timeout and failure.
  std::optional<std::int32_t> required;      ///< Replicas that had to answer.
  std::optional<std::int32_t> alive;         ///< unavailable: replicas known to be up.
  std::optional<std::int32_t> received;      ///< timeouts and failures: replicas that answered.
  std::optional<bool> data_present;          ///< read_timeout, read_failure: the data replica answered.
  std::string write_type;                    ///< write_timeout, write_failure: "SIMPLE", "BATCH", …
  std::optional<std::uint16_t> contentions;  ///< write_timeout of a CAS.
  struct ReplicaFailure {
    std::string address;
    std::uint16_t reason = 0;
  };
  std::vector<ReplicaFailure> failures;  ///< read/write failures: which replica, why.
  std::string keyspace;                  ///< already_exists, function_failure.
  std::string table;                     ///< already_exists; empty when it was a keyspace.
  std::string function;                  ///< function_failure.
  std::vector<std::string> argument_types;
  std::vector<std::byte> statement_id;  ///< unprepared.
};

/// Every failure of this library. `what()` is one line that names the thing: message, then node and query when known.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message);
  Error(ErrorKind kind, std::string message, ServerErrorFields fields);

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  /// Address and port of the node concerned ("127.0.0.1:9042"); empty when none.
  [[nodiscard]] const std::string& node() const noexcept { return node_; }
  /// The statement concerned, shortened to 200 characters, never its values; empty when none.
  [[nodiscard]] const std::string& query() const noexcept { return query_; }
  /// What the server sent along; nothing for errors that arose in the client.
  [[nodiscard]] const std::optional<ServerErrorFields>& server() const noexcept { return server_; }
  /// For no_node: what each node tried answered, in order.
  [[nodiscard]] const std::vector<Error>& causes() const noexcept { return causes_; }

  /// Adds context where it is known; a value already there stays.
  Error& with_node(std::string_view node);
  Error& with_query(std::string_view query);
  Error& with_causes(std::vector<Error> causes);

  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  void compose();

  ErrorKind kind_;
  std::string message_;
  std::string node_;
  std::string query_;
  std::optional<ServerErrorFields> server_;
  std::vector<Error> causes_;
  std::string what_;
};

}  // namespace cql
