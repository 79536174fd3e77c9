// SPDX-License-Identifier: MIT
#include "store/sqlite/sqlite_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "store/sqlite/columns.h"
#include "store/sqlite/row_key.h"
#include "store/sqlite/schema.h"

namespace dmarcq {
namespace {

constexpr std::string_view head_columns =
    "report.id, report.reporter, day, begin, \"end\", messages, p, sp, np, pct, adkim, aspf, fo, testing, discovery_method, trust, mail, reporter.id";

constexpr std::string_view report_columns =
    "report.id, org_name, email, extra_contact_info, report_id, domain.name, version, namespace, generator, begin, \"end\", day, errors, "
    "p, sp, np, pct, adkim, aspf, fo, testing, discovery_method, deviations, well_formed, records, unusable_records, unusable_messages, "
    "dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject, text.value, number, message_id, part, state, reporter.id, "
    "trust,mail,from_domain,signed_by,submitter,verdict,receiver,named_receiver";
constexpr std::string_view report_tables =
    "report JOIN reporter ON reporter.id=reporter JOIN domain ON domain.id=domain JOIN dialect ON dialect.id=dialect JOIN policy ON policy.id=policy "
    "JOIN item ON item.id=item JOIN text ON text.id=item.source";

ReportInfo report_from(const Statement& row) {
  ReportInfo info;
  info.id = row.integer(0);
  const auto count = [&](int column) { return count_from(row, column, "report", info.id); };
  info.org_name = row.text(1);
  info.email = row.text(2);
  info.extra_contact_info = row.text(3);
  info.report_id = row.text(4);
  info.domain = row.text(5);
  info.version = row.text(6);
  info.xml_namespace = row.text(7);
  info.generator = row.text(8);
  info.begin = time_from(row, 9, info.id);
  info.end = time_from(row, 10, info.id);
  info.day = row.day(11, "report", info.id);
  info.errors = lines_of(row.text(12));
  info.policy = policy_from(row, 13);
  info.policy.domain = info.domain;
  info.deviations = deviations_of(row.text(22));
  info.well_formed = row.integer(23) != 0;
  info.records = count(24);
  info.unusable_records = count(25);
  info.unusable_messages = count(26);
  info.totals = totals_from(row, 27, "report", info.id);
  info.messages = info.totals.messages;
  info.origin = {row.string(35), count(36), row.string(37), row.string(38)};
  info.distrusted = row.integer(39) == static_cast<std::int64_t>(DocumentState::distrusted);
  info.sender = sender_from(row, 41, row.integer(40));
  info.reporter = name_of(voice_of(info.sender, info.org_name), info.org_name);
  return info;
}

/// Binds a domain's days as 1, 2, 3.
void bind_days(Statement& statement, const DomainDays& days) {
  statement.bind(1, days.domain);
  statement.bind(2, days.since);
  statement.bind(3, days.until);
}

/// Each run that brings or takes a row changes one of these.
std::array<std::int64_t, 6> figures_of_moment(Database& database) {
  Statement statement(
      database,
      "SELECT (SELECT max(id) FROM item), (SELECT count(*) FROM problem), (SELECT max(id) FROM report), capped_sum(reports), capped_sum(records), capped_sum(messages) FROM domain_day");
  statement.step();
  std::array<std::int64_t, 6> values{};
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = statement.integer(static_cast<int>(i));
  return values;
}

}  // namespace

SqliteSnapshot::SqliteSnapshot(const std::filesystem::path& path)
    : database_(path, Database::Mode::read_only), dictionary_(*this, database_) {
  require_schema(database_);
  database_.execute(
      "PRAGMA query_only=1; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; PRAGMA mmap_size=2147483648;");
  // One moment for all that a command reads, whatever is written meanwhile: its figures agree with
  // each other.
  database_.execute("BEGIN");
}

std::unique_ptr<Snapshot> open_sqlite_snapshot(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path))
    throw StoreError(StoreError::Kind::usage, "there is no database at " + path.native());
  try {
    return std::make_unique<SqliteSnapshot>(path);
  } catch (const StoreError& error) {
    if (error.kind != StoreError::Kind::interrupted) throw;
  }
  // A connection that may write undoes what the interrupted run left behind.
  Database(path, Database::Mode::read_write).value("SELECT count(*) FROM sqlite_schema");
  return std::make_unique<SqliteSnapshot>(path);
}

