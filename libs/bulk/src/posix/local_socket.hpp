// A socket in a directory, for the owner of the process alone: one line asked, one line answered.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "posix/files.hpp"

namespace cqlbulk::posix {

/// The longest line either way, in bytes.
inline constexpr std::size_t longest_local_line = 64U << 10U;

/// Listens at `directory`/`name` (0600) from construction to destruction, on a thread of its own; only processes of the
/// same user (and root) are answered, one after the other. However long the path is: the limit of 107 bytes for the
/// names of sockets is avoided by way of /proc/self/fd.
class LocalServer {
 public:
  /// `answer` gets a line without its end and returns one; it must not throw. What is left of a process that crashed is
  /// replaced. Throws cqlbulk::Error{failed}.
  LocalServer(const std::string& directory, const std::string& name, std::function<std::string(std::string)> answer);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

 private:
  void run();
  void serve(const Descriptor& connection);

  std::function<std::string(std::string)> answer_;
  std::string path_;
  Descriptor directory_;
  Descriptor listener_;
  Descriptor wake_;  ///< Written to when it is over.
  std::thread thread_;
};

/// Asks the server there. Throws cqlbulk::Error{failed}: nobody listens, or there is no answer within ten seconds.
[[nodiscard]] std::string ask_locally(const std::string& directory, const std::string& name, const std::string& line);

}  // namespace cqlbulk::posix
