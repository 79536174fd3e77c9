// SPDX-License-Identifier: MIT
#include "report/render/paragraph.h"

#include <algorithm>
#include <span>

#include "report/render/escape.h"
#include "report/render/utf8.h"

namespace dmarcq {
namespace {

int line_width_place() {
  static const int place = std::ios_base::xalloc();
  return place;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return words;
    words.push_back(text.substr(0, text.find(' ')));
    text.remove_prefix(words.back().size());
  }
}

bool ends_sentence(std::string_view word) {
  return std::string_view(";,:)").contains(word.back()) ||
         (word.ends_with('.') && !word.ends_with(".."));
}

std::string_view bare(std::string_view word) {
  while (!word.empty() && std::string_view(";,:.)'\"").contains(word.back())) word.remove_suffix(1);
  return word;
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// Is it an argument by its looks: a flag, a word that stands for something (ID, DOMAIN…), a name,
/// an address, a day, a file?
bool is_argument(std::string_view word) {
  if (word.starts_with('-')) return word.size() > 1;
  word = bare(word);
  if (word.find_first_of("0123456789./@=_") != std::string_view::npos) return true;
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  });
}

/// The first word of a command.
bool is_command(std::string_view word) {
  constexpr std::string_view commands[]{
      "login",     "ingest",     "summary", "sources", "salesforce", "message",  "refusals",
      "failures",  "tls",        "explain", "report",  "reports",    "problems", "db",
      "readiness", "compare",    "check",   "dns",     "senders",    "note",     "sql",
      "config",    "completion", "help",    "version"};
  return is_one_of(bare(word), commands);
}

/// The second word of a command of two.
bool is_subcommand(std::string_view before, std::string_view word) {
  constexpr std::string_view families[]{"reports", "problems", "db",  "senders",
                                        "dns",     "config",   "note"};
  constexpr std::string_view members[]{
      "show",  "distrust", "trust",  "remove",  "list",      "retry",   "dismiss",
      "info",  "check",    "export", "backup",  "restore",   "prune",   "vacuum",
      "fetch", "add",      "import", "flatten", "blocklist", "archive", "copy"};
  return is_one_of(before, families) && is_one_of(bare(word), members);
}

/// Of 'senders add KIND VALUE'.
bool is_kind_of_entry(std::string_view word) {
  constexpr std::string_view kinds[]{"org",          "network",       "spf-domain",
                                     "dkim-domain",  "dkim-selector", "relay",
                                     "mailing-list", "no-mail",       "verified"};
  return is_one_of(word, kinds);
}

/// How many words from `at` on are one command of ours, as a sentence names it; 0 where none
/// starts.
std::size_t words_of_command(const std::vector<std::string_view>& words, std::size_t at) {
  std::string_view first = words[at];
  const bool quoted = first.starts_with('\'') || first.starts_with("('");
  first.remove_prefix(std::min(first.find_first_not_of("('`"), first.size()));
  if (first != "dmarcq" || at + 1 == words.size()) return 0;
  std::size_t end = at + 1;
  if (quoted) {
    while (end < words.size() && !words[end].contains('\'')) ++end;
    return std::min(end + 1, words.size()) - at;
  }
  if (!is_command(words[end]) && !words[end].starts_with('-')) return 0;
  bool in_quotes = false, after_flag = false;
  for (; end < words.size(); ++end) {
    const std::string_view word = words[end], before = words[end - 1];
    if (!in_quotes && end > at + 1 && ends_sentence(before)) break;
    const bool quote = std::ranges::count(word, '\'') % 2 != 0;
    const bool taken = in_quotes || quote || end == at + 1 || is_argument(word) ||
                       (end == at + 2 && is_subcommand(before, word)) ||
                       (end == at + 3 && before == "add" && is_kind_of_entry(word)) ||
                       (after_flag && !before.contains('='));
    if (!taken) break;
    after_flag = !in_quotes && word.starts_with("--");
    in_quotes = in_quotes != quote;
  }
  return end - at;
}

bool is_spf_term(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of("+-~?\""), word.size()));
  const std::string_view name = word.substr(0, word.find_first_of(":=/\";.,)"));
  constexpr std::string_view names[]{"include", "ip4",    "ip6",      "a",   "mx",
                                     "ptr",     "exists", "redirect", "exp", "all"};
  return is_one_of(name, names);
}

/// The same of a record of DNS that is written in tags or SPF terms.
std::size_t words_of_record(const std::vector<std::string_view>& words, std::size_t at) {
  std::string_view first = words[at];
  first.remove_prefix(std::min(first.find_first_not_of("('\""), first.size()));
  if (!first.starts_with("v=")) return 0;
  std::size_t end = at + 1;
  if (first.starts_with("v=spf1"))
    while (end < words.size() && is_spf_term(words[end])) ++end;
  else
    while (end < words.size() && words[end - 1].ends_with(';') && words[end].contains('=')) ++end;
  return end - at;
}

/// What a line may not be broken within: words, and what is to be copied.
std::vector<std::string> pieces_of(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t together =
        std::max({std::size_t{1}, words_of_command(words, at), words_of_record(words, at)});
    std::string& piece = pieces.emplace_back(words[at]);
    for (std::size_t i = 1; i < together; ++i) piece.append(1, ' ').append(words[at + i]);
    at += together;
  }
  return pieces;
}

}  // namespace

void set_line_width(std::ios_base& stream, unsigned columns) {
  stream.iword(line_width_place()) = static_cast<long>(std::min(columns, 10'000u));
}

unsigned text_width(std::ios_base& stream, unsigned most) {
  const long columns = stream.iword(line_width_place());
  return columns <= 0 ? most : std::min(static_cast<unsigned>(columns), most);
}

void write_paragraph(std::ostream& out, std::string_view first, std::string_view raw, unsigned most,
                     unsigned already) {
  const unsigned width = text_width(out, most);
  const unsigned begin = already + display_width(first);
  // Where less than half of a narrow terminal is left, text stands further to the left.
  constexpr unsigned small_indent = 6;
  const unsigned indent = width < 80 && begin > width / 2 ? std::min(begin, small_indent) : begin;
  std::string line(first);
  unsigned column = begin;
  bool fresh = true;
  const auto end_line = [&] {
    while (line.ends_with(' ')) line.pop_back();
    out << line << '\n';
  };
  for (const std::string& piece : pieces_of(terminal_text(raw))) {
    const unsigned wide = display_width(piece);
    if (column + !fresh + wide > width && (!fresh || (column == begin && indent < begin))) {
      end_line();
      line.assign(indent, ' ');
      column = indent;
      fresh = true;
    }
    if (!fresh) {
      line += ' ';
      ++column;
    }
    line += piece;
    column += wide;
    fresh = false;
  }
  end_line();
}

std::vector<std::string> broken_lines(std::string_view text, unsigned width) {
  std::vector<std::string> lines;
  unsigned column = 0;
  for (const std::string& piece : pieces_of(text)) {
    const unsigned wide = display_width(piece);
    if (lines.empty() || column + 1 + wide > width) {
      lines.emplace_back();
      column = 0;
    } else {
      lines.back() += ' ';
      ++column;
    }
    lines.back() += piece;
    column += wide;
  }
  return lines;
}

}  // namespace dmarcq
