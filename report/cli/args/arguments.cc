// SPDX-License-Identifier: MIT
#include "report/cli/args/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "report/cli/args/suggest.h"

namespace dmarcq {
namespace {

std::vector<const Flag*> flags_of(const Command& command) {
  std::vector<const Flag*> flags;
  for (const FlagGroup& group : command.groups)
    for (const Flag& flag : group.flags) flags.push_back(&flag);
  for (const Flag& flag : global_flags()) flags.push_back(&flag);
  return flags;
}

std::string help_hint(const Command& command) {
  return command.name == "help" ? "dmarcq help" : fmt::format("dmarcq help {}", command.name);
}

const Flag* global_flag(const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  for (const Flag& flag : global_flags())
    if (name == flag.name || (!flag.letter.empty() && name == flag.letter)) return &flag;
  return nullptr;
}

bool is_global(const std::string& argument) { return global_flag(argument) != nullptr; }

/// Whether the value of a global flag is the next argument.
bool takes_next(const std::string& argument) {
  const Flag* flag = global_flag(argument);
  return flag != nullptr && !flag->value.empty() && argument.find('=') == std::string::npos;
}

std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const Command& command : commands()) {
    std::string word(command.name.substr(0, command.name.find(' ')));
    if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
  }
  return words;
}

[[noreturn]] void unknown_flag(const Command& command, const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  std::vector<std::string> names;
  for (const Flag* flag : flags_of(command)) names.emplace_back(flag->name);
  const std::string meant = did_you_mean(name, names);
  if (meant.empty()) {
    // A flag of another command is no typing error: say where it belongs.
    for (const Command& other : commands())
      for (const FlagGroup& group : other.groups)
        for (const Flag& flag : group.flags)
          if (flag.name == name)
            throw UsageError(
                fmt::format("'{}' has no flag '{}'; '{}' has", command.name, name, other.name),
                help_hint(command));
  }
  throw UsageError(fmt::format("unknown flag '{}'{}", name, meant), help_hint(command));
}

std::vector<std::string> split_choices(std::string_view choices) {
  std::vector<std::string> words;
  while (!choices.empty()) {
    const std::size_t bar = choices.find('|');
    words.emplace_back(choices.substr(0, bar));
    choices = bar == std::string_view::npos ? std::string_view() : choices.substr(bar + 1);
  }
  return words;
}

void check_choice(const Flag& flag, const std::string& value) {
  if (flag.choices.empty()) return;
  const std::vector<std::string> choices = split_choices(flag.choices);
  // A leading minus reverses an order.
  const std::string bare = flag.name == "--sort" && value.starts_with('-') ? value.substr(1)
                                                                           : value;
  if (std::ranges::find(choices, bare) != choices.end()) return;
  throw UsageError(
      fmt::format("{}: unknown value '{}'{}", flag.name, value, did_you_mean(bare, choices)),
      fmt::format("one of {}", fmt::join(choices, ", ")));
}

}  // namespace

