// SPDX-License-Identifier: MIT
#include "report/analysis/dns/dmarc_repair.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

#include "ingest/base/text.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

using Kind = DomainFault::Kind;
using Defects = std::vector<RecordRepair::Defect>;

constexpr std::size_t most_bytes = 4'096;

struct Tag {
  std::string name, value;  ///< the name in lower case
};

constexpr std::array<std::string_view, 14> known_tags{
    "v", "p", "sp", "np", "t", "psd", "adkim", "aspf", "rua", "ruf", "fo", "pct", "rf", "ri"};

bool is_known(std::string_view name) {
  return std::ranges::find(known_tags, name) != known_tags.end();
}
bool is_policy_tag(std::string_view name) { return name == "p" || name == "sp" || name == "np"; }
bool has_addresses(std::string_view name) { return name == "rua" || name == "ruf"; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += by.size())
    text.replace(at, what.size(), by);
}

void add_once(Defects& defects, Kind kind, std::string_view value) {
  if (std::ranges::find(defects, kind, &RecordRepair::Defect::kind) == defects.end())
    defects.push_back({kind, std::string(value)});
}

/// "\;" as a zone file has it, in the record itself; also "\034" (RFC 1035 section 5.1).
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      if (text[i] != '\\') plain += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 3);
    const bool is_number = digits.size() == 3 && std::ranges::all_of(digits, is_digit);
    const int number =
        is_number ? (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0' : 256;
    plain += number < 256 ? static_cast<char>(number) : text[i + 1];
    i += number < 256 ? 3 : 1;
  }
  return plain;
}

/// Quotes of a zone file or of a word processor. Single ones count at the ends of the text or of a
/// value only: addresses may have them ("o'neil@example.com").
constexpr std::array<std::string_view, 4> double_quotes{"\"", "\u201c", "\u201d", "\u201e"};
constexpr std::array<std::string_view, 4> single_quotes{"'", "`", "\u2018", "\u2019"};

/// The single quote that a text begins or ends with; "" for none.
std::string_view quote_at(std::string_view text, bool at_end) {
  const auto quote = std::ranges::find_if(single_quotes, [&](std::string_view mark) {
    return at_end ? text.ends_with(mark) : text.starts_with(mark);
  });
  return quote == single_quotes.end() ? std::string_view() : *quote;
}

/// A value without single quotes around or behind it. Before it alone, one may be the first letter
/// of an address.
std::string_view without_quotes(std::string_view tag, std::string_view value, Defects& defects) {
  while (true) {
    const std::string_view before = quote_at(value, false), behind = quote_at(value, true);
    const bool is_before = !before.empty() && (!behind.empty() || !has_addresses(tag));
    if (behind.empty() && !is_before) return value;
    add_once(defects, Kind::dmarc_foreign_quotes, behind.empty() ? before : behind);
    value.remove_suffix(behind.size());
    if (is_before) value.remove_prefix(std::min(before.size(), value.size()));
    value = trimmed(value);
  }
}

/// Does the part between semicolons begin with a tag that receivers know, or is it none at all?
/// What unknown tags hold is not looked at.
bool is_looked_at(std::string_view part) {
  const std::size_t equals = part.find('=');
  if (equals == part.npos) return true;
  std::string name(part.substr(0, equals));
  for (const std::string_view quote : double_quotes) replace_all(name, quote, "");
  for (const std::string_view quote : single_quotes) replace_all(name, quote, "");
  std::erase_if(name, [](char c) { return std::string_view("\\ \t\r\n").contains(c); });
  return is_known(lower(name));
}

/// Takes quotes out of a part of the text. Between two strings of a TXT record nothing is put.
void remove_double_quotes(std::string& part, Defects& defects) {
  const auto quote = std::ranges::find_if(
      double_quotes, [&](std::string_view mark) { return part.contains(mark); });
  if (quote == double_quotes.end()) return;
  add_once(defects, Kind::dmarc_foreign_quotes, *quote);
  replace_all(part, "\" \"", "");
  for (const std::string_view mark : double_quotes) replace_all(part, mark, "");
}

/// Single quotes around the text. One that it ends with alone is that of the last value, if there
/// is one: without_quotes().
void remove_outer_quotes(std::string& text, Defects& defects) {
  const std::size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::string_view before = quote_at(std::string_view(text).substr(first), false);
  text.erase(first, before.size());
  const std::string_view whole = trimmed(text);
  const bool has_value = whole.substr(whole.rfind(';') + 1).contains('=');
  const std::string_view behind = has_value && before.empty() ? std::string_view()
                                                              : quote_at(whole, true);
  if (!behind.empty()) text = std::string(whole.substr(0, whole.size() - behind.size()));
  if (!before.empty() || !behind.empty())
    add_once(defects, Kind::dmarc_foreign_quotes, before.empty() ? behind : before);
}

