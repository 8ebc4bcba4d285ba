// Asio's functions for TLS, compiled once (BOOST_ASIO_SEPARATE_COMPILATION); the others are in the client.
#include <boost/asio/ssl/impl/src.hpp>
