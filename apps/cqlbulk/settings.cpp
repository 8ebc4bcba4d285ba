// Values from the environment and the file travel through CLI11's own options, so that they are checked the same way.
#include "settings.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <vector>

#include "cqlbulk/error.hpp"
#include "option_groups.hpp"
#include "usage_errors.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

std::string environment_name(const std::string& option) {
  std::string name = "CQLBULK_" + option;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return name;
}

/// `from` says where the value comes from, for messages.
void give(CLI::Option& option, const std::vector<std::string>& values, const std::string& from) {
  try {
    for (const std::string& value : values) {
      if (option.get_expected_max() != 0) {
        option.add_result(value);
        continue;
      }
      // A switch that is off is as if it were not there. --writetime and --ttl, whose help shows =SUFFIX, may have a
      // text in place of yes and no.
      const std::optional<bool> on = parse_switch(value);
      if (!on && option.get_option_text().empty()) {
        throw Error(ErrorClass::usage, fmt::format("\"{}\" is not true or false", value));
      }
      if (on.value_or(true)) option.add_result(on ? "true" : value);
    }
    if (option.count() > 0) option.run_callback();
  } catch (const Error& error) {
    throw Error(error.error_class(), fmt::format("{}: {}", from, error.message()), error.advice());
  } catch (const CLI::Error& error) {
    throw Error(ErrorClass::usage, fmt::format("{}: {}", from, error.what()));
  }
}

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

class ConfigFile {
 public:
  ConfigFile(const CLI::App& root, std::string path) : root_(root), path_(std::move(path)) {
    try {
      table_ = toml::parse_file(path_);
    } catch (const toml::parse_error& error) {
      const auto line = error.source().begin.line;
      throw Error(ErrorClass::usage, line == 0 ? fmt::format("{}: {}", path_, error.description())
                                               : fmt::format("{}:{}: {}", path_, line, error.description()));
    }
  }

  void fill_in(CLI::App& command) const {
    if (const toml::node* own = table_.get(command.get_name()); own != nullptr && own->is_table()) {
      for (const auto& [key, node] : *own->as_table()) take(command, key, node, false);
    }
    for (const auto& [key, node] : table_) {
      if (!is_command(key)) take(command, key, node, true);
    }
  }

 private:
  [[nodiscard]] bool is_command(std::string_view key) const {
    const auto commands = root_.get_subcommands([&](const CLI::App* command) { return command->get_name() == key; });
    return !commands.empty();
  }

  void take(CLI::App& command, std::string_view key, const toml::node& node, bool shared) const {
    const std::string where = fmt::format("{}:{}: {}", path_, node.source().begin.line, std::string(key));
    CLI::Option* const option = command.get_option_no_throw("--" + std::string(key));
    if (option == nullptr || key == "config" || key == "help") {
      if (shared && belongs_to_another(key)) return;
      const std::string suggestion = suggest_option(command, "--" + std::string(key));
      throw Error(ErrorClass::usage, where + " is no option" + (suggestion.empty() ? "" : ": " + suggestion));
    }
    if (option->count() > 0) return;
    std::vector<std::string> values;
    if (const toml::array* list = node.as_array()) {
      for (const toml::node& item : *list) values.push_back(text_of(item, where));
      if (option->get_items_expected_max() == 1 && !values.empty()) values = {fmt::format("{}", join(values))};
    } else {
      values.push_back(text_of(node, where));
    }
    if (!values.empty()) give(*option, values, where);
  }

  static std::string text_of(const toml::node& node, const std::string& where) {
    std::optional<std::string> text = scalar_text(node);
    if (!text) throw Error(ErrorClass::usage, where + " must be a text, a number, true, false, or a list of these");
    return *text;
  }

  static std::string join(const std::vector<std::string>& values) {
    std::string joined;
    for (const std::string& value : values) joined += (joined.empty() ? "" : ",") + value;
    return joined;
  }

  [[nodiscard]] bool belongs_to_another(std::string_view key) const {
    const auto commands = root_.get_subcommands([](const CLI::App*) { return true; });
    return std::any_of(commands.begin(), commands.end(), [&](const CLI::App* command) {
      return command->get_option_no_throw("--" + std::string(key)) != nullptr;
    });
  }

  const CLI::App& root_;
  std::string path_;
  toml::table table_;
};

}  // namespace

void add_config_option(CLI::App& command) {
  command.add_option("--config", "A TOML file with options under the same names; command line and environment beat it")
      ->type_name("FILE")
      ->group("Report");
}

void fill_in_settings(const CLI::App& root, CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty() || option->get_lnames().front() == "help" || option->count() > 0) continue;
    const std::string name = environment_name(option->get_lnames().front());
    if (const char* const value = std::getenv(name.c_str()); value != nullptr && *value != '\0') {
      give(*option, {value}, name);
    }
  }
  const CLI::Option* const config = command.get_option_no_throw("--config");
  if (config != nullptr && config->count() > 0) {
    ConfigFile(root, config->as<std::string>()).fill_in(command);
  }
}

std::map<std::string, std::vector<std::string>> connection_of(const CLI::App& command) {
  std::map<std::string, std::vector<std::string>> given;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_group() != connection_group || option->count() == 0) continue;
    std::vector<std::string> values = option->results();
    if (option->get_type_name() == "FILE" || option->get_type_name() == "PATH") {
      for (std::string& value : values) value = std::filesystem::absolute(value).lexically_normal().string();
    }
    given.emplace(option->get_lnames().front(), std::move(values));
  }
  return given;
}

void give_recorded(CLI::App& command, const std::string& name, const std::vector<std::string>& values) {
  CLI::Option* const option = command.get_option_no_throw("--" + name);
  if (option == nullptr) {
    throw Error(ErrorClass::usage,
                fmt::format("the operation was reached by --{}, which this version does not know", name));
  }
  if (option->count() == 0) give(*option, values, fmt::format("--{}, as the operation began", name));
}

}  // namespace cqlbulk::tool
