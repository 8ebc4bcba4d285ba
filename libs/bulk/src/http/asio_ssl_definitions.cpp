// Asio's functions for TLS, compiled once (BOOST_ASIO_SEPARATE_COMPILATION); the others are in the client. In a file
// without anything else, so that a program which has them from elsewhere too takes only one of the two.
#include <boost/asio/ssl/impl/src.hpp>
