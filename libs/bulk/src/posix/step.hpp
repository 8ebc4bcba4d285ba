// Steps of the way on which data becomes durable and visible: tests end the process between any two of them.
#pragma once

namespace cqlbulk::posix {

/// Called before a system call that changes what is on disk. Does nothing, unless the environment says
/// CQLBULK_KILL_AT_STEP=N: then the N-th call in the life of the process kills it (SIGKILL), after telling `what` on
/// stderr. Any thread.
void step(const char* what) noexcept;

}  // namespace cqlbulk::posix
