#include "operations/checkpoints.hpp"

#include <memory>
#include <mutex>
#include <set>
#include <variant>

namespace cqlbulk::operations {

namespace {

/// Tells how many pieces a record adds to those that are done. Any thread.
class DonePieces {
 public:
  std::uint64_t more_by(const journal::PartRecord& record) {
    const std::lock_guard lock(mutex_);
    std::uint64_t more = 0;
    for (const journal::SplitProgress& split : record.splits) {
      // A split that ends with its part is called done once more in the next one.
      if (split.done && splits_.insert(split.split).second) ++more;
    }
    return more;
  }

 private:
  std::mutex mutex_;
  std::set<std::uint64_t> splits_;
};

}  // namespace

void tell_checkpoints(journal::OperationDirectory& operation, observe::Ticker& ticker) {
  operation.after_append([&ticker, done = std::make_shared<DonePieces>()](const journal::Record& record) {
    if (const auto* part = std::get_if<journal::PartRecord>(&record)) ticker.checkpoint(done->more_by(*part));
    if (std::holds_alternative<journal::UnitRecord>(record)) ticker.checkpoint(1);
  });
}

}  // namespace cqlbulk::operations
