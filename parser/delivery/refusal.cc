// SPDX-License-Identifier: MIT
// Rows are tried in their order, but only those that can fit: one needle of each row is looked for
// by an automaton (Aho and Corasick) that reads the text once, whatever the number of rows.
#include "parser/delivery/refusal.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_text = 2000;

using Fault = RefusalFault;
constexpr std::array<RefusalTraits, refusal_class_count> traits{{
    {"UNCLASSIFIED", Fault::unknown, Suppress::no, false, false},
    {"SENDER_UNVERIFIED", Fault::own_service, Suppress::no, true, false},
    {"TENANT_ROUTE", Fault::receiver_rule, Suppress::no, true, false},
    {"SPOOF_LOCAL", Fault::receiver_rule, Suppress::no, true, false},
    {"AUTH_BULK", Fault::sender_authentication, Suppress::no, true, false},
    {"AUTH_DMARC", Fault::sender_authentication, Suppress::no, true, false},
    {"AUTH_SPF", Fault::sender_authentication, Suppress::no, true, false},
    {"AUTH_DKIM", Fault::sender_authentication, Suppress::no, true, false},
    {"AUTH_ANY", Fault::sender_authentication, Suppress::no, true, false},
    {"PTR", Fault::sender_setup, Suppress::no, true, false},
    {"TLS", Fault::sender_setup, Suppress::no, true, false},
    {"RATE", Fault::sender_reputation, Suppress::no, false, true},
    {"GREYLIST", Fault::network, Suppress::no, false, false},
    {"REP_LIST", Fault::sender_reputation, Suppress::no, false, true},
    {"REP_IP", Fault::sender_reputation, Suppress::no, false, true},
    {"RCPT_RULE", Fault::receiver_rule, Suppress::no, false, false},
    {"CONTENT", Fault::sender_setup, Suppress::no, false, true},
    {"UNKNOWN_USER", Fault::recipient, Suppress::yes, false, false},
    {"DISABLED", Fault::recipient, Suppress::yes, false, false},
    {"MAILBOX_FULL", Fault::recipient, Suppress::soft, false, false},
    {"RCPT_DNS", Fault::recipient, Suppress::yes, false, false},
    {"RCPT_NETWORK", Fault::network, Suppress::no, false, false},
    {"RCPT_SYSTEM", Fault::network, Suppress::no, false, false},
    {"RELAY", Fault::sender_setup, Suppress::no, true, false},
    {"SIZE", Fault::sender_setup, Suppress::no, false, false},
    {"FORMAT", Fault::sender_setup, Suppress::no, true, false},
    {"SENDER_DNS", Fault::sender_setup, Suppress::no, true, false},
    {"SUPPRESSED", Fault::own_service, Suppress::yes, false, false},
    {"POLICY_OTHER", Fault::receiver_rule, Suppress::no, false, false},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

/// "550-" or "550 " at the front: a reply code (RFC 5321 section 4.2).
bool starts_with_reply_code(std::string_view text) {
  return text.size() > 3 && (text[0] == '2' || text[0] == '4' || text[0] == '5') &&
         is_digit(text[1]) && is_digit(text[2]) && (text[3] == ' ' || text[3] == '-');
}

/// The length of "5.7.26" at the front of the text; 0 when there is none.
std::size_t enhanced_length(std::string_view text) {
  if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.')
    return 0;
  std::size_t at = 2;
  for (int part = 0; part < 2; ++part) {
    const std::size_t begin = at;
    while (at < text.size() && at - begin < 3 && is_digit(text[at])) ++at;
    if (at == begin) return 0;
    if (part == 0 && (at >= text.size() || text[at++] != '.')) return 0;
  }
  if (at < text.size() && (is_alnum(lower(text[at])) ||
                           (text[at] == '.' && at + 1 < text.size() && is_digit(text[at + 1]))))
    return 0;
  return at;
}

/// As the rules read it: lower case, white space collapsed, "550-5.7.26" of continuation lines
/// dropped when it repeats the first, ’ as '.
std::string prepared(std::string_view text) {
  text = trimmed(text.substr(0, 4 * longest_text));
  std::string out;
  out.reserve(std::min(text.size(), longest_text));
  std::string_view code, enhanced;
  for (std::size_t i = 0; i < text.size() && out.size() < longest_text;) {
    const bool at_word = out.empty() || out.back() == ' ';
    if (at_word && starts_with_reply_code(text.substr(i))) {
      const std::string_view found = text.substr(i, 3);
      if (code.empty()) code = found;
      const bool again = found == code && i > 0;
      if (!again) (out += found) += ' ';
      i += 4;
      const std::size_t length = enhanced_length(text.substr(i));
      if (again && length > 0 && text.substr(i, length) == enhanced)
        i += length;
      else if (enhanced.empty())
        enhanced = text.substr(i, length);
      continue;
    }
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f') {
      if (!at_word) out += ' ';
      ++i;
    } else if (text.substr(i, 3) == "\xE2\x80\x99") {
      out += '\'';
      i += 3;
    } else {
      out += lower(c);
      ++i;
    }
  }
  if (out.size() > longest_text) out.resize(longest_text);
  return out;
}

/// Addresses say nothing of the reason, whatever words they are made of: "spam-trap@example.net"
/// becomes "@".
std::string without_addresses(std::string_view text) {
  constexpr std::string_view ends = " <>()[]{},;:'\"";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(ends), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t at = word.find('@');
    out += at != word.npos && at > 0 ? "@" : word;
    if (end < text.size()) out += text[end];
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

struct Needle {
  enum class Kind { text, alone, absent };
  Kind kind = Kind::text;
  std::string text;
};

/// Does a "~" needle stand at `at`: "x." is 4. or 5., "#" is one digit, and nothing that would make
/// it part of something else is beside it?
bool stands_alone(std::string_view text, std::size_t at, std::string_view needle) {
  if (at + needle.size() > text.size()) return false;
  for (std::size_t i = 0; i < needle.size(); ++i) {
    const char wanted = needle[i], c = text[at + i];
    const bool fits = wanted == '#'                        ? is_digit(c)
                      : i == 0 && needle.starts_with("x.") ? c == '4' || c == '5'
                                                           : wanted == c;
    if (!fits) return false;
  }
  if (at > 0 && (is_alnum(text[at - 1]) || text[at - 1] == '.')) return false;
  const std::string_view rest = text.substr(at + needle.size());
  if (rest.empty()) return true;
  if (is_alnum(rest.front())) return false;
  return !(rest.front() == '.' && rest.size() > 1 && is_digit(rest[1]));
}

/// The longest run of the needle that stands for itself.
std::string_view literal_of(const Needle& needle) {
  std::string_view text = needle.text;
  if (needle.kind == Needle::Kind::alone && text.starts_with("x.")) text.remove_prefix(1);
  if (needle.kind == Needle::Kind::alone) text = text.substr(0, text.find('#'));
  return text;
}

struct Rule {
  RefusalClass refusal = RefusalClass::unclassified;
  std::vector<Needle> needles;
};

bool fits(const Rule& rule, std::string_view text) {
  return std::ranges::all_of(rule.needles, [&](const Needle& needle) {
    if (needle.kind == Needle::Kind::text) return text.contains(needle.text);
    if (needle.kind == Needle::Kind::absent) return !text.contains(needle.text);
    const std::string_view literal = literal_of(needle);
    const std::size_t before = needle.text.starts_with("x.") ? 1 : 0;
    for (std::size_t at = text.find(literal); at != text.npos; at = text.find(literal, at + 1))
      if (at >= before && stands_alone(text, at - before, needle.text)) return true;
    return false;
  });
}

/// Finds which of many words a text holds, in one pass over it.
class WordSet {
 public:
  /// Words are not empty. Call build() behind the last one.
  void add(std::string_view word, std::uint16_t value) {
    std::uint32_t state = 0;
    for (const char c : word) {
      const auto byte = static_cast<unsigned char>(c);
      if (states_[state].next[byte] == 0) {
        states_[state].next[byte] = static_cast<std::uint32_t>(states_.size());
        states_.emplace_back();
      }
      state = states_[state].next[byte];
    }
    states_[state].values.push_back(value);
  }
  void build() {
    std::vector<std::uint32_t> queue{0}, shorter(states_.size(), 0);
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const std::uint32_t state = queue[i];
      for (std::size_t byte = 0; byte < 256; ++byte) {
        std::uint32_t& next = states_[state].next[byte];
        const std::uint32_t fallback = state == 0 ? 0 : states_[shorter[state]].next[byte];
        if (next == 0) {
          next = fallback;
          continue;
        }
        shorter[next] = fallback;
        auto& values = states_[next].values;
        const auto& more = states_[fallback].values;
        values.insert(values.end(), more.begin(), more.end());
        queue.push_back(next);
      }
    }
  }
  template <typename Visit>
  void find(std::string_view text, Visit visit) const {
    std::uint32_t state = 0;
    for (const char c : text) {
      state = states_[state].next[static_cast<unsigned char>(c)];
      for (const std::uint16_t value : states_[state].values) visit(value);
    }
  }

 private:
  struct State {
    std::array<std::uint32_t, 256> next{};
    std::vector<std::uint16_t> values;
  };
  std::vector<State> states_{1};
};

class RuleTable {
 public:
  /// From text in the form of refusal_codes.tsv. Throws std::invalid_argument on a line that is not
  /// of it: the table is built in.
  explicit RuleTable(std::string_view tsv) {
    while (!tsv.empty()) {
      const std::size_t end = std::min(tsv.find('\n'), tsv.size());
      const std::string_view line = tsv.substr(0, end);
      tsv.remove_prefix(std::min(end + 1, tsv.size()));
      if (!line.empty() && line.front() != '#') add(line);
    }
    words_.build();
  }

  static const RuleTable& built_in() {
    static const RuleTable table{std::string_view{
#include "parser/delivery/refusal_codes.inc"
    }};
    return table;
  }

  RefusalClass classify(std::string_view text) const {
    std::vector<bool> possible(rules_.size());
    words_.find(text, [&](std::uint16_t rule) { possible[rule] = true; });
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if (possible[i] && fits(rules_[i], text)) return rules_[i].refusal;
    return RefusalClass::unclassified;
  }

 private:
  void add(std::string_view line) {
    const std::size_t tab = line.find('\t');
    const auto refusal = refusal_class_from(line.substr(0, tab));
    if (tab == line.npos || !refusal)
      throw std::invalid_argument("refusal_codes.tsv: " + std::string(line));
    Rule rule{*refusal, {}};
    for (std::string_view rest = line.substr(tab + 1);;) {
      const std::size_t end = std::min(rest.find('&'), rest.size());
      std::string_view text = rest.substr(0, end);
      Needle needle;
      if (text.starts_with('~')) needle.kind = Needle::Kind::alone;
      if (text.starts_with('!')) needle.kind = Needle::Kind::absent;
      if (needle.kind != Needle::Kind::text) text.remove_prefix(1);
      needle.text = text;
      rule.needles.push_back(std::move(needle));
      if (end == rest.size()) break;
      rest.remove_prefix(end + 1);
    }
    std::string_view longest;
    for (const Needle& needle : rule.needles)
      if (needle.kind != Needle::Kind::absent && literal_of(needle).size() > longest.size())
        longest = literal_of(needle);
    if (longest.empty()) throw std::invalid_argument("refusal_codes.tsv: " + std::string(line));
    words_.add(longest, static_cast<std::uint16_t>(rules_.size()));
    rules_.push_back(std::move(rule));
  }

  std::vector<Rule> rules_;
  WordSet words_;
};

}  // namespace

