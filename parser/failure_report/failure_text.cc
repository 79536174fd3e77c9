// SPDX-License-Identifier: MIT
#include "parser/failure_report/failure_text.h"

#include <algorithm>
#include <array>

#include "ingest/base/text.h"
#include "ingest/names.h"
#include "parser/delivery/parsed_delivery.h"

namespace dmarcq {
namespace {

/// Where the sentence may begin, and how far what it tells may reach.
constexpr std::size_t most_lines_above = 10, most_text = 4096;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// Does a sentence of a report begin here? Its line may be broken anywhere.
bool begins_report(std::string_view text) {
  static constexpr std::array<std::string_view, 5> sentences{
      "a message claiming to be from you has failed the published dmarc",
      "this is an email abuse report for an email message",
      "this is an authentication failure report for an email message",
      "this is a authentication failure report for an email message",
      "this is a spf/dkim authentication-failure report"};
  const std::string start = one_line(text.substr(0, 200), 200);
  return std::ranges::any_of(sentences,
                             [&](std::string_view each) { return starts_with_word(start, each); });
}

/// What stands above the words of another: "On …, Ann wrote:", "-----Original Message-----", "From:
/// ann@example.org", "> …".
bool announces_quote(std::string_view line) {
  return line.starts_with('>') || line.starts_with('|') || line.ends_with(':') ||
         line.contains('@') || starts_with_word(line, "from:") ||
         starts_with_word(line, "*from:") || lower(line.substr(0, 200)).contains("message--");
}

/// The text from its sentence on; "" without one.
std::string_view report_in(std::string_view text) {
  for (std::size_t above = 0; !text.empty() && above <= most_lines_above;) {
    const std::string_view from_here = text, line = take_line(text);
    if (line.empty()) continue;
    if (begins_report(from_here)) return from_here;
    if (announces_quote(line)) break;
    ++above;
  }
  return {};
}

/// "received from IP 192.0.2.1 on Fri, 28 Sep 2018 16:48:42 +0800. Below …"
void read_sentence(std::string_view text, FailureText& words) {
  const std::string line = one_line(text.substr(0, most_text / 2), most_text);
  std::string_view rest = line;
  const std::size_t from = rest.find("from IP ");
  if (from == rest.npos) return;
  rest.remove_prefix(from + 8);
  if (starts_with_word(rest, "address ")) rest.remove_prefix(8);
  const std::size_t on = rest.find(" on ");
  const std::string_view ip = rest.substr(0, std::min(rest.find(' '), rest.size()));
  words.source_ip = ip.substr(0, ip.find_last_not_of(".,;") + 1);
  if (on == rest.npos || on > 300) return;
  rest.remove_prefix(on + 4);
  words.arrival = rest.substr(0, std::min({rest.find(". "), rest.size(), std::size_t{100}}));
}

/// "  Sender IP Address: 192.0.2.1"
void read_lines(std::string_view text, FailureText& words) {
  text = text.substr(0, most_text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view name = trimmed(line.substr(0, colon)),
                           value = trimmed(line.substr(colon + 1));
    const auto is = [&](std::string_view wanted, std::string& to) {
      if (same_word(name, wanted) && to.empty()) to = value;
    };
    is("sender domain", words.domain);
    is("sender ip address", words.source_ip);
    is("received date", words.arrival);
    is("spf alignment", words.spf_aligned);
    is("dkim alignment", words.dkim_aligned);
    is("dmarc results", words.policy_result);
  }
}

}  // namespace

std::optional<FailureText> read_failure_text(std::string_view text) {
  text = report_in(text);
  if (text.empty()) return std::nullopt;
  FailureText words;
  if (starts_with_word(trimmed(text), "a message claiming"))
    read_lines(text, words);
  else
    read_sentence(text, words);
  const std::string folded = lower(text.substr(0, most_text));
  words.about_authentication = folded.contains("authentication") || folded.contains("dmarc");
  if (words.domain.empty() && words.source_ip.empty()) return std::nullopt;
  return words;
}

}  // namespace dmarcq
