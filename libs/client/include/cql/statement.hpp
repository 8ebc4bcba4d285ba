// What can be asked: simple queries, bound statements, batches, and the options of a request.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/consistency.hpp"
#include "cql/data_type.hpp"
#include "cql/ring.hpp"
#include "cql/types.hpp"

namespace cql {

/// Bound values in wire form: per value an i32 length (-1 null, -2 unset) and its bytes. Rows of results have the same
/// form, so values can travel from a result into a statement untouched.
class Values {
 public:
  void add(ByteView value);
  void add_null() {
    bytes_.append_integer(std::int32_t{-1});
    ++count_;
  }
  /// Leaves the column as it is; the server refuses it for key columns.
  void add_unset() {
    bytes_.append_integer(std::int32_t{-2});
    ++count_;
  }
  void add_text(std::string_view value) { add(as_bytes(value)); }
  void add_bigint(std::int64_t value) {
    bytes_.append_integer(std::int32_t{8});
    bytes_.append_integer(value);
    ++count_;
  }
  void add_int(std::int32_t value) {
    bytes_.append_integer(std::int32_t{4});
    bytes_.append_integer(value);
    ++count_;
  }
  /// Takes `count` values that already are in wire form.
  void add_wire(ByteView wire, std::size_t count) {
    bytes_.append(wire);
    count_ += count;
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] ByteView wire() const noexcept { return bytes_.view(); }

 private:
  Buffer bytes_;
  std::size_t count_ = 0;
};

/// Opaque bytes that say where a result goes on; empty at the start and after the last page.
using PagingState = std::vector<std::byte>;

/// Sending a request that is slow to a second node before the first has answered.
struct SpeculativeExecution {
  /// How long the attempts under way may be waited for before the next one starts.
  std::chrono::milliseconds delay{100};
  /// Attempts besides the first; 0 switches it off.
  std::size_t at_most = 1;
};

/// What may be set per request. What is not set comes from the cluster's options.
struct RequestOptions {
  std::optional<Consistency> consistency{};
  std::optional<Consistency> serial_consistency{};  ///< serial or local_serial
  /// Rows per page; 0 switches paging off.
  std::optional<std::int32_t> page_size{};
  PagingState paging_state{};
  /// From the call until the answer, over all attempts.
  std::optional<std::chrono::milliseconds> timeout{};
  std::optional<std::int64_t> timestamp_us{};  ///< Default write timestamp, microseconds since 1970.
  /// v5: the time that the server takes for TTL and expiry, seconds since 1970; for tests.
  std::optional<std::int32_t> now_in_seconds{};
  /// True when doing it twice does the same as once. Only then is it ever sent again after it may have been applied.
  /// A SELECT counts as idempotent without it; a statement that shows that it is not (cql/idempotence.hpp) never does.
  bool idempotent = false;
  /// False: sent once. Nodes to which nothing could be sent are still passed over.
  bool may_retry = true;
  /// For idempotent requests that are not pinned to a node.
  std::optional<SpeculativeExecution> speculative_execution{};
  /// Ask this node and no other.
  std::optional<Uuid> node{};
  /// Ask this node first while it is well and the plan allows it. Streams go on where their first page came from.
  std::optional<Uuid> preferred_node{};
  /// Ask the replicas of this token in `routing_keyspace` first.
  std::optional<Token> routing_token{};
  std::string routing_keyspace{};
  /// v5: names without a keyspace are looked up here. A prepared statement has the keyspace it was prepared in.
  std::string keyspace{};
  std::map<std::string, std::vector<std::byte>> custom_payload{};
  bool tracing = false;
};

/// A column of a result or a bind marker.
struct ColumnSpec {
  std::string keyspace;
  std::string table;
  std::string name;
  DataType type;
};

/// A statement the cluster has prepared. A handle: copying is cheap, all copies are the same, any thread may use them.
class PreparedStatement {
 public:
  struct State;  ///< The session's business.
  PreparedStatement() = default;
  explicit PreparedStatement(std::shared_ptr<State> state) : state_(std::move(state)) {}

  [[nodiscard]] const std::string& cql() const;
  /// The bind markers in order.
  [[nodiscard]] const std::vector<ColumnSpec>& parameters() const;
  /// Which parameters make up the partition key, in key order; empty when they do not cover it.
  [[nodiscard]] const std::vector<std::uint16_t>& partition_key_indices() const;
  /// What its rows look like as far as is known now; null when it returns none.
  [[nodiscard]] std::shared_ptr<const std::vector<ColumnSpec>> result_columns() const;
  [[nodiscard]] const std::shared_ptr<State>& state() const noexcept { return state_; }

 private:
  std::shared_ptr<State> state_;
};

struct Query {
  std::string cql;
  Values values{};
  RequestOptions options{};
};

struct BoundStatement {
  PreparedStatement prepared;
  Values values{};
  RequestOptions options{};
};

using Statement = std::variant<Query, BoundStatement>;

/// Statements applied together. The values are borrowed: they must stay until the batch is executed.
struct Batch {
  enum class Kind : std::uint8_t { logged = 0, unlogged = 1, counter = 2 };
  struct Entry {
    /// A prepared statement, or text when it has no state.
    const PreparedStatement* prepared = nullptr;
    std::string_view cql;
    std::uint16_t value_count = 0;
    ByteView wire_values;  ///< As Values::wire().
  };
  Kind kind = Kind::unlogged;
  std::vector<Entry> entries{};
  RequestOptions options{};
};

}  // namespace cql