/// Escapes and quotes of the tags that receivers know.
void remove_marks(std::string& text, Defects& defects) {
  replace_all(text, "\\059", "\\;");
  std::string plain;
  std::string_view escape;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    std::string part = text.substr(at, end - at);
    at = end + 1;
    if (is_looked_at(part)) {
      if (part.contains('\\') && escape != "\\;")
        escape = part.ends_with('\\') && end < text.size() ? "\\;" : "\\";
      part = unescaped(part);
      remove_double_quotes(part, defects);
    }
    plain += part;
    if (end < text.size()) plain += ';';
  }
  if (!escape.empty()) add_once(defects, Kind::dmarc_escapes, escape);
  remove_outer_quotes(plain, defects);
  text = std::move(plain);
}

/// Blanks that are no ASCII come with text that was copied from a page.
void replace_blanks(std::string& text) {
  for (const std::string_view blank : {"\u00a0", "\u2007", "\u202f"}) replace_all(text, blank, " ");
  for (const std::string_view nothing : {"\ufeff", "\u200b"}) replace_all(text, nothing, "");
}

void remove_blanks_before(std::string& text, Defects& defects) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == 0 || first == text.npos) return;
  defects.push_back({Kind::dmarc_leading_blank, {}});
  text.erase(0, first);
}

/// How much of a value is a word that its tag may have, where another tag may follow without
/// anything between: "none" of "nonerua".
std::size_t word_at_start(std::string_view tag, std::string_view value) {
  const std::string folded = lower(value);
  const auto starts = [&](std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words)
      if (folded.starts_with(word)) return word.size();
    return std::size_t{0};
  };
  if (tag == "v") return starts({"dmarc1"});
  if (is_policy_tag(tag)) return starts({"none", "quarantine", "reject"});
  if (tag == "adkim" || tag == "aspf") return starts({"r", "s"});
  if (tag == "t" || tag == "psd") return starts({"y", "n", "u"});
  if (tag == "pct" || tag == "ri")
    return std::min(folded.find_first_not_of("0123456789"), folded.size());
  return 0;
}

/// Where a tag begins right behind the domain of an address: "mailto:d@example.comruf=…". 0 for
/// nowhere.
std::size_t tag_behind_domain(std::string_view value) {
  for (std::size_t equals = 0; (equals = value.find('=', equals)) != value.npos; ++equals) {
    const std::string_view before = trimmed(value.substr(0, equals));
    const std::size_t at = before.rfind('@');
    if (at == before.npos || before.size() - at > 2 * longest_domain_name) continue;
    const std::string domain = lower(before.substr(at + 1));  // with the tag
    std::size_t longest = 0;
    for (const std::string_view tag : known_tags) {
      if (!domain.ends_with(tag)) continue;
      std::string_view rest(domain.data(), domain.size() - tag.size());
      rest = rest.substr(0, rest.find('!'));
      const std::size_t dot = rest.rfind('.');
      // A top-level domain has two letters or more: "example.esp=" is es and p.
      const bool is_whole = dot != rest.npos && rest.size() - dot > 2 && is_domain_name(rest);
      if (is_whole) longest = std::max(longest, tag.size());
    }
    if (longest > 0)
      return static_cast<std::size_t>(before.data() - value.data()) + before.size() - longest;
  }
  return 0;
}

/// Where in the value of a tag another one begins: "none, rua=…", "none rua=…", "nonerua=…".
std::optional<std::size_t> swallowed_tag(std::string_view tag, std::string_view value) {
  const std::size_t glued = has_addresses(tag) ? tag_behind_domain(value)
                                               : word_at_start(tag, value);
  const std::string_view between = has_addresses(tag) ? " \t,|" : " \t,|:";
  for (std::size_t at = 1; at < value.size(); ++at) {
    const bool is_start = between.contains(value[at - 1]) || at == glued;
    if (!is_start || !is_letter(value[at])) continue;
    std::size_t end = at;
    while (end < value.size() && is_letter(value[end])) ++end;
    if (!is_known(lower(value.substr(at, end - at)))) continue;
    if (trimmed(value.substr(end)).starts_with('=')) return at;
  }
  return std::nullopt;
}

