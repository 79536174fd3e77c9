// SPDX-License-Identifier: MIT
#include "report/cli/help/manual.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "report/analysis/alert/alert.h"
#include "report/analysis/finding/catalogue.h"
#include "report/analysis/readiness/gates/gate.h"
#include "report/cli/args/setting_keys.h"
#include "report/cli/command.h"

using namespace dmarcq;

namespace {

/// As roff writes it: hyphens that people can copy. Of ASCII text without backslashes.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '-' ? "\\-" : std::string(1, c);
  return out;
}

}  // namespace

TEST_CASE(
    "manual_page: ASCII only, no empty line, and each line that begins with a dot is a macro") {
  const std::string page = manual_page();
  CHECK(page.starts_with(".TH DMARCQ 1 "));
  constexpr std::array<std::string_view, 12> macros{".TH", ".SH", ".SS", ".PP", ".TP", ".RS",
                                                    ".RE", ".EX", ".EE", ".B",  ".I",  ".RI"};
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK_FALSE(line.empty());
    for (const char c : line) REQUIRE((c >= 0x20 && c < 0x7F));
    CHECK_FALSE(line.starts_with('\''));
    if (line.starts_with('.')) {
      bool known = false;
      for (const std::string_view macro : macros)
        known = known || line == macro || line.starts_with(std::string(macro) + " ");
      CHECK(known);
    }
  }
}

TEST_CASE("manual_page: sections in the order of man-pages(7), each once") {
  const std::string page = manual_page();
  std::size_t last = 0;
  for (const char* name :
       {"NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "GLOBAL FLAGS", "CONFIGURATION", "CODES",
        "ENVIRONMENT", "FILES", "EXIT STATUS", "SEE ALSO"}) {
    CAPTURE(name);
    const std::string heading = std::string("\n.SH ") + name + "\n";
    const std::size_t at = page.find(heading);
    REQUIRE(at != std::string::npos);
    CHECK(at > last);
    CHECK(page.rfind(heading) == at);
    last = at;
  }
}

TEST_CASE("manual_page: every command in its section, with its flags and its examples") {
  const std::string page = manual_page();
  const std::size_t end = page.find("\n.SH GLOBAL FLAGS\n");
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    const std::size_t at = page.find("\n.SS dmarcq " + roff(command.name) + " ");
    REQUIRE(at != std::string::npos);
    const std::string own = page.substr(at, std::min(page.find("\n.SS ", at + 1), end) - at);
    for (const FlagGroup& group : command.groups)
      for (const Flag& flag : group.flags) {
        CAPTURE(flag.name);
        CHECK(own.find("\\fB" + roff(flag.name) + "\\fR") != std::string::npos);
        CHECK((own.find("\\fB" + roff(flag.letter) + "\\fR, ") != std::string::npos ||
               flag.letter.empty()));
      }
    std::size_t examples = 0;
    for (std::size_t from = 0; (from = own.find("\n.EX\n", from)) != std::string::npos; ++from)
      ++examples;
    CHECK(examples == command.examples.size());
  }
  for (const Flag& flag : global_flags())
    CHECK(page.find("\\fB" + roff(flag.name) + "\\fR", end) != std::string::npos);
}

TEST_CASE("manual_page: every key of the configuration, and every code, each once") {
  const std::string page = manual_page();
  const auto entries = [&](const std::string& head) {
    std::size_t number = 0;
    for (std::size_t at = 0; (at = page.find("\n.TP\n" + head, at)) != std::string::npos; ++at)
      ++number;
    return number;
  };
  for (const SettingTable& table : setting_tables())
    for (const SettingHelp& key : table.keys) {
      CAPTURE(key.key);
      CHECK(entries("\\fB" + roff(key.key) + "\\fR\n") == 1);
    }
  for (std::size_t i = 0; i < finding_code_count; ++i) {
    const std::string word(to_text(static_cast<FindingCode>(i)));
    CAPTURE(word);
    CHECK(entries("\\fB" + roff(word) + "\\fR (") == 1);
  }
  for (std::size_t i = 0; i < alert_code_count; ++i) {
    const std::string word(to_text(static_cast<AlertCode>(i)));
    CAPTURE(word);
    CHECK(entries("\\fB" + roff(word) + "\\fR (") == 1);
  }
  for (std::size_t i = 0; i < gate_count; ++i) {
    const std::string word(to_text(static_cast<GateId>(i)));
    CAPTURE(word);
    CHECK(entries("\\fB" + word + "\\fR\n") == 1);
  }
  CHECK(page.find("Pass rate of your own mail. Settings: readiness.own_rate_quarantine, ") !=
        std::string::npos);
}
