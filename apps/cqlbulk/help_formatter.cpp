// Two columns, 100 characters wide.
#include "help_formatter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace cqlbulk::tool {

namespace {

constexpr std::size_t left_column = 32;
constexpr std::size_t text_width = 100 - left_column;

/// Columns that a text takes: bytes that go on with a character take none.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Breaks at spaces; a longer word stands alone.
std::string wrap(const std::string& text, std::size_t width, const std::string& indent) {
  std::istringstream words(text);
  std::string wrapped;
  std::size_t line = 0;
  for (std::string word; words >> word;) {
    if (line != 0 && line + 1 + width_of(word) > width) {
      wrapped += "\n" + indent;
      line = 0;
    } else if (line != 0) {
      wrapped += ' ';
      ++line;
    }
    wrapped += word;
    line += width_of(word);
  }
  return wrapped;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::string help = CLI::Formatter::make_help(app, std::move(name), mode);
  // CLI11 leaves two empty lines between groups.
  for (std::size_t at = help.find("\n\n\n"); at != std::string::npos; at = help.find("\n\n\n", at)) help.erase(at, 1);
  return help;
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  std::string usage = "Usage: " + name;
  if (!app->get_subcommands([](const CLI::App* sub) { return !sub->get_name().empty(); }).empty()) usage += " COMMAND";
  for (const CLI::Option* option : app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
    usage += " [" + option->get_option_text() + "]";
  }
  return usage + " [OPTIONS]\n";
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string name = is_positional ? option->get_option_text() : make_option_name(option, false);
  if (!is_positional) {
    const std::string& text = option->get_option_text();
    if (!text.empty()) {
      name = text;
    } else if (option->get_type_size() != 0 && !option->get_type_name().empty()) {
      name += " " + option->get_type_name();
    }
  }
  const std::string indent(left_column, ' ');
  const std::string gap =
      width_of(name) + 4 > left_column ? "\n" + indent : std::string(left_column - 2 - width_of(name), ' ');
  return "  " + name + gap + wrap(option->get_description(), text_width, indent) + "\n";
}

std::string HelpFormatter::make_group(std::string group, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string text = "\n" + group + ":\n";
  for (const CLI::Option* option : options) text += make_option(option, is_positional);
  return text;
}

std::string HelpFormatter::make_footer(const CLI::App* app) const {
  return app->get_footer().empty() ? std::string() : app->get_footer() + "\n";
}

}  // namespace cqlbulk::tool
