// SPDX-License-Identifier: MIT
#include "report/cli/help/completions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "report/analysis/sender/identifier.h"
#include "report/cli/command.h"

namespace dmarcq {
namespace {

std::vector<Flag> flags_of(const Command& command) {
  std::vector<Flag> flags;
  for (const FlagGroup& group : command.groups)
    flags.insert(flags.end(), group.flags.begin(), group.flags.end());
  const auto global = global_flags();
  flags.insert(flags.end(), global.begin(), global.end());
  return flags;
}

std::vector<std::string> words_of(std::string_view text, char separator) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// The words that may stand first; and, for commands of two words, those that may stand second.
std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const Command& command : commands()) {
    const std::string word = words_of(command.name, ' ').front();
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
  }
  return words;
}
std::vector<std::string> second_words(const std::string& first) {
  std::vector<std::string> words;
  for (const Command* command : commands_below(first))
    words.push_back(words_of(command->name, ' ')[1]);
  return words;
}

/// What stands behind a command, beside flags.
enum class Operands { other, file, domain, entry_kind, shell, command };
Operands operands_of(const Command& command) {
  if (command.name == "help") return Operands::command;
  if (command.operands == "SHELL") return Operands::shell;
  if (command.name.starts_with("senders ") &&
      command.operands.find("KIND") != command.operands.npos)
    return Operands::entry_kind;
  if (command.operands.find("DOMAIN") != command.operands.npos) return Operands::domain;
  if (command.operands.find("SOURCE") != command.operands.npos ||
      command.operands.find("FILE") != command.operands.npos)
    return Operands::file;
  return Operands::other;
}

std::string entry_kinds() {
  std::string names;
  for (std::size_t i = 0; i < owner_entry_kinds; ++i)
    names += fmt::format("{}{}", i == 0 ? "" : " ", to_text(static_cast<OwnerEntry::Kind>(i)));
  return names;
}

constexpr std::string_view shells = "bash zsh fish";

bool takes_domain(const Flag& flag) { return flag.name == "--domain"; }
bool takes_file(const Flag& flag) { return flag.value == "FILE" || flag.value == "DIR"; }

/// For single quotes of a shell.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

