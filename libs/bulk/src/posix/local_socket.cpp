#include "posix/local_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace cqlbulk::posix {

namespace {

/// The socket by the number of its open directory, which is always short enough.
sockaddr_un address_of(const Descriptor& directory, const std::string& name, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = fmt::format("/proc/self/fd/{}/{}", directory.get(), name);
  if (text.size() >= sizeof(address.sun_path)) fail(ErrorClass::failed, "cannot name the socket", path, ENAMETOOLONG);
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

Descriptor open_directory(const std::string& directory) {
  Descriptor opened(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid()) fail(ErrorClass::failed, "cannot open", directory, errno);
  return opened;
}

Descriptor make_socket(const std::string& path) {
  Descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!made.valid()) fail(ErrorClass::failed, "cannot make a socket for", path, errno);
  return made;
}

void give_up_after(const Descriptor& socket, int seconds) {
  const timeval time{seconds, 0};
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

/// Up to the line's end, which is left out; nothing when it does not come, or comes too late.
std::optional<std::string> read_line(const Descriptor& socket) {
  std::string line;
  std::array<char, 4096> buffer{};
  while (line.size() <= longest_local_line) {
    const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    line.append(buffer.data(), static_cast<std::size_t>(got));
    if (const std::size_t end = line.find('\n'); end != std::string::npos) return line.substr(0, end);
  }
  return std::nullopt;
}

bool write_line(const Descriptor& socket, const std::string& text) {
  const std::string line = text + "\n";
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t now = ::send(socket.get(), line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) return false;
    sent += static_cast<std::size_t>(now);
  }
  return true;
}

bool is_ours(const Descriptor& connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace

LocalServer::LocalServer(const std::string& directory, const std::string& name,
                         std::function<std::string(std::string)> answer)
    : answer_(std::move(answer)),
      path_(directory + "/" + name),
      directory_(open_directory(directory)),
      listener_(make_socket(path_)),
      wake_(::eventfd(0, EFD_CLOEXEC)) {
  if (!wake_.valid()) fail(ErrorClass::failed, "cannot listen at", path_, errno);
  const sockaddr_un address = address_of(directory_, name, path_);
  (void)::unlink(path_.c_str());
  constexpr int most_waiting = 8;
  // The mode is that of the file from its first moment on.
  if (::fchmod(listener_.get(), S_IRUSR | S_IWUSR) != 0 ||
      ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener_.get(), most_waiting) != 0) {
    fail(ErrorClass::failed, "cannot listen at", path_, errno);
  }
  thread_ = std::thread([this] { run(); });
}

LocalServer::~LocalServer() {
  constexpr std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof(one));
  thread_.join();
  (void)::unlink(path_.c_str());
}

void LocalServer::run() {
  while (true) {
    std::array<pollfd, 2> ready{{{listener_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (ready[1].revents != 0) return;
    if (ready[0].revents == 0) continue;
    const Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.valid() && is_ours(connection)) serve(connection);
  }
}

void LocalServer::serve(const Descriptor& connection) {
  // Who connects and says nothing must not keep others waiting for long.
  constexpr int seconds = 2;
  give_up_after(connection, seconds);
  if (const auto line = read_line(connection)) (void)write_line(connection, answer_(*line));
}

std::string ask_locally(const std::string& directory, const std::string& name, const std::string& line) {
  const std::string path = directory + "/" + name;
  const Descriptor opened = open_directory(directory);
  const Descriptor socket = make_socket(path);
  constexpr int seconds = 10;
  give_up_after(socket, seconds);
  const sockaddr_un address = address_of(opened, name, path);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    fail(ErrorClass::failed, "cannot reach the operation at", path, errno);
  }
  if (!write_line(socket, line)) fail(ErrorClass::failed, "cannot reach the operation at", path, errno);
  if (auto answer = read_line(socket)) return *answer;
  throw Error(ErrorClass::failed, fmt::format("the operation does not answer at {}", path),
              "It may have just ended: cqlbulk status says.");
}

}  // namespace cqlbulk::posix
