// A function of the program's own after every checkpoint: to copy the journal elsewhere, to tell a scheduler.
#pragma once

#include <functional>
#include <utility>

#include "cqlbulk/observer.hpp"

namespace cqlbulk {

class CheckpointHook : public Observer {
 public:
  explicit CheckpointHook(std::function<void(const Checkpoint&)> hook) : hook_(std::move(hook)) {}
  void checkpoint(const Checkpoint& checkpoint) override {
    if (hook_) hook_(checkpoint);
  }

 private:
  std::function<void(const Checkpoint&)> hook_;
};

}  // namespace cqlbulk
