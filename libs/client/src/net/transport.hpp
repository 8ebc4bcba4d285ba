// A stream of bytes to and from one node: TCP, or TLS over it. Knows nothing of CQL.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "cql/bytes.hpp"
#include "cql/error.hpp"
#include "cql/tls.hpp"
#include "sansio/inbound.hpp"

namespace cql::net {

namespace asio = boost::asio;

/// Who uses a transport. Called on the transport's executor, never from within a call to the transport.
class TransportUser {
 public:
  virtual ~TransportUser() = default;
  virtual void on_connected(boost::system::error_code error) = 0;
  virtual void on_read(boost::system::error_code error, std::size_t count) = 0;
  virtual void on_written(boost::system::error_code error) = 0;
  /// The executor's context is being destroyed with a read under way: nothing will ever complete. Whatever keeps the
  /// user alive in a circle has to be let go here.
  virtual void on_abandoned() noexcept = 0;
};

/// Every operation keeps its user alive until it is done. One read and one write at a time. After close(), operations
/// under way end with an error.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void connect(const asio::ip::tcp::endpoint& endpoint, std::shared_ptr<TransportUser> user) = 0;
  /// Reads at least one byte into the space, which must stay until on_read.
  virtual void read(sansio::Inbound::Space space, std::shared_ptr<TransportUser> user) = 0;
  /// Writes everything; `bytes` must stay until on_written.
  virtual void write(ByteView bytes, std::shared_ptr<TransportUser> user) = 0;
  virtual void close() noexcept = 0;
  /// What the operation that just failed really means, where the transport knows more than its error code says.
  [[nodiscard]] virtual const Error* failure() const noexcept { return nullptr; }
};

[[nodiscard]] std::unique_ptr<Transport> make_tcp_transport(const asio::any_io_executor& executor);
/// `host`: the name or address by which the caller knows the node, which its certificate must be for (cql/tls.hpp).
[[nodiscard]] std::unique_ptr<Transport> make_tls_transport(const asio::any_io_executor& executor, TlsOptions options,
                                                            std::string host);

}  // namespace cql::net
