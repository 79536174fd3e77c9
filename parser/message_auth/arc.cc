// SPDX-License-Identifier: MIT
#include "parser/message_auth/arc.h"

#include <charconv>
#include <map>
#include <optional>

#include "ingest/base/text.h"
#include "ingest/mail/encoded_text.h"
#include "parser/dns_record/tag_list.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_field = 32u << 10;

/// The number behind "i=".
std::optional<unsigned> instance_in(std::string_view text) {
  text = trimmed(text);
  unsigned number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number == 0 ||
      number > most_arc_sets)
    return std::nullopt;
  return number;
}

struct Found {
  ArcSet set;
  unsigned seals = 0, signatures = 0, results = 0;
};

void take_tags(std::string_view value, std::map<unsigned, Found>& found, bool is_seal) {
  const std::optional<TagList> tags = TagList::parse(value);
  const auto instance = tags ? instance_in(tags->value("i")) : std::nullopt;
  if (!instance) return;
  Found& at = found[*instance];
  if (!is_seal) {
    ++at.signatures;
    return;
  }
  ++at.seals;
  at.set.sealed_by = folded_domain(without_blanks(tags->value("d")));
  at.set.chain_validation = lower(tags->value("cv"));
}

/// "i=1; mx.example.com; dkim=pass …".
void take_results(std::string_view value, std::map<unsigned, Found>& found) {
  const std::size_t semicolon = value.find(';');
  const std::string_view first = trimmed(value.substr(0, semicolon));
  if (semicolon == value.npos || !lower(first.substr(0, 2)).starts_with("i")) return;
  const std::size_t equals = first.find('=');
  if (equals == first.npos) return;
  const auto instance = instance_in(first.substr(equals + 1));
  if (!instance) return;
  Found& at = found[*instance];
  ++at.results;
  at.set.results = parse_authentication_results(value.substr(semicolon + 1));
}

}  // namespace

ArcChain read_arc(const Header& header) {
  std::map<unsigned, Found> found;
  for (const Header::Field& field : header.fields) {
    const std::string name = lower(field.name);
    if (!name.starts_with("arc-") || field.raw.size() > longest_field) continue;
    const std::string value = valid_utf8(unfold(field.raw));
    if (name == "arc-seal")
      take_tags(value, found, true);
    else if (name == "arc-message-signature")
      take_tags(value, found, false);
    else if (name == "arc-authentication-results")
      take_results(value, found);
  }
  ArcChain chain;
  chain.in_order = !found.empty();
  for (auto& [instance, at] : found) {
    at.set.instance = instance;
    at.set.complete = at.seals == 1 && at.signatures == 1 && at.results == 1;
    chain.sets.push_back(std::move(at.set));
    const ArcSet& set = chain.sets.back();
    chain.in_order = chain.in_order && set.complete && instance == chain.sets.size() &&
                     set.chain_validation == (instance == 1 ? "none" : "pass");
  }
  return chain;
}

}  // namespace dmarcq
