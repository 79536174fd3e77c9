// SPDX-License-Identifier: MIT
#include "store/postgresql/pg_snapshot.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/document/head_lines.h"
#include "store/postgresql/engine.h"
#include "store/postgresql/schema.h"
#include "store/postgresql/wire/columns.h"
#include "store/postgresql/wire/guarded.h"
#include "store/postgresql/wire/pg_text.h"

namespace dmarcq {
namespace {

constexpr const char* begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The days of several domains, of $1 to $4.
constexpr std::string_view asked_days =
    "unnest($1::int8[],$2::int8[],$3::int4[],$4::int4[]) AS asked(home,domain,since,until)";
constexpr std::string_view within =
    "{0}.home=asked.home AND {0}.domain=asked.domain AND {0}.day BETWEEN asked.since AND asked.until";

std::string of_asked(std::string_view table) {
  return fmt::format("{} JOIN dmarcq.{} ON {}", asked_days, table,
                     fmt::format(fmt::runtime(within), table));
}

constexpr std::string_view of_days =
    "report.home=$1 AND report.domain=$2 AND report.day BETWEEN $3 AND $4";

}  // namespace

std::unique_ptr<Snapshot> open_pg_snapshot(const Location& where) {
  try {
    return std::make_unique<PgSnapshot>(where);
  } catch (const PgError& error) {
    throw_store_error(error, where.text());
  }
}

PgSnapshot::PgSnapshot(const Location& where)
    : where_(where), connection_(where), keys_(std::make_shared<PgKeys>()) {
  newer_ = require_pg_schema(connection_);
  // One moment for all that a command reads, whatever is written meanwhile: its figures agree with
  // each other.
  connection_.run(begin_reading);
}

PgSnapshot::PgSnapshot(const Location& where, std::shared_ptr<PgKeys> keys,
                       const std::string& moment)
    : where_(where), connection_(where), keys_(std::move(keys)) {
  connection_.run(begin_reading);
  connection_.run(fmt::format("SET TRANSACTION SNAPSHOT '{}'", moment));
}

std::unique_ptr<Snapshot> PgSnapshot::fork() {
  const auto moment =
      guarded(connection_, [&] { return connection_.word("SELECT pg_export_snapshot()"); });
  // The line may be one too many for the server: then one thread reads all.
  try {
    auto other = std::make_unique<PgSnapshot>(where_, keys_, moment.value());
    other->set_clients(clients());
    return other;
  } catch (const PgError&) {
    return nullptr;
  }
}

void PgSnapshot::each(const std::string& sql, const PgValues& values,
                      FunctionRef<void(const PgRow&)> take) {
  guarded(connection_, [&] { connection_.each(sql, values, take); });
}

void PgSnapshot::stream(const std::string& sql, const PgValues& values,
                        FunctionRef<void(const PgRow&)> take) {
  keys_->domains(connection_);
  keys_->reporters(connection_);
  guarded(connection_, [&] { connection_.stream(sql, values, take); });
}

PgValues PgSnapshot::values_of(std::span<const DomainDays> asked) {
  const std::vector<PgKeys::Domain>& domains = keys_->domains(connection_);
  std::vector<std::int64_t> homes, ids;
  std::vector<std::int32_t> since, until;
  for (const DomainDays& days : asked) {
    const PgKeys::Domain& domain = domains.at(static_cast<std::size_t>(days.domain - 1));
    homes.push_back(domain.home);
    ids.push_back(domain.id);
    since.push_back(days.since);
    until.push_back(days.until);
  }
  return PgValues().integers(homes).integers(ids).days(since).days(until);
}

PgValues PgSnapshot::values_of(const DomainDays& days) {
  const PgKeys::Domain& domain =
      keys_->domains(connection_).at(static_cast<std::size_t>(days.domain - 1));
  return PgValues().integer(domain.home).integer(domain.id).day(days.since).day(days.until);
}

std::vector<StoredDomain> PgSnapshot::domains() {
  std::vector<StoredDomain> list;
  for (const PgKeys::Domain& domain : keys_->domains(connection_))
    list.push_back({std::ssize(list) + 1, domain.name});
  return list;
}

void PgSnapshot::rows(std::span<const DomainDays> asked, FunctionRef<void(const StoredRow&)> take) {
  if (asked.empty()) return;
  const PgValues values = values_of(asked);
  std::unordered_set<std::int64_t> not_counted;
  each(fmt::format("SELECT report.id FROM {} WHERE state<>0", of_asked("report")), values,
       [&](const PgRow& row) { not_counted.insert(row.integer(0)); });
  RowBlock block;
  PgKeys::BlockKeys keys;
  stream(
      fmt::format(
          "SELECT report_rows.domain,day,report,{} FROM {} ORDER BY report_rows.home,report_rows.domain,day,report,chunk",
          block_columns, of_asked("report_rows")),
      values, [&](const PgRow& row) {
        const std::int64_t report = row.integer(2);
        if (not_counted.contains(report)) return;
        read_block(row, 3, place(), block);
        keys_->add(block, keys);
        StoredRow stored{.domain = keys_->key_of_domain(connection_, row.integer(0)),
                         .day = static_cast<Day>(row.integer(1)),
                         .source_ip = {},
                         .report = report};
        for (std::size_t i = 0; i < block.size(); ++i) {
          if (block.count[i] == 0) continue;
          stored.source_ip = block.source_ip[i];
          stored.identity = keys.identities[static_cast<std::size_t>(block.identity[i])];
          stored.evaluation = keys.evaluations[static_cast<std::size_t>(block.evaluation[i])];
          stored.messages =
              std::min(static_cast<std::uint64_t>(block.count[i]), most_messages_of_row);
          take(stored);
        }
      });
}

void PgSnapshot::records(std::int64_t report, FunctionRef<void(const Record&)> take) {
  RowBlock block;
  PgKeys::BlockKeys keys;
  stream(
      fmt::format(
          "SELECT {} FROM dmarcq.report JOIN dmarcq.report_rows r ON r.home=report.home AND r.domain=report.domain AND r.day=report.day AND r.report=report.id "
          "WHERE report.id=$1 ORDER BY chunk",
          block_columns),
      PgValues().integer(report), [&](const PgRow& row) {
        read_block(row, 0, place(), block);
        keys_->add(block, keys);
        for (std::size_t i = 0; i < block.size(); ++i) {
          Record record;
          record.source_ip = IpAddress::from_bytes(block.source_ip[i]).value_or(IpAddress{});
          const Identity& identity =
              keys_->identity(keys.identities[static_cast<std::size_t>(block.identity[i])]);
          record.header_from = identity.header_from;
          record.envelope_from = identity.envelope_from;
          record.dkim.assign(identity.dkim.begin(), identity.dkim.end());
          record.spf.assign(identity.spf.begin(), identity.spf.end());
          record.policy_evaluated =
              keys_->evaluation(keys.evaluations[static_cast<std::size_t>(block.evaluation[i])]);
          record.count = std::min(static_cast<std::uint64_t>(block.count[i]), most_messages_of_row);
          record.envelope_to = block.text(block.envelope_to[i]);
          apply_remark(block.text(block.remark[i]), record);
          take(record);
        }
      });
}

void PgSnapshot::reports(const DomainDays& days, Which which,
                         FunctionRef<void(std::int64_t, std::int64_t)> take) {
  std::vector<std::pair<std::int64_t, std::int64_t>> found;
  each(
      fmt::format(
          "SELECT report.id,reporter FROM dmarcq.report JOIN dmarcq.reporter ON reporter.id=report.reporter WHERE {} AND state={} "
          "ORDER BY begins,ends,org_folded,org_name,report_id,digest",
          of_days,
          static_cast<int>(which == Which::counted ? DocumentState::accepted
                                                   : DocumentState::distrusted)),
      values_of(days), [&](const PgRow& row) {
        found.emplace_back(row.integer(0), keys_->key_of_reporter(connection_, row.integer(1)));
      });
  listed_.clear();
  for (const auto& [report, reporter] : found) listed_.push_back(report);
  for (const auto& [report, reporter] : found) take(report, reporter);
}

void PgSnapshot::read_reports_from(std::int64_t id) {
  constexpr std::ptrdiff_t most = 500;
  std::vector<std::int64_t> ids{id};
  const auto place_in_list = std::ranges::find(listed_, id);
  if (place_in_list != listed_.end())
    ids.assign(place_in_list, place_in_list + std::min(most, listed_.end() - place_in_list));
  read_ahead_.clear();
  each(
      fmt::format(
          "SELECT report.id,org_name,email,extra_contact_info,report_id,policy_domain.name,version,namespace,generator,begins,ends,report.day,errors,{},deviations,"
          "well_formed,records,unusable_records,unusable_messages,{},source,number,message_id,part,state,{} FROM dmarcq.report "
          "JOIN dmarcq.reporter ON reporter.id=report.reporter JOIN dmarcq.policy_domain ON policy_domain.id=report.domain "
          "JOIN dmarcq.dialect ON dialect.id=report.dialect JOIN dmarcq.policy ON policy.id=report.policy JOIN dmarcq.item ON item.digest=report.item "
          "WHERE report.id=ANY($1)",
          pg_policy_columns, pg_totals_columns, pg_sender_columns),
      PgValues().integers(ids), [&](const PgRow& row) {
        ReportInfo& info = read_ahead_[row.integer(0)];
        info.id = row.integer(0);
        info.org_name = row.text(1);
        info.email = row.text(2);
        info.extra_contact_info = row.text(3);
        info.report_id = row.text(4);
        info.domain = row.text(5);
        info.version = row.text(6);
        info.xml_namespace = row.text(7);
        info.generator = row.text(8);
        info.begin = row.integer(9);
        info.end = row.integer(10);
        info.day = static_cast<Day>(row.integer(11));
        info.errors = lines_of(row.text(12));
        info.policy = policy_from(row, 13);
        info.policy.domain = info.domain;
        info.deviations = deviations_of(row.text(22));
        info.well_formed = row.boolean(23);
        info.records = pg_count_from(row, 24);
        info.unusable_records = pg_count_from(row, 25);
        info.unusable_messages = pg_count_from(row, 26);
        info.totals = pg_totals_from(row, 27);
        info.messages = info.totals.messages;
        info.origin = {from_pg_text(row.text(35)), pg_count_from(row, 36),
                       from_pg_text(row.text(37)), from_pg_text(row.text(38))};
        info.distrusted = row.integer(39) == static_cast<std::int64_t>(DocumentState::distrusted);
        info.sender = pg_sender_from(row, 40, place());
        info.reporter = name_of(voice_of(info.sender, info.org_name), info.org_name);
      });
}

std::optional<ReportInfo> PgSnapshot::report(std::int64_t id) {
  if (!read_ahead_.contains(id)) read_reports_from(id);
  const auto found = read_ahead_.find(id);
  if (found == read_ahead_.end()) return std::nullopt;
  return found->second;
}

void PgSnapshot::roll_up(std::span<const DomainDays> asked,
                         FunctionRef<void(const DomainFigures&)> take) {
  if (asked.empty()) return;
  each(
      fmt::format(
          "SELECT domain_day.domain,day,reports,records,unusable_records,unusable_messages,{} FROM {} WHERE reports>0 "
          "ORDER BY domain_day.home,domain_day.domain,day",
          pg_totals_columns, of_asked("domain_day")),
      values_of(asked), [&](const PgRow& row) {
        const Day day = static_cast<Day>(row.integer(1));
        const Totals totals = pg_totals_from(row, 6);
        take({.domain = keys_->key_of_domain(connection_, row.integer(0)),
              .reports = pg_count_from(row, 2),
              .records = pg_count_from(row, 3),
              .messages = totals.messages,
              .first_day = day,
              .last_day = day,
              .unusable_records = pg_count_from(row, 4),
              .unusable_messages = pg_count_from(row, 5),
              .totals = totals});
      });
}

std::vector<RowsOfDay> PgSnapshot::rows_of_days(std::span<const DomainDays> asked) {
  std::vector<RowsOfDay> list;
  if (asked.empty()) return list;
  each(
      fmt::format(
          "SELECT domain_day.domain,day,records FROM {} ORDER BY domain_day.home,domain_day.domain,day",
          of_asked("domain_day")),
      values_of(asked), [&](const PgRow& row) {
        list.push_back({keys_->key_of_domain(connection_, row.integer(0)),
                        static_cast<Day>(row.integer(1)), row.integer(2)});
      });
  return list;
}

std::vector<ReportedSpan> PgSnapshot::reported_spans(std::span<const DomainDays> asked) {
  std::vector<ReportedSpan> list;
  if (asked.empty()) return list;
  each(
      fmt::format(
          "SELECT domain_day.domain,min(day),max(day) FROM {} WHERE reports>0 GROUP BY domain_day.home,domain_day.domain "
          "ORDER BY domain_day.home,domain_day.domain",
          of_asked("domain_day")),
      values_of(asked), [&](const PgRow& row) {
        list.push_back({keys_->key_of_domain(connection_, row.integer(0)),
                        static_cast<Day>(row.integer(1)), static_cast<Day>(row.integer(2))});
      });
  return list;
}

void PgSnapshot::reporters_of_reports(std::span<const DomainDays> asked,
                                      FunctionRef<void(std::int64_t, std::int64_t)> take) {
  if (asked.empty()) return;
  each(fmt::format("SELECT id,reporter FROM {}", of_asked("report")), values_of(asked),
       [&](const PgRow& row) {
         take(row.integer(0), keys_->key_of_reporter(connection_, row.integer(1)));
       });
}

void PgSnapshot::heads(const DomainDays& days, const std::string& domain_name,
                       FunctionRef<void(ReportHead&, std::int64_t)> take) {
  each(
      fmt::format(
          "SELECT report.id,reporter,day,begins,ends,dkim_and_spf+dkim_only+spf_only+neither,{},trust,mail FROM dmarcq.report "
          "JOIN dmarcq.policy ON policy.id=policy JOIN dmarcq.reporter ON reporter.id=report.reporter WHERE {} AND state=0 "
          "ORDER BY day,begins,ends,digest",
          pg_policy_columns, of_days),
      values_of(days), [&](const PgRow& row) {
        ReportHead head;
        head.id = row.integer(0);
        head.domain = domain_name;
        head.day = static_cast<Day>(row.integer(2));
        head.begin = row.integer(3);
        head.end = row.integer(4);
        head.messages = pg_count_from(row, 5);
        head.policy = policy_from(row, 6);
        head.policy.domain = domain_name;
        head.trust = static_cast<Trust>(std::clamp<std::int64_t>(row.integer(15), 0, 3));
        head.from_mail = row.boolean(16);
        take(head, keys_->key_of_reporter(connection_, row.integer(1)));
      });
}

void PgSnapshot::figures_of_reports(const DomainDays& days,
                                    FunctionRef<void(const ReportFigures&)> take) {
  each(
      fmt::format(
          "SELECT id,reporter,day,unusable_records,unusable_messages,{} FROM dmarcq.report WHERE {} AND state=0",
          pg_totals_columns, of_days),
      values_of(days), [&](const PgRow& row) {
        take({.report = row.integer(0),
              .reporter = keys_->key_of_reporter(connection_, row.integer(1)),
              .day = static_cast<Day>(row.integer(2)),
              .unusable_records = pg_count_from(row, 3),
              .unusable_messages = pg_count_from(row, 4),
              .totals = pg_totals_from(row, 5)});
      });
}

void PgSnapshot::reporters_of(const DomainDays& days, FunctionRef<bool(std::int64_t)> take) {
  bool more = true;
  each(fmt::format("SELECT DISTINCT reporter FROM dmarcq.report WHERE {} AND state=0", of_days),
       values_of(days), [&](const PgRow& row) {
         more = more && take(keys_->key_of_reporter(connection_, row.integer(0)));
       });
}

void PgSnapshot::reporting_days(const DomainDays& days, FunctionRef<void(Day, std::int64_t)> take) {
  each(fmt::format(
           "SELECT DISTINCT day,reporter FROM dmarcq.report WHERE {} AND state=0 ORDER BY day",
           of_days),
       values_of(days), [&](const PgRow& row) {
         take(static_cast<Day>(row.integer(0)),
              keys_->key_of_reporter(connection_, row.integer(1)));
       });
}

std::vector<StoredAccountName> PgSnapshot::account_names() {
  std::vector<StoredAccountName> names;
  each("SELECT account,name,reporter,first_day,last_day FROM dmarcq.account_name", {},
       [&](const PgRow& row) {
         names.push_back({row.string(0), row.string(1),
                          keys_->key_of_reporter(connection_, row.integer(2)),
                          static_cast<Day>(row.integer(3)), static_cast<Day>(row.integer(4))});
       });
  return names;
}

}  // namespace dmarcq
