// SPDX-License-Identifier: MIT
#include "report/answers/base/judged_window.h"

#include <algorithm>

#include "parser/alignment.h"
#include "report/answers/base/dictionary_lookup.h"
#include "report/answers/base/present.h"
#include "report/answers/base/timeline_reader.h"

namespace dmarcq {
namespace {

/// What fell silent is held against so many days more of its life before.
constexpr Day life_days = 60;

/// The filter's days of the whole organizational domains that it is about, all that it leaves out
/// included. What is judged are rows of these, and of no other domain.
Filter days_of(const Filter& filter) { return learned_from(filter).context; }

}  // namespace

LearnedFrom learned_from(const Filter& filter) {
  LearnedFrom from;
  for (const std::string& domain : filter.domains)
    from.context.domains.push_back(organizational_domain(domain));
  from.context.since = filter.since;
  from.context.until = filter.until;
  from.context.least_trust = filter.least_trust;
  from.own_rows = from.context.domains == filter.domains && filter.reporters.empty() &&
                  filter.networks.empty();
  const auto& domains = from.context.domains;
  if (filter.since)
    from.others.push_back({.domains = domains,
                           .since = *filter.since - learn_days,
                           .until = *filter.since - 1,
                           .least_trust = filter.least_trust});
  if (filter.until)
    from.others.push_back({.domains = domains,
                           .since = *filter.until + 1,
                           .until = *filter.until + learn_days,
                           .least_trust = filter.least_trust});
  return from;
}

JudgedWindow::JudgedWindow(Snapshot& snapshot, const Filter& filter, Day today, Depth depth,
                           HostName host_name)
    : snapshot_(snapshot),
      filter_(filter),
      today_(today),
      dictionary_(snapshot.dictionary()),
      policies_(policies_in_force(snapshot, days_of(filter), today)),
      accounts_(account_names(snapshot, filter.least_trust)) {
  identifier_.emplace(make_lookup(std::move(host_name)), owner_of(snapshot));
  rows_ = read(filter);
  const LearnedFrom from = learned_from(filter);
  std::vector<SourceRow> context;
  if (!from.own_rows) context = read(from.context);
  identifier_->learn(from.own_rows ? rows_ : context);
  for (const Filter& other : from.others) identifier_->learn(read(other));
  if (rows_.empty()) context.clear();
  judgement_ = depth == Depth::rows ? judge_codes(rows_, *identifier_, context)
                                    : judge(rows_, *identifier_, context);
}

std::vector<SourceRow> JudgedWindow::read(const Filter& filter) {
  std::vector<SourceRow> rows = sources(snapshot_, filter);
  dictionary_.expect(rows);
  return rows;
}

RowLookup JudgedWindow::make_lookup(HostName host_name) {
  RowLookup lookup = lookup_of(dictionary_);
  lookup.host_name = std::move(host_name);
  lookup.accounts = accounts_;
  lookup.policy = [this](std::int64_t key) { return policy(dictionary_.domain(key)); };
  lookup.asked_for = [this](std::int64_t key, Alignment mode, Day first, Day last, bool dkim) {
    if (!alignment_)
      alignment_ = alignment_history(
          snapshot_,
          {.domains = days_of(filter_).domains, .since = filter_.since, .until = filter_.until});
    return alignment_->asked_for(mode, dictionary_.domain(key), first, last, dkim);
  };
  return lookup;
}

const PolicyPublished* JudgedWindow::policy(const std::string& domain) const {
  const auto found = policies_.find(domain);
  return found == policies_.end() ? nullptr : &found->second.published;
}

const DaySeries& JudgedWindow::judge_by_day() {
  if (days_) return *days_;
  read_days();
  judge_vanished(snapshot_, filter_, today_, judgement_, *days_);
  return *days_;
}

void JudgedWindow::read_days() {
  days_.emplace(judgement_, rows_, identifier_->lookup());
  each_source_day(snapshot_, filter_, [&](Day day, const SourceRow& row) { days_->add(day, row); });
  judge_days(judgement_, *days_);
}

void judge_vanished(Snapshot& snapshot, const Filter& filter, Day today, Judgement& judgement,
                    const DaySeries& days) {
  if (!filter.since) return;
  Filter longer = filter;
  longer.domains = core_fell_silent(judgement, days);
  if (longer.domains.empty()) return;
  *longer.since -= life_days;
  JudgedWindow before(snapshot, longer, today);
  before.read_days();
  take_vanished(judgement, before.judgement_);
}

}  // namespace dmarcq
