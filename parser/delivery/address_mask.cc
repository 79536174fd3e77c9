// SPDX-License-Identifier: MIT
#include "parser/delivery/address_mask.h"

#include <algorithm>
#include <array>
#include <optional>

#include "ingest/base/text.h"
#include "parser/delivery/refusal.h"
#include "parser/delivery/return_path.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

constexpr std::string_view delimiters = " <>()[]{}\",;:\t";
constexpr std::size_t longest_local_part = 256;

/// Local parts that name no person: roles, and words of which refusals are made.
constexpr std::array<std::string_view, 86> ordinary_words = {
    "abuse",         "access",     "account",       "accounts",   "address",   "admin",
    "administrator", "and",        "are",           "billing",    "blocked",   "check",
    "contact",       "customer",   "customers",     "delivery",   "denied",    "disabled",
    "dkim",          "dmarc",      "does",          "domain",     "email",     "error",
    "esmtp",         "feedback",   "finance",       "for",        "from",      "full",
    "has",           "hello",      "help",          "helpdesk",   "host",      "inactive",
    "info",          "invalid",    "invoice",       "invoices",   "jobs",      "local",
    "mail",          "mailbox",    "mailer-daemon", "marketing",  "message",   "messages",
    "news",          "newsletter", "no-reply",      "noreply",    "not",       "office",
    "orders",        "policy",     "postmaster",    "press",      "privacy",   "quota",
    "rejected",      "relay",      "recipient",     "recipients", "sales",     "security",
    "sender",        "sent",       "server",        "service",    "smtp",      "spam",
    "spf",           "support",    "team",          "test",       "the",       "this",
    "unknown",       "user",       "users",         "virtual",    "webmaster", "with",
    "you",           "your"};

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_ascii_alnum(char c) { return (c >= '0' && c <= '9') || is_letter(c); }
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Is the byte at `at` part of a letter or digit of an alphabet: ASCII, or U+00C0 to U+058F, which
/// UTF-8 writes in two bytes? What stands beyond is typographic, or a script without blanks.
bool is_alnum(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  if (!is_beyond_ascii(text[at])) return is_ascii_alnum(text[at]);
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto is_second = [](unsigned value) { return (value & 0xC0) == 0x80; };
  if (is_second(byte(at))) {
    if (at == 0) return false;
    --at;
  }
  const unsigned first = byte(at), second = byte(at + 1);
  return is_second(second) && first >= 0xC3 && (first < 0xD6 || (first == 0xD6 && second <= 0x8F));
}
bool is_border(std::string_view text, std::size_t at) {
  return at < text.size() && is_beyond_ascii(text[at]) && !is_alnum(text, at);
}

/// The domain name that the text begins with; "" when it begins with none of at least two labels.
std::string_view domain_at_front(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && (is_ascii_alnum(text[end]) || is_beyond_ascii(text[end]) ||
                               text[end] == '.' || text[end] == '-'))
    ++end;
  while (end > 0 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  const std::string_view name = text.substr(0, end);
  const std::size_t dot = name.rfind('.');
  return dot != name.npos && dot + 1 < name.size() && is_letter(name[dot + 1]) ? name
                                                                               : std::string_view();
}

/// Where the word that ends at `end` begins, not before `least`.
std::size_t begin_of_word(std::string_view text, std::size_t least, std::size_t end) {
  constexpr std::string_view apostrophe = "’";
  std::size_t begin = end;
  // A local part may be of any script (RFC 6531); one of ASCII ends where another script begins.
  const bool of_any_script = end > least && is_border(text, end - 1);
  while (begin > least && !delimiters.contains(text[begin - 1])) {
    // A single quote is part of o'brien, else it stands around a word.
    if (text[begin - 1] == '\'' && (begin - 1 == least || !is_alnum(text, begin - 2))) break;
    if (!of_any_script && is_border(text, begin - 1)) {
      if (!text.substr(least, begin - least).ends_with(apostrophe) ||
          begin - apostrophe.size() == least || !is_alnum(text, begin - apostrophe.size() - 1))
        break;
      begin -= apostrophe.size();
      continue;
    }
    --begin;
  }
  return begin;
}

/// Where the local part begins that ends before the @ from `at` to `behind`.
std::size_t begin_of_local_part(std::string_view text, std::size_t least, std::size_t at,
                                std::size_t behind) {
  if (at > least + 1 && text[at - 1] == '"') {
    const std::size_t open = text.rfind('"', at - 2);
    if (open != text.npos && open >= least && at - open <= longest_local_part + 2) return open;
  }
  if (at > least && text[at - 1] == ' ' && behind < text.size() &&
      !domain_at_front(text.substr(text[behind] == ' ' ? behind + 1 : behind)).empty())
    return begin_of_word(text, least, at - 1);
  return begin_of_word(text, least, at);
}

