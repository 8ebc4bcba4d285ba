#include "replay_server/latency.hpp"

#include <charconv>

#include "cql/error.hpp"

namespace cql::replay {

namespace {

using std::chrono::nanoseconds;

[[noreturn]] void refuse(std::string_view text) {
  throw Error(ErrorKind::usage,
              "\"" + std::string(text) + "\" is no latency; it may be 0, 500us, 2ms, 1ms..5ms or exp:2ms");
}

nanoseconds duration_of(std::string_view text, std::string_view whole) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !(number >= 0) || number > 1e6) refuse(whole);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  double scale = 0;
  if (unit == "us") scale = 1e3;
  if (unit == "ms") scale = 1e6;
  if (unit == "s") scale = 1e9;
  if (scale == 0 && !(number == 0 && unit.empty())) refuse(whole);
  return nanoseconds(static_cast<std::int64_t>(number * scale));
}

}  // namespace

Latency Latency::parse(std::string_view text) {
  Latency made;
  if (text.starts_with("exp:")) {
    made.low_ = duration_of(text.substr(4), text);
    made.shape_ = Shape::exponential;
  } else if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
    made.low_ = duration_of(text.substr(0, dots), text);
    made.high_ = duration_of(text.substr(dots + 2), text);
    if (made.high_ < made.low_) refuse(text);
    made.shape_ = Shape::uniform;
  } else {
    made.low_ = duration_of(text, text);
    made.shape_ = Shape::fixed;
  }
  if (made.low_.count() == 0 && made.shape_ != Shape::uniform) made.shape_ = Shape::none;
  return made;
}

nanoseconds Latency::draw(std::mt19937_64& random) const {
  switch (shape_) {
    case Shape::none:
      return nanoseconds(0);
    case Shape::fixed:
      return low_;
    case Shape::uniform:
      return nanoseconds(std::uniform_int_distribution<std::int64_t>(low_.count(), high_.count())(random));
    case Shape::exponential:
      return nanoseconds(static_cast<std::int64_t>(
          std::exponential_distribution<double>(1.0 / static_cast<double>(low_.count()))(random)));
  }
  return nanoseconds(0);
}

}  // namespace cql::replay
