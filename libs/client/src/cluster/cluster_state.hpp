// What a cluster shares with its sessions, on whatever threads they run: fixed facts, and the latest metadata.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "cql/cluster_event.hpp"
#include "cql/cluster_options.hpp"
#include "cql/metadata.hpp"
#include "cql/request_event.hpp"

namespace cql::cluster {

class ClusterState {
 public:
  ClusterState(ClusterOptions cluster_options, int protocol_version, std::string local)
      : options(std::move(cluster_options)), version(protocol_version), local_datacenter(std::move(local)) {}

  const ClusterOptions options;
  const int version;
  const std::string local_datacenter;

  [[nodiscard]] std::shared_ptr<const Metadata> metadata() const;
  /// Changes with every publication: cheaper to compare than the snapshot is to take.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

  /// What was read, `up` included. Tells of nodes that joined and left.
  void publish(Metadata metadata);
  /// As publish, but nodes known before stay up or down as they were.
  void publish_keeping_status(Metadata metadata);
  /// A node is up or down, as the cluster or a session's own connections say.
  void note_status(const Uuid& host_id, bool up);
  /// There is news that nothing in the metadata shows: pools that wait to connect look up.
  void announce() noexcept { generation_.fetch_add(1, std::memory_order_release); }

  /// Tell options.on_event and on_request. What they throw is counted and dropped.
  void tell(const ClusterEvent& event) const noexcept;
  void tell(const RequestEvent& event) const noexcept;
  [[nodiscard]] std::uint64_t observer_failures() const noexcept { return observer_failures_; }

 private:
  void publish(Metadata metadata, bool keep_status);

  mutable std::mutex mutex_;
  std::shared_ptr<const Metadata> metadata_;
  std::atomic<std::uint64_t> generation_{0};
  mutable std::atomic<std::uint64_t> observer_failures_{0};
};

}  // namespace cql::cluster
