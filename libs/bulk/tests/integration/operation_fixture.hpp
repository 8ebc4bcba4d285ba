// A real ring (CQLBULK_TEST_HOST), a keyspace of the test program's own, a scratch directory, and short ways to export
// and load.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "../unit/storage/scratch_directory.hpp"
#include "cql/result.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/export.hpp"
#include "cqlbulk/load.hpp"
#include "operations/cluster_thread.hpp"

namespace cqlbulk::testing {

class OperationTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster = std::make_unique<operations::ClusterThread>(cluster_options());
    keyspace = "exp_it_" + std::to_string(::getpid());
    run("CREATE KEYSPACE " + keyspace +
        " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1} AND durable_writes = false");
  }
  static void TearDownTestSuite() {
    run("DROP KEYSPACE IF EXISTS " + keyspace);
    cluster.reset();
  }

  static cql::ClusterOptions cluster_options() {
    const char* host = std::getenv("CQLBULK_TEST_HOST");
    cql::ClusterOptions options;
    options.contact_points = {{host != nullptr ? host : "127.0.0.11", 9042}};
    return options;
  }

  /// Runs CQL; "%" stands for the keyspace and its dot.
  static cql::Result run(std::string text) {
    for (std::size_t at; (at = text.find('%')) != std::string::npos;) text.replace(at, 1, keyspace + ".");
    cql::Query query;
    query.cql = std::move(text);
    query.options.timeout = std::chrono::seconds(60);
    query.options.consistency = cql::Consistency::one;
    return cluster->query(std::move(query));
  }
  static std::int64_t number(const std::string& text) {
    const cql::Result result = run(text);
    cql::RowCursor row(result.page);
    EXPECT_TRUE(row.next()) << text;
    return row.get<std::int64_t>(0);
  }
  static std::string text(const std::string& statement) {
    const cql::Result result = run(statement);
    cql::RowCursor row(result.page);
    if (!row.next()) return "no row";
    return row.get<std::optional<std::string>>(0).value_or("null");
  }

  ExportOptions export_options(const std::string& table, const std::string& to) const {
    ExportOptions options;
    options.operation = operation();
    options.subject.keyspace = keyspace;
    options.subject.table = table;
    options.to = scratch.path(to);
    return options;
  }
  LoadOptions load_options(const std::string& table, const std::string& from) const {
    LoadOptions options;
    options.operation = operation();
    options.subject.keyspace = keyspace;
    options.subject.table = table;
    options.from = {scratch.path(from)};
    return options;
  }
  Report run_export(const ExportOptions& options, std::stop_token stop = {}) {
    return export_table(options, observer, std::move(stop));
  }
  Report run_load(const LoadOptions& options, std::stop_token stop = {}) {
    return load(options, observer, std::move(stop));
  }
  /// The lines after the header, sorted: exports have no order.
  [[nodiscard]] std::vector<std::string> sorted_lines(const std::string& file) const {
    std::ifstream in(scratch.path(file));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    if (!lines.empty()) std::sort(lines.begin() + 1, lines.end());
    return lines;
  }
  template <typename Action>
  static std::string usage_error_of(Action action) {
    try {
      action();
    } catch (const Error& error) {
      EXPECT_EQ(error.error_class(), ErrorClass::usage) << error.what();
      return error.what();
    }
    return "no error";
  }

  static inline std::unique_ptr<operations::ClusterThread> cluster;
  static inline std::string keyspace;
  ScratchDirectory scratch;
  Observer observer;

 private:
  [[nodiscard]] OperationOptions operation() const {
    OperationOptions options;
    options.cluster = cluster_options();
    options.operation_dir = scratch.path("operations");
    return options;
  }
};

}  // namespace cqlbulk::testing
