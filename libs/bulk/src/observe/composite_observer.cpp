#include "cqlbulk/composite_observer.hpp"

#include <stdexcept>
#include <string>

namespace cqlbulk {

template <typename Call>
void CompositeObserver::tell_each(Call call) {
  std::string problems;
  for (Observer* observer : observers_) {
    std::string problem;
    try {
      call(*observer);
      continue;
    } catch (const std::exception& error) {
      problem = error.what();
    } catch (...) {
      problem = "an exception of unknown type";
    }
    problems += (problems.empty() ? "" : "; ") + problem;
  }
  if (!problems.empty()) throw std::runtime_error(problems);
}

void CompositeObserver::begin(const Beginning& beginning) {
  tell_each([&](Observer& observer) { observer.begin(beginning); });
}

void CompositeObserver::progress(const Progress& progress) {
  tell_each([&](Observer& observer) { observer.progress(progress); });
}

void CompositeObserver::piece_done(const PieceDone& piece) {
  tell_each([&](Observer& observer) { observer.piece_done(piece); });
}

void CompositeObserver::error(const Failure& failure) {
  tell_each([&](Observer& observer) { observer.error(failure); });
}

void CompositeObserver::notice(std::string_view message) {
  tell_each([&](Observer& observer) { observer.notice(message); });
}

void CompositeObserver::checkpoint(const Checkpoint& checkpoint) {
  tell_each([&](Observer& observer) { observer.checkpoint(checkpoint); });
}

void CompositeObserver::complete(const Report& report) {
  tell_each([&](Observer& observer) { observer.complete(report); });
}

}  // namespace cqlbulk
