// From the journal's records to what an observer is told of checkpoints.
#pragma once

#include "journal/operation_directory.hpp"
#include "observe/ticker.hpp"

namespace cqlbulk::operations {

/// From now on each record of finished work is told to `ticker`, which must live until the operation's last append.
void tell_checkpoints(journal::OperationDirectory& operation, observe::Ticker& ticker);

}  // namespace cqlbulk::operations
