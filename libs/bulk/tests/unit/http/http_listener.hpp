// A small HTTP server of the test's own on 127.0.0.1. It answers the requests one after the other as it was told:
// with a status, not at all, by closing the connection, or with bytes that are no HTTP.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace cqlbulk::testing {

/// A port of 127.0.0.1 that was free a moment ago: connections to it are refused.
class Listener {
 public:
  Listener() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (socket_ < 0 || ::bind(socket_, generic, size) != 0 || ::listen(socket_, 16) != 0 ||
        ::getsockname(socket_, generic, &size) != 0) {
      throw std::runtime_error("no listener on 127.0.0.1");
    }
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
};

class HttpListener {
 public:
  /// What becomes of a request: these bytes are sent (none: the connection is closed), or nothing happens.
  struct Answer {
    std::string bytes;
    bool hang = false;
  };
  static Answer status(int code) {
    return {"HTTP/1.1 " + std::to_string(code) + " Word\r\nContent-Length: 2\r\n\r\nok", false};
  }
  static Answer hang() { return {{}, true}; }
  static Answer close() { return {}; }

  /// The last answer serves all requests that come after it.
  explicit HttpListener(std::vector<Answer> answers) : answers_(std::move(answers)), thread_([this] { run(); }) {}
  ~HttpListener() {
    stopping_ = true;
    thread_.join();
    for (const int held : held_) ::close(held);
  }
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/hook") const {
    return "http://127.0.0.1:" + std::to_string(listener_.port()) + path;
  }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::vector<std::string> bodies() const {
    std::vector<std::string> bodies = requests();
    for (std::string& request : bodies) request.erase(0, request.find("\r\n\r\n") + 4);
    return bodies;
  }
  void await(std::size_t count) const {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return requests_.size() >= count; });
  }

 private:
  void run() {
    while (!stopping_) {
      pollfd ready{listener_.socket(), POLLIN, 0};
      if (::poll(&ready, 1, 10) <= 0) continue;
      const int connection = ::accept(listener_.socket(), nullptr, nullptr);
      if (connection >= 0) serve(connection);
    }
  }

  void serve(int connection) {
    std::string request = read_request(connection);
    Answer answer;
    {
      const std::lock_guard lock(mutex_);
      answer = answers_[std::min(requests_.size(), answers_.size() - 1)];
      requests_.push_back(std::move(request));
    }
    if (!answer.bytes.empty()) {
      static_cast<void>(::send(connection, answer.bytes.data(), answer.bytes.size(), MSG_NOSIGNAL));
    }
    came_.notify_all();
    if (answer.hang) {
      held_.push_back(connection);
    } else {
      ::close(connection);
    }
  }

  /// Head and as much body as Content-Length says.
  static std::string read_request(int connection) {
    std::string request;
    char buffer[4096];
    while (true) {
      const std::size_t head = request.find("\r\n\r\n");
      if (head != std::string::npos) {
        const std::size_t at = request.find("Content-Length: ");
        const std::size_t body = at < head ? std::stoul(request.substr(at + 16)) : 0;
        if (request.size() >= head + 4 + body) return request;
      }
      const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
      if (count <= 0) return request;
      request.append(buffer, static_cast<std::size_t>(count));
    }
  }

  std::vector<Answer> answers_;
  Listener listener_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<std::string> requests_;
  std::vector<int> held_;  ///< Of the thread.
  std::thread thread_;
};

}  // namespace cqlbulk::testing
