// SPDX-License-Identifier: MIT
#include "report/cli/next_record.h"

#include <algorithm>

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

bool sends_no_mail(const Owner& owner, const std::string& domain) {
  return std::ranges::any_of(owner.entries, [&](const OwnerEntry& entry) { return entry.kind == OwnerEntry::Kind::no_mail && entry.value == domain; });
}

}  // namespace dmarcq
