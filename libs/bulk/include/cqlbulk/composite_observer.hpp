// Several observers as one.
#pragma once

#include <vector>

#include "cqlbulk/observer.hpp"

namespace cqlbulk {

/// Tells each in the order in which they were added. What one throws does not keep it from the others: all are told,
/// then one exception says what all of them threw.
class CompositeObserver : public Observer {
 public:
  /// `observer` must outlive this.
  void add(Observer& observer) { observers_.push_back(&observer); }

  void begin(const Beginning& beginning) override;
  void progress(const Progress& progress) override;
  void piece_done(const PieceDone& piece) override;
  void error(const Failure& failure) override;
  void notice(std::string_view message) override;
  void checkpoint(const Checkpoint& checkpoint) override;
  void complete(const Report& report) override;

 private:
  template <typename Call>
  void tell_each(Call call);

  std::vector<Observer*> observers_;
};

}  // namespace cqlbulk
