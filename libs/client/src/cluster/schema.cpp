#include "cluster/schema.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "cql/error.hpp"
#include "cql/result.hpp"

namespace cql::cluster {

namespace {

using Keyspaces = std::map<std::string, Keyspace, std::less<>>;

constexpr std::string_view empty_type = "org.apache.cassandra.db.marshal.EmptyType";

template <typename Visit>
void for_each_row(const std::vector<Page>& pages, Visit visit) {
  for (const Page& page : pages) {
    RowCursor row(page);
    while (row.next()) visit(row);
  }
}

Table* find_table(Keyspaces& keyspaces, const RowCursor& row, std::string_view name_column) {
  const auto keyspace = keyspaces.find(row.get<std::string>("keyspace_name"));
  if (keyspace == keyspaces.end()) return nullptr;
  const auto table = keyspace->second.tables.find(row.get<std::string>(name_column));
  return table == keyspace->second.tables.end() ? nullptr : &table->second;
}

void add_keyspaces(const std::vector<Page>& pages, Keyspaces& keyspaces) {
  for_each_row(pages, [&](const RowCursor& row) {
    Keyspace keyspace;
    keyspace.name = row.get<std::string>("keyspace_name");
    keyspace.durable_writes = row.get<bool>("durable_writes");
    keyspace.replication = Replication::parse(row.get<std::map<std::string, std::string>>("replication"));
    keyspaces.emplace(keyspace.name, std::move(keyspace));
  });
}

void add_virtual_keyspaces(const std::vector<Page>& pages, Keyspaces& keyspaces) {
  for_each_row(pages, [&](const RowCursor& row) {
    Keyspace keyspace;
    keyspace.name = row.get<std::string>("keyspace_name");
    keyspace.replication.strategy = Replication::Strategy::local;
    keyspaces.emplace(keyspace.name, std::move(keyspace));
  });
}

void add_table(Keyspaces& keyspaces, Table table) {
  const auto keyspace = keyspaces.find(table.keyspace);
  if (keyspace == keyspaces.end()) return;
  const std::string name = table.name;
  keyspace->second.tables.emplace(name, std::move(table));
}

void add_tables(const SchemaRows& rows, Keyspaces& keyspaces) {
  for_each_row(rows.tables, [&](const RowCursor& row) {
    Table table;
    table.keyspace = row.get<std::string>("keyspace_name");
    table.name = row.get<std::string>("table_name");
    table.id = row.get<Uuid>("id");
    const std::vector<std::string> flags = row.get<std::vector<std::string>>("flags");
    table.is_counter = std::find(flags.begin(), flags.end(), "counter") != flags.end();
    add_table(keyspaces, std::move(table));
  });
  for_each_row(rows.views, [&](const RowCursor& row) {
    Table view;
    view.keyspace = row.get<std::string>("keyspace_name");
    view.name = row.get<std::string>("view_name");
    view.id = row.get<Uuid>("id");
    view.is_view = true;
    add_table(keyspaces, std::move(view));
  });
  for_each_row(rows.virtual_tables, [&](const RowCursor& row) {
    Table table;
    table.keyspace = row.get<std::string>("keyspace_name");
    table.name = row.get<std::string>("table_name");
    table.is_virtual = true;
    add_table(keyspaces, std::move(table));
  });
}

// User-defined types name each other in any order: each is resolved when it is first asked for.
class TypeResolver {
 public:
  explicit TypeResolver(Keyspace& keyspace) : keyspace_(keyspace) {}

  void add(const RowCursor& row) {
    definitions_[row.get<std::string>("type_name")] = {row.get<std::vector<std::string>>("field_names"),
                                                       row.get<std::vector<std::string>>("field_types")};
  }
  void resolve_all() {
    for (const auto& [name, definition] : definitions_) (void)resolve(name);
  }

 private:
  struct Definition {
    std::vector<std::string> names;
    std::vector<std::string> types;
  };

  std::optional<DataType> resolve(std::string_view name) {
    if (const auto known = keyspace_.types.find(name); known != keyspace_.types.end()) return known->second;
    const auto definition = definitions_.find(name);
    if (definition == definitions_.end()) return std::nullopt;
    if (!under_way_.emplace(name).second) {
      throw Error(ErrorKind::protocol, "type " + keyspace_.name + "." + std::string(name) + " contains itself");
    }
    DataType type;
    type.kind = TypeKind::udt;
    type.keyspace = keyspace_.name;
    type.name = std::string(name);
    type.field_names = definition->second.names;
    if (definition->second.names.size() != definition->second.types.size()) {
      throw Error(ErrorKind::protocol, "type " + keyspace_.name + "." + type.name + " has " +
                                           std::to_string(type.field_names.size()) + " field names and " +
                                           std::to_string(definition->second.types.size()) + " field types");
    }
    for (const std::string& text : definition->second.types) {
      type.children.push_back(parse_cql_type(text, [this](std::string_view inner) { return resolve(inner); }));
    }
    under_way_.erase(under_way_.find(name));
    return keyspace_.types.emplace(type.name, std::move(type)).first->second;
  }

