// replay_server: serves a recorded or synthesised table as one node or many. `replay_server --help` says how.
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "cql/error.hpp"
#include "replay_server/baseline.hpp"
#include "replay_server/server.hpp"
#include "replay_server/wide.hpp"

namespace {

namespace asio = boost::asio;
using namespace cql::replay;

struct Arguments {
  ReplayOptions options;
  std::uint64_t rows = 1'000'000;
  std::uint64_t copies = 1;
  std::size_t columns = 0;  ///< Of the wide table; 0: the baseline table.
  std::string recording;
  std::vector<std::string> latencies;
  bool end_with_stdin = false;
};

void describe(CLI::App& app, Arguments& arguments) {
  app.description(
      "Serves a table at the speed of memory, as Cassandra would, to see what a client costs by itself.\n"
      "Reads are answered from the table; writes are accepted, counted and forgotten.");
  ReplayOptions& options = arguments.options;
  options.port = 9042;
  app.add_option("--nodes", options.nodes, "how many nodes")->capture_default_str();
  app.add_option("--address", options.address, "the first node's address")->capture_default_str();
  app.add_option("--port", options.port, "its port; 0: the system chooses one for each node")->capture_default_str();
  app.add_flag("--addresses", options.addresses, "further nodes on the addresses that follow, not on further ports");
  app.add_option("--vnodes", options.tokens_per_node, "tokens of a node")->capture_default_str();
  app.add_option("--rf", options.replication_factor, "replication factor of the keyspace")->capture_default_str();
  app.add_option("--threads", options.threads, "threads that serve")->capture_default_str();
  app.add_option("--versions", options.versions, "protocol versions: 4, 5 or both")->delimiter(',');
  app.add_option("--rows", arguments.rows, "rows of the baseline table bench.readings")->capture_default_str();
  app.add_option("--columns", arguments.columns, "instead the table bench.wide, with so many columns and --rows rows");
  app.add_option("--recording", arguments.recording, "a file of replay_recorder, instead of the baseline table");
  app.add_option("--copies", arguments.copies, "all rows so many times, around the ring; takes no more memory")
      ->capture_default_str();
  app.add_option("--latency", arguments.latencies,
                 "per node in turn, the last for all behind: 0, 500us, 2ms, 1ms..5ms, exp:2ms")
      ->delimiter(',');
  app.add_flag("--end-with-stdin", arguments.end_with_stdin,
               "end when the standard input does; until then each line there is answered with what was done so far");
  app.footer(
      "Examples:\n"
      "  replay_server --rows 1000000                        one node on 127.0.0.1:9042\n"
      "  replay_server --nodes 3 --addresses --address 127.0.0.81 --latency 1ms,1ms,exp:5ms\n"
      "  replay_server --rows 1953125 --copies 512           a billion rows in 330 MB\n"
      "  replay_server --recording orders.rec --port 0       prints the port that the system chose\n");
}

void print(const Statistics& done) {
  std::printf("connections %" PRIu64 ", requests %" PRIu64 ", rows read %" PRIu64 ", rows written %" PRIu64 "\n",
              done.connections, done.requests, done.rows_read, done.rows_written);
  std::fflush(stdout);
}

Recording table_of(const Arguments& arguments) {
  if (!arguments.recording.empty()) return read_recording(arguments.recording);
  if (arguments.columns > 0) return synthesise_wide(arguments.rows, arguments.columns);
  return synthesise_baseline(arguments.rows);
}

// Until SIGINT, SIGTERM, or the end of the standard input, whose lines are answered.
void wait_for_the_end(const ReplayServer& server, bool end_with_stdin) {
  asio::io_context io(1);
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code, int) { io.stop(); });
  std::array<char, 256> asked{};
  asio::posix::stream_descriptor input(io);
  std::function<void()> read = [&] {
    input.async_read_some(asio::buffer(asked), [&](boost::system::error_code error, std::size_t size) {
      if (error) return io.stop();
      for (auto lines = std::count(asked.begin(), asked.begin() + size, '\n'); lines > 0; --lines) {
        print(server.statistics());
      }
      read();
    });
  };
  if (end_with_stdin) {
    input.assign(::dup(STDIN_FILENO));
    read();
  }
  io.run();
}

int serve(Arguments& arguments) {
  for (const std::string& text : arguments.latencies) arguments.options.latencies.push_back(Latency::parse(text));
  const auto dataset = std::make_shared<Dataset>(table_of(arguments), arguments.copies);
  const ReplayServer server(dataset, arguments.options);
  for (const cql::ContactPoint& node : server.nodes()) {
    std::printf("node %s:%d\n", node.host.c_str(), static_cast<int>(node.port));
  }
  std::printf("serving %s: %" PRIu64 " rows in %" PRIu64 " partitions, %" PRIu64 " bytes\n",
              dataset->table().qualified_name().c_str(), dataset->row_count(),
              dataset->copies() * dataset->recording().partitions.size(),
              dataset->copies() * dataset->recording().rows.bytes.size());
  std::fflush(stdout);
  wait_for_the_end(server, arguments.end_with_stdin);
  print(server.statistics());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app;
  Arguments arguments;
  describe(app, arguments);
  CLI11_PARSE(app, argc, argv);
  try {
    return serve(arguments);
  } catch (const cql::Error& error) {
    std::fprintf(stderr, "replay_server: %s\n", error.what());
    return 2;
  }
}
