// SPDX-License-Identifier: MIT
#include "report/cli/help/completions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

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

bool takes_file(const Flag& flag) { return flag.value == "FILE" || flag.value == "DIR"; }
bool operand_is_file(const Command& command) {
  return command.operands.find("SOURCE") != std::string_view::npos ||
         command.operands.find("FILE") != std::string_view::npos;
}

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

std::string bash() {
  std::string out =
      "# bash completion for dmarcq; made by 'dmarcq completion bash'\n_dmarcq() {\n  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
      "  COMPREPLY=()\n  for ((i = 1; i < COMP_CWORD; i++)); do\n    case ${COMP_WORDS[i]} in\n";
  out += fmt::format("      {}) ((i++)) ;;\n      -*) ;;\n", fmt::join(flags_with_value(), "|"));
  out += "      *)\n        case \"$command ${COMP_WORDS[i]}\" in\n";
  for (const Command& command : commands())
    if (command.name.find(' ') != std::string_view::npos)
      out += fmt::format("          \"{}\") command=\"{}\" ;;\n", command.name, command.name);
  out +=
      "          \" \"*) command=${COMP_WORDS[i]} ;;\n        esac ;;\n    esac\n  done\n  local flags= values= files=\n  case $command in\n";
  out += fmt::format("    \"\") values={} ;;\n",
                     shell_quoted(fmt::format("{}", fmt::join(first_words(), " "))));
  for (const std::string& first : first_words())
    if (const auto second = second_words(first); !second.empty() && find_command(first) == nullptr)
      out += fmt::format("    {}) values={} ;;\n", first,
                         shell_quoted(fmt::format("{}", fmt::join(second, " "))));
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
      else if (takes_file(flag))
        cases += fmt::format("        {}) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n",
                             pattern);
      else if (!flag.value.empty())
        cases += fmt::format("        {}) return ;;\n", pattern);
    }
    out += fmt::format("    {})\n      case $previous in\n{}      esac\n      flags={}{}{} ;;\n",
                       shell_quoted(command.name), cases,
                       shell_quoted(fmt::format("{}", fmt::join(names, " "))),
                       first_only.empty() ? "" : " values=" + shell_quoted(first_only),
                       operand_is_file(command) ? " files=1" : "");
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

std::string zsh() {
  std::string out =
      "#compdef dmarcq\n# zsh completion for dmarcq; made by 'dmarcq completion zsh'\n_dmarcq() {\n  local -a words_seen\n  local word skip= command=\n  local with_value=";
  out += shell_quoted(fmt::format(" {} ", fmt::join(flags_with_value(), " ")));
  out +=
      "\n  for word in ${words[2,CURRENT-1]}; do\n    if [[ -n $skip ]]; then skip=; continue; fi\n    if [[ $with_value == *\" $word \"* ]]; then skip=1; continue; fi\n    [[ $word == -* ]] || words_seen+=($word)\n  done\n"
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
    out += operand_is_file(command) ? " \\\n    '*: :_files' ;;\n" : " \\\n    '*: : ' ;;\n";
  }
  return out + "  esac\n}\n_dmarcq \"$@\"\n";
}

std::string fish() {
  std::string out =
      "# fish completion for dmarcq; made by 'dmarcq completion fish'\ncomplete -c dmarcq -f\n";
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
    if (operand_is_file(command))
      out += fmt::format("complete -c dmarcq -n {} -F\n", shell_quoted(condition));
    for (const FlagGroup& group : command.groups)
      for (const Flag& flag : group.flags) {
        out += fmt::format("complete -c dmarcq -n {} -l {}", shell_quoted(condition),
                           flag.name.substr(2));
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
