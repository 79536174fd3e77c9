// SPDX-License-Identifier: MIT
#include "parser/dns_record/spf_record.h"

#include <algorithm>
#include <array>
#include <expected>
#include <utility>

#include "ingest/base/text.h"
#include "parser/dns_record/spf_macro.h"

namespace dmarcq {
namespace {

using Kind = SpfTerm::Kind;

constexpr std::string_view version = "v=spf1";
constexpr std::size_t most_bytes = 65'536;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_alphanumeric(char c) { return is_digit(c) || is_letter(c); }

/// A term, or why it is none.
using Read = std::expected<SpfTerm, std::string>;

std::optional<unsigned> prefix_length(std::string_view digits, unsigned most) {
  if (digits.empty() || digits.size() > 3 || !std::ranges::all_of(digits, is_digit) ||
      (digits.size() > 1 && digits.front() == '0'))
    return std::nullopt;
  unsigned number = 0;
  for (const char c : digits) number = number * 10 + static_cast<unsigned>(c - '0');
  return number <= most ? std::optional(number) : std::nullopt;
}

/// domain-end of section 7.1: a macro, or a top label that is not all digits.
bool has_domain_end(std::string_view spec) {
  if (spec.ends_with('}')) {
    const std::size_t macro = spec.rfind("%{");
    return macro != spec.npos && spec.find('}', macro) == spec.size() - 1;
  }
  if (spec.ends_with("%%") || spec.ends_with("%_") || spec.ends_with("%-")) return true;
  if (spec.ends_with('.')) spec.remove_suffix(1);
  const std::size_t dot = spec.rfind('.');
  if (dot == spec.npos) return false;
  const std::string_view label = spec.substr(dot + 1);
  return !label.empty() && is_alphanumeric(label.front()) && is_alphanumeric(label.back()) &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; }) &&
         !std::ranges::all_of(label, is_digit);
}

std::expected<void, std::string> check_domain_spec(std::string_view spec) {
  if (spec.empty()) return std::unexpected("the domain is missing");
  if (auto macros = check_spf_macros(spec, SpfMacroUse::domain_spec); !macros) return macros;
  if (!has_domain_end(spec)) return std::unexpected("not a complete domain name");
  return {};
}

/// Takes "/24", "//64" or "/24//64" off the end of what follows `a` or `mx`.
std::expected<void, std::string> take_prefixes(std::string_view& rest, SpfTerm& term) {
  const auto digits_behind = [&](std::size_t at) {
    return at != rest.npos && std::ranges::all_of(rest.substr(at), is_digit);
  };
  std::size_t slash = rest.rfind('/');
  if (slash != rest.npos && slash > 0 && rest[slash - 1] == '/' && digits_behind(slash + 1)) {
    const auto prefix = prefix_length(rest.substr(slash + 1), 128);
    if (!prefix) return std::unexpected("invalid IPv6 prefix length");
    term.prefix6 = *prefix;
    rest = rest.substr(0, slash - 1);
    slash = rest.rfind('/');
  }
  if (slash != rest.npos && digits_behind(slash + 1)) {
    const auto prefix = prefix_length(rest.substr(slash + 1), 32);
    if (!prefix) return std::unexpected("invalid IPv4 prefix length");
    term.prefix4 = *prefix;
    rest = rest.substr(0, slash);
  }
  return {};
}

Read address_term(SpfTerm term, std::string_view rest) {
  const bool v4 = term.kind == Kind::ip4;
  if (!rest.starts_with(':')) return std::unexpected("the address is missing");
  rest.remove_prefix(1);
  const std::size_t slash = rest.find('/');
  const std::string_view text = rest.substr(0, slash);
  const auto address = IpAddress::parse(text);
  if (!address || text.contains(':') == v4)
    return std::unexpected(v4 ? "not an IPv4 address" : "not an IPv6 address");
  unsigned prefix = v4 ? 32 : 128;
  if (slash != rest.npos) {
    const auto length = prefix_length(rest.substr(slash + 1), prefix);
    if (!length) return std::unexpected("invalid prefix length");
    prefix = *length;
  }
  if (address->is_v4() == v4)
    term.network = IpNetwork::parse(address->to_text() + '/' + std::to_string(prefix));
  return term;
}

/// What stands behind the name of a mechanism, into the term.
Read mechanism_with(SpfTerm term, std::string_view rest) {
  switch (term.kind) {
    case Kind::all:
      if (!rest.empty()) return std::unexpected("'all' takes no argument");
      return term;
    case Kind::ip4:
    case Kind::ip6: return address_term(std::move(term), rest);
    case Kind::a:
    case Kind::mx:
      if (auto prefixes = take_prefixes(rest, term); !prefixes)
        return std::unexpected(prefixes.error());
      break;
    default: break;
  }
  const bool needs_domain = term.kind == Kind::include || term.kind == Kind::exists;
  if (rest.empty() && !needs_domain) return term;
  if (!rest.empty() && !rest.starts_with(':'))
    return std::unexpected("a ':' is expected behind the mechanism");
  if (!rest.empty()) rest.remove_prefix(1);
  if (auto spec = check_domain_spec(rest); !spec) return std::unexpected(spec.error());
  term.domain = rest;
  return term;
}

