// SPDX-License-Identifier: MIT
// What a snapshot tells besides reports.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "store/document/kept_reports.h"
#include "store/postgresql/pg_snapshot.h"
#include "store/postgresql/wire/columns.h"
#include "store/postgresql/wire/guarded.h"
#include "store/postgresql/wire/pg_text.h"

namespace dmarcq {

std::vector<Problem> PgSnapshot::problems(bool with_dismissed) {
  std::vector<Problem> list;
  each(
      "SELECT problem.id,source,number,message_id,part,reason,problem.text,item.bytes,kept_item.item IS NOT NULL,dismissed FROM dmarcq.problem "
      "JOIN dmarcq.item ON item.digest=problem.item LEFT JOIN dmarcq.kept_item ON kept_item.item=problem.item WHERE dismissed<=$1",
      PgValues().small(with_dismissed ? 1 : 0), [&](const PgRow& row) {
        Problem& problem = list.emplace_back();
        problem.id = row.integer(0);
        problem.origin = {from_pg_text(row.text(1)), static_cast<std::uint64_t>(row.integer(2)),
                          from_pg_text(row.text(3)), from_pg_text(row.text(4))};
        problem.reason = row.text(5);
        problem.text = row.text(6);
        problem.bytes = static_cast<std::uint64_t>(row.integer(7));
        problem.kept = row.boolean(8);
        problem.dismissed = row.integer(9) != 0;
      });
  std::ranges::sort(list, {}, [](const Problem& p) {
    return std::tie(p.origin.source, p.origin.index, p.origin.part, p.reason, p.text);
  });
  return list;
}

std::optional<std::string> PgSnapshot::problem_bytes(std::int64_t problem) {
  std::optional<std::string> bytes;
  each(
      "SELECT kept_item.bytes FROM dmarcq.problem JOIN dmarcq.kept_item ON kept_item.item=problem.item WHERE problem.id=$1",
      PgValues().integer(problem), [&](const PgRow& row) { bytes = row.string(0); });
  return bytes;
}

std::vector<PassedOver> PgSnapshot::passed_over() {
  std::vector<PassedOver> list;
  each(
      fmt::format(
          "SELECT source,number,message_id,bytes,not_a_report FROM dmarcq.item WHERE outcome={} AND NOT EXISTS(SELECT 1 FROM dmarcq.delivery_log WHERE "
          "delivery_log.item=digest) AND NOT EXISTS(SELECT 1 FROM dmarcq.tls_report WHERE tls_report.item=item.digest) AND "
          "NOT EXISTS(SELECT 1 FROM dmarcq.failure_report WHERE failure_report.item=item.digest) ORDER BY digest",
          static_cast<int>(Outcome::not_a_report)),
      {}, [&](const PgRow& row) {
        list.push_back({{from_pg_text(row.text(0)),
                         static_cast<std::uint64_t>(row.integer(1)),
                         from_pg_text(row.text(2)),
                         {}},
                        row.string(4),
                        static_cast<std::uint64_t>(row.integer(3))});
      });
  std::ranges::stable_sort(list, {}, [](const PassedOver& item) {
    return std::tie(item.origin.source, item.origin.index);
  });
  return list;
}

void PgSnapshot::deliveries(Day since, Day until, FunctionRef<void(const StoredDelivery&)> take) {
  std::string recipient;
  stream(fmt::format("SELECT {} FROM dmarcq.delivery WHERE day BETWEEN $1 AND $2 ORDER BY day,seq",
                     pg_delivery_columns),
         PgValues().day(since).day(until),
         [&](const PgRow& row) { take(pg_delivery_from(row, recipient, place())); });
}

void PgSnapshot::delivery_logs(FunctionRef<void(const StoredDeliveryLog&)> take) {
  std::int64_t number = 0;
  each(
      "SELECT sum(events)::int8, sum(found)::int8 FROM (SELECT item,events,0 AS found FROM dmarcq.delivery_log UNION ALL "
      "SELECT item,0,count(*) FROM dmarcq.delivery GROUP BY item) AS parts GROUP BY item ORDER BY item",
      {}, [&](const PgRow& row) {
        take({++number, static_cast<std::uint64_t>(row.integer(0)),
              static_cast<std::uint64_t>(row.integer(1))});
      });
}

void PgSnapshot::tls_reports(Day since, Day until, FunctionRef<void(const StoredTlsReport&)> take) {
  stream(
      "SELECT DISTINCT ON (day,claim) id,day,trust,sent_by,content,deviations FROM dmarcq.tls_report WHERE day BETWEEN $1 AND $2 "
      "ORDER BY day,claim,trust DESC,sessions DESC,digest",
      PgValues().day(since).day(until), [&](const PgRow& row) {
        StoredTlsReport stored;
        stored.id = row.integer(0);
        stored.day = static_cast<Day>(row.integer(1));
        stored.trust = static_cast<Trust>(std::clamp<std::int64_t>(row.integer(2), 0, 3));
        stored.from_domain = row.text(3);
        auto report = tls_from_content(row.text(4), row.text(5));
        if (!report) damaged(place(), "tls_report", stored.id, "its content cannot be read");
        stored.report = std::move(*report);
        take(stored);
      });
}

void PgSnapshot::failure_reports(Day since, Day until,
                                 FunctionRef<void(const StoredFailure&)> take) {
  stream(
      "SELECT id,day,content FROM dmarcq.failure_report WHERE day BETWEEN $1 AND $2 ORDER BY day,key",
      PgValues().day(since).day(until), [&](const PgRow& row) {
        StoredFailure stored;
        stored.id = row.integer(0);
        stored.day = static_cast<Day>(row.integer(1));
        if (!failure_from_content(row.text(2), stored.report, stored.marks))
          damaged(place(), "failure_report", stored.id, "its content cannot be read");
        take(stored);
      });
}

DatabaseInfo PgSnapshot::storage_info() {
  DatabaseInfo info;
  const auto count = [&](const std::string& sql) {
    return guarded(connection_,
                   [&] { return static_cast<std::uint64_t>(connection_.number(sql).value_or(0)); });
  };
  info.schema_version =
      static_cast<std::int64_t>(count("SELECT schema_version FROM dmarcq.horizon"));
  info.file_bytes = count(
      "SELECT sum(pg_total_relation_size(oid))::int8 FROM pg_class WHERE relnamespace='dmarcq'::regnamespace AND relkind IN ('r','m')");
  info.identities =
      count("SELECT coalesce(sum(cardinality(identities)/4),0)::int8 FROM dmarcq.report_rows");
  each("SELECT outcome,count(*) FROM dmarcq.item GROUP BY outcome", {}, [&](const PgRow& row) {
    const auto number = static_cast<std::uint64_t>(row.integer(1));
    info.items += number;
    switch (static_cast<Outcome>(row.integer(0))) {
      case Outcome::stored: info.stored = number; break;
      case Outcome::duplicate: info.duplicate = number; break;
      case Outcome::not_a_report: info.not_a_report = number; break;
      case Outcome::problem: info.problem = number; break;
    }
  });
  return info;
}

namespace {

/// A value of a question in SQL. Sums are numeric there; whole ones are numbers like any other.
SqlValue value_from(const PgRow& row, int column) {
  constexpr unsigned boolean = 16, int8 = 20, int2 = 21, int4 = 23, float4 = 700, float8 = 701,
                     numeric = 1700;
  if (row.is_null(column)) return {};
  const std::string_view text = row.text(column);
  const unsigned type = row.type(column);
  if (type == boolean) return std::int64_t{text == "t" ? 1 : 0};
  if (type == int8 || type == int2 || type == int4 || type == numeric) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc() && end == text.data() + text.size()) return number;
  }
  if (type == float4 || type == float8 || type == numeric) {
    double number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc() && end == text.data() + text.size()) return number;
  }
  return std::string(text);
}

}  // namespace

void PgSnapshot::ask(std::string_view sql,
                     FunctionRef<void(const std::vector<std::string>&)> columns,
                     FunctionRef<void(const std::vector<SqlValue>&)> take) {
  try {
    connection_.run("SET LOCAL search_path=dmarcq,pg_catalog");
    connection_.each_as_text(
        std::string(sql),
        [&](const PgRow& row) {
          std::vector<std::string> names;
          for (int i = 0; i < row.columns(); ++i) names.emplace_back(row.name(i));
          columns(names);
        },
        [&](const PgRow& row) {
          std::vector<SqlValue> values;
          for (int i = 0; i < row.columns(); ++i) values.push_back(value_from(row, i));
          take(values);
        });
  } catch (const PgError& error) {
    if (error.is_worth_a_retry()) throw_store_error(error, place());
    throw StoreError(StoreError::Kind::usage, error.what());
  }
}

void PgSnapshot::backup(const std::filesystem::path&) {
  throw StoreError(StoreError::Kind::usage, place() + ": PostgreSQL has its own ways to back up",
                   "pg_dump --schema=dmarcq, or pg_basebackup of the whole server");
}

}  // namespace dmarcq
