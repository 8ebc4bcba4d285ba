// The files of TLS: what is wrong with them is said by name, they are read again for new connections, and nothing
// secret of them stands in an error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/tls.hpp"

namespace cql::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Options whose files are right; each test spoils one.
TlsOptions sound_options(const Identity& own) {
  TlsOptions tls;
  tls.ca_file = authority().certificate_file();
  tls.certificate_file = own.certificate_file;
  tls.key_file = own.key_file;
  return tls;
}

std::string write_file(const std::string& name, const std::string& content) {
  const std::string path = authority().folder() + "/" + name;
  std::ofstream(path) << content;
  return path;
}

TEST(TlsFiles, that_are_right_have_no_problems) {
  const TlsOptions tls = sound_options(authority().issue({.name = "right"}));
  EXPECT_THAT(tls.validate(), IsEmpty());
  EXPECT_THAT(TlsOptions().validate(), IsEmpty());
}

TEST(TlsFiles, may_hold_certificate_and_key_together) {
  const Identity own = authority().issue({.name = "together"});
  std::ofstream(own.certificate_file, std::ios::app) << std::ifstream(own.key_file).rdbuf();
  TlsOptions tls = sound_options(own);
  tls.key_file.clear();
  EXPECT_THAT(tls.validate(), IsEmpty());
}

TEST(TlsFiles, that_are_missing_are_all_named) {
  TlsOptions tls;
  tls.ca_file = "/nowhere/ca.pem";
  tls.certificate_file = "/nowhere/own.pem";
  ClusterOptions options;
  options.page_size = -1;
  options.tls = tls;
  EXPECT_THAT(options.validate(),
              ElementsAre(HasSubstr("page size"), AllOf(HasSubstr("/nowhere/ca.pem"), HasSubstr("No such file")),
                          AllOf(HasSubstr("/nowhere/own.pem"), HasSubstr("No such file"))));
}

TEST(TlsFiles, that_hold_something_else_are_named) {
  TlsOptions tls = sound_options(authority().issue({.name = "else"}));
  tls.ca_file = write_file("text.pem", "not a certificate\n");
  tls.key_file = write_file("empty.pem", "");
  EXPECT_THAT(tls.validate(), ElementsAre(AllOf(HasSubstr("text.pem"), HasSubstr("no sound certificate")),
                                          AllOf(HasSubstr("empty.pem"), HasSubstr("empty"))));
  tls = sound_options(authority().issue({.name = "else again"}));
  tls.key_file = tls.certificate_file;
  EXPECT_THAT(tls.validate(), ElementsAre(HasSubstr("holds no private key")));
}

TEST(TlsFiles, a_key_needs_its_certificate) {
  const Identity own = authority().issue({.name = "alone"});
  TlsOptions tls = sound_options(own);
  tls.key_file = authority().issue({.name = "another"}).key_file;
  EXPECT_THAT(tls.validate(), ElementsAre(HasSubstr("do not belong together")));
  tls.certificate_file.clear();
  EXPECT_THAT(tls.validate(), ElementsAre(HasSubstr("of no use without its certificate")));
}

TEST(TlsFiles, an_encrypted_key_needs_its_password) {
  TlsOptions tls = sound_options(authority().issue({.name = "locked", .key_password = secret}));
  EXPECT_THAT(tls.validate(), ElementsAre(HasSubstr("no password was given")));
  tls.key_password = [] { return std::string("a guess"); };
  EXPECT_THAT(tls.validate(), ElementsAre(AllOf(HasSubstr("its password is another one"), Not(HasSubstr("a guess")))));
  tls.key_password = [] { return std::string(100'000, 'x'); };
  EXPECT_THAT(tls.validate(), ElementsAre(HasSubstr("its password is another one")));
  tls.key_password = []() -> std::string { throw std::runtime_error("the key ring is locked"); };
  EXPECT_THAT(tls.validate(), ElementsAre(HasSubstr("cannot be had: the key ring is locked")));
  tls.key_password = []() -> std::string { throw 1; };
  EXPECT_THAT(tls.validate(), ElementsAre(HasSubstr("cannot be had")));
  tls.key_password = [] { return std::string(secret); };
  EXPECT_THAT(tls.validate(), IsEmpty());
}

TEST(TlsFiles, are_read_again_for_new_connections) {
  ScriptedServer server = make_server({.identity = for_loopback()});
  server.on("one", Reply::rows(ints({1})));
  ClusterOptions client = trusting(server);
  client.tls->ca_file = write_file("rotating.crt", "");
  const auto put = [to = client.tls->ca_file](const Authority& authority_) {
    std::filesystem::copy_file(authority_.certificate_file(), to, std::filesystem::copy_options::overwrite_existing);
  };
  put(authority());
  run([](ClusterOptions client_, ScriptedServer& server_, auto put_) -> asio::awaitable<void> {
    Connected connected = co_await connect(client_);
    put_(stranger());
    // What is open stays open; what is opened anew is checked anew.
    EXPECT_EQ(first_int((co_await connected.session.execute(query("one"))).page), 1);
    server_.hang_up();
    co_await ask_until(connected.session, "not trusted");
    put_(authority());
    co_await ask_until(connected.session, "answered 1");
  }(client, server, put));
}

TEST(TlsSecrets, stand_in_no_error) {
  const Identity own = authority().issue({.name = "guarded", .key_password = secret});
  std::ifstream key(own.key_file);
  std::string key_line;  // the first after the heading
  std::getline(key, key_line);
  std::getline(key, key_line);
  ASSERT_GT(key_line.size(), 40U);
  const ScriptedServer server =
      make_server({.identity = for_loopback(), .client_ca_file = stranger().certificate_file()});
  ClusterOptions client = trusting(server);
  client.tls->certificate_file = own.certificate_file;
  client.tls->key_file = own.key_file;
  std::vector<std::string> texts;
  for (const std::string& given : {std::string(secret), std::string(secret) + " and more"}) {
    client.tls->key_password = [given] { return given; };
    const Error error = error_of(ask(client));
    texts.emplace_back(error.what());
    texts.push_back(error.message());
    for (const Error& cause : error.causes()) texts.emplace_back(cause.what());
  }
  EXPECT_GE(texts.size(), 4U);
  for (const std::string& text : texts) EXPECT_THAT(text, AllOf(Not(HasSubstr(secret)), Not(HasSubstr(key_line))));
}

}  // namespace
}  // namespace cql::test
