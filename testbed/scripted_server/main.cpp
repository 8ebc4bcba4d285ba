// The scripted server as a program, for tests of the command line:
//
//   scripted_server_main SCENARIO      prints "port N" and serves until its standard input ends
//
// Every scenario shakes hands and answers the system tables (keyspace ks, table ks.t: k int PRIMARY KEY, v text); then
//   ok               each other statement gets an empty result
//   garbled-frame    … an answer whose checksum is wrong
//   truncated-frame  … an answer whose message ends too early
//   hangup           … half an answer, then the connection is closed
//   stall            … nothing, ever
//   auth-refused     every login is refused
//   v4-only          no protocol version 5
#include <cstdio>
#include <string>

#include "scripted_server/server.hpp"

int main(int argc, char** argv) {
  using cql::scripted::Reply;
  const std::string scenario = argc == 2 ? argv[1] : "";
  cql::scripted::ServerOptions options;
  Reply reply = Reply::nothing();
  const auto answer = [] { return Reply::rows(cql::scripted::Rows({{"count", "bigint"}}).add(std::int64_t{42})); };
  if (scenario == "garbled-frame") {
    reply = answer().wrong_crc();
  } else if (scenario == "truncated-frame") {
    reply = answer().truncated(16);
  } else if (scenario == "hangup") {
    reply = answer().hang_up_midway();
  } else if (scenario == "stall") {
    reply = Reply::stall();
  } else if (scenario == "auth-refused") {
    options.login = cql::Credentials{"nobody knows", "this"};
  } else if (scenario == "v4-only") {
    options.versions = {3, 4};
  } else if (scenario != "ok") {
    std::fprintf(stderr,
                 "usage: scripted_server_main ok|garbled-frame|truncated-frame|hangup|stall|auth-refused|v4-only\n");
    return 2;
  }
  cql::scripted::ScriptedServer server(options);
  server.otherwise(reply);
  std::printf("port %d\n", static_cast<int>(server.port()));
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