std::string_view without_separators(std::string_view value) {
  const std::size_t last = value.find_last_not_of(" \t,|:");
  return last == value.npos ? std::string_view() : value.substr(0, last + 1);
}

/// The tags of one part between semicolons, which may hold several. Nothing where one has no "=".
bool add_tags(std::string_view part, std::vector<Tag>& tags, Defects& defects) {
  const std::string whole(part);
  bool is_split = false;
  while (true) {
    const std::size_t equals = part.find('=');
    if (equals == part.npos) return false;
    Tag tag{lower(trimmed(part.substr(0, equals))), {}};
    const std::string_view value = trimmed(part.substr(equals + 1));
    const std::size_t next =
        is_known(tag.name) ? swallowed_tag(tag.name, value).value_or(value.size()) : value.size();
    const bool swallows = next < value.size();
    std::string_view own = swallows ? without_separators(value.substr(0, next)) : value;
    if (is_known(tag.name)) own = without_quotes(tag.name, own, defects);
    // "p=none," has the comma of a list that ends.
    const bool has_comma = !swallows && value.ends_with(',') && word_at_start(tag.name, value) > 0;
    tag.value = has_comma ? without_separators(own) : own;
    is_split |= swallows || has_comma;
    tags.push_back(std::move(tag));
    if (!swallows) break;
    part = value.substr(next);
  }
  if (is_split) defects.push_back({Kind::dmarc_missing_semicolon, whole});
  return true;
}

/// The version is known by its value, however it is written: "dmarc1", "DMARC 1", "DMARC1.0".
bool is_version(std::string_view value) {
  std::string letters;
  for (const char c : value)
    if (is_letter(c)) letters += lower(c);
  return (letters == "dmarc" || letters == "dmarcv") && value.size() <= 12;
}

/// Puts v=DMARC1 where it belongs. False where another version stands there.
bool repair_version(std::vector<Tag>& tags, Defects& defects) {
  const auto version = std::ranges::find(tags, "v", &Tag::name);
  if (version == tags.end()) {
    defects.push_back({Kind::dmarc_version_wrong, {}});
  } else {
    if (version->value != "DMARC1")
      defects.push_back({Kind::dmarc_version_wrong, "v=" + version->value});
    else if (version != tags.begin())
      defects.push_back({Kind::dmarc_version_not_first, {}});
    if (!is_version(version->value)) return false;
    tags.erase(version);
  }
  tags.insert(tags.begin(), {"v", "DMARC1"});
  return true;
}

/// The tags of the parts between semicolons. `is_clear`: each part is one.
std::vector<Tag> tags_of(std::string_view text, Defects& defects, bool& is_clear) {
  std::vector<Tag> tags;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    const std::string_view part = trimmed(text.substr(at, end - at));
    at = end + 1;
    if (part.empty()) continue;
    if (tags.empty() && is_version(part)) {
      defects.push_back({Kind::dmarc_version_wrong, std::string(part)});
      tags.push_back({"v", "DMARC1"});
    } else if (!tags.empty() && has_addresses(tags.back().name) && !part.contains('=') &&
               part.contains('@')) {
      tags.back().value += ";" + std::string(part);
      defects.push_back({Kind::rua_blanks, tags.back().value});
    } else {
      is_clear &= add_tags(part, tags, defects);
    }
  }
  return tags;
}

/// Is the value one that the tag can have (RFC 9989 section 4.7)?
bool is_value_of(const Tag& tag) {
  const std::string value = lower(tag.value);
  if (tag.name == "v") return tag.value == "DMARC1";
  if (is_policy_tag(tag.name)) return is_policy(value);
  if (has_addresses(tag.name)) return repaired_addresses(tag.value) == tag.value && !value.empty();
  if (tag.name == "fo") return is_failure_options(value);
  if (tag.name == "rf") return value == "afrf";
  return !value.empty() && word_at_start(tag.name, value) == value.size();
}

/// Is each tag known and there once, with a value that it can have?
bool is_usable(const std::vector<Tag>& tags) {
  std::set<std::string> names;
  return std::ranges::all_of(tags, [&](const Tag& tag) {
    return is_known(tag.name) && names.insert(tag.name).second && is_value_of(tag) &&
           std::ranges::all_of(tag.value, [](char c) { return c > ' ' && c < 0x7f; });
  });
}

std::string text_of(const std::vector<Tag>& tags) {
  std::string text;
  for (const Tag& tag : tags) text += (text.empty() ? "" : "; ") + tag.name + "=" + tag.value;
  return text;
}