RefusalTraits traits_of(RefusalClass refusal) noexcept {
  return traits[static_cast<std::size_t>(refusal)];
}

std::optional<RefusalClass> refusal_class_from(std::string_view word) noexcept {
  const auto found = std::ranges::find(traits, word, &RefusalTraits::word);
  if (found == traits.end()) return std::nullopt;
  return static_cast<RefusalClass>(found - traits.begin());
}

RefusalClass classify_refusal(std::string_view text) {
  return RuleTable::built_in().classify(without_addresses(prepared(text)));
}

SmtpCodes smtp_codes(std::string_view text) {
  text = text.substr(0, longest_text);
  SmtpCodes codes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char before = i == 0 ? ' ' : text[i - 1];
    if (!is_digit(text[i]) || is_alnum(lower(before)) || before == '.' || before == '-') {
      // "550-5.7.26" is the one place where a code is behind a hyphen.
      if (before != '-' || codes.basic == 0 || !codes.enhanced.empty()) continue;
    }
    const std::string_view rest = text.substr(i);
    if (const std::size_t length = enhanced_length(rest); length > 0) {
      if (codes.enhanced.empty()) codes.enhanced = rest.substr(0, length);
    } else if (codes.basic == 0 &&
               (starts_with_reply_code(rest) ||
                (rest.size() == 3 && starts_with_reply_code(std::string(rest) + " ")))) {
      codes.basic = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
    }
    if (codes.basic != 0 && !codes.enhanced.empty()) break;
  }
  return codes;
}

std::string with_codes(std::string_view words, std::string_view basic, std::string_view enhanced) {
  std::string text(trimmed(words));
  const SmtpCodes codes = smtp_codes(text);
  enhanced = trimmed(enhanced);
  if (codes.enhanced.empty() && enhanced_length(enhanced) == enhanced.size() && !enhanced.empty() &&
      !enhanced.ends_with(".0.0")) {
    if (codes.basic != 0 && text.starts_with(std::to_string(codes.basic)))
      text.insert(3, " " + std::string(enhanced));
    else
      text = std::string(enhanced) + " " + text;
  }
  basic = trimmed(basic);
  if (codes.basic == 0 && basic.size() == 3 && smtp_codes(basic).basic != 0)
    text = std::string(basic) + " " + text;
  return std::string(trimmed(text));
}

bool is_own_words(std::string_view text) noexcept {
  constexpr std::string_view mark = "[internal]";
  return !std::ranges::search(text, mark, {}, [](char c) { return lower(c); }).empty();
}

}  // namespace dmarcq
