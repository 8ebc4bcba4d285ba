// What changes the gate from outside (tune, pause, the nodes' health) and what it tells of itself.
#include <fmt/format.h>

#include <utility>

#include "operations/pace_gate.hpp"

namespace cqlbulk::operations {

namespace {
constexpr std::size_t most_notes = 50;
}  // namespace

void PaceGate::change(const PaceChange& change) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (change.preset || change.parallelism) {
    set_width(change.preset.value_or(preset_), change.parallelism);
    for (Node& node : nodes_) node.concurrency.set_most(width_.most.queries);
  }
  const auto given = [](double rate) { return rate > 0 ? std::optional<double>(rate) : std::nullopt; };
  if (change.max_rows_per_second) rows_.set_rate(given(*change.max_rows_per_second), now);
  if (change.max_bytes_per_second) bytes_.set_rate(given(*change.max_bytes_per_second), now);
  publish_rows_at_once();
  note(fmt::format("tuned: {} ranges at once, {} queries under way, {} rows/s, {} bytes/s", ranges_allowed(),
                   queries_allowed(), rows_.rate() ? fmt::format("{:.0f}", *rows_.rate()) : "any",
                   bytes_.rate() ? fmt::format("{:.0f}", *bytes_.rate()) : "any"));
  serve_all(now);
}

void PaceGate::pause() {
  const std::lock_guard lock(mutex_);
  paused_ = true;
  held_changed(std::chrono::steady_clock::now());
}

void PaceGate::go_on() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  paused_ = false;
  for (Node& node : nodes_) node.breaker.probe_soon(now);
  run_breaker_.probe_soon(now);
  serve_all(now);
}

void PaceGate::set_health(const pace::Verdict& verdict) {
  const std::lock_guard lock(mutex_);
  health_ = verdict;
  serve_all(std::chrono::steady_clock::now());
}

void PaceGate::reachable(const std::string& endpoint) {
  const std::lock_guard lock(mutex_);
  const auto found = by_endpoint_.find(endpoint);
  if (found == by_endpoint_.end()) return;
  const auto now = std::chrono::steady_clock::now();
  Node& node = nodes_[found->second];
  const bool waited_for = node.breaker.next(now) > now || run_breaker_.next(now) > now;
  if (!waited_for) return;
  node.breaker.probe_soon(now);
  run_breaker_.probe_soon(now);
  serve_all(now);
}

std::string PaceGate::held() const {
  if (paused_) return "paused: by command";
  if (health_.health == pace::Health::pause) return fmt::format("paused: {}", health_.reason);
  // Until a request that tries has come back well.
  if (run_breaker_.state() != pace::CircuitBreaker::State::closed) return "paused: no replica can be asked";
  if (health_.health == pace::Health::slow) return fmt::format("slowed down: {}", health_.reason);
  return {};
}

void PaceGate::held_changed(pace::TimePoint now) {
  std::string text = held();
  if (text == held_) return;
  const bool was_paused = held_.starts_with("paused");
  const bool paused = text.starts_with("paused");
  if (was_paused && !paused) held_before_ += now - held_since_;
  if (!was_paused && paused) held_since_ = now;
  held_ = std::move(text);
  note(held_.empty() ? "goes on" : held_);
}

void PaceGate::note(std::string text) {
  if (notes_.size() < most_notes) notes_.push_back(text);
  if (notice_) notice_(std::move(text));
}

std::string PaceGate::held_now() const {
  const std::lock_guard lock(mutex_);
  return held();
}

PaceGate::State PaceGate::state() const {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  State state;
  state.held = held();
  state.paused_seconds =
      pace::Seconds(held_before_ + (held_.starts_with("paused") ? now - held_since_ : pace::Duration{})).count();
  state.ranges = ranges_allowed();
  state.queries = queries_allowed();
  state.queries_now = (weight_ + PaceRequest::query_weight - 1) / PaceRequest::query_weight;
  state.preset = to_string(preset_);
  state.max_rows_per_second = rows_.rate();
  state.max_bytes_per_second = bytes_.rate();
  state.notes = notes_;
  return state;
}

}  // namespace cqlbulk::operations
