// URLs: what is taken, what is refused, and that refusals repeat nothing.
#include "http/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Url, IsReadIntoItsParts) {
  const Url plain = parse_url("http://hooks.example");
  EXPECT_FALSE(plain.tls);
  EXPECT_EQ(plain.host, "hooks.example");
  EXPECT_EQ(plain.port, 80);
  EXPECT_EQ(plain.target, "/");
  EXPECT_EQ(plain.authority(), "hooks.example");
  const Url full = parse_url("HTTPS://10.0.0.1:8443/a/b?token=x#part");
  EXPECT_TRUE(full.tls);
  EXPECT_EQ(full.port, 8443);
  EXPECT_EQ(full.target, "/a/b?token=x");
  EXPECT_EQ(full.server(), "https://10.0.0.1:8443");
  EXPECT_EQ(parse_url("https://h?q=1").target, "/?q=1");
  const Url six = parse_url("http://[::1]:8080/x");
  EXPECT_EQ(six.host, "::1");
  EXPECT_EQ(six.authority(), "[::1]:8080");
  EXPECT_EQ(parse_url("https://[fe80::1]/").authority(), "[fe80::1]");
}

TEST(Url, OthersAreRefusedWithoutRepeatingThem) {
  for (const char* text : {"", "hooks.example", "ftp://h/SECRET", "http:/h/SECRET", "http://", "http:///SECRET",
                           "http://h:0/SECRET", "http://h:65536/SECRET", "http://h:/SECRET", "http://h:8o/SECRET",
                           "http://me:SECRET@h/", "http://[::1/SECRET", "http://[::1]x/SECRET", "http://[h]/SECRET",
                           "http://h\r\nX-SECRET: y/", "http://h/SECRET y", "http://h\xc3\xa4/", "http://h,i/SECRET"}) {
    try {
      static_cast<void>(parse_url(text));
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.error_class(), ErrorClass::usage);
      EXPECT_THAT(error.what(), Not(HasSubstr("SECRET")));
    }
  }
}

}  // namespace
}  // namespace cqlbulk::http