bool is_modifier_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
  });
}

Read modifier(SpfTerm term, std::string_view name, std::string_view value) {
  const std::string folded = lower(name);
  term.kind = folded == "redirect" ? Kind::redirect
              : folded == "exp"    ? Kind::exp
                                   : Kind::unknown_modifier;
  const auto fine = term.kind == Kind::unknown_modifier
                        ? check_spf_macros(value, SpfMacroUse::domain_spec)
                        : check_domain_spec(value);
  if (!fine) return std::unexpected(fine.error());
  term.domain = value;
  return term;
}

std::optional<Kind> mechanism_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Kind>, 8> mechanisms{{{"all", Kind::all},
                                                                         {"include", Kind::include},
                                                                         {"a", Kind::a},
                                                                         {"mx", Kind::mx},
                                                                         {"ptr", Kind::ptr},
                                                                         {"ip4", Kind::ip4},
                                                                         {"ip6", Kind::ip6},
                                                                         {"exists", Kind::exists}}};
  const auto found =
      std::ranges::find(mechanisms, lower(name), &std::pair<std::string_view, Kind>::first);
  return found == mechanisms.end() ? std::nullopt : std::optional(found->second);
}

Read read_term(std::string_view text) {
  SpfTerm term;
  term.text = text;
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }))
    return std::unexpected("a byte that is not printable ASCII");
  const std::size_t end = std::min(text.find_first_of(":/="), text.size());
  if (end < text.size() && text[end] == '=') {
    if (!is_modifier_name(text.substr(0, end))) return std::unexpected("invalid modifier name");
    return modifier(std::move(term), text.substr(0, end), text.substr(end + 1));
  }
  constexpr std::array<std::pair<char, SpfResult>, 4> signs{{{'+', SpfResult::pass},
                                                             {'-', SpfResult::fail},
                                                             {'~', SpfResult::softfail},
                                                             {'?', SpfResult::neutral}}};
  std::string_view name = text.substr(0, end);
  for (const auto& [sign, result] : signs) {
    if (!name.starts_with(sign)) continue;
    term.qualifier = result;
    name.remove_prefix(1);
    break;
  }
  const auto kind = mechanism_of(name);
  if (!kind) return std::unexpected("unknown mechanism");
  term.kind = *kind;
  return mechanism_with(std::move(term), text.substr(end));
}

}  // namespace

bool SpfTerm::costs_lookup() const {
  switch (kind) {
    case Kind::include:
    case Kind::a:
    case Kind::mx:
    case Kind::ptr:
    case Kind::exists:
    case Kind::redirect: return true;
    case Kind::all:
    case Kind::ip4:
    case Kind::ip6:
    case Kind::exp:
    case Kind::unknown_modifier: return false;
  }
  return false;
}

bool SpfTerm::is_mistaken_modifier() const {
  return kind == Kind::unknown_modifier &&
         mechanism_of(std::string_view(text).substr(0, text.find('='))).has_value();
}

const SpfTerm* SpfRecord::modifier(SpfTerm::Kind kind) const {
  const auto found = std::ranges::find(terms, kind, &SpfTerm::kind);
  return found == terms.end() ? nullptr : &*found;
}

bool SpfRecord::has_all() const {
  return std::ranges::find(terms, Kind::all, &SpfTerm::kind) != terms.end();
}

const SpfTerm* SpfRecord::followed_redirect() const {
  return has_all() ? nullptr : modifier(Kind::redirect);
}

bool is_spf_record(std::string_view txt) {
  return lower(txt.substr(0, version.size())) == version &&
         (txt.size() == version.size() || txt[version.size()] == ' ');
}

SpfRecord parse_spf_record(std::string_view txt) {
  txt = txt.substr(0, most_bytes);
  SpfRecord record;
  for (std::size_t at = version.size(); at < txt.size();) {
    if (txt[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(txt.find(' ', at), txt.size());
    const std::string_view text = txt.substr(at, end - at);
    Read term = read_term(text);
    if (term && (term->kind == Kind::redirect || term->kind == Kind::exp) &&
        record.modifier(term->kind) != nullptr)
      term = std::unexpected("the modifier occurs twice");
    if (term) {
      term->position = at;
      record.terms.push_back(std::move(*term));
    } else {
      record.faults.push_back({at, std::string(text), std::move(term.error())});
    }
    at = end;
  }
  return record;
}

char spf_qualifier_sign(SpfResult qualifier) {
  switch (qualifier) {
    case SpfResult::fail: return '-';
    case SpfResult::softfail: return '~';
    case SpfResult::neutral: return '?';
    default: return '+';
  }
}

}  // namespace dmarcq
