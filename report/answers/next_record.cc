// SPDX-License-Identifier: MIT
#include "report/answers/next_record.h"

#include <algorithm>
#include <utility>

#include "parser/alignment.h"
#include "report/analysis/dns/dmarc_discovery.h"

namespace dmarcq {

PolicyRecord record_as_seen(const SeenPolicy& seen) {
  PolicyRecord record(seen.p);
  if (seen.sp != seen.p) record.set("sp", seen.sp);
  if (!seen.np.empty() && seen.np != seen.sp) record.set("np", seen.np);
  if (seen.t == "y") record.set("t", "y");
  if (seen.adkim != "r") record.set("adkim", seen.adkim);
  if (seen.aspf != "r") record.set("aspf", seen.aspf);
  if (!seen.pct.empty()) record.set("pct", seen.pct);  // what it says now; no step keeps it
  record.set("rua", "mailto:YOUR-ADDRESS");
  return record;
}

PolicyRecord record_of(const Readiness& readiness) {
  return readiness.current ? record_as_seen(*readiness.current) : PolicyRecord("none");
}

std::optional<PolicyRecord> record_in_dns(Resolver& dns, const std::string& domain) {
  std::optional<PolicyRecord> found;
  const TxtAnswer answer = dns.txt("_dmarc." + domain);
  for (const std::string& text : answer.texts)
    if (is_dmarc_record(text))
      if (auto record = PolicyRecord::parse(text)) found = std::move(*record);
  return found;
}

bool sends_no_mail(const Owner& owner, const std::string& domain) {
  return std::ranges::any_of(owner.entries, [&](const OwnerEntry& entry) {
    return entry.kind == OwnerEntry::Kind::no_mail && entry.value == domain;
  });
}

NextStep next_step_of(const Readiness& readiness, const PolicyRecord& now, const Owner& owner,
                      const ReadinessLimits& limits) {
  return next_step(now, readiness.target,
                   {.ready = readiness.verdict == Verdict::ready,
                    .only_time_missing = readiness.only_time_missing,
                    .hurts_own_mail = readiness.hurts_own_mail,
                    .hurt_below = readiness.hurt_below,
                    .np_safe = readiness.np_safe,
                    .sends_mail = !sends_no_mail(owner, readiness.domain),
                    .subdomain = organizational_domain(readiness.domain) != readiness.domain,
                    .public_suffix = is_public_suffix(readiness.domain),
                    .quarantine_days = limits.quarantine_days});
}

}  // namespace dmarcq
