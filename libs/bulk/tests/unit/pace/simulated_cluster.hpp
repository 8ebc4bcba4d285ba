// A cluster that only exists in numbers, for trying paces on it: nodes with a model of what requests take, a client
// that keeps as many under way as it is allowed to, and a clock that jumps from event to event. The same seed gives the
// same run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "pace/node_concurrency.hpp"

namespace cqlbulk::pace::simulation {

/// What a request takes on a node that has nothing else to do, and how many it works on at once.
struct Model {
  enum class Service : std::uint8_t {
    queue,    ///< `servers` work on one request each, the others wait.
    sharing,  ///< All requests share `servers` processors equally.
  };
  std::string name;
  Service service = Service::queue;
  unsigned servers = 8;
  double seconds = 0.010;
  double tail = 0;         ///< Sigma of a lognormal factor, 0: always the same.
  double pause_every = 0;  ///< Mean time between pauses in which nothing moves, 0: none.
  double pause_seconds = 0;
  double network = 0.001;    ///< There and back.
  bool mixed_sizes = false;  ///< Requests differ: sizes 1, 4, 16, which take as many times as long.
};

/// One node and its client. Sharing is worked out by virtual time, so that an event costs a heap operation.
class Node {
 public:
  using Limit = std::function<std::uint32_t()>;
  using Answered = std::function<void(double sent, double now, std::uint64_t size, std::uint32_t in_flight)>;

  Node(Model model, std::uint64_t seed) : model_(std::move(model)), random_(seed) {
    if (model_.pause_every > 0) next_pause_ = draw_pause();
  }

  /// From now on every request takes so many times as long.
  void slow_down(double factor) { slowness_ = factor; }

  /// Goes on to `until`. Returns how many units of work came back.
  std::uint64_t run(double until, const Limit& limit, const Answered& answered) {
    std::uint64_t done = 0;
    while (true) {
      while (in_flight_ < limit()) send();
      const double at = next_event();
      if (at > until) break;
      advance(at);
      if (!answers_.empty() && answers_.top().at <= now_) {
        const Answer answer = answers_.top();
        answers_.pop();
        --in_flight_;
        done += answer.request.size;
        answered(answer.request.sent, now_, answer.request.size, answer.request.in_flight);
      }
    }
    advance(until);
    return done;
  }

 private:
  struct Request {
    double sent = 0;
    double work = 0;
    std::uint64_t size = 1;
    std::uint32_t in_flight = 0;
  };
  struct Running {
    double at = 0;  ///< Virtual time at which it is done.
    Request request;
    bool operator<(const Running& other) const { return at > other.at; }
  };
  struct Answer {
    double at = 0;
    Request request;
    bool operator<(const Answer& other) const { return at > other.at; }
  };

  double draw_pause() { return now_ + std::exponential_distribution<double>(1 / model_.pause_every)(random_); }

  void send() {
    static constexpr std::uint64_t sizes[] = {1, 4, 16};
    Request request{now_, model_.seconds, 1, ++in_flight_};
    if (model_.mixed_sizes) request.size = sizes[random_() % 3];
    request.work *= static_cast<double>(request.size) * slowness_;
    if (model_.tail > 0) request.work *= std::lognormal_distribution<double>(0, model_.tail)(random_);
    if (model_.service == Model::Service::sharing || running_.size() < model_.servers) {
      running_.push({virtual_now_ + request.work, request});
    } else {
      waiting_.push(request);
    }
  }

  /// How fast virtual time goes: 1 where each has a server of its own.
  [[nodiscard]] double speed() const {
    if (now_ < paused_until_ || running_.empty()) return 0;
    if (model_.service == Model::Service::queue) return 1;
    return std::min(1.0, static_cast<double>(model_.servers) / static_cast<double>(running_.size()));
  }