std::unique_ptr<Snapshot> SqliteSnapshot::fork() {
  auto other = std::make_unique<SqliteSnapshot>(database_.path());
  if (figures_of_moment(database_) != figures_of_moment(other->database_)) return nullptr;
  other->set_clients(clients());
  return other;
}

std::vector<StoredDomain> SqliteSnapshot::domains() {
  std::vector<StoredDomain> list;
  Statement statement(database_, "SELECT id, name FROM domain ORDER BY id");
  while (statement.step()) {
    const std::int64_t id = statement.integer(0);
    if (id < 1 || id > RowKey::max_domain) damaged(database_, "domain", id, "no row has this id");
    list.push_back({id, statement.string(1)});
  }
  return list;
}

const std::vector<StoredReporter>& SqliteSnapshot::reporters() {
  if (reporters_) return *reporters_;
  reporters_.emplace();
  Statement statement(
      database_,
      fmt::format(
          "SELECT id, org_folded, org_name, email, extra_contact_info, {} FROM reporter ORDER BY id",
          sender_columns));
  while (statement.step()) {
    const std::int64_t id = statement.integer(0);
    reporters_->push_back({id, statement.string(2), statement.string(1),
                           sender_from(statement, 5, id), statement.string(3),
                           statement.string(4)});
  }
  return *reporters_;
}

std::vector<RowsOfDay> SqliteSnapshot::rows_of_days(std::span<const DomainDays> asked) {
  std::vector<RowsOfDay> days;
  Statement statement(database_, "SELECT id, records FROM domain_day WHERE id BETWEEN ?1 AND ?2");
  for (const KeyRange& range : ranges_of(asked)) {
    statement.bind(1, range.first);
    statement.bind(2, range.last);
    while (statement.step()) {
      const std::int64_t id = statement.integer(0);
      days.push_back({id >> RowKey::day_bits, static_cast<Day>(id & RowKey::max_day),
                      statement.integer(1, 0, RowKey::max_rows, "domain_day", id)});
    }
    statement.reset();
  }
  return days;
}

std::vector<ReportedSpan> SqliteSnapshot::reported_spans(std::span<const DomainDays> asked) {
  std::vector<ReportedSpan> spans;
  Statement statement(
      database_, "SELECT each_row(id) FROM domain_day WHERE id BETWEEN ?1 AND ?2 AND reports>0");
  for (const KeyRange& range : ranges_of(asked)) {
    statement.bind(1, range.first);
    statement.bind(2, range.last);
    statement.each_row([&](const RowValues& row) {
      const std::int64_t domain = row.integer(0) >> RowKey::day_bits;
      const Day day = static_cast<Day>(row.integer(0) & RowKey::max_day);
      if (spans.empty() || spans.back().domain != domain) spans.push_back({domain, day, day});
      spans.back().last = day;
    });
  }
  return spans;
}

void SqliteSnapshot::roll_up(std::span<const DomainDays> asked,
                             FunctionRef<void(const DomainFigures&)> take) {
  Statement statement(
      database_,
      fmt::format(
          "SELECT id, reports, records, messages, unusable_records, unusable_messages, {} FROM domain_day WHERE id BETWEEN ?1 AND ?2 AND reports>0",
          totals_columns));
  for (const KeyRange& range : ranges_of(asked)) {
    statement.bind(1, range.first);
    statement.bind(2, range.last);
    while (statement.step()) {
      const std::int64_t id = statement.integer(0);
      const auto count = [&](int column) {
        return count_from(statement, column, "domain_day", id);
      };
      const Day day = static_cast<Day>(id & RowKey::max_day);
      take({.domain = id >> RowKey::day_bits,
            .reports = count(1),
            .records = count(2),
            .messages = count(3),
            .first_day = day,
            .last_day = day,
            .unusable_records = count(4),
            .unusable_messages = count(5),
            .totals = totals_from(statement, 6, "domain_day", id)});
    }
    statement.reset();
  }
}

