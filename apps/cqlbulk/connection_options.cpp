// How to reach the cluster. Passwords come from a file or the environment, never from the command line.
#include <fmt/format.h>

#include <cstdlib>

#include "cqlbulk/error.hpp"
#include "option_groups.hpp"
#include "secret_file.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

void ConnectionOptions::finish(cql::ClusterOptions& cluster) const {
  finish_login(cluster);
  finish_tls(cluster);
}

void ConnectionOptions::finish_tls(cql::ClusterOptions& cluster) const {
  const bool any = !tls_options.ca_file.empty() || !tls_options.certificate_file.empty() ||
                   !tls_options.key_file.empty() || !tls_options.expected_host_name.empty() || any_host ||
                   !key_password_file.empty();
  if (!tls) {
    // Whoever names certificates does not mean to send passwords in the open.
    if (any) throw Error(ErrorClass::usage, "--ca, --cert, --key and the --tls-… options need --tls");
    return;
  }
  if (any_host && !tls_options.expected_host_name.empty()) {
    throw Error(ErrorClass::usage, "--tls-host-name and --tls-any-host exclude each other");
  }
  cluster.tls = tls_options;
  cluster.tls->verify_host_name = !any_host;
  if (!key_password_file.empty()) {
    static_cast<void>(read_secret(key_password_file, "password"));
    cluster.tls->key_password = [path = key_password_file] { return read_secret(path, "password"); };
  }
}

void ConnectionOptions::finish_login(cql::ClusterOptions& cluster) const {
  if (user.empty()) {
    if (!password_file.empty()) throw Error(ErrorClass::usage, "--password-file needs --user");
    return;
  }
  if (!password_file.empty()) {
    static_cast<void>(read_secret(password_file, "password"));  // Known to be wrong before any work.
    // Read again at each connection, so that it may be rotated.
    cluster.credentials = [name = user, path = password_file] {
      return cql::Credentials{name, read_secret(path, "password")};
    };
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
  add_switch(app, "--tls", "Encrypt connections; certificates and host names are checked", connection.tls);
  add_value(app, "--ca", "FILE", "With --tls: PEM file of trusted authorities (default: the system's)",
            [&connection](const std::string& text) { connection.tls_options.ca_file = text; });
  add_value(app, "--cert", "FILE", "With --tls: PEM file of the client's certificate, for nodes that demand one",
            [&connection](const std::string& text) { connection.tls_options.certificate_file = text; });
  add_value(app, "--key", "FILE", "With --cert: PEM file of its key (default: it is in the file of --cert)",
            [&connection](const std::string& text) { connection.tls_options.key_file = text; });
  add_value(app, "--key-password-file", "PATH", "With --key: file with the key's password in its first line",
            [&connection](const std::string& text) { connection.key_password_file = text; });
  add_value(app, "--tls-host-name", "NAME",
            "With --tls: what every node's certificate must be for (default: --hosts as given, and the addresses of "
            "the other nodes)",
            [&connection](const std::string& text) { connection.tls_options.expected_host_name = text; });
  add_switch(app, "--tls-any-host",
             "With --tls: take every certificate of a trusted authority, whatever host it is for", connection.any_host);
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
