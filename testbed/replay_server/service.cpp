#include "replay_server/service.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <utility>

#include "cql/error.hpp"
#include "replay_server/result.hpp"

namespace cql::replay {

using protocol::Opcode;

namespace {

constexpr std::string_view count_id = "count";

Buffer supported() {
  Buffer body;
  const auto append_option = [&](std::string_view name, std::initializer_list<std::string_view> values) {
    scripted::append_string(name, body);
    body.append_integer(static_cast<std::uint16_t>(values.size()));
    for (const std::string_view value : values) scripted::append_string(value, body);
  };
  body.append_integer(std::uint16_t{3});
  append_option("CQL_VERSION", {"3.4.7"});
  append_option("COMPRESSION", {});
  append_option("PROTOCOL_VERSIONS", {"4/v4", "5/v5"});
  return body;
}

/// Names a statement by its text, the same on every node and in every run.
std::string statement_id(std::string_view cql) {
  std::string id(2 * sizeof(Token), '\0');
  Buffer twice;
  twice.append(cql);
  store_big_endian(reinterpret_cast<std::byte*>(id.data()), murmur3_token(twice));
  twice.append(cql);
  store_big_endian(reinterpret_cast<std::byte*>(id.data()) + sizeof(Token), murmur3_token(twice));
  return id;
}

scripted::ScriptedTable schema_of(const Table& table) {
  scripted::ScriptedTable schema{table.keyspace, table.name, {}};
  for (const Column& column : table.columns) {
    constexpr std::array<const char*, 4> kinds{"partition_key", "clustering", "static", "regular"};
    const bool clustering = column.role == Column::Role::clustering;
    schema.columns.push_back({column.name, clustering ? (column.descending ? "desc" : "asc") : "none",
                              kinds.at(static_cast<std::size_t>(column.role)), column.position,
                              column.type.to_string()});
  }
  return schema;
}

std::vector<ColumnSpec> count_columns(const Table& table) {
  return {{table.keyspace, table.name, "count", DataType::scalar(TypeKind::bigint)}};
}

}  // namespace

Service::Service(Dataset& dataset, scripted::ScriptedCluster cluster)
    : dataset_(dataset), cluster_(std::move(cluster)) {
  cluster_.tables = {schema_of(dataset.table())};
}

Statistics Service::statistics() const {
  return {.requests = requests_, .rows_read = rows_read_, .rows_written = rows_written_};
}

Answer Service::answer(const Request& request) {
  Answer answer{.version = request.version, .stream = request.stream, .opcode = Opcode::result, .body = {}};
  try {
    switch (request.opcode) {
      case Opcode::options:
        answer.opcode = Opcode::supported;
        answer.body = supported();
        return answer;
      case Opcode::startup:
      case Opcode::register_:
        answer.opcode = Opcode::ready;
        return answer;
      case Opcode::prepare:
        answer.body = prepare(request);
        break;
      case Opcode::batch:
        answer.body = batch(request);
        break;
      case Opcode::query: {
        const StatementRequest asked = read_query(request.version, request.body);
        execute(request, understand(asked.cql), asked, answer);
        break;
      }
      case Opcode::execute: {
        const StatementRequest asked = read_execute(request.version, request.body);
        const PreparedPtr prepared = find(asked.statement_id);
        if (!prepared) {
          answer.opcode = Opcode::error;
          answer.body = unprepared_body(asked.statement_id);
          return answer;
        }
        execute(request, *prepared, asked, answer);
        break;
      }
      default:
        throw Error(ErrorKind::protocol, "a client does not send this message");
    }
    requests_.fetch_add(1, std::memory_order_relaxed);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::protocol) throw;
    answer.opcode = Opcode::error;
    answer.rows = {};
    answer.body = error_body(error);
  }
  return answer;
}