void SqliteSnapshot::rows(std::span<const DomainDays> asked,
                          FunctionRef<void(const StoredRow&)> take) {
  // Domain, address and count are checked here; the ids of others where they are followed.
  Statement statement(
      database_,
      "SELECT each_row(id, source_ip, identity, evaluation, count, report) FROM record WHERE id BETWEEN ?1 AND ?2");
  for (const KeyRange& range : ranges_of(asked)) {
    statement.bind(1, range.first << RowKey::row_bits);
    statement.bind(2, (range.last << RowKey::row_bits) + RowKey::max_rows - 1);
    statement.each_row([&](const RowValues& row) {
      const std::int64_t key = row.integer(0), count = row.integer(4);
      if (count == 0 && row.is_number(4)) return;
      const std::string_view ip = row.blob(1);
      if (count <= 0) damaged(database_, "record", key, "count is no number of messages");
      if (ip.size() != 4 && ip.size() != 16)
        damaged(database_, "record", key, fmt::format("source_ip has {} bytes", ip.size()));
      take({.domain = RowKey::domain_of(key),
            .day = RowKey::day_of(key),
            .source_ip = ip,
            .identity = row.integer(2),
            .evaluation = row.integer(3),
            .messages = std::min(static_cast<std::uint64_t>(count), most_messages_of_row),
            .report = row.integer(5)});
    });
  }
}

void SqliteSnapshot::reporters_of_reports(std::span<const DomainDays> asked,
                                          FunctionRef<void(std::int64_t, std::int64_t)> take) {
  auto take_row = [&](const RowValues& row) { take(row.integer(0), row.integer(1)); };
  Statement of_domain(
      database_,
      "SELECT each_row(id, reporter) FROM report INDEXED BY report_window WHERE domain=?1 AND day BETWEEN ?2 AND ?3");
  Statement of_domains(
      database_,
      "SELECT each_row(id, reporter) FROM report INDEXED BY report_window WHERE domain BETWEEN ?1 AND ?2");
  for (const KeyRange& range : ranges_of(asked)) {
    const std::int64_t first = range.first >> RowKey::day_bits,
                       last = range.last >> RowKey::day_bits;
    if (first == last) {
      bind_days(of_domain, {first, static_cast<Day>(range.first & RowKey::max_day),
                            static_cast<Day>(range.last & RowKey::max_day)});
      of_domain.each_row(take_row);
    } else {  // ranges of several domains have all their days
      of_domains.bind(1, first);
      of_domains.bind(2, last);
      of_domains.each_row(take_row);
    }
  }
}

void SqliteSnapshot::heads(const DomainDays& days, const std::string& domain_name,
                           FunctionRef<void(ReportHead&, std::int64_t)> take) {
  Statement& statement = cached(fmt::format(
      "SELECT {} FROM report JOIN policy ON policy.id=policy JOIN reporter ON reporter.id=report.reporter WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=0 ORDER BY day, begin, \"end\", digest",
      head_columns));
  statement.reset();
  bind_days(statement, days);
  while (statement.step()) {
    ReportHead head;
    head.id = statement.integer(0);
    head.domain = domain_name;
    head.day = static_cast<Day>(statement.integer(2));
    head.begin = time_from(statement, 3, head.id);
    head.end = time_from(statement, 4, head.id);
    head.messages = count_from(statement, 5, "report", head.id);
    head.policy = policy_from(statement, 6);
    head.policy.domain = domain_name;
    head.trust = static_cast<Trust>(statement.integer(15, 0, 3, "reporter", statement.integer(17)));
    head.from_mail = statement.integer(16) != 0;
    take(head, statement.integer(1));
  }
  statement.reset();
}

void SqliteSnapshot::figures_of_reports(const DomainDays& days,
                                        FunctionRef<void(const ReportFigures&)> take) {
  Statement& statement = cached(fmt::format(
      "SELECT id, reporter, day, unusable_records, unusable_messages, {} FROM report WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=0",
      totals_columns));
  statement.reset();
  bind_days(statement, days);
  while (statement.step()) {
    const std::int64_t id = statement.integer(0);
    take({.report = id,
          .reporter = statement.integer(1),
          .day = static_cast<Day>(statement.integer(2)),
          .unusable_records = count_from(statement, 3, "report", id),
          .unusable_messages = count_from(statement, 4, "report", id),
          .totals = totals_from(statement, 5, "report", id)});
  }
  statement.reset();
}

