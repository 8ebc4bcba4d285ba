#include "replay_server/server.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "cql/error.hpp"
#include "replay_server/connection.hpp"

namespace cql::replay {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

void check(const ReplayOptions& options) {
  constexpr std::size_t most_nodes = 1'000;
  constexpr std::size_t most_tokens = 256;
  const auto refuse = [](const std::string& what) { throw Error(ErrorKind::usage, what); };
  if (options.nodes < 1 || options.nodes > most_nodes) refuse("nodes: 1 to 1000");
  if (options.tokens_per_node < 1 || options.tokens_per_node > most_tokens) refuse("tokens of a node: 1 to 256");
  if (options.replication_factor < 1 || options.replication_factor > options.nodes) {
    refuse("the replication factor: 1 to the number of nodes");
  }
  if (options.threads < 1) refuse("threads: at least 1");
  if (options.versions.empty()) refuse("versions: 4, 5 or both");
  if (options.addresses && options.port == 0) refuse("nodes on addresses of their own need a port");
}

std::vector<tcp::endpoint> endpoints(const ReplayOptions& options) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address_v4(options.address, error);
  if (error) throw Error(ErrorKind::usage, options.address + " is no IPv4 address");
  std::vector<tcp::endpoint> made;
  for (std::size_t node = 0; node < options.nodes; ++node) {
    const auto offset = static_cast<std::uint32_t>(node);
    if (options.addresses) {
      made.emplace_back(asio::ip::address_v4(address.to_uint() + offset), options.port);
    } else {
      made.emplace_back(address, static_cast<std::uint16_t>(options.port == 0 ? 0 : options.port + offset));
    }
  }
  return made;
}

}  // namespace

/// Acceptors on the first thread, clients on all of them in turn.
class ServerThreads {
 public:
  ServerThreads(Dataset& dataset, const ReplayOptions& options) : versions_(options.versions) {
    check(options);
    for (std::size_t thread = 0; thread < options.threads; ++thread) contexts_.emplace_back(1);
    for (const tcp::endpoint& endpoint : endpoints(options)) listen(endpoint);
    service_.emplace(dataset, cluster(options));
    for (std::size_t node = 0; node < options.nodes; ++node) {
      const std::vector<Latency>& known = options.latencies;
      const Latency latency = known.empty() ? Latency() : known[std::min(node, known.size() - 1)];
      nodes_.push_back({*service_, node, latency, versions_});
      accept(node);
    }
    for (asio::io_context& context : contexts_) {
      guards_.emplace_back(context.get_executor());
      threads_.emplace_back([&context] { context.run(); });
    }
  }
  ServerThreads(const ServerThreads&) = delete;
  ServerThreads& operator=(const ServerThreads&) = delete;
  ~ServerThreads() {
    for (asio::io_context& context : contexts_) context.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  [[nodiscard]] const Service& service() const { return *service_; }
  [[nodiscard]] Statistics statistics() const {
    Statistics done = service_->statistics();
    done.connections = connections_;
    return done;
  }

 private:
  void listen(const tcp::endpoint& endpoint) {
    try {
      acceptors_.emplace_back(contexts_.front(), endpoint);
    } catch (const boost::system::system_error& error) {
      throw Error(ErrorKind::usage, "cannot listen on " + endpoint.address().to_string() + ":" +
                                        std::to_string(endpoint.port()) + ": " + error.code().message());
    }
  }

  scripted::ScriptedCluster cluster(const ReplayOptions& options) const {
    std::mt19937_64 random(options.nodes);
    std::set<Token> taken;
    scripted::ScriptedCluster made;
    made.replication_factor = options.replication_factor;
    for (std::size_t index = 0; index < options.nodes; ++index) {
      const tcp::endpoint endpoint = acceptors_[index].local_endpoint();
      scripted::ScriptedNode& node = made.nodes.emplace_back();
      store_big_endian(node.host_id.bytes.data(), static_cast<std::uint64_t>(index + 1));
      node.address = endpoint.address().to_string();
      node.port = endpoint.port();
      while (node.tokens.size() < options.tokens_per_node) {
        const auto token = static_cast<Token>(random());
        if (token != minimum_token && taken.insert(token).second) node.tokens.push_back(std::to_string(token));
      }
    }
    return made;
  }

  void accept(std::size_t node) {
    asio::io_context& context = contexts_[next_context_++ % contexts_.size()];
    acceptors_[node].async_accept(context, [this, node](boost::system::error_code error, tcp::socket socket) {
      if (!error) {
        connections_.fetch_add(1, std::memory_order_relaxed);
        const auto client = std::make_shared<ClientConnection>(nodes_[node], std::move(socket));
        asio::post(client->executor(), [client] { client->start(); });
      }
      accept(node);
    });
  }

  std::vector<int> versions_;
  std::optional<Service> service_;
  std::vector<NodeContext> nodes_;
  std::deque<asio::io_context> contexts_;
  std::vector<tcp::acceptor> acceptors_;
  std::size_t next_context_ = 0;
  std::atomic<std::uint64_t> connections_{0};
  std::deque<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  std::vector<std::thread> threads_;
};

ReplayServer::ReplayServer(std::shared_ptr<Dataset> dataset, ReplayOptions options)
    : dataset_(std::move(dataset)), threads_(std::make_unique<ServerThreads>(*dataset_, options)) {}
ReplayServer::~ReplayServer() = default;

std::vector<ContactPoint> ReplayServer::nodes() const {
  std::vector<ContactPoint> points;
  for (const scripted::ScriptedNode& node : threads_->service().cluster().nodes)
    points.push_back({node.address, node.port});
  return points;
}

Statistics ReplayServer::statistics() const { return threads_->statistics(); }

}  // namespace cql::replay