/// All value-taking flags: the script must know that the word after them is no command.
std::set<std::string> flags_with_value() {
  std::set<std::string> names;
  for (const Command& command : commands())
    for (const Flag& flag : flags_of(command))
      if (!flag.value.empty()) {
        names.emplace(flag.name);
        if (!flag.letter.empty()) names.emplace(flag.letter);
      }
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// The words that bash offers for the operands of a command. `operands` counts those that are
/// there, `last` is the last of them.
std::string bash_operands(const Command& command) {
  const auto first_operand = [](std::string_view words) {
    return fmt::format("      ((operands == 0)) && values={}\n", shell_quoted(words));
  };
  switch (operands_of(command)) {
    case Operands::other: return {};
    case Operands::file: return "      files=1\n";
    case Operands::domain: return "      values=$(_dmarcq_domains)\n";
    case Operands::entry_kind: return first_operand(entry_kinds());
    case Operands::shell: return first_operand(shells);
    case Operands::command: break;
  }
  std::string out = first_operand(joined(first_words())) +
                    "      ((operands == 1)) && case $last in\n";
  for (const std::string& first : first_words())
    if (const auto second = second_words(first); !second.empty())
      out += fmt::format("        {}) values={} ;;\n", first, shell_quoted(joined(second)));
  return out + "      esac\n";
}

std::string bash() {
  // compgen -W expands what it is given, so 'completion domains' prints plain names only.
  std::string out =
      "# bash completion for dmarcq; made by 'dmarcq completion bash'\n"
      "_dmarcq_domains() { dmarcq \"${where[@]}\" completion domains 2>/dev/null; }\n_dmarcq() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= i operands=0 last=\n  local -a where=()\n"
      "  COMPREPLY=()\n  for ((i = 1; i < COMP_CWORD; i++)); do\n    case ${COMP_WORDS[i]} in\n"
      "      --db|--config) where+=(\"${COMP_WORDS[i]}\" \"${COMP_WORDS[i+1]}\"); ((i++)) ;;\n";
  out += fmt::format("      {}) ((i++)) ;;\n      -*) ;;\n", fmt::join(flags_with_value(), "|"));
  out += "      *)\n        case \"$command ${COMP_WORDS[i]}\" in\n";
  for (const Command& command : commands())
    if (command.name.find(' ') != std::string_view::npos)
      out += fmt::format("          \"{}\") command=\"{}\" ;;\n", command.name, command.name);
  out +=
      "          \" \"*) command=${COMP_WORDS[i]} ;;\n          *) ((operands++)); last=${COMP_WORDS[i]} ;;\n        esac ;;\n    esac\n  done\n  local flags= values= files=\n  case $command in\n";
  out += fmt::format("    \"\") values={} ;;\n", shell_quoted(joined(first_words())));
  for (const std::string& first : first_words())
    if (const auto second = second_words(first); !second.empty() && find_command(first) == nullptr)
      out += fmt::format("    {}) values={} ;;\n", first, shell_quoted(joined(second)));
  for (const Command& command : commands()) {
    std::string first_only =
        words_of(command.name, ' ').size() == 1
            ? fmt::format("{}", fmt::join(second_words(std::string(command.name)), " "))
            : std::string();
    std::vector<std::string> names;
    std::string cases;
    for (const Flag& flag : flags_of(command)) {
      names.emplace_back(flag.name);
      const std::string pattern = flag.letter.empty()
                                      ? std::string(flag.name)
                                      : fmt::format("{}|{}", flag.name, flag.letter);
      if (!flag.choices.empty())
        cases += fmt::format(
            "        {}) COMPREPLY=($(compgen -W {} -- \"$current\")); return ;;\n", pattern,
            shell_quoted(fmt::format("{}", fmt::join(words_of(flag.choices, '|'), " "))));
      else if (takes_domain(flag))
        cases += fmt::format(
            "        {}) COMPREPLY=($(compgen -W \"$(_dmarcq_domains)\" -- \"$current\")); return ;;\n",
            pattern);
      else if (takes_file(flag))
        cases += fmt::format("        {}) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n",
                             pattern);
      else if (!flag.value.empty())
        cases += fmt::format("        {}) return ;;\n", pattern);
    }
    out += fmt::format(
        "    {})\n      case $previous in\n{}      esac\n      flags={}{}\n{}      ;;\n",
        shell_quoted(command.name), cases, shell_quoted(joined(names)),
        first_only.empty() ? "" : " values=" + shell_quoted(first_only), bash_operands(command));
  }
  out +=
      "  esac\n  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W \"$flags\" -- \"$current\"))\n  else\n    COMPREPLY=($(compgen -W \"$values\" -- \"$current\"))\n"
      "    [[ $files ]] && COMPREPLY+=($(compgen -f -- \"$current\"))\n  fi\n}\ncomplete -o filenames -F _dmarcq dmarcq\n";
  return out;
}

std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_flag(const Flag& flag) {
  std::string tail = fmt::format("[{}]", zsh_text(flag.help));
  if (!flag.choices.empty())
    tail +=
        fmt::format(":{}:({})", zsh_text(flag.value), fmt::join(words_of(flag.choices, '|'), " "));
  else if (takes_domain(flag))
    tail += fmt::format(":{}:_dmarcq_domains", zsh_text(flag.value));
  else if (takes_file(flag))
    tail += fmt::format(":{}:_files", zsh_text(flag.value));
  else if (!flag.value.empty())
    tail += fmt::format(":{}: ", zsh_text(flag.value));
  const std::string many = flag.repeatable ? "*" : "";
  std::string out = "    " + shell_quoted(many + std::string(flag.name) + tail);
  if (!flag.letter.empty())
    out += " \\\n    " + shell_quoted(many + std::string(flag.letter) + tail);
  return out;
}

/// What zsh completes the operands of a command with.
std::string_view zsh_operands(const Command& command) {
  switch (operands_of(command)) {
    case Operands::other: break;
    case Operands::file: return "_files";
    case Operands::domain: return "_dmarcq_domains";
    case Operands::entry_kind: return "_dmarcq_kinds";
    case Operands::shell: return "(bash zsh fish)";
    case Operands::command: return "_dmarcq_commands";
  }
  return " ";
}

/// Functions of their own that complete one kind of operand each.
std::string zsh_functions() {
  std::string out =
      "_dmarcq_domains() {\n  local -a names=(${(f)\"$(dmarcq $where completion domains 2>/dev/null)\"})\n  compadd -a names\n}\n";
  out += fmt::format("_dmarcq_kinds() {{ (($#words_seen == 2)) && compadd {} }}\n", entry_kinds());
  out += fmt::format(
      "_dmarcq_commands() {{\n  (($#words_seen == 1)) && compadd {}\n  (($#words_seen == 2)) && case $words_seen[2] in\n",
      fmt::join(first_words(), " "));
  for (const std::string& first : first_words())
    if (const auto second = second_words(first); !second.empty())
      out += fmt::format("    {}) compadd {} ;;\n", first, fmt::join(second, " "));
  return out + "  esac\n}\n";
}

std::string zsh() {
  std::string out =
      "#compdef dmarcq\n# zsh completion for dmarcq; made by 'dmarcq completion zsh'\n";
  out += zsh_functions();
  out +=
      "_dmarcq() {\n  local -a words_seen where\n  local word skip= command=\n  local with_value=";
  out += shell_quoted(fmt::format(" {} ", fmt::join(flags_with_value(), " ")));
  out +=
      "\n  for word in ${words[2,CURRENT-1]}; do\n    if [[ -n $skip ]]; then [[ $skip == (--db|--config) ]] && where+=($skip $word); skip=; continue; fi\n    if [[ $with_value == *\" $word \"* ]]; then skip=$word; continue; fi\n    [[ $word == -* ]] || words_seen+=($word)\n  done\n"
      "  case \"$words_seen[1] $words_seen[2]\" in\n";
  for (const Command& command : commands())
    if (command.name.find(' ') != std::string_view::npos)
      out += fmt::format("    {}) command={} ;;\n", shell_quoted(command.name),
                         shell_quoted(command.name));
  out +=
      "    *) command=$words_seen[1] ;;\n  esac\n  case $command in\n    '')\n      local -a list=(\n";
  for (const std::string& first : first_words()) {
    const Command* command = find_command(first);
    out += fmt::format("        {}\n",
                       shell_quoted(fmt::format(
                           "{}:{}", first,
                           zsh_text(command != nullptr ? command->summary
                                                       : commands_below(first).front()->summary))));
  }
  out += "      )\n      _describe command list ;;\n";
  for (const std::string& first : first_words()) {
    if (commands_below(first).empty() || find_command(first) != nullptr) continue;
    out += fmt::format("    {})\n      local -a list=(\n", first);
    for (const Command* command : commands_below(first))
      out += fmt::format("        {}\n",
                         shell_quoted(fmt::format("{}:{}", words_of(command->name, ' ')[1],
                                                  zsh_text(command->summary))));
    out += "      )\n      _describe command list ;;\n";
  }
  for (const Command& command : commands()) {
    out += fmt::format("    {})\n      _arguments -s", shell_quoted(command.name));
    for (const Flag& flag : flags_of(command)) out += " \\\n" + zsh_flag(flag);
    out += fmt::format(" \\\n    '*: :{}' ;;\n", zsh_operands(command));
  }
  return out + "  esac\n}\n_dmarcq \"$@\"\n";
}

/// What fish offers for the operands of a command, under the condition that it was named.
std::string fish_operands(const Command& command, const std::string& condition) {
  const auto offer = [](const std::string& when, std::string_view words) {
    return fmt::format("complete -c dmarcq -n {} -a {}\n", shell_quoted(when), shell_quoted(words));
  };
  const auto once = [&](std::string_view words) {
    return offer(fmt::format("{}; and not __fish_seen_subcommand_from {}", condition, words),
                 words);
  };
  switch (operands_of(command)) {
    case Operands::other: return {};
    case Operands::file:
      return fmt::format("complete -c dmarcq -n {} -F\n", shell_quoted(condition));
    case Operands::domain: return offer(condition, "(__dmarcq_domains)");
    case Operands::entry_kind: return once(entry_kinds());
    case Operands::shell: return once(shells);
    case Operands::command: break;
  }
  std::vector<std::string> others = first_words();
  std::erase(others, "help");
  return once(joined(others));
}

std::string fish() {
  std::string out =
      "# fish completion for dmarcq; made by 'dmarcq completion fish'\ncomplete -c dmarcq -f\n"
      "function __dmarcq_domains\n  set -l words (commandline -opc)\n  set -l where\n"
      "  for i in (seq 2 (math (count $words) - 1))\n"
      "    contains -- $words[$i] --db --config; and set -a where $words[$i] $words[(math $i + 1)]\n"
      "  end\n  dmarcq $where completion domains 2>/dev/null\nend\n";
  for (const std::string& first : first_words()) {
    const Command* command = find_command(first);
    out += fmt::format("complete -c dmarcq -n __fish_use_subcommand -a {} -d {}\n", first,
                       shell_quoted(command != nullptr ? command->summary
                                                       : commands_below(first).front()->summary));
    const auto second = second_words(first);
    for (const Command* below : commands_below(first))
      out += fmt::format(
          "complete -c dmarcq -n '__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}' -a {} -d {}\n",
          first, fmt::join(second, " "), words_of(below->name, ' ')[1],
          shell_quoted(below->summary));
  }
  for (const Command& command : commands()) {
    const auto words = words_of(command.name, ' ');
    std::string condition = fmt::format("__fish_seen_subcommand_from {}", words[0]);
    if (words.size() > 1)
      condition += fmt::format("; and __fish_seen_subcommand_from {}", words[1]);
    out += fish_operands(command, condition);
    for (const FlagGroup& group : command.groups)
      for (const Flag& flag : group.flags) {
        out += fmt::format("complete -c dmarcq -n {} -l {}", shell_quoted(condition),
                           flag.name.substr(2));
        if (!flag.letter.empty()) out += fmt::format(" -s {}", flag.letter.substr(1));
        if (!flag.choices.empty())
          out += fmt::format(" -x -a {}", shell_quoted(fmt::format(
                                              "{}", fmt::join(words_of(flag.choices, '|'), " "))));
        else if (takes_domain(flag))
          out += " -x -a '(__dmarcq_domains)'";
        else if (takes_file(flag))
          out += " -r -F";
        else if (!flag.value.empty())
          out += " -x";
        out += fmt::format(" -d {}\n", shell_quoted(flag.help));
      }
  }
  for (const Flag& flag : global_flags()) {
    out += fmt::format("complete -c dmarcq -l {}", flag.name.substr(2));
    if (!flag.letter.empty()) out += fmt::format(" -s {}", flag.letter.substr(1));
    if (!flag.choices.empty())
      out += fmt::format(" -x -a {}", shell_quoted(fmt::format(
                                          "{}", fmt::join(words_of(flag.choices, '|'), " "))));
    else if (takes_file(flag))
      out += " -r -F";
    else if (!flag.value.empty())
      out += " -x";
    out += fmt::format(" -d {}\n", shell_quoted(flag.help));
  }
  return out;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  return shell == "bash" ? bash() : shell == "zsh" ? zsh() : fish();
}

}  // namespace dmarcq
