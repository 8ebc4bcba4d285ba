// The webhook: what is said, and what an answer means. The queue is delivery.cpp, the bytes are http/.
#include "cqlbulk/webhook.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "cqlbulk/report.hpp"
#include "http/post.hpp"
#include "observe/delivery.hpp"
#include "observe/observed_json.hpp"

namespace cqlbulk {

namespace {

using observe::Delivery;

bool is_worth_another_try(unsigned status) { return status == 408 || status == 429 || status >= 500; }

Delivery::Outcome send(const http::Url& url, const std::function<std::string()>& token, const std::string& message,
                       std::chrono::milliseconds timeout) noexcept {
  try {
    http::Post post;
    post.url = url;
    post.content_type = "application/json";
    post.body = message;
    post.timeout = timeout;
    if (token) post.bearer_token = token();
    const unsigned status = http::send(std::move(post));
    if (status >= 200 && status < 300) return {true, false, {}};
    return {false, is_worth_another_try(status), fmt::format("it answers with status {}", status)};
  } catch (const http::BadCertificate& error) {
    return {false, false, error.what()};
  } catch (const std::exception& error) {
    return {false, true, error.what()};
  } catch (...) {
    return {false, false, "an exception of unknown type"};
  }
}

}  // namespace

Webhook::Webhook(Options options) : options_(std::move(options)) {
  const http::Url url = http::parse_url(options_.url);
  server_ = url.server();
  Delivery::Pace pace;
  pace.request_timeout = options_.request_timeout;
  pace.most_attempts = options_.most_attempts;
  pace.first_wait = options_.first_wait;
  pace.longest_wait = options_.longest_wait;
  pace.most_waiting = options_.most_waiting;
  delivery_ = std::make_unique<Delivery>(
      [url, token = options_.token](const std::string& message, std::chrono::milliseconds timeout) {
        return send(url, token, message, timeout);
      },
      pace);
}

Webhook::~Webhook() = default;

std::string Webhook::message(std::string_view event, std::string_view text, const std::string& node,
                             const Report* report) {
  const std::string_view status = report != nullptr ? to_string(report->status) : "RUNNING";
  observe::Json json = {
      {"event", event},
      {"sequence", ++sequence_},
      {"dropped", delivery_->dropped()},
      {"message", observe::text_or_null(std::string(text))},
      {"node", observe::text_or_null(node)},
  };
  json.update(observe::state_json(beginning_, progress_, rows_per_second_, status,
                                  report != nullptr ? report->error : std::string()));
  if (report != nullptr) json["report"] = observe::Json::parse(report->to_json());
  return observe::line_of(json);
}

void Webhook::begin(const Beginning& beginning) {
  beginning_ = beginning;
  progress_.pieces = beginning.pieces;
  next_ = static_cast<double>(options_.between_progress.count());
  delivery_->add(message("begin", {}, {}, nullptr), Delivery::Kind::lasting);
}

void Webhook::progress(const Progress& progress) {
  rows_per_second_ = rate_.add(progress.elapsed, progress.rows);
  progress_ = progress;
  if (progress.elapsed.count() < next_) return;
  // Ticks come a little early or late; one that is nearly due must not be put off to the next.
  next_ = progress.elapsed.count() + static_cast<double>(options_.between_progress.count()) * 0.95;
  delivery_->add(message("progress", {}, {}, nullptr), Delivery::Kind::passing);
}

void Webhook::error(const Failure& failure) {
  delivery_->add(
      message("error", fmt::format("{}: {}: {}", failure.kind, failure.where, failure.message), failure.node, nullptr),
      Delivery::Kind::lasting);
}

void Webhook::notice(std::string_view text) {
  delivery_->add(message("notice", text, {}, nullptr), Delivery::Kind::lasting);
}

void Webhook::complete(const Report& report) {
  progress_ = observe::final_progress(report, progress_);
  rows_per_second_ = report.rows_per_second();
  const auto problem = delivery_->finish(message("complete", {}, {}, &report), options_.time_at_end);
  if (problem) throw std::runtime_error(fmt::format("the webhook at {} did not take the end: {}", server_, *problem));
}

}  // namespace cqlbulk