Service::Prepared Service::understand(std::string_view cql) {
  Prepared prepared;
  prepared.statement = parse_statement(cql);
  const Statement& statement = prepared.statement;
  if (statement.kind == Statement::Kind::use) return prepared;
  prepared.system = statement.keyspace.starts_with("system");
  prepared.system_table = statement.keyspace + "." + statement.table;
  const bool known =
      prepared.system ? statement.kind == Statement::Kind::select : dataset_.is(statement.keyspace, statement.table);
  if (!known) throw Error(ErrorKind::invalid, "unconfigured table " + statement.table);
  if (!prepared.system && statement.kind == Statement::Kind::select && !statement.count) {
    prepared.projection = &dataset_.projection(statement.columns);
  }
  return prepared;
}

Service::PreparedPtr Service::find(ByteView id) const {
  const std::shared_lock lock(mutex_);
  const auto found = prepared_.find(std::string(as_text(id)));
  return found == prepared_.end() ? nullptr : found->second;
}

Buffer Service::prepare(const Request& request) {
  Reader reader(request.body, "PREPARE");
  const std::string cql(reader.long_string());
  const auto prepared = std::make_shared<const Prepared>(understand(cql));
  const std::string id = statement_id(cql);
  {
    const std::unique_lock lock(mutex_);
    prepared_.insert_or_assign(id, prepared);
  }
  const std::vector<ColumnSpec> parameters = markers(request.node, *prepared);
  std::vector<std::uint16_t> key;
  for (std::size_t column = 0; !prepared->system && column < dataset_.table().partition_key_size; ++column) {
    const auto& all = prepared->statement.markers;
    const auto at = std::find_if(all.begin(), all.end(), [&](const Marker& marker) {
      return marker.column == dataset_.table().columns[column].name;
    });
    if (at != all.end()) key.push_back(static_cast<std::uint16_t>(at - all.begin()));
  }
  if (key.size() != dataset_.table().partition_key_size) key.clear();
  const std::string metadata_id = prepared->projection != nullptr ? prepared->projection->id : std::string(count_id);
  return prepared_body(request.version, id, metadata_id, parameters, key, result_columns(request.node, *prepared));
}

Buffer Service::batch(const Request& request) {
  rows_written_.fetch_add(read_batch(request.body), std::memory_order_relaxed);
  return void_body();
}

void Service::execute(const Request& request, const Prepared& prepared, const StatementRequest& asked, Answer& answer) {
  if (asked.values.size() < prepared.statement.markers.size()) {
    throw Error(ErrorKind::invalid, "there are fewer values than bind markers");
  }
  switch (prepared.statement.kind) {
    case Statement::Kind::use:
      answer.body = set_keyspace_body(prepared.statement.table);
      return;
    case Statement::Kind::write:
      rows_written_.fetch_add(1, std::memory_order_relaxed);
      answer.body = void_body();
      return;
    case Statement::Kind::select:
      if (prepared.system) return select_system(request, prepared, answer);
      return select(request, prepared, asked, answer);
  }
}

