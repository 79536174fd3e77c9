// SPDX-License-Identifier: MIT
#include "report/analysis/finding/tally.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/finding/findings.h"
#include "report/analysis/weights.h"

namespace dmarcq {
namespace {

using C = FindingCode;
using Weights = std::map<std::string, std::uint64_t>;

/// Distinct first and last days that are remembered for one finding. judge_days() counts exactly.
constexpr std::size_t most_days = 400;
/// Envelope domains of strangers that are remembered for one finding; own ones always are.
constexpr std::size_t most_envelopes = 50;
/// Orgs that a finding names.
constexpr std::size_t most_orgs = 3;

/// What is counted for one finding.
struct Tally {
  std::uint64_t messages = 0, failing = 0;
  Day first_day = 0, last_day = 0;
  std::set<Day> days;
  ReporterSet reporters;
  Evidence evidence = Evidence::none;  ///< of the row with most messages
  std::uint64_t evidence_messages = 0;
  std::string own_domain;  ///< likewise
  Weights from, selectors, signing, spf;
  Weights via;  ///< who passed the mail on
  std::map<std::uint32_t, std::uint64_t> orgs;
};

bool is_about_one_selector(C code) {
  return code == C::dkim_key_missing || code == C::dkim_alternate_selector ||
         code == C::dkim_fails_at_one_reporter || code == C::dkim_fails_in_part;
}
bool is_about_other_domains(C code) {
  return code == C::core_dkim_other_domain || code == C::core_no_dkim ||
         code == C::google_default_dkim || code == C::m365_default_dkim;
}
bool lists_orgs(C code) {
  return code == C::core_no_dkim || code == C::core_second_org || code == C::core_other_tenant ||
         code == C::core_verified_unsigned || code == C::core_dkim_other_domain;
}

/// Counts the signatures that the code is about: passing ones of other names, else passing own
/// ones, else failing own ones.
void count_signatures(Tally& t, const TallyInput& in, std::size_t i, C code) {
  const IdentityNames& n = *in.names[i];
  const std::uint64_t messages = in.rows[i].messages;
  for (const auto& signature : n.signatures) {
    const bool wanted = is_about_other_domains(code)
                            ? signature.pass && !signature.own
                            : signature.own && (signature.pass || !n.own_pass);
    if (!wanted) continue;
    if (signature.own && !signature.pass && is_about_one_selector(code) &&
        in.selectors.code(in.judgement.rows[i].sender, signature) != code)
      continue;
    const DkimAuthResult& result = n.signature(signature);
    t.signing[result.domain] += messages;
    if (!result.selector.empty())
      t.selectors[result.selector + "._domainkey." + result.domain] += messages;
  }
}

void count_row(Tally& t, const TallyInput& in, std::size_t i, C code) {
  const SourceRow& row = in.rows[i];
  const IdentityNames& n = *in.names[i];
  const RowVerdict& verdict = in.judgement.rows[i];
  const Sender& sender = in.judgement.senders[verdict.sender];
  if (t.messages == 0) t.first_day = row.first_day, t.last_day = row.last_day;
  t.messages += row.messages;
  if (!verdict.passes()) t.failing += row.messages;
  t.first_day = std::min(t.first_day, row.first_day);
  t.last_day = std::max(t.last_day, row.last_day);
  if (t.days.size() < most_days) t.days.insert({row.first_day, row.last_day});
  t.reporters.add(row.reporters);
  if (row.messages > t.evidence_messages) {
    t.evidence_messages = row.messages;
    t.evidence = sender.evidence;
    t.own_domain = n.own();
  }
  t.from[n.from()] += row.messages;
  if (code == C::gateway_modified || code == C::mailing_list) {
    if (!sender.via.empty())
      t.via[sender.via] += row.messages;
    else if (n.spf_pass && !n.spf_own && sender.place != Place::home)
      t.via[organizational_domain(n.spf_domain())] += row.messages;
  }
  if (verdict.org >= 0) t.orgs[static_cast<std::uint32_t>(verdict.org)] += row.messages;
  if (!n.spf_domain().empty() && !n.org &&
      (n.spf_own || t.spf.size() < most_envelopes || t.spf.contains(n.spf_domain())))
    t.spf[n.spf_domain()] += row.messages;
  count_signatures(t, in, i, code);
}

bool sends_no_mail(const Owner& owner, const std::string& from) {
  return std::ranges::any_of(owner.entries, [&](const OwnerEntry& e) {
    return e.kind == OwnerEntry::Kind::no_mail && e.value == lower(from);
  });
}

/// Weak evidence of the sender, or one reporter's word alone, weaken what follows from it.
Confidence confidence_of(C code, const Tally& t) {
  Confidence confidence = traits_of(code).confidence;
  if (t.evidence <= Evidence::network && confidence == Confidence::high)
    confidence = Confidence::medium;
  if (t.evidence == Evidence::claimed) confidence = Confidence::low;
  if (t.reporters.size() == 1 && code != C::dkim_fails_at_one_reporter &&
      confidence != Confidence::low)
    confidence = confidence == Confidence::high ? Confidence::medium : Confidence::low;
  return confidence;
}

Severity severity_of(const Finding& f) {
  if (f.code == C::reporter_temperror && f.share >= noise_share) return Severity::advice;
  const Severity severity = traits_of(f.code).severity;
  // A fault without failing mail: the other mechanism saves it.
  return severity == Severity::fault && f.failing == 0 ? Severity::advice : severity;
}

/// Selectors to propose for a new key: "sf1" and "sf2", or the next pair that no key of the domain
/// has.
std::pair<std::string, std::string> new_selectors(const std::string& from, const TallyInput& in) {
  const auto in_use = [&](const std::string& selector) {
    return in.identifier.direct_selector(from, selector) != nullptr ||
           std::ranges::any_of(in.records.of_selector | std::views::keys,
                               [&](const SelectorKey& known) {
                                 return known.domain == lower(from) && known.selector == selector;
                               });
  };
  for (int number = 1;; number += 2) {
    std::pair names{"sf" + std::to_string(number), "sf" + std::to_string(number + 1)};
    if (!in_use(names.first) && !in_use(names.second)) return names;
  }
}

FindingNames names_of(const Finding& f, const Tally& t, const TallyInput& in) {
  const RouteLine& route = in.judgement.routes[f.route_line];
  FindingNames names;
  if (!f.header_from.empty()) names.header_from = f.header_from.front();
  names.own_domain = t.own_domain;
  names.policy_domain = route.domain;
  names.service = route.service;
  if (!f.selectors.empty()) {
    constexpr std::string_view mark = "._domainkey.";
    const auto at = f.selectors.front().find(mark);
    names.selector = f.selectors.front().substr(0, at);
    names.signing_domain = f.selectors.front().substr(at + mark.size());
  } else if (!t.signing.empty()) {
    names.signing_domain = by_weight(t.signing).front();
  }
  if (!t.spf.empty()) names.spf_domain = by_weight(t.spf).front();
  if (const auto& lookup = in.identifier.lookup(); !t.reporters.empty() && lookup.reporter)
    names.reporter = lookup.reporter(t.reporters.front());
  names.since = t.first_day;
  const auto orgs = by_weight(t.orgs);
  for (const auto position : orgs | std::views::take(most_orgs)) {
    const OrgVerdict& org = in.judgement.orgs[position];
    names.orgs.push_back({org.org.org_id, org.org.instance, t.orgs.at(position),
                          org.ownership == Ownership::unproven});
  }
  names.more_orgs = orgs.size() - names.orgs.size();
  // Who changed mail on its way: a service, or whoever passes SPF there.
  if (!t.via.empty())
    names.gateway = by_weight(t.via).front();
  else if (route.service_id != ServiceId::salesforce)
    names.gateway = names.service;
  std::tie(names.new_selector, names.new_alternate) = new_selectors(names.header_from, in);
  return names;
}

Finding finding_of(std::uint32_t line, C code, const Tally& t, const TallyInput& in) {
  Finding f;
  f.code = code;
  f.route_line = line;
  f.messages = t.messages;
  f.failing = t.failing;
  if (const std::uint64_t all = in.route_messages[line]; all > 0)
    f.share = static_cast<double>(t.messages) / static_cast<double>(all);
  f.first_day = t.first_day;
  f.last_day = t.last_day;
  f.days = static_cast<unsigned>(t.days.size());
  f.reporters = t.reporters;
  f.header_from = by_weight(t.from);
  f.selectors = by_weight(t.selectors);
  if (lists_orgs(code))
    for (const auto org : by_weight(t.orgs)) f.org_ids.push_back(in.judgement.orgs[org].org.org_id);
  f.severity = severity_of(f);
  f.confidence = confidence_of(code, t);
  f.names = names_of(f, t, in);
  if (code == C::unauthenticated &&
      std::ranges::all_of(f.header_from, [&](const std::string& from) {
        return sends_no_mail(in.identifier.owner(), from);
      })) {
    f.confidence = Confidence::high;
    f.names.sends_no_mail = true;
  }
  return f;
}

}  // namespace

std::vector<Finding> findings_of(const TallyInput& in) {
  std::map<std::pair<std::uint32_t, C>, Tally> tallies;
  for (std::size_t i = 0; i < in.rows.size(); ++i)
    each_code(in.judgement.rows[i].codes, [&](C code) {
      count_row(tallies[{in.judgement.rows[i].route_line, code}], in, i, code);
    });
  std::vector<Finding> findings;
  findings.reserve(tallies.size());
  for (const auto& [key, tally] : tallies)
    findings.push_back(finding_of(key.first, key.second, tally, in));
  return findings;
}

}  // namespace dmarcq
