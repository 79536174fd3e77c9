// SPDX-License-Identifier: MIT
#include "report/analysis/finding/orgs.h"

#include <algorithm>
#include <array>

#include "report/analysis/sender/salesforce.h"
#include "report/analysis/weights.h"

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, 3> ownership_words{"ours", "foreign", "unproven"};

void add_row(OrgVerdict& org, const SalesforceOrg& seen, const SourceRow& row) {
  if (org.messages == 0) org.first_day = org.last_day = row.first_day;
  if (org.messages == 0 || row.last_day > org.last_day ||
      (row.last_day == org.last_day && seen.instance > org.org.instance))
    org.org = seen;
  org.messages += row.messages;
  org.first_day = std::min(org.first_day, row.first_day);
  org.last_day = std::max(org.last_day, row.last_day);
}

/// Org id of 18 characters → ours.
std::map<std::string, bool> claims_of(const Owner& owner) {
  std::map<std::string, bool> claims;
  for (const OwnerEntry& entry : owner.entries) {
    if (entry.kind != OwnerEntry::Kind::org || entry.value.size() < 15) continue;
    const std::string id = entry.value.size() == 15 ? entry.value + case_suffix(entry.value)
                                                    : entry.value;
    claims[id] = entry.ours;
  }
  return claims;
}

/// The owner's word beats what signatures prove.
void decide_ownership(OrgVerdict& org, const std::map<std::string, bool>& claims,
                      const std::map<std::string, std::vector<std::string>>& proven) {
  const auto claim = claims.find(org.org.org_id);
  if (claim != claims.end()) {
    org.ownership = claim->second ? Ownership::ours : Ownership::foreign;
    org.why = "you say so";
  } else if (const auto found = proven.find(org.org.org_id); found != proven.end()) {
    org.ownership = Ownership::ours;
    org.why = "it signed for " + found->second.front() + " with a key of yours";
  } else {
    org.why = "it never signed for your domains";
  }
}

}  // namespace

std::string_view to_text(Ownership ownership) noexcept {
  return ownership_words[static_cast<std::size_t>(ownership)];
}

std::vector<OrgShare> org_shares(const std::map<std::uint32_t, std::uint64_t>& messages) {
  std::vector<OrgShare> list;
  for (const auto org : by_weight(messages)) list.push_back({org, messages.at(org)});
  return list;
}

OrgTable org_table(std::span<const SourceRow> rows, std::span<const IdentityNames* const> names,
                   const Identifier& identifier) {
  OrgTable table;
  table.claimed = claims_of(identifier.owner());
  const auto& proven = identifier.proven_orgs();
  std::map<std::string, OrgVerdict> orgs;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (names[i]->org && names[i]->spf_pass)
      add_row(orgs[names[i]->org->org_id], *names[i]->org, rows[i]);
  std::map<std::string, std::int32_t> position;
  for (auto& [id, org] : orgs) {
    decide_ownership(org, table.claimed, proven);
    position[id] = static_cast<std::int32_t>(table.orgs.size());
    table.orgs.push_back(std::move(org));
  }
  for (const auto& [id, domains] : proven) {
    const auto claim = table.claimed.find(id);
    if (claim != table.claimed.end() && !claim->second) continue;
    table.proven_for.insert(domains.begin(), domains.end());
  }
  table.of_row.assign(rows.size(), -1);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (names[i]->org && names[i]->spf_pass) table.of_row[i] = position.at(names[i]->org->org_id);
  return table;
}

Ownership ownership_for(const OrgVerdict& org, const OrgTable& table, const IdentityNames& names,
                        const Identifier& identifier) {
  if (org.ownership != Ownership::ours || table.claimed.contains(org.org.org_id))
    return org.ownership;
  const bool here = std::ranges::any_of(
      identifier.proven_orgs().at(org.org.org_id),
      [&](const std::string& domain) { return identifier.is_own_domain(domain, names.own()); });
  return here ? Ownership::ours : Ownership::unproven;
}

std::vector<OrgVerdict> orgs_of_rows(std::vector<OrgVerdict> orgs, std::span<const SourceRow> rows,
                                     std::span<const IdentityNames* const> names,
                                     std::vector<std::int32_t>& of_row) {
  for (OrgVerdict& org : orgs) org.messages = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (of_row[i] >= 0) add_row(orgs[static_cast<std::size_t>(of_row[i])], *names[i]->org, rows[i]);
  std::vector<std::int32_t> position(orgs.size(), -1);
  std::vector<OrgVerdict> left;
  for (std::size_t i = 0; i < orgs.size(); ++i) {
    if (orgs[i].messages == 0) continue;
    position[i] = static_cast<std::int32_t>(left.size());
    left.push_back(std::move(orgs[i]));
  }
  for (std::int32_t& org : of_row)
    if (org >= 0) org = position[static_cast<std::size_t>(org)];
  return left;
}

}  // namespace dmarcq
