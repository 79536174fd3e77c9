// SPDX-License-Identifier: MIT
#include "report/cli/help/manual.h"

#include <fmt/format.h>

#include "report/cli/args/config_files.h"
#include "report/cli/command.h"
#include "report/cli/help/manual_reference.h"
#include "report/cli/help/roff.h"

namespace dmarcq {
namespace {

/// Paragraphs, separated by empty lines.
void append_paragraphs(std::string& page, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    page += fmt::format(".PP\n{}\n", roff(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
}

void append_flag(std::string& page, const Flag& flag) {
  std::string left = flag.letter.empty() ? fmt::format("\\fB{}\\fR", roff(flag.name))
                                         : fmt::format("\\fB{}\\fR, \\fB{}\\fR", roff(flag.letter),
                                                       roff(flag.name));
  if (!flag.value.empty()) left += fmt::format(" \\fI{}\\fR", roff(flag.value));
  std::string right(flag.help);
  if (!flag.choices.empty()) {
    std::string choices(flag.choices);
    for (std::size_t at = 0; (at = choices.find('|', at)) != std::string::npos; at += 2)
      choices.replace(at, 1, ", ");
    right += ": " + choices;
  }
  if (flag.repeatable) right += " (repeatable)";
  append_entry(page, left, right + ".");
}

}  // namespace

std::string manual_page() {
  std::string page =
      fmt::format(".TH DMARCQ 1 \"\" \"dmarcq {}\" \"User Commands\"\n", DMARCQ_VERSION);
  page += ".SH NAME\ndmarcq \\- turn a mailbox full of DMARC aggregate reports into a decision\n";
  page += ".SH SYNOPSIS\n.B dmarcq\n.I COMMAND\n.RI [ FLAGS ]\n";
  page += ".SH DESCRIPTION\n";
  page +=
      roff(
          "dmarcq reads DMARC aggregate report (rua) mail into one SQLite file and answers: who sends as my domain, does it pass, what has to be fixed at which "
          "sender (Salesforce above all), and can the policy become stricter. It uses no network unless it reads a live mailbox or --dns is given.") +
      "\n";
  page += ".SH COMMANDS\n";
  for (const Command& command : commands()) {
    page += fmt::format(".SS dmarcq {}{}{} [FLAGS]\n{}.\n", roff(command.name),
                        command.operands.empty() ? "" : " ", roff(command.operands),
                        roff(command.summary));
    append_paragraphs(page, command.about);
    for (const FlagGroup& group : command.groups)
      for (const Flag& flag : group.flags) append_flag(page, flag);
    for (const Example& example : command.examples)
      page += fmt::format(".PP\n{}:\n.PP\n.RS 4\n.EX\n{}\n.EE\n.RE\n", roff(example.says),
                          roff(example.line));
  }
  page += ".SH GLOBAL FLAGS\n";
  for (const Flag& flag : global_flags()) append_flag(page, flag);
  append_configuration(page);
  append_codes(page);
  page += ".SH ENVIRONMENT\n";
  append_entry(page, "\\fBDMARCQ_DB\\fR, \\fBDMARCQ_CONFIG\\fR",
               "Like --db and --config, which take precedence.");
  append_entry(page, "\\fBNO_COLOR\\fR", "Disables colour when not empty.");
  append_entry(
      page, "\\fBDMARCQ_PAGER\\fR, \\fBPAGER\\fR",
      "The pager for long output on a terminal; by default less, if installed. Empty or cat: no pager.");
  append_entry(page, "\\fBDMARCQ_TODAY\\fR",
               "The date that 30d counts back from; for tests, and to reproduce an answer.");
  page += ".SH FILES\n";
  append_entry(page, "\\fI$XDG_CONFIG_HOME/dmarcq/config.toml\\fR", "The configuration of a user.");
  append_entry(page, fmt::format("\\fI{}\\fR", machine_config),
               "The configuration of the machine, for users without one of their own.");
  append_entry(page, "\\fI$XDG_DATA_HOME/dmarcq/dmarcq.db\\fR", "The database.");
  append_entry(
      page, "\\fIDATABASE\\fR.token.\\fINAME\\fR",
      "The token of a mailbox with [mailbox.oauth2]; without it, another one is obtained.");
  page += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"0", "Success. A closed pipe is not an error."},
           {"1", "There is something to report (check; other commands with --exit-code)."},
           {"2", "Wrong usage or configuration."},
           {"3", "Success, but some input became a problem."},
           {"4", "The database is busy."},
           {"5", "The database is damaged or newer than the program."},
           {"6", "Input/output error, or no space left."},
           {"130, 143", "Ended by a signal; the last batch is kept."}})
    append_entry(page, fmt::format("\\fB{}\\fR", code), meaning);
  return page + ".SH SEE ALSO\nRFC 9989 (DMARC), RFC 9990 (aggregate reports)\n";
}

}  // namespace dmarcq