/// One address as a mailto: URI; "" where it is none. "dmarc@example.com",
/// "malto:dmarc@example.com", "mailto://dmarc@example.com".
std::string repaired_address(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != text.npos) {
    const std::string scheme = lower(text.substr(0, colon));
    if (scheme.starts_with("http") || !std::ranges::all_of(scheme, is_letter)) return {};
    text.remove_prefix(colon + 1);
    while (text.starts_with('/')) text.remove_prefix(1);
  }
  // Behind the address there may be a size limit of RFC 7489: "!10m".
  const std::size_t mark = std::min(text.find('!'), text.size());
  const std::string_view address = text.substr(0, mark), limit = text.substr(mark);
  const std::size_t at = address.find('@');
  if (at == address.npos || at == 0 || !is_domain_name(address.substr(at + 1))) return {};
  const auto is_plain = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("._%+-='").contains(c);
  };
  if (!std::ranges::all_of(address.substr(0, at), is_plain)) return {};
  if (!limit.empty() &&
      !std::ranges::all_of(limit.substr(1), [](char c) { return is_letter(c) || is_digit(c); }))
    return {};
  return "mailto:" + std::string(text);
}

std::vector<Tag> tags_of(std::string_view text) {
  Defects defects;
  bool is_clear = true;
  return tags_of(text.substr(0, most_bytes), defects, is_clear);
}

bool has_policy(std::string_view text) {
  return std::ranges::any_of(
      tags_of(text), [](const Tag& tag) { return tag.name == "p" && is_policy(lower(tag.value)); });
}

/// Does a text hold tags that change what receivers do with mail?
bool decides(std::string_view text) {
  constexpr std::array<std::string_view, 5> others{"t", "psd", "adkim", "aspf", "pct"};
  return std::ranges::any_of(tags_of(text), [&](const Tag& tag) {
    return is_policy_tag(tag.name) || std::ranges::find(others, tag.name) != others.end();
  });
}

}  // namespace

std::string repaired_addresses(std::string_view value) {
  std::string all(value), out;
  replace_all(all, ": ", ":");
  for (std::size_t at = 0; at <= all.size();) {
    const std::size_t end = std::min(all.find_first_of(" \t,;", at), all.size());
    const std::string_view part = std::string_view(all).substr(at, end - at);
    at = end + 1;
    if (part.empty()) continue;
    const std::string address = repaired_address(part);
    if (address.empty()) return {};
    out += (out.empty() ? "" : ",") + address;
  }
  return out;
}

RecordRepair repair_of(std::string_view txt) {
  RecordRepair repair;
  if (txt.size() > most_bytes) return repair;
  std::string text(txt);
  replace_blanks(text);
  remove_marks(text, repair.defects);
  remove_blanks_before(text, repair.defects);
  bool is_clear = true;
  std::vector<Tag> tags = tags_of(text, repair.defects, is_clear);
  if (tags.empty()) return repair;
  is_clear &= repair_version(tags, repair.defects);
  for (Tag& tag : tags)
    if (has_addresses(tag.name))
      if (std::string value = repaired_addresses(tag.value); !value.empty())
        tag.value = std::move(value);
  if (is_clear && is_usable(tags)) repair.record = text_of(tags);
  return repair;
}

bool is_part_of_record(std::string_view text) {
  if (text.size() > most_bytes) return false;
  Defects defects;
  bool is_clear = true;
  const std::vector<Tag> tags = tags_of(text, defects, is_clear);
  return !tags.empty() && is_clear && defects.empty() && is_usable(tags) &&
         std::ranges::find(tags, "v", &Tag::name) == tags.end();
}

std::string joined_record(const std::vector<std::string>& texts) {
  constexpr std::size_t most_texts = 14;
  if (texts.size() < 2 || texts.size() > most_texts) return {};
  std::vector<std::string> parts = texts;
  const auto has_version = [](const std::string& text) {
    return lower(std::string_view(text).substr(0, 2)) == "v=";
  };
  if (std::ranges::count_if(parts, has_version) != 1) return {};
  std::ranges::stable_partition(parts, has_version);
  const bool is_in_force = has_policy(parts.front());
  std::string joined;
  for (const std::string& part : parts) {
    if (!part.contains('=') || (is_in_force && !joined.empty() && decides(part))) return {};
    joined += joined.empty() ? part : "; " + part;
  }
  RecordRepair repair = repair_of(joined);
  return repair.defects.empty() ? std::move(repair.record) : std::string();
}

}  // namespace dmarcq
