// Unknown options and commands, with the nearest known ones.
#include "usage_errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "cqlbulk/nearest_name.hpp"

namespace cqlbulk::tool {

namespace {

const CLI::App* chosen_command(const CLI::App& root) {
  const auto chosen = root.get_subcommands();
  return chosen.empty() ? nullptr : chosen.front();
}

std::vector<const CLI::App*> commands_of(const CLI::App& root) {
  return root.get_subcommands([](const CLI::App*) { return true; });
}

/// The other commands that have an option of exactly this name: "count and inspect".
std::string who_has(const CLI::App& command, const std::string& option) {
  std::vector<std::string> names;
  if (command.get_parent() == nullptr) return {};
  for (const CLI::App* other : commands_of(*command.get_parent())) {
    if (other->get_option_no_throw(option) != nullptr) names.push_back(other->get_name());
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

Error unknown_option(const CLI::App& command, const std::string& option) {
  const std::string place = command.get_parent() == nullptr ? "" : command.get_name() + ": ";
  if (option == "--password") {
    return Error(ErrorClass::usage, place + "passwords are never given on the command line",
                 "Give --password-file PATH, or set CQLBULK_PASSWORD.");
  }
  if (option == "--webhook-token") {
    return Error(ErrorClass::usage, place + "tokens are never given on the command line",
                 "Give --webhook-token-file PATH, or set CQLBULK_WEBHOOK_TOKEN.");
  }
  if (command.get_option_no_throw(option) != nullptr) {
    return Error(ErrorClass::usage, fmt::format("{} stands before the command", option),
                 fmt::format("Options come after it: cqlbulk {} {} …", command.get_name(), option));
  }
  if (const std::string others = who_has(command, option); !others.empty()) {
    return Error(ErrorClass::usage,
                 fmt::format("{} is an option of {}, not of {}", option, others, command.get_name()));
  }
  const std::string suggestion = suggest_option(command, option);
  if (!suggestion.empty())
    return Error(ErrorClass::usage, fmt::format("{}unknown option {}: {}", place, option, suggestion));
  return Error(ErrorClass::usage, fmt::format("{}unknown option {}", place, option),
               command.get_parent() == nullptr
                   ? "Options come after the command: cqlbulk count KS.TABLE --hosts HOST"
                   : fmt::format("`cqlbulk {} --help` lists the options.", command.get_name()));
}

Error unknown_command(const CLI::App& root, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(root)) {
    names.push_back(command->get_name());
  }
  const auto nearest = nearest_name(word, names);
  return Error(ErrorClass::usage,
               fmt::format("unknown command {}{}", word, nearest ? fmt::format(": did you mean {}?", *nearest) : ""),
               nearest ? "" : "`cqlbulk --help` lists the commands.");
}

/// CLI11's own words, where they are not ours: "--splits: 1 required N missing", "… At most 1 required but received 2".
std::string in_plain_words(const std::string& message) {
  const std::string option = message.substr(0, message.find(':'));
  if (message.find("required") == std::string::npos) return message;
  if (message.ends_with("missing")) return option + " needs a value";
  if (message.find("received") != std::string::npos) return option + " is given more than once";
  return message;
}

Error left_over(const CLI::App& root) {
  const CLI::App* const command = chosen_command(root);
  const std::vector<std::string> extras = root.remaining(true);
  const auto option = std::find_if(extras.begin(), extras.end(),
                                   [](const std::string& extra) { return extra.size() > 1 && extra[0] == '-'; });
  if (option != extras.end()) {
    return unknown_option(command == nullptr ? root : *command, option->substr(0, option->find('=')));
  }
  const std::string first = extras.empty() ? "" : extras.front();
  if (command == nullptr) return unknown_command(root, first);
  return Error(ErrorClass::usage, fmt::format("{}: unexpected argument \"{}\"", command->get_name(), first),
               fmt::format("`cqlbulk {} --help` shows what it takes.", command->get_name()));
}

}  // namespace

std::string suggest_option(const CLI::App& command, const std::string& option) {
  std::vector<std::string> names;
  for (const CLI::Option* known : command.get_options()) {
    for (const std::string& name : known->get_lnames()) names.push_back("--" + name);
  }
  const auto nearest = nearest_name(option, names);
  return nearest ? fmt::format("did you mean {}?", *nearest) : std::string();
}

Error usage_error(const CLI::App& root, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return left_over(root);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && chosen_command(root) == nullptr) {
    if (!root.remaining(true).empty()) return left_over(root);
    return Error(ErrorClass::usage, "no command is given", "`cqlbulk --help` lists the commands.");
  }
  return Error(ErrorClass::usage, in_plain_words(error.what()));
}

}  // namespace cqlbulk::tool
