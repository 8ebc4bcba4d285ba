// A thread in sigwait.
#include "signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace cqlbulk::tool {

namespace {

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

SignalWatch::SignalWatch() {
  const sigset_t signals = watched_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Writing to a closed pipe is an error of that write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  // So is writing beyond a limit on the size of files.
  std::signal(SIGXFSZ, SIG_IGN);
  thread_ = std::thread([this] { watch(); });
}

SignalWatch::~SignalWatch() {
  done_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void SignalWatch::watch() {
  const sigset_t signals = watched_signals();
  for (int signal = 0; sigwait(&signals, &signal) == 0 && !done_;) {
    if (stop_.stop_requested()) ::_exit(4);
    // Away from the terminal's own ^C.
    if (::isatty(STDERR_FILENO) != 0) std::fputc('\n', stderr);
    std::fputs("cqlbulk: stopping; once more to quit at once\n", stderr);
    stop_.request_stop();
  }
}

}  // namespace cqlbulk::tool
