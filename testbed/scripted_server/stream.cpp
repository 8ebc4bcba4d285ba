#include "scripted_server/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

namespace cql::scripted {

namespace asio = boost::asio;

std::unique_ptr<TlsServerContext> make_server_context(const std::optional<ServerTls>& tls) {
  if (!tls) return nullptr;
  auto context = std::make_unique<TlsServerContext>(TlsServerContext::tls_server);
  context->use_certificate_chain_file(tls->identity.certificate_file);
  context->use_private_key_file(tls->identity.key_file, TlsServerContext::pem);
  if (!tls->client_ca_file.empty()) {
    context->load_verify_file(tls->client_ca_file);
    context->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  }
  SSL_CTX* const native = context->native_handle();
  if (tls->newest == TlsOptions::Version::tls_1_2) SSL_CTX_set_max_proto_version(native, TLS1_2_VERSION);
  if (!tls->ciphers.empty() && SSL_CTX_set_cipher_list(native, tls->ciphers.c_str()) != 1) {
    throw std::runtime_error("no such ciphers: " + tls->ciphers);
  }
  return context;
}

ServerStream::ServerStream(Socket socket, TlsServerContext* tls)
    : stream_(tls == nullptr ? std::variant<Socket, Tls>(std::move(socket))
                             : std::variant<Socket, Tls>(std::in_place_type<Tls>, std::move(socket), *tls)) {
  boost::system::error_code ignored;
  this->socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

ServerStream::Socket& ServerStream::socket() {
  if (auto* tls = std::get_if<Tls>(&stream_)) return tls->next_layer();
  return std::get<Socket>(stream_);
}

asio::awaitable<bool> ServerStream::shake_hands() {
  auto* const tls = std::get_if<Tls>(&stream_);
  if (tls == nullptr) co_return true;
  const auto [error] =
      co_await tls->async_handshake(asio::ssl::stream_base::server, asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

asio::awaitable<void> ServerStream::say_farewell() {
  auto* const tls = std::get_if<Tls>(&stream_);
  if (tls != nullptr) co_await tls->async_shutdown(asio::as_tuple(asio::use_awaitable));
}

void ServerStream::shut_down_sending() {
  boost::system::error_code ignored;
  socket().shutdown(Socket::shutdown_send, ignored);
}

void ServerStream::close() {
  boost::system::error_code ignored;
  socket().close(ignored);
}

}  // namespace cql::scripted
