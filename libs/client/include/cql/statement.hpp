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

/// What may be set per request. What is not set comes from the cluster's options.
struct RequestOptions {
  std::optional<Consistency> consistency;
  std::optional<Consistency> serial_consistency;  ///< serial or local_serial
  /// Rows per page; 0 switches paging off.
  std::optional<std::int32_t> page_size;
  PagingState paging_state;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<std::int64_t> timestamp_us;  ///< Default write timestamp, microseconds since 1970.
  /// True when doing it twice does the same as once. Only then is it ever sent again after it may have been applied.
  bool idempotent = false;
  /// Ask this node and no other.
  std::optional<Uuid> node;
  /// Ask the replicas of this token in `routing_keyspace` first.
  std::optional<Token> routing_token;
  std::string routing_keyspace;
  std::string keyspace;  ///< v5: names without a keyspace are looked up here.
  std::map<std::string, std::vector<std::byte>> custom_payload;
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
  std::vector<Entry> entries;
  RequestOptions options{};
};

}  // namespace cql
