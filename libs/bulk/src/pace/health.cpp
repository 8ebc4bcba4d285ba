#include "pace/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace cqlbulk::pace {

namespace {

/// Those that requests go through. Others (gossip, repair, validation) say nothing of what more requests would do.
bool carries_requests(std::string_view stage) {
  constexpr std::array<std::string_view, 6> stages{"ReadStage",
                                                   "MutationStage",
                                                   "CounterMutationStage",
                                                   "RequestResponseStage",
                                                   "MemtableFlushWriter",
                                                   "Native-Transport-Requests"};
  return std::find(stages.begin(), stages.end(), stage) != stages.end();
}

void worsen(Verdict& verdict, Health health, std::string reason) {
  if (health > verdict.health) verdict = {health, std::move(reason)};
}

Verdict judge_stage(const HealthLimits& limits, const std::string& node, const Stage& stage) {
  Verdict verdict;
  if (!carries_requests(stage.name)) return verdict;
  if (stage.blocked > 0) {
    worsen(verdict, Health::slow, fmt::format("{}: {} tasks blocked in {}", node, stage.blocked, stage.name));
  }
  const std::uint64_t width = std::max<std::uint64_t>(1, stage.limit);
  const std::string waiting =
      fmt::format("{}: {} tasks wait in {}, which works on {} at once", node, stage.pending, stage.name, stage.limit);
  if (stage.pending / width >= limits.waiting_slow) worsen(verdict, Health::slow, waiting);
  if (stage.pending / width >= limits.waiting_pause) worsen(verdict, Health::pause, waiting);
  return verdict;
}

}  // namespace

Verdict HealthJudge::judge_node(const NodeReading& reading) {
  const auto [found, first] =
      before_.try_emplace(reading.node, Before{reading.dropped.value_or(0), reading.pending_hints.value_or(0)});
  Before& before = found->second;
  Verdict verdict;
  if (const std::uint64_t pending = reading.pending_compactions.value_or(0); pending >= limits_.compactions_slow) {
    worsen(verdict, pending >= limits_.compactions_pause ? Health::pause : Health::slow,
           fmt::format("{}: {} pending compactions", reading.node, pending));
  }
  for (const Stage& stage : reading.stages) {
    Verdict of_stage = judge_stage(limits_, reading.node, stage);
    worsen(verdict, of_stage.health, std::move(of_stage.reason));
  }
  if (reading.pending_hints.value_or(0) > before.first_hints) {
    worsen(
        verdict, Health::slow,
        fmt::format("{}: {} files of hints wait for nodes that missed writes", reading.node, *reading.pending_hints));
  }
  if (reading.dropped) {
    if (*reading.dropped > before.dropped) {
      worsen(verdict, Health::pause,
             fmt::format("{}: {} messages between nodes were dropped since the last look", reading.node,
                         *reading.dropped - before.dropped));
    }
    before.dropped = *reading.dropped;  // Less than before: the node was restarted.
  }
  return verdict;
}

const Verdict& HealthJudge::judge(std::span<const NodeReading> round) {
  Verdict now;
  for (const NodeReading& reading : round) {
    Verdict of_node = judge_node(reading);
    worsen(now, of_node.health, std::move(of_node.reason));
  }
  if (now.health >= verdict_.health) {
    milder_ = 0;
    verdict_ = std::move(now);
    return verdict_;
  }
  if (++milder_ < limits_.milder_after) return verdict_;
  milder_ = 0;
  const auto step = static_cast<Health>(static_cast<std::uint8_t>(verdict_.health) - 1);
  if (step == now.health) {
    verdict_ = std::move(now);
  } else {
    verdict_.health = step;
  }
  return verdict_;
}

}  // namespace cqlbulk::pace