/// The same before an @ that is written in another way, as in the query of an URL.
std::size_t begin_of_encoded(std::string_view text, std::size_t least, std::size_t at) {
  std::size_t begin = begin_of_word(text, least, at);
  if (const std::size_t last = text.substr(begin, at - begin).find_last_of("/?&");
      last != text.npos) {
    begin += last + 1;
    const bool is_query = text[begin - 1] != '/';
    const std::size_t equals = text.substr(begin, at - begin).find('=');
    if (is_query && equals != text.npos) begin += equals + 1;
  }
  return begin;
}

/// An @ in any spelling.
struct AtSign {
  std::size_t begin = 0, end = 0;
  bool is_plain = false;
  bool is_word = false;  ///< "(at)": the local part may stand before a blank
};

/// "(at)" or "[ at ]" at the front of the text: its length, else 0.
std::size_t bracketed_at(std::string_view text) {
  static constexpr std::string_view open = "([{<", close = ")]}>";
  const std::size_t kind = open.find(text.front());
  if (kind == open.npos) return 0;
  const std::size_t end = text.substr(0, 8).find(close[kind]);
  return end != text.npos && lower(trimmed(text.substr(1, end - 1))) == "at" ? end + 1 : 0;
}

std::optional<AtSign> next_at_sign(std::string_view text, std::size_t from) {
  static constexpr std::array<std::string_view, 5> spellings = {"%40", "=40", "&#64;", "&#x40;",
                                                                "&commat;"};
  static constexpr std::array<std::string_view, 2> wide = {"＠", "﹫"};
  constexpr std::string_view first = "@%=&([{<\xEF";
  for (std::size_t i = text.find_first_of(first, from); i != text.npos;
       i = text.find_first_of(first, i + 1)) {
    if (text[i] == '@') return AtSign{i, i + 1, true, false};
    const std::string_view rest = text.substr(i);
    for (const std::string_view sign : wide)
      if (rest.starts_with(sign)) return AtSign{i, i + sign.size(), true, false};
    for (const std::string_view spelling : spellings)
      if (lower(rest.substr(0, spelling.size())) == spelling &&
          !domain_at_front(rest.substr(spelling.size())).empty())
        return AtSign{i, i + spelling.size(), false, false};
    if (const std::size_t size = bracketed_at(rest); size > 0)
      return AtSign{i, i + size, false, true};
  }
  return std::nullopt;
}

std::string without_marked(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (auto at = next_at_sign(text, 0); at; at = next_at_sign(text, at->end)) {
    std::size_t end = at->begin;
    if (at->is_word && end > copied && text[end - 1] == ' ') --end;
    const std::size_t begin = at->is_plain  ? begin_of_local_part(text, copied, end, at->end)
                              : at->is_word ? begin_of_word(text, copied, end)
                                            : begin_of_encoded(text, copied, end);
    out += text.substr(copied, begin - copied);
    copied = at->begin;
  }
  out += text.substr(copied);
  return out;
}

bool is_of_local_part(std::string_view text, std::size_t at) {
  return is_alnum(text, at) || std::string_view("._+-'=%&*!~").contains(text[at]);
}

/// Is it rather a mailbox than a word of a sentence: "ann.other", "hal9000"?
bool looks_like_local_part(std::string_view word) {
  const auto is_mark = [](char c) {
    return (c >= '0' && c <= '9') || std::string_view("._+=").contains(c);
  };
  return std::ranges::any_of(word, is_letter) && std::ranges::any_of(word, is_mark);
}

/// Is it rather a host ("zen.spamhaus.org", "mx1.example.de") than a name ("ann.other", "j.r.li")?
bool looks_like_host(std::string_view word) {
  static constexpr std::array<std::string_view, 9> top = {"arpa", "biz", "com", "edu", "gov",
                                                          "info", "int", "net", "org"};
  const std::size_t dot = word.rfind('.');
  if (dot == word.npos || dot == 0 || !is_domain_name(word)) return false;
  const std::string last = lower(word.substr(dot + 1));
  if (std::ranges::find(top, last) != top.end()) return true;
  std::string_view rest = word.substr(0, dot);
  if (last.size() != 2 || !is_letter(last[0]) || !is_letter(last[1]) || !rest.contains('.'))
    return false;
  for (std::size_t end = rest.find('.'); end != rest.npos; end = rest.find('.')) {
    if (end < 2) return false;
    rest.remove_prefix(end + 1);
  }
  return rest.size() >= 2;
}

bool tells_the_same(std::string_view masked, std::string_view text) {
  return classify_refusal(masked) == classify_refusal(text) &&
         smtp_codes(masked) == smtp_codes(text);
}

