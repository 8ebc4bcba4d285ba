// Posting to servers that answer, and to those that do not.
#include "http/post.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <stdexcept>

#include "http_listener.hpp"

namespace cqlbulk::http {
namespace {

using cqlbulk::testing::HttpListener;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Post post_to(const std::string& url) {
  Post post;
  post.url = parse_url(url);
  post.content_type = "application/json";
  post.body = "{}";
  post.timeout = std::chrono::seconds(30);
  return post;
}

std::string problem_of(Post post) {
  try {
    return "status " + std::to_string(send(std::move(post)));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(HttpPost, IsLinkedWithTheOpenSslItWasCompiledFor) {
  // libparquet exports another one, and a mixture of the two fails in strange ways.
  EXPECT_EQ(OpenSSL_version_num(), static_cast<unsigned long>(OPENSSL_VERSION_NUMBER));
}

TEST(HttpPost, SendsWhatItWasGiven) {
  HttpListener listener({HttpListener::status(204)});
  Post post = post_to(listener.url("/a?b=c"));
  post.bearer_token = "open-sesame";
  EXPECT_EQ(send(post), 204U);
  const std::string request = listener.requests().at(0);
  EXPECT_THAT(request, StartsWith("POST /a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer open-sesame\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nHost: 127.0.0.1:"));
  EXPECT_THAT(request, EndsWith("\r\n\r\n{}"));
}

TEST(HttpPost, SendsNoTokenWhereThereIsNone) {
  HttpListener listener({HttpListener::status(200)});
  EXPECT_EQ(send(post_to(listener.url())), 200U);
  EXPECT_THAT(listener.requests().at(0), Not(HasSubstr("Authorization")));
}

TEST(HttpPost, AnyStatusIsAnAnswer) {
  HttpListener listener({HttpListener::status(302), HttpListener::status(404), HttpListener::status(503)});
  EXPECT_EQ(send(post_to(listener.url())), 302U);
  EXPECT_EQ(send(post_to(listener.url())), 404U);
  EXPECT_EQ(send(post_to(listener.url())), 503U);
}

TEST(HttpPost, WhoRefusesIsNamedWithoutThePath) {
  cqlbulk::testing::Listener listener;
  const std::string server = "http://127.0.0.1:" + std::to_string(listener.port());
  listener.close();
  EXPECT_EQ(problem_of(post_to(server + "/SECRET")), server + ": Connection refused");
}

TEST(HttpPost, WhoDoesNotAnswerIsLeftInTime) {
  HttpListener listener({HttpListener::hang()});
  Post post = post_to(listener.url("/SECRET"));
  post.timeout = std::chrono::milliseconds(50);
  EXPECT_THAT(problem_of(post), AllOf(HasSubstr("no answer within 50 ms"), Not(HasSubstr("SECRET"))));
}

TEST(HttpPost, WhoClosesOrTalksNonsenseIsNamed) {
  HttpListener listener({HttpListener::close(),
                         {"SSH-2.0-OpenSSH_9.2\r\n", false},
                         {"HTTP/1.1 200", false},
                         {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", false}});
  for (int i = 0; i < 4; ++i) {
    const std::string problem = problem_of(post_to(listener.url()));
    EXPECT_THAT(problem, StartsWith("http://127.0.0.1:")) << i;
  }
}

TEST(HttpPost, WhoSpeaksNoTlsIsNamed) {
  HttpListener listener({{"HTTP/1.1 400 Bad Request\r\n\r\n", false}});
  std::string url = listener.url();
  url.insert(4, "s");
  // The listener waits for the end of a head, which TLS has none of: what ends this is the time.
  Post post = post_to(url);
  post.timeout = std::chrono::milliseconds(50);
  EXPECT_THAT(problem_of(post), StartsWith("https://127.0.0.1:"));
}

TEST(HttpPost, ATokenThatWouldBeAHeaderIsRefusedAndNotRepeated) {
  Post post = post_to("http://127.0.0.1:1");
  post.bearer_token = "SECRET\r\nX: y";
  EXPECT_THAT(problem_of(post), AllOf(HasSubstr("token"), Not(HasSubstr("SECRET"))));
}

}  // namespace
}  // namespace cqlbulk::http
