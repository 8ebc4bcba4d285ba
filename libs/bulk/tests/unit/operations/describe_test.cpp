// From the client's errors to what a user reads, and which exit status they have.
#include "operations/describe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cqlbulk::operations {
namespace {

using cql::ErrorKind;
using testing::HasSubstr;

TEST(Describe, names_what_was_done_and_the_node) {
  const Error error =
      describe(cql::Error(ErrorKind::read_timeout, "too slow").with_node("10.0.0.1:9042"), "counting a.b");
  EXPECT_THAT(error.message(), HasSubstr("counting a.b: too slow"));
  EXPECT_THAT(error.message(), HasSubstr("10.0.0.1:9042"));
  EXPECT_THAT(error.advice(), HasSubstr("--splits"));
  EXPECT_EQ(error.error_class(), ErrorClass::failed);
}

TEST(Describe, advises_on_what_every_node_said) {
  const cql::Error refused(ErrorKind::bad_credentials, "wrong password");
  const cql::Error error = cql::Error(ErrorKind::no_node, "no node").with_causes({refused});
  EXPECT_THAT(advice_for(error), HasSubstr("--password-file"));
}

TEST(Describe, blames_the_settings_for_what_never_connected) {
  for (const ErrorKind kind : {ErrorKind::connect, ErrorKind::no_node, ErrorKind::bad_credentials, ErrorKind::tls,
                               ErrorKind::unsupported, ErrorKind::timeout, ErrorKind::usage}) {
    EXPECT_EQ(describe_connecting(cql::Error(kind, "x")).error_class(), ErrorClass::usage) << to_string(kind);
  }
  for (const ErrorKind kind : {ErrorKind::protocol, ErrorKind::connection_lost, ErrorKind::server_error}) {
    EXPECT_EQ(describe_connecting(cql::Error(kind, "x")).error_class(), ErrorClass::failed) << to_string(kind);
  }
}

}  // namespace
}  // namespace cqlbulk::operations