/// "ann.other at example.net" becomes "at example.net", unless the word is a host or the reason.
std::string without_spoken(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  const std::string folded = lower(text);
  for (std::size_t at = folded.find(" at "); at != folded.npos; at = folded.find(" at ", at + 1)) {
    std::size_t begin = at;
    while (begin > copied && is_of_local_part(text, begin - 1)) --begin;
    const std::string_view word = text.substr(begin, at - begin);
    if (domain_at_front(text.substr(at + 4)).empty() || !looks_like_local_part(word) ||
        looks_like_host(word))
      continue;
    std::string named = out + std::string(text.substr(copied, begin - copied));
    const std::size_t behind = named.empty() || named.ends_with(' ') ? at + 1 : at;
    if (!tells_the_same(named + std::string(text.substr(behind)),
                        out + std::string(text.substr(copied))))
      continue;
    out = std::move(named);
    copied = behind;
  }
  out += text.substr(copied);
  return out;
}

/// Replaces the name where it stands alone. A short one is a word of any sentence, unless it is
/// quoted.
std::string without_name(std::string_view text, std::string_view name, std::string_view domain) {
  constexpr std::size_t short_name = 2;
  const std::string folded = lower(text), wanted = lower(name);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = folded.find(wanted); at != folded.npos; at = folded.find(wanted, at + 1)) {
    if (at < copied) continue;
    const std::size_t end = at + wanted.size();
    const char before = at == 0 ? ' ' : folded[at - 1];
    const std::string_view behind = std::string_view(folded).substr(end);
    const char next = behind.empty() ? ' ' : behind.front();
    const bool inside = at > 0 && is_alnum(folded, at - 1);
    // "bounces+12-ann=example.net"
    const bool encoded = !domain.empty() && !inside &&
                         ((next == '=' && behind.substr(1).starts_with(domain)) ||
                          (behind.starts_with("%3d") && behind.substr(3).starts_with(domain)));
    const bool begins = !inside && !std::string_view("._+-").contains(before);
    const bool ends = !is_alnum(folded, end) && !std::string_view("_+-").contains(next) &&
                      !(next == '.' && is_alnum(folded, end + 1));
    const bool quoted = (std::string_view("<'\"([").contains(before) &&
                         std::string_view(">'\")]").contains(next)) ||
                        (at > 0 && is_border(folded, at - 1) && is_border(folded, end));
    if (!encoded && (!begins || !ends || (wanted.size() <= short_name && !quoted))) continue;
    out += text.substr(copied, at - copied);
    out += "[...]";
    copied = at + wanted.size();
  }
  out += text.substr(copied);
  return out;
}

}  // namespace

std::string without_local_parts(std::string_view text) {
  return without_spoken(without_marked(text));
}

std::string without_recipient(std::string_view text, std::string_view recipient) {
  std::string masked = without_local_parts(text);
  const std::size_t at = recipient.rfind('@');
  if (at == recipient.npos || masked.empty()) return masked;
  const std::string_view domain = recipient.substr(at + 1);
  std::string_view local = recipient.substr(0, at);
  if (local.size() > 2 && local.starts_with('"') && local.ends_with('"'))
    local = local.substr(1, local.size() - 2);
  const std::string_view base = local.substr(0, local.find('+'));
  for (const std::string_view name : {local, base}) {
    if (name.empty() || std::ranges::find(ordinary_words, lower(name)) != ordinary_words.end())
      continue;
    std::string named = without_name(masked, name, domain);
    if (named != masked && tells_the_same(named, masked)) masked = std::move(named);
  }
  return masked;
}

std::string without_people(std::string_view envelope_sender) {
  const ReturnPath path = stored_return_path(envelope_sender);
  if (path.kind == ReturnPath::Kind::salesforce_core)
    return "=" + path.header_from.substr(path.header_from.rfind('@') + 1) + "__@" + path.domain;
  if (!path.domain.empty()) return "@" + path.domain;
  const std::size_t at = envelope_sender.rfind('@');
  if (at == envelope_sender.npos) return {};
  const std::string domain = folded_domain(trimmed(envelope_sender.substr(at + 1)));
  return is_domain_name(domain) ? "@" + domain : "";
}

std::string without_private_lines(std::string_view more) {
  constexpr std::string_view org = "X-SFDC-LK: ";
  constexpr std::size_t longest_org_id = 18;
  while (!more.empty()) {
    const std::size_t end = std::min(more.find('\n'), more.size());
    const std::string_view line = more.substr(0, end);
    if (line.starts_with(org) && line.size() <= org.size() + longest_org_id &&
        std::ranges::all_of(line.substr(org.size()), is_ascii_alnum))
      return std::string(line);
    more.remove_prefix(std::min(end + 1, more.size()));
  }
  return {};
}

}  // namespace dmarcq