void SqliteSnapshot::reporters_of(const DomainDays& days, FunctionRef<bool(std::int64_t)> take) {
  Statement& statement = cached(
      "SELECT DISTINCT reporter FROM report INDEXED BY report_window WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=0");
  statement.reset();
  bind_days(statement, days);
  while (statement.step() && take(statement.integer(0))) {
  }
  statement.reset();
}

void SqliteSnapshot::reporting_days(const DomainDays& days,
                                    FunctionRef<void(Day, std::int64_t)> take) {
  Statement& statement = cached(
      "SELECT DISTINCT day, reporter FROM report INDEXED BY report_window WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=0 ORDER BY day");
  statement.reset();
  bind_days(statement, days);
  while (statement.step()) take(static_cast<Day>(statement.integer(0)), statement.integer(1));
  statement.reset();
}

void SqliteSnapshot::reports(const DomainDays& days, Which which,
                             FunctionRef<void(std::int64_t, std::int64_t)> take) {
  Statement& statement = cached(
      "SELECT report.id, reporter FROM report JOIN reporter ON reporter.id=reporter WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=?4 "
      "ORDER BY begin, \"end\", org_folded, org_name, report_id, digest");
  statement.reset();
  bind_days(statement, days);
  statement.bind(4, static_cast<std::int64_t>(which == Which::counted ? DocumentState::accepted
                                                                      : DocumentState::distrusted));
  while (statement.step()) take(statement.integer(0), statement.integer(1));
  statement.reset();
}

std::optional<ReportInfo> SqliteSnapshot::report(std::int64_t id) {
  Statement& statement =
      cached(fmt::format("SELECT {} FROM {} WHERE report.id=?1", report_columns, report_tables));
  statement.reset();
  statement.bind(1, id);
  std::optional<ReportInfo> info;
  if (statement.step()) info = report_from(statement);
  statement.reset();
  return info;
}

void SqliteSnapshot::records(std::int64_t report, FunctionRef<void(const Record&)> take) {
  Statement place(database_, "SELECT first_row, records FROM report WHERE id=?1");
  place.bind(1, report);
  if (!place.step()) return;
  const auto [first, last] = rows_of(place, 0, report);
  if (first == 0) return;  // pruned
  Statement& rows = cached(
      "SELECT source_ip, identity, evaluation, count, t.value, r.value, record.id FROM record LEFT JOIN text t ON t.id=envelope_to LEFT JOIN text r ON r.id=remark "
      "WHERE record.id BETWEEN ?1 AND ?2 ORDER BY record.id");
  rows.reset();  // an earlier reader may have thrown
  rows.bind(1, first);
  rows.bind(2, last);
  while (rows.step()) {
    Record record;
    const auto address = IpAddress::from_bytes(rows.blob(0));
    if (!address) damaged(database_, "record", rows.integer(6), "source_ip is no address");
    record.source_ip = *address;
    const Identity& identity = dictionary_.identity(rows.integer(1));
    record.header_from = identity.header_from;
    record.envelope_from = identity.envelope_from;
    record.dkim.assign(identity.dkim.begin(), identity.dkim.end());
    record.spf.assign(identity.spf.begin(), identity.spf.end());
    record.policy_evaluated = dictionary_.evaluation(rows.integer(2));
    record.count = std::min(count_from(rows, 3, "record", rows.integer(6)), most_messages_of_row);
    record.envelope_to = rows.text(4);
    apply_remark(rows.text(5), record);
    take(record);
  }
  rows.reset();
}

std::vector<StoredAccountName> SqliteSnapshot::account_names() {
  Statement statement(database_,
                      "SELECT account, name, reporter, first_day, last_day FROM account_name");
  std::vector<StoredAccountName> names;
  while (statement.step()) {
    const std::int64_t reporter = statement.integer(2);
    names.push_back({statement.string(0), statement.string(1), reporter,
                     statement.day(3, "account_name of reporter", reporter),
                     statement.day(4, "account_name of reporter", reporter)});
  }
  return names;
}

}  // namespace dmarcq