const Command& take_command(std::vector<std::string>& arguments) {
  std::size_t at = 0;
  bool help = false, version = false;
  for (; at < arguments.size() && arguments[at].size() > 1 && arguments[at].front() == '-'; ++at) {
    help |= arguments[at] == "--help" || arguments[at] == "-h";
    version |= arguments[at] == "--version" || arguments[at] == "-V";
    if (takes_next(arguments[at])) ++at;
  }
  if (version) {
    std::erase_if(arguments, [](const std::string& a) { return a == "--version" || a == "-V"; });
    return *find_command("version");
  }
  if (at >= arguments.size()) {
    // A flag without a command is a flag forgotten behind it: name the flag if it is unknown, else
    // the missing command.
    std::erase_if(arguments, [](const std::string& a) { return a == "--help" || a == "-h"; });
    if (!help && !arguments.empty()) {
      parse_arguments(*find_command("help"), arguments);
      throw UsageError("no command given", "dmarcq help");
    }
    return *find_command("help");
  }
  const std::string word = arguments[at];
  const auto below = commands_below(word);
  const Command* command = find_command(word);
  if (command == nullptr && below.empty())
    throw UsageError(fmt::format("unknown command '{}'{}", word, did_you_mean(word, first_words())),
                     "dmarcq help");
  arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(at));
  if (below.empty()) return *command;

  // The second word follows, at most with global flags between.
  std::vector<std::string> seconds;
  for (const Command* one : below) seconds.emplace_back(one->name.substr(word.size() + 1));
  for (; at < arguments.size() && is_global(arguments[at]); ++at)
    if (takes_next(arguments[at])) ++at;
  if (at < arguments.size() && !arguments[at].starts_with('-')) {
    const auto found = std::ranges::find(seconds, arguments[at]);
    if (found == seconds.end() && command != nullptr && command->most_operands > 0)
      return *command;  // `note DATE "text"` beside `note list`
    if (found == seconds.end())
      throw UsageError(fmt::format("unknown command '{} {}'{}", word, arguments[at],
                                   did_you_mean(arguments[at], seconds)),
                       fmt::format("dmarcq help {}", word));
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(at));
    return *below[static_cast<std::size_t>(found - seconds.begin())];
  }
  if (command != nullptr) return *command;
  if (std::erase_if(arguments, [](const std::string& a) { return a == "--help" || a == "-h"; }) >
      0) {
    arguments.insert(arguments.begin(), word);
    return *find_command("help");
  }
  if (const Command* list = find_command(word + " list")) return *list;
  throw UsageError(fmt::format("'{}' needs one of: {}", word, fmt::join(seconds, ", ")),
                   fmt::format("dmarcq help {}", word));
}

Args parse_arguments(const Command& command, std::vector<std::string> arguments) {
  CLI::App app;
  app.set_help_flag();  // ours is a flag like any other
  app.allow_extras();
  app.prefix_command(false);
  const auto flags = flags_of(command);
  std::vector<CLI::Option*> options;
  for (const Flag* flag : flags) {
    std::string names(flag->name);
    if (!flag->letter.empty()) names += "," + std::string(flag->letter);
    if (flag->value.empty())
      options.push_back(app.add_flag(names)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast));
    else
      options.push_back(
          app.add_option(names)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll));
  }
  std::vector<std::string> operands;
  app.add_option("operands", operands)->expected(0, static_cast<int>(any_number));
  // What stands behind "--" is an operand whatever it looks like; CLI11 would lose it among the
  // extras.
  std::vector<std::string> behind;
  if (const auto dashes = std::ranges::find(arguments, std::string("--"));
      dashes != arguments.end()) {
    behind.assign(dashes + 1, arguments.end());
    arguments.erase(dashes, arguments.end());
  }
  try {
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    app.parse(std::move(arguments));
  } catch (const CLI::ArgumentMismatch& mismatch) {
    std::string text = mismatch.what();
    const std::size_t colon = text.find(':');
    throw UsageError(
        fmt::format("{} needs a value", text.substr(0, std::min(colon, text.find(' ')))),
        help_hint(command));
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what(), help_hint(command));
  }
  for (const std::string& extra : app.remaining()) {
    if (extra.size() > 1 && extra.front() == '-') unknown_flag(command, extra);
    operands.push_back(extra);
  }
  std::ranges::move(behind, std::back_inserter(operands));

  Args args;
  args.command = &command;
  args.operands = std::move(operands);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (options[i]->count() == 0) continue;
    std::vector<std::string> values;
    if (flags[i]->value.empty()) {
      if (options[i]->results().back() == "false") continue;
    } else {
      values = options[i]->results();
      for (const std::string& value : values) check_choice(*flags[i], value);
      if (!flags[i]->repeatable)
        values.erase(values.begin(), values.end() - 1);  // the last one counts
    }
    args.given[std::string(flags[i]->name)] = std::move(values);
  }
  if (args.has("--help")) return args;
  if (args.operands.size() < command.least_operands)
    throw UsageError(fmt::format("'{}' needs {}", command.name, command.operands),
                     help_hint(command));
  if (args.operands.size() > command.most_operands)
    throw UsageError(
        fmt::format("'{}' takes no '{}'", command.name, args.operands[command.most_operands]),
        help_hint(command));
  return args;
}

}  // namespace dmarcq
