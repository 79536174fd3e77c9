// SPDX-License-Identifier: MIT
#include "store/postgresql/upkeep.h"

#include <set>
#include <string>

#include "store/postgresql/writer/item_outcomes.h"

namespace dmarcq {
namespace {

/// Deletes the reports of those days, their totals, and the mails that brought nothing else. How
/// many mails.
std::uint64_t drop_reports(PgConnection& connection, Day before) {
  const PgValues days = PgValues().day(before);
  std::set<std::string> items;
  connection.each(
      "SELECT item FROM dmarcq.report WHERE day<$1 UNION SELECT sighting.item FROM dmarcq.sighting JOIN dmarcq.report ON report.home=sighting.home AND "
      "report.id=sighting.report WHERE day<$1",
      days, [&](const PgRow& row) { items.insert(row.string(0)); });
  connection.change(
      "DELETE FROM dmarcq.sighting USING dmarcq.report WHERE report.home=sighting.home AND report.id=sighting.report AND day<$1",
      days);
  connection.change(
      "DELETE FROM dmarcq.problem USING dmarcq.report WHERE report.id=problem.report AND problem.report<>0 AND day<$1",
      days);
  connection.change("DELETE FROM dmarcq.report WHERE day<$1", days);
  connection.change("DELETE FROM dmarcq.domain_day WHERE day<$1", days);
  // Of the mails that brought them, those with something else in them stay, and are what follows
  // from that.
  const std::vector<std::string_view> digests(items.begin(), items.end());
  std::set<std::string> left = items;
  std::uint64_t dropped = 0;
  connection.each(
      "DELETE FROM dmarcq.item WHERE digest=ANY($1) AND NOT EXISTS(SELECT 1 FROM dmarcq.report WHERE report.item=digest) AND "
      "NOT EXISTS(SELECT 1 FROM dmarcq.sighting WHERE sighting.item=digest) AND NOT EXISTS(SELECT 1 FROM dmarcq.problem WHERE problem.item=digest) AND "
      "NOT EXISTS(SELECT 1 FROM dmarcq.delivery_log WHERE delivery_log.item=digest) AND NOT EXISTS(SELECT 1 FROM dmarcq.tls_report WHERE tls_report.item=item.digest) AND "
      "NOT EXISTS(SELECT 1 FROM dmarcq.failure_report WHERE failure_report.item=item.digest) RETURNING digest",
      PgValues().byte_strings(digests), [&](const PgRow& row) {
        left.erase(row.string(0));
        ++dropped;
      });
  connection.change(
      "DELETE FROM dmarcq.kept_item WHERE item=ANY($1) AND NOT EXISTS(SELECT 1 FROM dmarcq.problem WHERE problem.item=kept_item.item)",
      PgValues().byte_strings(digests));
  conclude_items(connection, left, [](const std::string&) { return std::string(); });
  return dropped;
}

/// Until the end of the transaction no batch compares rows. Queued for fairly: a row lock would
/// wait for as long as batches overlap.
void wait_for_batches(PgConnection& connection) {
  connection.run("LOCK TABLE dmarcq.horizon IN EXCLUSIVE MODE");
}

}  // namespace

std::uint64_t forget_pg_rows(PgConnection& connection, std::span<const std::int64_t> reports) {
  wait_for_batches(connection);
  const PgValues ids = PgValues().integers(reports);
  const auto forgotten = static_cast<std::uint64_t>(
      connection
          .number("SELECT coalesce(sum(records),0)::int8 FROM dmarcq.report WHERE id=ANY($1) AND "
                  "NOT pruned",
                  ids)
          .value_or(0));
  connection.change(
      "DELETE FROM dmarcq.report_rows USING dmarcq.report WHERE report.id=ANY($1) AND report_rows.home=report.home AND report_rows.domain=report.domain AND "
      "report_rows.day=report.day AND report_rows.report=report.id",
      ids);
  connection.change(
      "UPDATE dmarcq.report SET pruned=true WHERE id=ANY($1) AND records>0 AND NOT pruned", ids);
  return forgotten;
}

Pruned prune_pg(PgConnection& connection, Day before, bool all) {
  wait_for_batches(connection);
  const PgValues days = PgValues().day(before);
  Pruned pruned;
  pruned.reports = static_cast<std::uint64_t>(
      connection
          .number(
              all ? "SELECT count(*) FROM dmarcq.report WHERE day<$1"
                  : "SELECT count(*) FROM dmarcq.report WHERE day<$1 AND NOT pruned AND records>0",
              days)
          .value_or(0));
  pruned.records = static_cast<std::uint64_t>(
      connection
          .number(
              "SELECT coalesce(sum(records),0)::int8 FROM dmarcq.report WHERE day<$1 AND NOT pruned",
              days)
          .value_or(0));
  connection.change("DELETE FROM dmarcq.report_rows WHERE day<$1", days);
  connection.change(
      "UPDATE dmarcq.report SET pruned=true WHERE day<$1 AND records>0 AND NOT pruned", days);
  if (all) pruned.items = drop_reports(connection, before);
  return pruned;
}

}  // namespace dmarcq
