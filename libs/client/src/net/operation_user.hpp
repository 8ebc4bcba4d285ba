// Keeps the user of a transport alive while an operation is under way.
#pragma once

#include <memory>
#include <utility>

#include "net/transport.hpp"

namespace cql::net {

/// Tells the user when the operation is destroyed unfinished, as happens when its io_context goes away.
class OperationUser {
 public:
  explicit OperationUser(std::shared_ptr<TransportUser> user) : user_(std::move(user)) {}
  OperationUser(OperationUser&&) noexcept = default;
  OperationUser& operator=(OperationUser&&) = delete;
  OperationUser(const OperationUser&) = delete;
  OperationUser& operator=(const OperationUser&) = delete;
  ~OperationUser() {
    if (user_) user_->on_abandoned();
  }
  /// The operation is over.
  std::shared_ptr<TransportUser> release() { return std::exchange(user_, nullptr); }

 private:
  std::shared_ptr<TransportUser> user_;
};

}  // namespace cql::net
