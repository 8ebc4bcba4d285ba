#include "tcp_proxy/tcp_proxy.hpp"

#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <thread>
#include <utility>

namespace cql::testbed {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr milliseconds look_again{2};

struct Pair {
  explicit Pair(tcp::socket accepted) : client(std::move(accepted)), server(client.get_executor()) {}
  tcp::socket client;
  tcp::socket server;
  void close() {
    boost::system::error_code ignored;
    client.close(ignored);
    server.close(ignored);
  }
};

}  // namespace

struct TcpProxy::State {
  State(const std::string& host, std::uint16_t port)
      : target(asio::ip::make_address(host), port),
        acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        own_port(acceptor.local_endpoint().port()) {
    asio::co_spawn(io, accept(), asio::detached);
    thread = std::thread([this] { io.run(); });
  }
  ~State() {
    io.stop();
    thread.join();
  }

  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(token);
      if (error) co_return;
      ++connections;
      asio::co_spawn(io, serve(std::make_shared<Pair>(std::move(socket))), asio::detached);
    }
  }

  asio::awaitable<void> serve(std::shared_ptr<Pair> pair) {
    const auto [error] = co_await pair->server.async_connect(target, token);
    if (error) co_return co_await pass_end(pair, answers_cut);
    boost::system::error_code ignored;
    pair->client.set_option(tcp::no_delay(true), ignored);
    pair->server.set_option(tcp::no_delay(true), ignored);
    asio::co_spawn(io, pump(pair, pair->client, pair->server, requests_cut), asio::detached);
    asio::co_spawn(io, pump(pair, pair->server, pair->client, answers_cut), asio::detached);
  }

  asio::awaitable<void> pump(std::shared_ptr<Pair> pair, tcp::socket& from, tcp::socket& to, std::atomic<bool>& cut) {
    constexpr std::size_t piece = 64U << 10U;
    const auto buffer = std::make_unique<std::array<std::byte, piece>>();
    for (;;) {
      const auto [failed, count] = co_await from.async_read_some(asio::buffer(*buffer), token);
      if (failed) break;
      co_await pass(cut);
      const auto [broken, written] = co_await asio::async_write(to, asio::buffer(buffer->data(), count), token);
      if (broken) break;
    }
    co_await pass_end(pair, cut);
  }

  // Waits as long as the network does not let anything through.
  asio::awaitable<void> pass(std::atomic<bool>& cut) {
    asio::steady_timer timer(io);
    if (const milliseconds longer = delay; longer.count() > 0) {
      timer.expires_after(longer);
      co_await timer.async_wait(token);
    }
    while (cut) {
      timer.expires_after(look_again);
      co_await timer.async_wait(token);
    }
  }

  asio::awaitable<void> pass_end(std::shared_ptr<Pair> pair, std::atomic<bool>& cut) {
    co_await pass(cut);
    pair->close();
  }

  asio::io_context io{1};
  tcp::endpoint target;
  tcp::acceptor acceptor;
  std::uint16_t own_port;
  std::atomic<bool> requests_cut{false};
  std::atomic<bool> answers_cut{false};
  std::atomic<milliseconds> delay{milliseconds(0)};
  std::atomic<std::size_t> connections{0};
  std::thread thread;
};

TcpProxy::TcpProxy(std::string host, std::uint16_t port) : state_(std::make_shared<State>(host, port)) {}
TcpProxy::~TcpProxy() = default;

std::uint16_t TcpProxy::port() const { return state_->own_port; }
std::size_t TcpProxy::connections() const { return state_->connections; }

void TcpProxy::cut(Way way) {
  if (way != Way::answers) state_->requests_cut = true;
  if (way != Way::requests) state_->answers_cut = true;
}

void TcpProxy::slow(milliseconds delay) { state_->delay = delay; }

void TcpProxy::heal() {
  state_->requests_cut = false;
  state_->answers_cut = false;
  state_->delay = milliseconds(0);
}

}  // namespace cql::testbed