  Keyspace& keyspace_;
  std::map<std::string, Definition, std::less<>> definitions_;
  std::set<std::string, std::less<>> under_way_;
};

void add_types(const std::vector<Page>& pages, Keyspaces& keyspaces) {
  std::map<std::string, TypeResolver> resolvers;
  for_each_row(pages, [&](const RowCursor& row) {
    const std::string name = row.get<std::string>("keyspace_name");
    const auto keyspace = keyspaces.find(name);
    if (keyspace != keyspaces.end()) resolvers.try_emplace(name, keyspace->second).first->second.add(row);
  });
  for (auto& [name, resolver] : resolvers) resolver.resolve_all();
}

Column::Role role_of(const std::string& kind) {
  if (kind == "partition_key") return Column::Role::partition_key;
  if (kind == "clustering") return Column::Role::clustering;
  return kind == "static" ? Column::Role::static_ : Column::Role::regular;
}

void add_columns(const std::vector<Page>& pages, Keyspaces& keyspaces) {
  for_each_row(pages, [&](const RowCursor& row) {
    Table* table = find_table(keyspaces, row, "table_name");
    if (table == nullptr) return;
    const Keyspace& keyspace = keyspaces.find(table->keyspace)->second;
    Column column;
    column.name = row.get<std::string>("column_name");
    column.role = role_of(row.get<std::string>("kind"));
    column.position = row.get<std::int32_t>("position");
    column.descending = row.get<std::string>("clustering_order") == "desc";
    column.type = parse_cql_type(row.get<std::string>("type"), [&](std::string_view name) -> std::optional<DataType> {
      const auto found = keyspace.types.find(name);
      return found == keyspace.types.end() ? std::nullopt : std::optional(found->second);
    });
    table->columns.push_back(std::move(column));
  });
}

/// Tables with COMPACT STORAGE are kept with columns that no statement may name: statements see what is left.
void hide_storage_columns(const std::vector<Page>& tables, Keyspaces& keyspaces) {
  for_each_row(tables, [&](const RowCursor& row) {
    const std::vector<std::string> flags = row.get<std::vector<std::string>>("flags");
    const auto is = [&](std::string_view flag) { return std::ranges::find(flags, flag) != flags.end(); };
    Table* table = find_table(keyspaces, row, "table_name");
    if (table == nullptr) return;
    if (is("dense")) {
      std::erase_if(table->columns, [](const Column& column) {
        return column.role == Column::Role::regular && column.type.kind == TypeKind::custom &&
               column.type.name == empty_type;
      });
    } else if (!is("compound") && !is("super")) {
      std::erase_if(table->columns, [](const Column& column) {
        return column.role == Column::Role::clustering || column.role == Column::Role::regular;
      });
      for (Column& column : table->columns) {
        if (column.role == Column::Role::static_) column.role = Column::Role::regular;
      }
    }
  });
}

// SELECT * gives the partition key, the clustering columns, then statics and then the rest, each by name.
void order_columns(Table& table) {
  const auto rank = [](const Column& column) {
    const bool key = column.role == Column::Role::partition_key || column.role == Column::Role::clustering;
    return std::tuple<int, int, const std::string&>(static_cast<int>(column.role), key ? column.position : 0,
                                                    column.name);
  };
  std::sort(table.columns.begin(), table.columns.end(),
            [&](const Column& a, const Column& b) { return rank(a) < rank(b); });
  const auto count = [&](Column::Role role) {
    return static_cast<std::size_t>(std::count_if(table.columns.begin(), table.columns.end(),
                                                  [role](const Column& column) { return column.role == role; }));
  };
  table.partition_key_size = count(Column::Role::partition_key);
  table.clustering_size = count(Column::Role::clustering);
}

}  // namespace

std::map<std::string, Keyspace, std::less<>> read_schema(const SchemaRows& rows) {
  Keyspaces keyspaces;
  add_keyspaces(rows.keyspaces, keyspaces);
  add_virtual_keyspaces(rows.virtual_keyspaces, keyspaces);
  add_types(rows.types, keyspaces);
  add_tables(rows, keyspaces);
  add_columns(rows.columns, keyspaces);
  hide_storage_columns(rows.tables, keyspaces);
  add_columns(rows.virtual_columns, keyspaces);
  for (auto& [keyspace_name, keyspace] : keyspaces) {
    for (auto& [table_name, table] : keyspace.tables) order_columns(table);
  }
  return keyspaces;
}

}  // namespace cql::cluster
