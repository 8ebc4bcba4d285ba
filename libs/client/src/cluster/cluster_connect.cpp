// The first connection to a cluster: contact points one after the other, and what to say when none is of use.
#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <utility>

#include "cluster/cluster_impl.hpp"
#include "cluster/dial.hpp"

namespace cql {

using asio::ip::tcp;

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text;
}

// Every contact point failed: one error for all when they agree on what only the caller can mend.
Error nobody_answered(std::vector<Error> causes) {
  const ErrorKind kind = causes.front().kind();
  const bool agree = std::all_of(causes.begin(), causes.end(), [kind](const Error& e) { return e.kind() == kind; });
  if (agree && (kind == ErrorKind::bad_credentials || kind == ErrorKind::unsupported || kind == ErrorKind::usage ||
                kind == ErrorKind::tls || kind == ErrorKind::cancelled)) {
    return causes.front();
  }
  std::vector<std::string> lines;
  for (const Error& cause : causes) lines.emplace_back(cause.what());
  return Error(ErrorKind::no_node, "no contact point could be reached: " + joined(lines))
      .with_causes(std::move(causes));
}

std::string choose_datacenter(const ClusterOptions& options, const cluster::MetadataReading& reading) {
  std::vector<std::string> known;
  std::string own;
  for (const Node& node : reading.metadata.nodes) {
    if (std::find(known.begin(), known.end(), node.datacenter) == known.end()) known.push_back(node.datacenter);
    if (node.host_id == reading.answered_by) own = node.datacenter;
  }
  if (options.local_datacenter.empty()) return own;
  if (std::find(known.begin(), known.end(), options.local_datacenter) == known.end()) {
    throw Error(ErrorKind::usage,
                "the cluster has no data centre \"" + options.local_datacenter + "\"; it has: " + joined(known));
  }
  return options.local_datacenter;
}

}  // namespace

asio::awaitable<std::shared_ptr<ClusterImpl>> ClusterImpl::connect(ClusterOptions options) {
  if (const auto problems = options.validate(); !problems.empty()) throw Error(ErrorKind::usage, joined(problems));
  const auto executor = co_await asio::this_coro::executor;
  std::vector<Error> causes;
  for (const ContactPoint& contact_point : options.contact_points) {
    std::vector<tcp::endpoint> endpoints;
    try {
      endpoints = co_await cluster::resolve(contact_point);
    } catch (const Error& error) {
      causes.push_back(error);
    }
    for (const tcp::endpoint& endpoint : endpoints) {
      try {
        const std::shared_ptr<ClusterImpl> impl(new ClusterImpl(executor, options));
        cluster::FreshConnection fresh(
            co_await cluster::dial(executor, endpoint, {}, options, options.protocol_version, contact_point.host));
        co_await follow(impl, fresh.get(), options.request_timeout);
        cluster::MetadataReading reading = co_await cluster::read_metadata(fresh.get(), options.request_timeout);
        impl->state_ = std::make_shared<cluster::ClusterState>(options, fresh.get()->version(),
                                                               choose_datacenter(options, reading));
        impl->state_->publish(std::move(reading.metadata));
        impl->take_over(fresh.get(), reading.answered_by);
        fresh.release();
        // The handler holds what owns the cancellation slot until the very end.
        asio::co_spawn(executor, maintain(impl),
                       asio::bind_cancellation_slot(impl->stop_.slot(), [impl](const std::exception_ptr&) {}));
        co_return impl;
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        causes.push_back(error);
        causes.back().with_node(net::to_string(endpoint));
      }
    }
  }
  throw nobody_answered(std::move(causes));
}

}  // namespace cql
