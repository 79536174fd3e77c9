// SPDX-License-Identifier: MIT
#include "report/cli/help/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/render/utf8.h"

namespace dmarcq {
namespace {

/// Words of a text in lines of the page, each indented; an empty line stays one.
std::string wrapped(std::string_view text, unsigned indent, unsigned page_width) {
  std::string out;
  unsigned column = indent;
  bool line_start = true;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" \n");
    const std::string_view word = text.substr(0, end);
    const unsigned width = display_width(word);
    if (!line_start && column + 1 + width > page_width) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
      line_start = true;
    }
    if (!line_start && !word.empty()) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
    if (!word.empty()) line_start = false;
    if (end == std::string_view::npos) break;
    if (text[end] == '\n') {
      out += '\n';
      if (end + 1 < text.size() && text[end + 1] != '\n') out.append(indent, ' ');
      column = indent;
      line_start = true;
    }
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string left_side(const Flag& flag) {
  std::string left = flag.letter.empty() ? "    " : fmt::format("{}, ", flag.letter);
  left += flag.name;
  if (!flag.value.empty()) left += fmt::format(" {}", flag.value);
  return left;
}

void append_entries(std::string& page,
                    const std::vector<std::pair<std::string, std::string>>& entries,
                    unsigned width) {
  unsigned column = 0;
  for (const auto& [left, right] : entries) column = std::max(column, display_width(left));
  column = std::min(column + 4, width < 80 ? 20u : 28u);
  for (const auto& [left, right] : entries) {
    page += "  " + left;
    unsigned at = 2 + display_width(left);
    if (at + 2 > column) {
      page += '\n';
      at = 0;
    }
    page.append(column - at, ' ');
    page += wrapped(right, column, width) + '\n';
  }
}

std::string usage_line(const Command& command) {
  std::string line = fmt::format("dmarcq {}", command.name);
  if (!command.operands.empty()) line += fmt::format(" {}", command.operands);
  return line + " [FLAGS]";
}

}  // namespace

std::string overview(unsigned width) {
  std::string page =
      wrapped("dmarcq turns a mailbox full of DMARC aggregate reports into a decision.", 0, width) +
      "\n\nUSAGE\n  dmarcq COMMAND [FLAGS]\n\nCOMMANDS\n";
  std::vector<std::pair<std::string, std::string>> entries;
  for (const Command& command : commands()) entries.emplace_back(command.name, command.summary);
  append_entries(page, entries, width);
  page += "\nGLOBAL FLAGS (before or after the command)\n";
  entries.clear();
  for (const Flag& flag : global_flags()) entries.emplace_back(left_side(flag), flag.help);
  append_entries(page, entries, width);
  page += "\nENVIRONMENT\n";
  append_entries(page,
                 {{"DMARCQ_DB, DMARCQ_CONFIG", "like --db and --config, which take precedence"},
                  {"NO_COLOR", "disables colour when not empty"},
                  {"DMARCQ_PAGER, PAGER", "the pager for long output on a terminal; default: less"},
                  {"DMARCQ_TODAY", "the date that 30d counts back from (2026-11-21); for tests"}},
                 width);
  page += "\nEXIT CODES\n";
  append_entries(page,
                 {{"0", "done"},
                  {"1", "there is something to report (check, or with --exit-code)"},
                  {"2", "wrong usage or configuration"},
                  {"3", "success, but some input became a problem"},
                  {"4", "database busy"},
                  {"5", "the database is damaged or newer than the program"},
                  {"6", "input/output error, or no space left"},
                  {"130, 143", "ended by a signal; the last batch is kept"}},
                 width);
  page += "\nSTART HERE\n";
  constexpr std::pair<std::string_view, std::string_view> first_steps[] = {
      {"dmarcq ingest reports.mbox", "read a mailbox into the database"},
      {"dmarcq summary", "how the domains stand"},
      {"dmarcq sources --failing --salesforce", "which Salesforce addresses fail"}};
  for (const auto& [line, says] : first_steps)
    page += width < 80 ? fmt::format("  {}\n      {}\n", line, says)
                       : fmt::format("  {:<40}  {}\n", line, says);
  page += "\nSee 'dmarcq help COMMAND' for flags and examples.\n";
  return page;
}

std::string help_page(const Command& command, unsigned width) {
  std::string page = fmt::format("{}\n\nUSAGE\n  {}\n", command.summary, usage_line(command));
  if (!command.about.empty()) page += fmt::format("\n{}\n", wrapped(command.about, 0, width));
  const auto section = [&](std::string_view heading, std::span<const Flag> flags) {
    page += fmt::format("\n{}\n", heading);
    std::vector<std::pair<std::string, std::string>> entries;
    for (const Flag& flag : flags) {
      std::string text(flag.help);
      if (!flag.choices.empty()) {
        std::string choices(flag.choices);
        for (std::size_t at = 0; (at = choices.find('|', at)) != std::string::npos; at += 2)
          choices.replace(at, 1, ", ");
        text += fmt::format(": {}", choices);
      }
      if (flag.repeatable) text += " (repeatable)";
      entries.emplace_back(left_side(flag), text);
    }
    append_entries(page, entries, width);
  };
  for (const FlagGroup& group : command.groups) section(group.heading, group.flags);
  section("GLOBAL FLAGS", global_flags());
  page += "\nEXAMPLES\n";
  for (const Example& example : command.examples)
    page += fmt::format("  {}\n      {}\n", example.line, wrapped(example.says, 6, width));
  return page;
}

std::string group_page(std::string_view word, unsigned width) {
  std::string page = fmt::format("USAGE\n  dmarcq {} COMMAND [FLAGS]\n\nCOMMANDS\n", word);
  std::vector<std::pair<std::string, std::string>> entries;
  for (const Command* command : commands_below(word)) {
    std::string left(command->name);
    if (!command->operands.empty()) left += fmt::format(" {}", command->operands);
    entries.emplace_back(std::move(left), command->summary);
  }
  append_entries(page, entries, width);
  return page + fmt::format("\nSee 'dmarcq help {} COMMAND' for flags and examples.\n", word);
}

}  // namespace dmarcq
