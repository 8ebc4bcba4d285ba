// Speculative execution: several runners follow one plan, each on the nodes that the others have not taken. The first
// answer, or the first error that stands, ends the race; the others are cancelled, their stream ids parked until the
// late answers come. The race waits until its runners are gone, since they borrow the request.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <list>
#include <utility>

#include "cluster/execution.hpp"

namespace cql::cluster {

using std::chrono::steady_clock;

struct Execution::Runner {
  explicit Runner(bool beside_another) : speculative(beside_another) {}

  asio::cancellation_signal cancel;
  const bool speculative;
  bool running = false;
};

/// Shared with the runners' frames: a dying io_context may destroy those later than the frame of the race.
struct Execution::Race {
  explicit Race(std::shared_ptr<RequestContext> session) : context(std::move(session)), changed(context->executor) {}

  const std::shared_ptr<RequestContext> context;  ///< Runners may be waiting on its signal.
  std::list<Runner> runners;
  std::size_t ended = 0;
  bool decided = false;
  std::optional<Response> answer;
  std::exception_ptr failure;  ///< Of the runner that decided, or of the last that ran out of nodes.
  Signal changed;

  [[nodiscard]] bool all_ended() const noexcept { return ended == runners.size(); }
};

asio::awaitable<Response> Execution::race(Plan::Step first, SpeculativeExecution speculation) {
  const auto race = std::make_shared<Race>(context_);
  std::exception_ptr stopped;
  try {
    co_await await_decision(race, first, speculation);
  } catch (const boost::system::system_error&) {
    stopped = std::make_exception_ptr(cancelled());
  } catch (const Error&) {
    stopped = std::make_exception_ptr(cancelled());
  } catch (...) {
    stopped = std::current_exception();
  }
  // What follows must not be cut short: the caller's cancellation may be why the race ends.
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await end_all(race);
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (stopped) std::rethrow_exception(stopped);
  if (!race->answer) std::rethrow_exception(race->failure);
  co_return std::move(*race->answer);
}

// Starts runners until one of them decides or all of them have ended. Throws when the caller cancels.
asio::awaitable<void> Execution::await_decision(std::shared_ptr<Race> race, Plan::Step first,
                                                SpeculativeExecution speculation) {
  start_runner(race, first);
  auto next_start = steady_clock::now() + speculation.delay;
  while (!race->decided && !race->all_ended()) {
    const bool may_start = race->runners.size() <= speculation.at_most;
    co_await race->changed.wait(may_start ? next_start : Signal::TimePoint::max());
    if (race->decided || !may_start || steady_clock::now() < next_start) continue;
    const auto step = plan_.next();
    if (step) {
      start_runner(race, *step);
      next_start = steady_clock::now() + speculation.delay;
    } else {
      speculation.at_most = 0;
    }
  }
}

void Execution::start_runner(const std::shared_ptr<Race>& race, Plan::Step first) {
  Runner& runner = race->runners.emplace_back(!race->runners.empty());
  asio::co_spawn(context_->executor, run_in(race, &runner, this, first),
                 asio::bind_cancellation_slot(runner.cancel.slot(), [race](const std::exception_ptr&) {}));
}

asio::awaitable<void> Execution::run_in(std::shared_ptr<Race> race, Runner* runner, Execution* execution,
                                        Plan::Step first) {
  const Running running(runner->running);
  try {
    if (!race->decided) {
      if (runner->speculative) {
        ++execution->speculative_attempts_;
        ++execution->context_->counted.speculative_attempts;
      }
      Response response = co_await execution->follow_plan(first);
      if (!race->decided) race->answer = std::move(response);
      race->decided = true;
    }
  } catch (...) {
    const bool others_may_do_better = std::exchange(execution->ran_out_, false);
    if (!race->decided) race->failure = std::current_exception();
    if (!others_may_do_better) race->decided = true;
  }
  ++race->ended;
  race->changed.notify_all();
}

// Cancelled runners end within a few turns.
asio::awaitable<void> Execution::end_all(std::shared_ptr<Race> race) {
  race->decided = true;
  for (Runner& runner : race->runners) {
    if (runner.running) runner.cancel.emit(asio::cancellation_type::terminal);
  }
  while (!race->all_ended()) {
    co_await asio::post(race->context->executor,
                        asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
  }
}

}  // namespace cql::cluster
