// Heartbeats and backoff under any course of events: a silent peer is always noticed in the time that was said, one
// that speaks is never called silent, and no wait is longer than the options allow.
#include "fuzzing.hpp"
#include "sansio/backoff.hpp"
#include "sansio/heartbeat.hpp"

namespace {

using namespace cql;
using sansio::Heartbeat;
using std::chrono::milliseconds;
using TimePoint = Heartbeat::TimePoint;

void heartbeat(fuzzing::Choices& choices, const ByteView& bytes) {
  const milliseconds interval(choices.byte());
  const milliseconds timeout(1 + choices.byte());
  Heartbeat heartbeat(interval, timeout);
  TimePoint now{std::chrono::hours(1)};
  TimePoint heard = now;
  heartbeat.heard(now);
  while (!bytes.empty()) {
    const std::uint8_t action = choices.byte();
    now += milliseconds(choices.byte());
    if (action % 5 == 0) {
      heartbeat.heard(now);
      heard = now;
      heartbeat.answered();
    } else if (action % 5 == 1) {
      heartbeat.busy(now);
    } else if (action % 5 == 2) {
      static_cast<void>(heartbeat.ask_now(now));
    } else {
      const bool under_way = action % 2 == 0;
      const Heartbeat::Step step = heartbeat.check(now, under_way);
      fuzzing::check(heartbeat.on() || step == Heartbeat::Step::wait);
      if (step == Heartbeat::Step::silent) fuzzing::check(now - heard >= timeout);
      if (step == Heartbeat::Step::wait && heartbeat.on()) fuzzing::check(heartbeat.next() > now);
    }
  }
  if (!heartbeat.on()) return;
  // From here on nothing comes any more: the peer is asked, then given up.
  const TimePoint last = now;
  for (int checks = 0;; ++checks) {
    fuzzing::check(checks < 4);
    if (heartbeat.check(now, false) == Heartbeat::Step::silent) break;
    now = heartbeat.next();
  }
  fuzzing::check(now - last <= interval + timeout);
}

void backoff(fuzzing::Choices& choices, const ByteView& bytes) {
  ReconnectOptions options;
  options.base = milliseconds(1 + choices.byte());
  options.max = options.base * (1 + choices.byte());
  options.jitter = static_cast<double>(choices.byte()) / 255;
  sansio::Backoff backoff(options);
  TimePoint now{std::chrono::hours(1)};
  while (!bytes.empty()) {
    const std::uint8_t action = choices.byte();
    const double random = static_cast<double>(choices.byte()) / 255;
    now += milliseconds(choices.byte() * 16);
    if (action % 3 == 0) {
      backoff.failed(now, random);
      fuzzing::check(backoff.next() >= now);
    } else if (action % 3 == 1) {
      backoff.lost(now, milliseconds(choices.byte() * 64), random);
    } else {
      backoff.hurry(now);
      fuzzing::check(backoff.next() <= now + options.base);
    }
    fuzzing::check(backoff.next() <= now + options.max);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = fuzzing::bytes_of(data, size);
  fuzzing::Choices choices(bytes);
  if (choices.byte() % 2 == 0) {
    heartbeat(choices, bytes);
  } else {
    backoff(choices, bytes);
  }
  return 0;
}
