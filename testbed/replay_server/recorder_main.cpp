// replay_recorder: reads a table of a real cluster into a file that replay_server serves.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdio>
#include <string>

#include "replay_server/record.hpp"

namespace {

int run(const cql::ClusterOptions& options, const std::string& table, const std::string& file) {
  const std::size_t dot = table.find('.');
  if (dot == std::string::npos) {
    throw cql::Error(cql::ErrorKind::usage, table + ": the table is named with its keyspace, as in shop.orders");
  }
  boost::asio::io_context io(1);
  auto recorded = boost::asio::co_spawn(io, cql::replay::record(options, table.substr(0, dot), table.substr(dot + 1)),
                                        boost::asio::use_future);
  io.run();
  const cql::replay::Recording recording = recorded.get();
  cql::replay::write_recording(recording, file);
  std::printf("%s: %llu rows in %zu partitions, %zu bytes\n", file.c_str(),
              static_cast<unsigned long long>(recording.rows.row_count()), recording.partitions.size(),
              recording.rows.bytes.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Reads a whole table of a real cluster into a file for replay_server; it is held in memory meanwhile.");
  cql::ClusterOptions options;
  options.application_name = "replay_recorder";
  std::string table;
  std::string file;
  app.add_option("table", table, "KEYSPACE.TABLE")->required();
  app.add_option("file", file, "where to write the recording")->required();
  app.add_option("--host", options.contact_points.front().host, "a node of the cluster")->capture_default_str();
  app.add_option("--port", options.contact_points.front().port, "its port")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options, table, file);
  } catch (const cql::Error& error) {
    std::fprintf(stderr, "replay_recorder: %s\n", error.what());
    return 1;
  }
}
