// Asio's own functions for TLS (BOOST_ASIO_SEPARATE_COMPILATION). In a file without anything else, so that a program
// that has them from elsewhere too, as from cqlbulk, takes only one of the two out of the archives.
#include <boost/asio/ssl/impl/src.hpp>
