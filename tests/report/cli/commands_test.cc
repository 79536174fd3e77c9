// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <set>
#include <sstream>

#include "parser/delivery/table_preamble.h"
#include "report/analysis/alert/alert.h"
#include "report/cli/args/arguments.h"
#include "report/cli/help/help.h"
#include "report/render/paragraph.h"
#include "report/render/utf8.h"

using namespace dmarcq;

namespace {

void check_width(const std::string& page) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(display_width(line) <= 80);
    CHECK_FALSE(line.ends_with(' '));
  }
}

}  // namespace

TEST_CASE("commands: names are unique, each has a summary, an example and something to run") {
  std::set<std::string_view> names;
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    CHECK(names.insert(command.name).second);
    CHECK_FALSE(command.summary.empty());
    CHECK_FALSE(command.summary.ends_with('.'));
    CHECK((command.run != nullptr));
    REQUIRE_FALSE(command.examples.empty());
    CHECK(command.least_operands <= command.most_operands);
    CHECK((command.most_operands == 0) == command.operands.empty());
    for (const Example& example : command.examples) CHECK_FALSE(example.says.empty());
  }
}

TEST_CASE("commands: none is broken over two lines where a sentence names it") {
  for (const Command& command : commands()) {
    const std::string typed = fmt::format("dmarcq {}", command.name);
    CHECK(broken_lines(typed + " does it", 5) == std::vector<std::string>{typed, "does", "it"});
  }
}

TEST_CASE("commands: whoever has --format has the same formats") {
  std::size_t seen = 0;
  for (const Command& command : commands())
    for (const FlagGroup& group : command.groups)
      for (const Flag& flag : group.flags) {
        if (flag.name != "--format" || command.name == "db export") continue;  // which is JSON
        CAPTURE(command.name);
        std::string_view choices = flag.choices;
        // What the table of `check` was called at first, and what monitoring systems ask some for.
        const std::string_view at_first = "text|", for_monitoring = "|openmetrics";
        if (choices.starts_with(at_first)) choices.remove_prefix(at_first.size());
        if (choices.ends_with(for_monitoring)) choices.remove_suffix(for_monitoring.size());
        CHECK(choices == "table|plain|json|ndjson|csv|tsv|markdown");
        ++seen;
      }
  CHECK(seen > 20);
}

TEST_CASE("commands: flags are unique, and the same flag takes a value everywhere or nowhere") {
  std::set<std::pair<std::string_view, bool>> seen;
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    std::set<std::string_view> names;
    const auto check = [&](const Flag& flag) {
      CAPTURE(flag.name);
      CHECK(names.insert(flag.name).second);
      if (!flag.letter.empty()) CHECK(names.insert(flag.letter).second);
      CHECK(flag.name.starts_with("--"));
      CHECK_FALSE(flag.help.empty());
      CHECK((flag.choices.empty() || !flag.value.empty()));
      seen.emplace(flag.name, flag.value.empty());
      CHECK_FALSE(seen.contains({flag.name, !flag.value.empty()}));
    };
    for (const FlagGroup& group : command.groups)
      for (const Flag& flag : group.flags) check(flag);
    for (const Flag& flag : global_flags()) check(flag);
  }
}

TEST_CASE("help: every page fits 80 columns and ends in examples") {
  check_width(overview());
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    const std::string page = help_page(command);
    check_width(page);
    CHECK(page.find("\nEXAMPLES\n") != std::string::npos);
    CHECK(overview().find("  " + std::string(command.name) + " ") != std::string::npos);
  }
  std::set<std::string_view> groups;
  for (const Command& command : commands())
    if (const auto blank = command.name.find(' '); blank != command.name.npos)
      groups.insert(command.name.substr(0, blank));
  CHECK(groups.size() > 3);
  for (const std::string_view group : groups) check_width(group_page(group));
}

TEST_CASE("help: check names every alert, ingest every field of --map") {
  const std::string page = help_page(*find_command("check"));
  for (std::size_t i = 0; i < alert_code_count; ++i) {
    const std::string word(to_text(static_cast<AlertCode>(i)));
    CAPTURE(word);
    CHECK(page.find(word) != std::string::npos);
  }
  const std::string fields(find_command("ingest")->about);
  for (const MapField& field : map_fields) {
    CAPTURE(field.name);
    CHECK(fields.find(field.name, fields.find("FIELD of --map")) != std::string::npos);
  }
}

TEST_CASE("help: the examples are command lines that the program understands") {
  for (const Command& command : commands()) {
    for (const Example& example : command.examples) {
      CAPTURE(example.line);
      // The last dmarcq of the line, up to a redirection; tests/e2e runs them as they are.
      std::string line(example.line);
      const std::size_t at = line.rfind("dmarcq ");
      REQUIRE(at != std::string::npos);
      std::istringstream words(line.substr(at + 7));
      std::vector<std::string> arguments;
      for (std::string word; words >> word && word != ">";) arguments.push_back(word);
      const Command* taken = nullptr;
      CHECK_NOTHROW(taken = &take_command(arguments));
      CHECK(taken == &command);
      CHECK_NOTHROW(parse_arguments(command, arguments));
    }
  }
}
