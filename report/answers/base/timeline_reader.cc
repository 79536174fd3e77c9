// SPDX-License-Identifier: MIT
#include "report/answers/base/timeline_reader.h"

#include <algorithm>
#include <array>

#include "parser/alignment.h"
#include "report/answers/base/dictionary_lookup.h"

namespace dmarcq {

Owner owner_of(Snapshot& snapshot) {
  using Kind = OwnerEntry::Kind;
  constexpr std::array kinds{Kind::network,       Kind::spf_domain, Kind::dkim_domain,
                             Kind::dkim_selector, Kind::org,        Kind::mailing_list,
                             Kind::relay,         Kind::no_mail,    Kind::verified};
  Owner owner;
  owner.domains = vouched_domains(snapshot);
  owner.clients = snapshot.clients();
  for (const SenderEntry& entry : snapshot.settings().sender_entries())
    for (const Kind kind : kinds)
      if (to_text(kind) == entry.kind)
        owner.entries.push_back(
            {kind, entry.value, entry.name, entry.service, entry.route, entry.ours, entry.since});
  return owner;
}

StoredTimeline::StoredTimeline(Snapshot& snapshot, const Filter& asked)
    : dictionary_(snapshot.dictionary()),
      accounts_(account_names(snapshot, asked.least_trust)),
      owner_(owner_of(snapshot)) {
  lookup_ = lookup_of(dictionary_);
  lookup_.accounts = accounts_;
  Filter filter = asked;
  for (std::string& domain : filter.domains) domain = organizational_domain(domain);
  each_report_head(snapshot, filter, [&](const ReportHead& head) { timeline_.add(head); });
  constexpr std::size_t most_reserved = 4'000'000;  // the roll-up knows of rows that were pruned,
                                                    // too
  timeline_.reserve(std::min(rows_within(snapshot, filter), most_reserved));
  each_day_row(snapshot, filter, [&](const DayRow& row) { timeline_.add(row); });
  timeline_.finish();
}

}  // namespace dmarcq