  [[nodiscard]] double next_event() const {
    double at = 1e18;
    if (!answers_.empty()) at = std::min(at, answers_.top().at);
    if (const double rate = speed(); rate > 0) at = std::min(at, now_ + (running_.top().at - virtual_now_) / rate);
    if (now_ < paused_until_) at = std::min(at, paused_until_);
    if (model_.pause_every > 0) at = std::min(at, std::max(now_, next_pause_));
    return at;
  }

  void advance(double to) {
    virtual_now_ += speed() * (to - now_);
    now_ = to;
    while (!running_.empty() && running_.top().at <= virtual_now_ + 1e-12) {
      answers_.push({now_ + model_.network, running_.top().request});
      running_.pop();
      if (!waiting_.empty()) {
        running_.push({virtual_now_ + waiting_.front().work, waiting_.front()});
        waiting_.pop();
      }
    }
    if (model_.pause_every > 0 && now_ >= next_pause_) {
      paused_until_ = now_ + model_.pause_seconds;
      next_pause_ = paused_until_ + draw_pause() - now_;
    }
  }

  Model model_;
  std::mt19937_64 random_;
  double slowness_ = 1;
  double now_ = 0;
  double virtual_now_ = 0;
  double paused_until_ = 0;
  double next_pause_ = 0;
  std::uint32_t in_flight_ = 0;
  std::priority_queue<Running> running_;
  std::queue<Request> waiting_;
  std::priority_queue<Answer> answers_;
};

inline TimePoint time_of(double seconds) {
  return TimePoint{} + std::chrono::duration_cast<Duration>(Seconds(1 + seconds));
}

/// A node with a pace of its own.
struct PacedNode {
  PacedNode(const Model& model, std::uint64_t seed, NodeConcurrency::Bounds bounds) : node(model, seed), pace(bounds) {}
  std::uint64_t run(double until) {
    return node.run(
        until, [this] { return pace.limit(); },
        [this](double sent, double now, std::uint64_t size, std::uint32_t in_flight) {
          pace.answered(time_of(sent), time_of(now), size, in_flight);
        });
  }
  Node node;
  NodeConcurrency pace;
};

/// Units a second of one node with a fixed number of requests under way, over `seconds` after a second to fill up.
inline double fixed_throughput(const Model& model, std::uint64_t seed, std::uint32_t in_flight, double seconds,
                               double slowness = 1) {
  Node node(model, seed);
  node.slow_down(slowness);
  const auto nobody = [](double, double, std::uint64_t, std::uint32_t) {};
  (void)node.run(1, [&] { return in_flight; }, nobody);
  return static_cast<double>(node.run(1 + seconds, [&] { return in_flight; }, nobody)) / seconds;
}

/// The best of the fixed ones up to `most`, as throughput.
inline double best_fixed_throughput(const Model& model, std::uint64_t seed, std::uint32_t most, double seconds,
                                    double slowness = 1) {
  double best = 0;
  for (std::uint32_t in_flight = 1; in_flight <= most; in_flight *= 2) {
    best = std::max(best, fixed_throughput(model, seed, in_flight, seconds, slowness));
  }
  return best;
}

inline std::vector<Model> models() {
  using Service = Model::Service;
  const Model queue{.name = "queue", .service = Service::queue, .servers = 4, .seconds = 0.020};
  Model tail = queue;
  tail.name = "heavy tail";
  tail.tail = 1;
  Model pauses = queue;
  pauses.name = "pauses";
  pauses.pause_every = 2;
  pauses.pause_seconds = 0.2;
  Model mixed{.name = "mixed sizes", .service = Service::sharing, .servers = 4, .seconds = 0.004};
  mixed.mixed_sizes = true;
  Model far = queue;
  far.name = "far away";
  far.network = 0.040;
  return {queue, {.name = "processor sharing", .service = Service::sharing, .servers = 4, .seconds = 0.020},
          tail,  pauses,
          mixed, far};
}

}  // namespace cqlbulk::pace::simulation
