// The thread behind ClusterThread: started, connected, asked, and taken down in the order that Asio needs.
#include "operations/cluster_thread.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <utility>

#include "cqlbulk/error.hpp"
#include "operations/describe.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {
// Trying again is the operation's business, which waits, counts it and reports it. The client only goes to another node
// where that is safe and costs nothing.
cql::RetryDecision elsewhere_at_once(const cql::FailedAttempt& attempt) {
  const cql::ErrorKind kind = attempt.error.kind();
  if (kind != cql::ErrorKind::is_bootstrapping && kind != cql::ErrorKind::connection_lost) return {};
  return cql::default_retry_policy(attempt);
}

Error interrupted() { return Error(ErrorClass::failed, "interrupted while connecting"); }
}  // namespace

ClusterThread::ClusterThread(const cql::ClusterOptions& options, const std::stop_token& stop) {
  if (const auto problems = options.validate(); !problems.empty()) {
    throw Error(ErrorClass::usage, fmt::format("{}", fmt::join(problems, "; ")));
  }
  thread_ = std::thread([this] { context_.run(); });
  try {
    asio::cancellation_signal cancel;
    auto connected =
        asio::co_spawn(context_, connect(options), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
    {
      const std::stop_callback on_stop(
          stop, [&] { asio::post(context_, [&] { cancel.emit(asio::cancellation_type::terminal); }); });
      connected.wait();
    }
    // A cancellation posted meanwhile must run before `cancel` goes.
    asio::post(context_, asio::use_future([] {})).wait();
    connected.get();
  } catch (const cql::Error& error) {
    shut_down();
    if (stop.stop_requested()) throw interrupted();
    throw describe_connecting(error);
  } catch (...) {
    shut_down();
    if (stop.stop_requested()) throw interrupted();
    throw;
  }
}

ClusterThread::~ClusterThread() { shut_down(); }

cql::Result ClusterThread::query(cql::Query query) {
  return ask([&query](cql::Session& session) { return session.execute(std::move(query)); });
}

asio::awaitable<void> ClusterThread::connect(cql::ClusterOptions options) {
  options.retry_policy = elsewhere_at_once;
  cluster_ = co_await cql::Cluster::connect(std::move(options));
}

void ClusterThread::shut_down() noexcept {
  try {
    wait_for([](ClusterThread& self) -> asio::awaitable<void> {
      if (self.session_) co_await self.session_->close();
      if (self.cluster_) co_await self.cluster_->close();
      // Both belong to this executor, so they go here.
      self.session_.reset();
      self.cluster_.reset();
    }(*this));
  } catch (...) {  // Closing what is broken already: nothing is lost.
  }
  keep_running_.reset();
  context_.stop();
  thread_.join();
}

}  // namespace cqlbulk::operations
