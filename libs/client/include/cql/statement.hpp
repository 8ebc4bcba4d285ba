// What can be asked: simple queries, bound statements, batches, and the options of a request.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/consistency.hpp"
#include "cql/data_type.hpp"
#include "cql/ring.hpp"
#include "cql/types.hpp"
#include "cql/values.hpp"

namespace cql {

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
  /// Comes back in RequestEvent, to tell requests apart: a number, or what a pointer is worth. Nothing is done with it.
  std::uint64_t tag = 0;
};

struct BoundStatement;

/// A value for the bind marker of this name; borrows the value for the time of the call it stands in.
template <typename T>
struct NamedValue {
  std::string_view name;
  const T& value;
};
template <typename T>
[[nodiscard]] NamedValue<T> named(std::string_view name, const T& value) {
  return {name, value};
}

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

  /// One value per parameter, in order: bind(1, "x", std::nullopt, cql::unset). The values are copied. Throws
  /// Error{usage} naming the parameters when there are too few or too many, and the parameter whose CQL type does not
  /// go with the C++ type or cannot hold the value. Which types go together: docs/guide/client-values.md.
  template <typename... T>
  [[nodiscard]] BoundStatement bind(const T&... values) const;

  /// The same by name, in any order: bind_named(cql::named("v", "x"), cql::named("k", 1)). Each parameter must have its
  /// value (cql::unset, if need be), each value its parameter.
  template <typename... T>
  [[nodiscard]] BoundStatement bind_named(const NamedValue<T>&... values) const;

  /// The same from a mapped struct (cql::fields): each parameter from the field of its name, no field left over.
  template <Mapped T>
  [[nodiscard]] BoundStatement bind_fields(const T& row) const;

 private:
  void check_count(std::size_t count) const;
  void check_names(std::span<const std::string_view> names) const;

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

template <typename... T>
BoundStatement PreparedStatement::bind(const T&... values) const {
  check_count(sizeof...(T));
  BoundStatement bound{.prepared = *this};
  [[maybe_unused]] auto parameter = parameters().begin();
  (bound.values.add(values, *parameter++), ...);
  return bound;
}

template <typename... T>
BoundStatement PreparedStatement::bind_named(const NamedValue<T>&... values) const {
  const std::array<std::string_view, sizeof...(T)> names{values.name...};
  check_names(names);
  BoundStatement bound{.prepared = *this};
  for (const ColumnSpec& parameter : parameters()) {
    (void)((values.name == parameter.name && (bound.values.add(values.value, parameter), true)) || ...);
  }
  return bound;
}

template <Mapped T>
BoundStatement PreparedStatement::bind_fields(const T& row) const {
  return std::apply([&](const auto&... field) { return bind_named(named(field.name, row.*field.member)...); },
                    fields<T>);
}

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

  /// Borrows the statement, its values too, but not its options.
  void add(const BoundStatement& statement);
  void add(BoundStatement&& statement) = delete;
};

}  // namespace cql
