// SPDX-License-Identifier: MIT
#include "report/cli/help/completions.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "report/cli/command.h"

using namespace dmarcq;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string spaced(std::string_view choices) {
  std::string words(choices);
  std::ranges::replace(words, '|', ' ');
  return words;
}

}  // namespace

TEST_CASE("completion_script: each shell has its own, which says what it is") {
  CHECK(completion_script("bash").starts_with("# bash completion for dmarcq;"));
  CHECK(has(completion_script("bash"), "\ncomplete -o filenames -F _dmarcq dmarcq\n"));
  CHECK(completion_script("zsh").starts_with("#compdef dmarcq\n"));
  CHECK(completion_script("fish").starts_with("# fish completion for dmarcq;"));
}

TEST_CASE("completion_script: every command and every flag, in every shell") {
  const std::string bash = completion_script("bash"), zsh = completion_script("zsh"),
                    fish = completion_script("fish");
  const auto check = [&](const Flag& flag) {
    CAPTURE(flag.name);
    const std::string name(flag.name);
    CHECK((has(bash, name + " ") || has(bash, name + "'")));
    CHECK((has(zsh, "'" + name + "[") || has(zsh, "'*" + name + "[")));
    CHECK(has(fish, " -l " + name.substr(2) + " "));
    if (flag.choices.empty()) return;
    CHECK(has(bash, "compgen -W '" + spaced(flag.choices) + "'"));
    CHECK(has(zsh, ":(" + spaced(flag.choices) + ")'"));
    CHECK(has(fish, " -x -a '" + spaced(flag.choices) + "'"));
  };
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    const std::string name(command.name);
    CHECK(has(bash, "    '" + name + "')\n"));
    CHECK(has(zsh, "    '" + name + "')\n      _arguments"));
    CHECK(has(fish, " -a " + name.substr(name.rfind(' ') + 1) + " -d "));
    for (const FlagGroup& group : command.groups)
      for (const Flag& flag : group.flags) check(flag);
  }
  for (const Flag& flag : global_flags()) check(flag);
}

TEST_CASE("completion_script: quotes are closed, whatever help says") {
  // In all three shells nothing but the next quote ends one; outside, a backslash takes one away.
  for (const char* shell : {"bash", "zsh", "fish"}) {
    CAPTURE(shell);
    const std::string script = completion_script(shell);
    bool open = false;
    for (std::size_t i = 0; i < script.size(); ++i) {
      if (!open && script[i] == '\\')
        ++i;
      else if (script[i] == '\'')
        open = !open;
      else if (open && script[i] == '\n')
        FAIL("a quote is open at the end of a line: " << script.substr(i < 80 ? 0 : i - 80, 80));
    }
    CHECK_FALSE(open);
    CHECK(script.ends_with('\n'));
  }
}

TEST_CASE("completion_script: domains come from the program, kinds and shells from its tables") {
  const std::string bash = completion_script("bash"), zsh = completion_script("zsh"),
                    fish = completion_script("fish");
  for (const std::string* script : {&bash, &zsh, &fish}) {
    CHECK(has(*script, " completion domains 2>/dev/null"));
    CHECK(has(*script, " spf-domain dkim-domain "));
    CHECK(has(*script, "bash zsh fish"));
  }
  CHECK(has(bash, "--domain) COMPREPLY=($(compgen -W \"$(_dmarcq_domains)\""));
  CHECK(has(zsh, "'*--domain["));
  CHECK(has(zsh, ":D:_dmarcq_domains'"));
  CHECK(has(fish, " -l domain -x -a '(__dmarcq_domains)'"));
  CHECK(has(fish, "__fish_seen_subcommand_from readiness' -a '(__dmarcq_domains)'"));
  CHECK_FALSE(has(fish, "__fish_seen_subcommand_from version' -a '(__dmarcq_domains)'"));
}
