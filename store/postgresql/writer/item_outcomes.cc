// SPDX-License-Identifier: MIT
#include "store/postgresql/writer/item_outcomes.h"

#include <fmt/format.h>

#include <string_view>

#include "store/postgresql/wire/columns.h"

namespace dmarcq {

std::vector<OutcomeChange> conclude_items(
    PgConnection& connection, const std::set<std::string>& items,
    const std::function<std::string(const std::string& item)>& not_a_report) {
  std::vector<OutcomeChange> changes;
  if (items.empty()) return changes;
  const std::vector<std::string_view> digests(items.begin(), items.end());
  // Locked first: two that change reports of one item must not each see what the other has not yet
  // done. The facts are those of the next statement, which sees what was committed meanwhile.
  connection.change("SELECT 1 FROM dmarcq.item WHERE digest=ANY($1) ORDER BY digest FOR UPDATE",
                    PgValues().byte_strings(digests));
  connection.each(
      "SELECT digest, run, outcome, EXISTS(SELECT 1 FROM dmarcq.problem WHERE problem.item=digest), "
      "EXISTS(SELECT 1 FROM dmarcq.report WHERE report.item=item.digest AND state IN (0,3)), "
      "EXISTS(SELECT 1 FROM dmarcq.report WHERE report.item=item.digest) OR EXISTS(SELECT 1 FROM dmarcq.sighting WHERE sighting.item=item.digest) "
      "FROM dmarcq.item WHERE digest=ANY($1) ORDER BY digest",
      PgValues().byte_strings(digests), [&](const PgRow& row) {
        const ItemFacts facts{row.boolean(3), row.boolean(4), row.boolean(5)};
        changes.push_back(
            {row.string(0), row.integer(1), static_cast<Outcome>(row.integer(2)), facts.outcome()});
      });
  for (const OutcomeChange& change : changes)
    if (change.before != change.after)
      connection.change(
          "UPDATE dmarcq.item SET outcome=$2, not_a_report=$3 WHERE digest=$1",
          PgValues()
              .bytes(change.item)
              .small(static_cast<std::int16_t>(change.after))
              .text(change.after == Outcome::not_a_report ? not_a_report(change.item) : ""));
  return changes;
}

void write_day_changes(PgConnection& connection, const DayChanges& changes) {
  if (changes.empty()) return;
  std::vector<std::int64_t> homes, domains;
  std::vector<std::int32_t> days;
  std::array<std::vector<std::int64_t>, 12> sums;
  for (const auto& [key, figures] : changes) {
    homes.push_back(key.home);
    domains.push_back(key.domain);
    days.push_back(key.day);
    std::size_t i = 0;
    for (const std::int64_t sum :
         {figures.reports, figures.records, figures.unusable_records, figures.unusable_messages})
      sums[i++].push_back(sum);
    for (const std::int64_t sum : figures.totals) sums[i++].push_back(sum);
  }
  PgValues values;
  values.integers(homes).integers(domains).days(days);
  constexpr std::string_view columns =
      "reports,records,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject";
  std::string lists, sets;
  std::string_view rest = columns;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    values.integers(sums[i]);
    const std::string_view column = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(column.size() + 1, rest.size()));
    lists += fmt::format(",${}::int8[]", i + 4);
    sets += fmt::format("{}{}=known.{}+excluded.{}", i == 0 ? "" : ",", column, column, column);
  }
  connection.change(
      fmt::format(
          "INSERT INTO dmarcq.domain_day AS known(home,domain,day,{}) SELECT * FROM "
          "unnest($1::int8[],$2::int8[],$3::int4[]{}) ON CONFLICT (home,domain,day) DO UPDATE SET {}",
          columns, lists, sets),
      values);
}

void write_account_names(PgConnection& connection, const LearnedNames& learned) {
  if (learned.empty()) return;
  std::vector<std::string_view> accounts, names;
  std::vector<std::int64_t> reporters;
  std::vector<std::int32_t> firsts, lasts;
  for (const auto& [key, days] : learned) {
    accounts.push_back(std::get<0>(key));
    names.push_back(std::get<1>(key));
    reporters.push_back(std::get<2>(key));
    firsts.push_back(days.first);
    lasts.push_back(days.second);
  }
  connection.change(
      "INSERT INTO dmarcq.account_name AS known(account,name,reporter,first_day,last_day) SELECT * FROM "
      "unnest($1::text[],$2::text[],$3::int8[],$4::int4[],$5::int4[]) ON CONFLICT (account,name,reporter) DO UPDATE SET "
      "first_day=least(known.first_day,excluded.first_day), last_day=greatest(known.last_day,excluded.last_day) "
      "WHERE excluded.first_day<known.first_day OR excluded.last_day>known.last_day",
      PgValues().texts(accounts).texts(names).integers(reporters).days(firsts).days(lasts));
}

void forget_names_of_left(PgConnection& connection, std::int64_t reporter) {
  connection.change(
      "DELETE FROM dmarcq.account_name WHERE reporter=$1 AND NOT EXISTS(SELECT 1 FROM dmarcq.report WHERE report.reporter=$1 AND state<>3)",
      PgValues().integer(reporter));
}

}  // namespace dmarcq
