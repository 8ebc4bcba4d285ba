// Keeps what ClusterOptions::on_event is told, from any thread.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cql/cluster_options.hpp"

namespace cql::test {

class Events {
 public:
  using Kind = ClusterEvent::Kind;

  /// Listens from now on; the options share the record.
  void attach(ClusterOptions& options) const {
    options.on_event = [record = record_](const ClusterEvent& event) {
      const std::lock_guard lock(record->mutex);
      record->events.push_back(event);
    };
  }
  [[nodiscard]] std::vector<ClusterEvent> all() const {
    const std::lock_guard lock(record_->mutex);
    return record_->events;
  }
  [[nodiscard]] std::vector<ClusterEvent> of(Kind kind) const {
    std::vector<ClusterEvent> found = all();
    std::erase_if(found, [kind](const ClusterEvent& event) { return event.kind != kind; });
    return found;
  }
  [[nodiscard]] std::size_t count(Kind kind) const { return of(kind).size(); }
  /// About the node that calls itself so ("127.0.0.1:9042").
  [[nodiscard]] std::size_t count(Kind kind, const std::string& node) const {
    const auto found = of(kind);
    return static_cast<std::size_t>(
        std::count_if(found.begin(), found.end(), [&](const ClusterEvent& event) { return event.node == node; }));
  }

 private:
  struct Record {
    std::mutex mutex;
    std::vector<ClusterEvent> events;
  };
  std::shared_ptr<Record> record_ = std::make_shared<Record>();
};

}  // namespace cql::test
