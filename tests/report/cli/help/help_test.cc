// SPDX-License-Identifier: MIT
// The pages of the real commands: commands_test.cc.
#include "report/cli/help/help.h"

#include <doctest/doctest.h>

#include <sstream>

#include "report/render/utf8.h"

using namespace dmarcq;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("help_page: usage, what it does, flags, examples, in that order") {
  const Flag flags[] = {{.name = "--domain", .value = "D", .help = "of this", .repeatable = true},
                        {.name = "--as",
                         .value = "FORM",
                         .help = "its form",
                         .choices = "table|json",
                         .letter = "-a"},
                        {.name = "--all", .help = "all of it"}};
  Command command{.name = "things list",
                  .summary = "List things",
                  .operands = "[THING…]",
                  .about = "One.\n\nTwo."};
  command.groups = {{"FILTERS", flags}};
  command.examples = {{"dmarcq things list --all", "all things"}};
  const std::string page = help_page(command);
  CHECK(
      page.starts_with("List things\n\nUSAGE\n  dmarcq things list [THING…] [FLAGS]\n\n"
                       "One.\n\nTwo.\n\nFILTERS\n"));
  CHECK(has(page, "\n      --domain D  of this (repeatable)\n"));
  CHECK(has(page, "\n  -a, --as FORM   its form: table, json\n"));
  CHECK(has(page, "\n      --all       all of it\n"));
  CHECK(page.find("\nFILTERS\n") < page.find("\nGLOBAL FLAGS\n"));
  CHECK(page.ends_with("\nEXAMPLES\n  dmarcq things list --all\n      all things\n"));
}

TEST_CASE("help_page: without operands, text and flags of its own nothing stands for them") {
  Command command{.name = "x", .summary = "Do x"};
  command.examples = {{"dmarcq x", "does x"}};
  CHECK(help_page(command).starts_with("Do x\n\nUSAGE\n  dmarcq x [FLAGS]\n\nGLOBAL FLAGS\n"));
}

TEST_CASE("help_page: at most 80 columns, of wide characters and beside long flags too") {
  std::string text;
  for (int i = 0; i < 60; ++i) text += i % 3 == 0 ? "日本語 " : "words and ";
  text += "end";
  const Flag flags[] = {
      {.name = "--a-flag-with-a-rather-long-name", .value = "VALUE", .help = text},
      {.name = "--b", .help = text}};
  Command command{.name = "x", .summary = "Do x", .about = text};
  command.groups = {{"FLAGS", flags}};
  command.examples = {{"dmarcq x", text}};
  const std::string page = help_page(command);
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(display_width(line) <= 80);
    CHECK_FALSE(line.ends_with(' '));
  }
  // No word is lost: the text stands there four times.
  std::size_t ends = 0;
  for (std::size_t at = 0; (at = page.find(" end\n", at)) != std::string::npos; ++at) ++ends;
  CHECK(ends == 4);
  CHECK(has(page, "  --a-flag-with-a-rather-long-name VALUE\n   "));
}

TEST_CASE("overview, group_page: each command with its summary, a group only its own") {
  const std::string all = overview(), group = group_page("problems");
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    const bool below = command.name.starts_with("problems ");
    CHECK(has(all, "\n  " + std::string(command.name) + " "));
    CHECK(has(group, "\n  " + std::string(command.name) + " ") == below);
  }
  CHECK(group.starts_with("USAGE\n  dmarcq problems COMMAND [FLAGS]\n"));
  CHECK_FALSE(has(group_page("problem"), "\n  problems"));
  for (const Flag& flag : global_flags()) CHECK(has(all, std::string(flag.name)));
}