void Service::select(const Request& request, const Prepared& prepared, const StatementRequest& asked, Answer& answer) {
  const Statement& statement = prepared.statement;
  RowRange range = dataset_.rows_of(statement, asked.values);
  if (statement.count) {
    Buffer row;
    row.append_integer(static_cast<std::int32_t>(sizeof(std::uint64_t)));
    row.append_integer(range.size());
    append_rows_head({.columns = count_columns(dataset_.table()), .rows = 1}, answer.body);
    answer.body.append(row);
    return;
  }
  if (statement.limit) {
    const ByteView value = statement.limit->marker ? asked.values[*statement.limit->marker] : ByteView{};
    const std::int64_t limit =
        value.size() == 4 ? load_big_endian<std::int32_t>(value.data()) : statement.limit->number;
    range.last = std::min(range.last, range.first + static_cast<std::uint64_t>(std::max<std::int64_t>(limit, 0)));
  }
  const std::uint64_t first = asked.paging_state.empty() ? range.first : row_in(asked.paging_state, range);
  std::uint64_t last = dataset_.in_one_copy({first, range.last}).last;
  if (asked.page_size && *asked.page_size > 0) {
    last = std::min(last, first + static_cast<std::uint64_t>(*asked.page_size));
  }
  const Projection& projection = *prepared.projection;
  answer.rows = dataset_.bytes(projection, {first, last});
  if (answer.rows.size() > protocol::max_envelope_body) {
    throw Error(ErrorKind::invalid, "the page is larger than a message may be: ask for fewer rows at once");
  }
  rows_read_.fetch_add(last - first, std::memory_order_relaxed);
  const bool v5_execute = request.version >= 5 && request.opcode == Opcode::execute;
  const bool changed = v5_execute && as_text(asked.result_metadata_id) != projection.id;
  append_rows_head({.columns = projection.specs,
                    .rows = last - first,
                    .next = last < range.last ? paging_state(last) : std::string(),
                    .skip_columns = asked.skip_metadata && !changed,
                    .new_metadata_id = changed ? projection.id : std::string_view()},
                   answer.body);
}

// Tables that are not made up (functions, triggers, …) are empty.
scripted::Rows Service::system_rows(std::size_t node, const Prepared& prepared) const {
  if (prepared.system_table == "system.size_estimates") return size_estimates(dataset_);
  auto known = scripted::system_table(cluster_, node, "SELECT * FROM " + prepared.system_table);
  return known ? std::move(*known) : scripted::Rows({{"keyspace_name", "text"}});
}

void Service::select_system(const Request& request, const Prepared& prepared, Answer& answer) const {
  const scripted::Rows all = system_rows(request.node, prepared);
  const std::vector<ColumnSpec> columns = result_columns(request.node, prepared);
  append_rows_head({.columns = columns, .rows = all.count()}, answer.body);
  append_projected(all, columns, answer.body);
}

std::vector<ColumnSpec> Service::result_columns(std::size_t node, const Prepared& prepared) const {
  const Statement& statement = prepared.statement;
  if (statement.kind != Statement::Kind::select) return {};
  if (prepared.projection != nullptr) return prepared.projection->specs;
  if (statement.count) return count_columns(dataset_.table());
  const scripted::Rows all = system_rows(node, prepared);
  if (statement.columns.empty()) return all.columns();
  std::vector<ColumnSpec> columns;
  for (const std::string& name : statement.columns) {
    const auto known = std::ranges::find_if(all.columns(), [&](const ColumnSpec& one) { return one.name == name; });
    if (known != all.columns().end()) {
      columns.push_back(*known);
    } else {
      // Drivers ask for more than is made up: a null text.
      columns.push_back({statement.keyspace, statement.table, name, DataType::scalar(TypeKind::text)});
    }
  }
  return columns;
}

std::vector<ColumnSpec> Service::markers(std::size_t node, const Prepared& prepared) const {
  const Table& table = dataset_.table();
  std::vector<ColumnSpec> specs;
  for (const Marker& marker : prepared.statement.markers) {
    ColumnSpec& spec = specs.emplace_back();
    spec = {table.keyspace, table.name, marker.name, DataType::scalar(TypeKind::bigint)};
    if (marker.kind == Marker::Kind::ttl || marker.kind == Marker::Kind::limit) {
      spec.type = DataType::scalar(TypeKind::int_);
    } else if (marker.kind == Marker::Kind::column && prepared.system) {
      for (const ColumnSpec& column : system_rows(node, prepared).columns()) {
        if (column.name == marker.column) spec.type = column.type;
      }
    } else if (marker.kind == Marker::Kind::column) {
      const Column* column = table.column(marker.column);
      if (column == nullptr) throw Error(ErrorKind::invalid, "Undefined column name " + marker.column);
      spec.type = column->type;
    }
  }
  return specs;
}

}  // namespace cql::replay
