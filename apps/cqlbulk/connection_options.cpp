// How to reach the cluster. Passwords come from a file or the environment, never from the command line.
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "cqlbulk/error.hpp"
#include "option_groups.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

/// The first line, without its end.
std::string read_password(const std::string& path) {
  std::ifstream file(path);
  std::string password;
  if (!file || !std::getline(file, password)) {
    throw Error(ErrorClass::usage, fmt::format("the password file {} cannot be read or is empty", path));
  }
  if (password.ends_with('\r')) password.pop_back();
  return password;
}

}  // namespace

void ConnectionOptions::finish(cql::ClusterOptions& cluster) const {
  if (user.empty()) {
    if (!password_file.empty()) throw Error(ErrorClass::usage, "--password-file needs --user");
    return;
  }
  if (!password_file.empty()) {
    static_cast<void>(read_password(password_file));  // Known to be wrong before any work.
    // Read again at each connection, so that it may be rotated.
    cluster.credentials = [name = user, path = password_file] { return cql::Credentials{name, read_password(path)}; };
    return;
  }
  const char* const password = std::getenv("CQLBULK_PASSWORD");
  if (password == nullptr) {
    throw Error(ErrorClass::usage, fmt::format("there is no password for --user {}", user),
                "Give --password-file PATH, or set CQLBULK_PASSWORD.");
  }
  cluster.credentials = [name = user, secret = std::string(password)] { return cql::Credentials{name, secret}; };
}

void add_connection_options(CLI::App& app, cql::ClusterOptions& cluster, ConnectionOptions& connection) {
  const Heading heading(app, "Connection");
  cluster.application_name = "cqlbulk";
  cluster.application_version = CQLBULK_VERSION;
  add_value(app, "--hosts", "H[:P],…", "Nodes to begin with (default 127.0.0.1:9042)",
            [&cluster](const std::string& text) { cluster.contact_points = parse_hosts(text); });
  add_value(app, "--local-dc", "NAME", "Data centre whose nodes are used (default: that of the first node to answer)",
            [&cluster](const std::string& text) { cluster.local_datacenter = text; });
  add_value(app, "--user", "NAME", "Role to log in as",
            [&connection](const std::string& text) { connection.user = text; });
  add_value(app, "--password-file", "PATH", "File with the password in its first line; or set CQLBULK_PASSWORD",
            [&connection](const std::string& text) { connection.password_file = text; });
  add_value(
      app, "--protocol-version", "4|5", "Demand this version (default: the newest that the server has)",
      [&cluster](const std::string& text) { cluster.protocol_version = std::stoi(parse_choice(text, {"4", "5"})); });
  add_value(app, "--wire-compression", "lz4|none", "Compress what travels (default none)",
            [&cluster](const std::string& text) {
              cluster.compression =
                  parse_choice(text, {"lz4", "none"}) == "lz4" ? cql::Compression::lz4 : cql::Compression::none;
            });
  add_value(app, "--timeout", "TIME",
            fmt::format("How long to wait for an answer: 30s, 500ms, 2m (default {}s)",
                        std::chrono::duration_cast<std::chrono::seconds>(cluster.request_timeout).count()),
            [&cluster](const std::string& text) { cluster.request_timeout = parse_duration(text); });
}

}  // namespace cqlbulk::tool
