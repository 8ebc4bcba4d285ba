// A connection for each request: messages are seconds apart, and a server that was restarted meanwhile is no trouble.
#include "http/post.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace cqlbulk::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::use_awaitable;
using asio::ip::tcp;

namespace {

using Request = beast::http::request<beast::http::string_body>;

[[noreturn]] void fail(const Post& post, const std::string& problem) {
  throw std::runtime_error(fmt::format("{}: {}", post.url.server(), problem));
}

Request request_of(const Post& post) {
  Request request(beast::http::verb::post, post.url.target, 11, post.body);
  request.set(beast::http::field::host, post.url.authority());
  request.set(beast::http::field::user_agent, "cqlbulk");
  request.set(beast::http::field::content_type, post.content_type);
  if (!post.bearer_token.empty()) {
    // A line end in it would be a header of its own.
    const auto sound = [](unsigned char c) { return c > 0x20 && c < 0x7f; };
    if (!std::all_of(post.bearer_token.begin(), post.bearer_token.end(), sound)) {
      fail(post, "the token holds characters that no token may have");
    }
    request.set(beast::http::field::authorization, "Bearer " + post.bearer_token);
  }
  request.keep_alive(false);
  request.prepare_payload();
  return request;
}

/// `stream` and `request` must outlive the coroutine.
template <typename Stream>
asio::awaitable<unsigned> converse(Stream& stream, const Request& request) {
  co_await beast::http::async_write(stream, request, use_awaitable);
  beast::flat_buffer buffer;
  beast::http::response_parser<beast::http::empty_body> parser;
  co_await beast::http::async_read_header(stream, buffer, parser, use_awaitable);
  co_return parser.get().result_int();
}

asio::ssl::context tls_context() {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_default_verify_paths();
  context.set_verify_mode(asio::ssl::verify_peer);
  return context;
}

bool is_address(const std::string& host) {
  boost::system::error_code problem;
  asio::ip::make_address(host, problem);
  return !problem;
}

void expect_host(SSL* ssl, const std::string& host) {
  const bool known = is_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1
                                      : SSL_set1_host(ssl, host.c_str()) == 1;
  // Without it any certificate of a trusted authority would do.
  if (!known) throw std::runtime_error("TLS cannot check the host's name");
  if (!is_address(host)) SSL_set_tlsext_host_name(ssl, host.c_str());
}

asio::awaitable<unsigned> converse_encrypted(tcp::socket& socket, Post post, Request request) {
  asio::ssl::context context = tls_context();
  asio::ssl::stream<tcp::socket&> stream(socket, context);
  expect_host(stream.native_handle(), post.url.host);
  bool sound = false;
  std::string problem;
  try {
    co_await stream.async_handshake(asio::ssl::stream_base::client, use_awaitable);
    sound = true;
  } catch (const boost::system::system_error& error) {
    problem = error.code().message();
  }
  if (!sound) {
    const long verdict = SSL_get_verify_result(stream.native_handle());
    if (verdict == X509_V_OK) fail(post, "TLS failed: " + problem);
    throw BadCertificate(
        fmt::format("{}: TLS failed: {} ({})", post.url.server(), problem, X509_verify_cert_error_string(verdict)));
  }
  co_return co_await converse(stream, request);
}

/// What can be taken away from the coroutine when its time is over. Outlives it.
struct Connection {
  explicit Connection(asio::io_context& context) : resolver(context), socket(context) {}
  void abort() {
    boost::system::error_code ignored;
    resolver.cancel();
    socket.close(ignored);
  }

  tcp::resolver resolver;
  tcp::socket socket;
  bool over = false;  ///< Nothing new may begin.
};

asio::awaitable<unsigned> exchange(Connection& connection, Post post, Request request) {
  const auto found =
      co_await connection.resolver.async_resolve(post.url.host, std::to_string(post.url.port), use_awaitable);
  if (connection.over) throw std::runtime_error("the time is over");
  co_await asio::async_connect(connection.socket, found, use_awaitable);
  if (post.url.tls) co_return co_await converse_encrypted(connection.socket, std::move(post), std::move(request));
  co_return co_await converse(connection.socket, request);
}

}  // namespace

unsigned send(Post post) {
  Request request = request_of(post);
  std::optional<unsigned> status;
  std::exception_ptr failure;
  bool done = false;
  asio::io_context context{1};
  Connection connection(context);
  asio::co_spawn(context, exchange(connection, post, std::move(request)),
                 [&](std::exception_ptr problem, unsigned answer) {
                   done = true;
                   failure = std::move(problem);
                   if (!failure) status = answer;
                 });
  context.run_for(post.timeout);
  if (!done) {
    connection.over = true;
    connection.abort();
    // To its end, which is near: what it waits for was taken away.
    context.run();
    fail(post, fmt::format("no answer within {} ms", post.timeout.count()));
  }
  if (status) return *status;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    fail(post, error.code().message());
  }
}

}  // namespace cqlbulk::http
