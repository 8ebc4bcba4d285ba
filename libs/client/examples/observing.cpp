// Watching a client: a log of what happens on stderr, and what Prometheus would read on stdout. The client knows
// neither of them; both are plain functions over what it tells.
//
//   observing 127.0.0.1 "SELECT * FROM system.local"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cql/session.hpp>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

namespace {

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

// The cluster and every session call this on their own threads: a line goes out as a whole.
void log(const std::ostringstream& line) { std::cerr << line.str() + "\n"; }

void add_logging(cql::ClusterOptions& options) {
  options.on_event = [](const cql::ClusterEvent& event) {
    std::ostringstream line;
    line << to_string(event.kind) << ' ' << event.node;
    if (event.error) line << ": " << event.error->message();
    log(line);
  };
  options.on_request = [](const cql::RequestEvent& request) {
    std::ostringstream line;
    line << to_string(request.kind) << ' ' << request.tag << " \"" << request.statement << "\" at " << request.node
         << " took " << seconds(request.duration) << " s, attempts " << request.attempts;
    for (const cql::Error& failure : request.failures) line << "; one failed: " << failure.message();
    if (request.error != nullptr) line << "; failed: " << request.error->message();
    log(line);
  };
}

void print_outcomes(const std::string& name, const std::string& labels, const cql::Outcomes& outcomes) {
  const auto with = [&labels](const std::string& more) {
    return "{" + labels + (labels.empty() || more.empty() ? "" : ",") + more + "} ";
  };
  std::cout << name << "_total" << with("") << outcomes.begun << '\n'
            << name << "_in_flight" << with("") << outcomes.in_flight() << '\n';
  outcomes.errors.each([&](cql::ErrorKind kind, std::uint64_t count) {
    std::cout << name << "_errors_total" << with("kind=\"" + std::string(to_string(kind)) + "\"") << count << '\n';
  });
  for (const double percent : {50.0, 99.0, 99.9}) {
    std::ostringstream quantile;
    quantile << "quantile=\"" << percent / 100 << '"';
    std::cout << name << "_seconds" << with(quantile.str()) << seconds(outcomes.latency.percentile(percent)) << '\n';
  }
  std::cout << name << "_seconds_sum" << with("") << seconds(outcomes.latency.sum()) << '\n'
            << name << "_seconds_count" << with("") << outcomes.latency.count() << '\n';
}

// The text format that an endpoint for Prometheus answers with.
void print(const cql::SessionMetrics& metrics) {
  print_outcomes("cql_requests", "", metrics.requests);
  std::cout << "cql_retries_total " << metrics.retries << '\n'
            << "cql_speculative_attempts_total " << metrics.speculative_attempts << '\n';
  for (const cql::NodeMetrics& node : metrics.nodes) {
    const std::string labels = "node=\"" + node.node + "\"";
    print_outcomes("cql_node_attempts", labels, node.attempts);
    std::cout << "cql_node_connections{" << labels << "} " << node.connections << '\n'
              << "cql_node_connections_lost_total{" << labels << "} " << node.connections_lost << '\n'
              << "cql_node_bytes_in_total{" << labels << "} " << node.bytes_in << '\n'
              << "cql_node_bytes_out_total{" << labels << "} " << node.bytes_out << '\n';
  }
}

cql::asio::awaitable<void> ask(std::string host, std::string text) {
  cql::ClusterOptions options;
  options.contact_points = {{host, 9042}};
  options.application_name = "observing";
  add_logging(options);
  const cql::Cluster cluster = co_await cql::Cluster::connect(std::move(options));
  cql::Session session = co_await cql::Session::open(cluster);
  for (std::uint64_t number = 1; number <= 10; ++number) {
    cql::Query query{.cql = text};
    query.options.tag = number;  // to find it again in the log
    co_await session.execute(std::move(query));
  }
  print(session.metrics());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: observing HOST QUERY\n";
    return 2;
  }
  int exit_code = 0;
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, ask(argv[1], argv[2]), [&](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& failure) {
      std::cerr << "observing: " << failure.what() << '\n';
      exit_code = 1;
    }
  });
  io.run();
  return exit_code;
}
