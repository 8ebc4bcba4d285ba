// Showing progress to people: a bar on a terminal, a line every ten seconds elsewhere.
#pragma once

#include <chrono>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "cqlbulk/observer.hpp"

namespace cqlbulk {

/// Rows per second over about the last ten seconds.
class RecentRate {
 public:
  double add(std::chrono::duration<double> elapsed, std::uint64_t rows);

 private:
  std::deque<std::pair<double, std::uint64_t>> samples_;
};

/// A guess by the share that is done; nothing while it would be a wild one.
[[nodiscard]] std::optional<std::chrono::duration<double>> time_left(const Progress& progress);
/// "about 2 min 5 s left"; empty while nothing can be said.
[[nodiscard]] std::string time_left_text(const Progress& progress);
/// "load  1,234,567 rows  213,000/s  45%  23 of 51 pieces  2 rejected  about 12 s left"
[[nodiscard]] std::string progress_line(const Progress& progress, double rows_per_second);
/// The same with a bar of what is left of `width` columns; never wider.
[[nodiscard]] std::string progress_bar(const Progress& progress, double rows_per_second, std::size_t width);

class ProgressBar : public Observer {
 public:
  enum class Style { bar, lines, quiet };
  /// A bar when `out` is a terminal, else lines.
  [[nodiscard]] static Style style_for(std::FILE* out);
  /// `out` must outlive it. Notices are shown in every style but quiet.
  explicit ProgressBar(std::FILE* out, Style style) : out_(out), style_(style) {}
  /// Leaves a clean line behind.
  ~ProgressBar() override;
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void progress(const Progress& progress) override;
  void notice(std::string_view message) override;
  /// Takes the bar off the screen, for whoever writes next.
  void clear();

 private:
  /// That nobody reads what is shown (a closed pipe) is no failure of the operation.
  void put(const std::string& text) noexcept;

  std::FILE* out_;
  Style style_;
  RecentRate rate_;
  std::string shown_;  ///< The bar on the screen, empty when there is none.
  double next_line_ = 10;
};

}  // namespace cqlbulk
