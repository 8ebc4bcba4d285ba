// The bar and the lines. Numbers are exact; what is guessed says "about".
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "cqlbulk/progress.hpp"
#include "observe/number_text.hpp"

namespace cqlbulk {

namespace {

constexpr double rate_window_seconds = 10;
constexpr double seconds_between_lines = 10;

std::size_t terminal_width(std::FILE* out) {
  winsize size{};
  if (::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

/// Never "100%" before the end.
int percent(double fraction) { return static_cast<int>(std::floor(std::clamp(fraction, 0.0, 1.0) * 100)); }

}  // namespace

double RecentRate::add(std::chrono::duration<double> elapsed, std::uint64_t rows) {
  if (samples_.empty()) samples_.emplace_back(0.0, 0);
  samples_.emplace_back(elapsed.count(), rows);
  while (samples_.size() > 2 && samples_[1].first <= elapsed.count() - rate_window_seconds) samples_.pop_front();
  const double seconds = elapsed.count() - samples_.front().first;
  const std::uint64_t before = samples_.front().second;
  return seconds > 0 && rows > before ? static_cast<double>(rows - before) / seconds : 0;
}

std::optional<std::chrono::duration<double>> time_left(const Progress& progress) {
  // Early shares say little: nothing is better than a wild guess.
  if (progress.fraction < 0.02 || progress.fraction >= 1 || progress.elapsed.count() < 2) return std::nullopt;
  return std::chrono::duration<double>(
      std::ceil((progress.elapsed * ((1 - progress.fraction) / progress.fraction)).count()));
}

std::string time_left_text(const Progress& progress) {
  const auto left = time_left(progress);
  return left ? fmt::format("about {} left", observe::duration_text(*left)) : std::string();
}

std::string progress_line(const Progress& progress, double rows_per_second) {
  std::string line =
      fmt::format("{}  {}  {}/s  {}%", progress.operation, observe::counted(progress.rows, "row", "rows"),
                  observe::grouped(static_cast<std::uint64_t>(rows_per_second)), percent(progress.fraction));
  if (progress.pieces > 0) line += fmt::format("  {} of {} pieces", progress.pieces_done, progress.pieces);
  if (progress.rejected > 0) line += fmt::format("  {} rejected", observe::grouped(progress.rejected));
  if (!progress.held.empty()) return line + "  " + progress.held;
  if (const std::string left = time_left_text(progress); !left.empty()) line += "  " + left;
  return line;
}

std::string progress_bar(const Progress& progress, double rows_per_second, std::size_t width) {
  const std::string line = progress_line(progress, rows_per_second);
  constexpr std::size_t narrowest = 10;
  constexpr std::size_t widest = 30;
  if (line.size() + narrowest + 3 > width) return line.substr(0, width);
  const std::size_t inside = std::min(widest, width - line.size() - 3);
  const auto filled = static_cast<std::size_t>(std::clamp(progress.fraction, 0.0, 1.0) * static_cast<double>(inside));
  return fmt::format("[{}{}] {}", std::string(filled, '#'), std::string(inside - filled, '.'), line);
}

ProgressBar::Style ProgressBar::style_for(std::FILE* out) {
  return ::isatty(::fileno(out)) == 1 ? Style::bar : Style::lines;
}

ProgressBar::~ProgressBar() {
  if (style_ != Style::bar || shown_.empty()) return;
  put("\n");
}

void ProgressBar::put(const std::string& text) noexcept {
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

void ProgressBar::clear() {
  if (shown_.empty()) return;
  put(fmt::format("\r{}\r", std::string(shown_.size(), ' ')));
  shown_.clear();
}

void ProgressBar::progress(const Progress& progress) {
  const double rate = rate_.add(progress.elapsed, progress.rows);
  if (style_ == Style::bar) {
    std::string bar = progress_bar(progress, rate, terminal_width(out_) - 1);
    const std::size_t left_over = shown_.size() > bar.size() ? shown_.size() - bar.size() : 0;
    put(fmt::format("\r{}{}", bar, std::string(left_over, ' ')));
    shown_ = std::move(bar);
  } else if (style_ == Style::lines && progress.elapsed.count() >= next_line_) {
    put(progress_line(progress, rate) + "\n");
    next_line_ = progress.elapsed.count() + seconds_between_lines * 0.95;
  }
}

void ProgressBar::notice(std::string_view message) {
  if (style_ == Style::quiet) return;
  clear();
  put(fmt::format("note: {}\n", message));
}

}  // namespace cqlbulk
