// What a cluster shares with its sessions, on whatever threads they run: fixed facts, and the latest metadata.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "cql/cluster_options.hpp"
#include "cql/metadata.hpp"

namespace cql::cluster {

class ClusterState {
 public:
  ClusterState(ClusterOptions cluster_options, int protocol_version, std::string local)
      : options(std::move(cluster_options)), version(protocol_version), local_datacenter(std::move(local)) {}

  const ClusterOptions options;
  const int version;
  const std::string local_datacenter;

  [[nodiscard]] std::shared_ptr<const Metadata> metadata() const {
    const std::lock_guard lock(mutex_);
    return metadata_;
  }
  /// Changes with every publication: cheaper to compare than the snapshot is to take.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

  void publish(std::shared_ptr<const Metadata> metadata) {
    const std::lock_guard lock(mutex_);
    metadata_.swap(metadata);
    generation_.fetch_add(1, std::memory_order_release);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Metadata> metadata_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace cql::cluster
