// SPDX-License-Identifier: MIT
#include "report/cli/keep/ingest_result.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/render/numbers.h"

namespace dmarcq {
namespace {

struct Kinds {
  std::uint64_t failure_report = 0, complaint = 0, tls_report = 0, announcement = 0,
                delivery_log = 0, bounce = 0, other = 0;
};

Kinds kinds_of(const IngestSummary& summary) {
  Kinds kinds;
  for (const auto& [kind, number] : summary.not_a_report_kinds) {
    if (kind == "failure_report")
      kinds.failure_report += number;
    else if (kind == "tls_report")
      kinds.tls_report += number;
    else if (kind == "complaint")
      kinds.complaint += number;
    else if (kind == "announcement")
      kinds.announcement += number;
    else if (kind == "delivery_log")
      kinds.delivery_log += number;
    else if (kind == "bounce")
      kinds.bounce += number;
    else
      kinds.other += number;
  }
  return kinds;
}

std::string delivery_words(const IngestSummary& summary) {
  std::string words;
  if (summary.deliveries_stored + summary.deliveries_repeated > 0)
    words = fmt::format("; {}", counted(summary.deliveries_stored, "delivery event"));
  if (summary.deliveries_repeated > 0)
    words += fmt::format(" ({} known before)", with_thousands(summary.deliveries_repeated));
  if (summary.deliveries_damaged > 0)
    words += fmt::format("; {}", counted(summary.deliveries_damaged, "damaged row"));
  return words;
}

}  // namespace

std::string ingest_line(const IngestSummary& summary) {
  // What was read and is no report is called by its name. A large log is many items.
  const Kinds kinds = kinds_of(summary);
  const std::uint64_t named = kinds.delivery_log + kinds.bounce + kinds.tls_report +
                              kinds.failure_report + kinds.complaint;
  const std::uint64_t rest = summary.not_a_report - std::min(summary.not_a_report, named);
  std::string line = fmt::format("{} = {} stored + {} duplicate", counted(summary.items, "item"),
                                 with_thousands(summary.stored), with_thousands(summary.duplicate));
  if (kinds.delivery_log > 0)
    line += fmt::format(" + {} from delivery logs", with_thousands(kinds.delivery_log));
  if (kinds.bounce > 0) line += " + " + counted(kinds.bounce, "bounce");
  if (kinds.tls_report > 0) line += " + " + counted(kinds.tls_report, "TLS report");
  if (kinds.failure_report > 0) line += " + " + counted(kinds.failure_report, "failure report");
  if (kinds.complaint > 0) line += " + " + counted(kinds.complaint, "complaint");
  line += fmt::format(" + {} not a report + {}", with_thousands(rest),
                      counted(summary.problem, "problem"));
  const std::string known = summary.known > 0 ? fmt::format("; {} known from earlier runs",
                                                            counted(summary.known, "item"))
                                              : "";
  const std::string deliveries = delivery_words(summary);
  if (summary.reports_stored == 0)
    return line +
           (summary.deliveries_stored + summary.tls_stored + summary.failures_stored == 0
                ? "; nothing new"
                : "") +
           deliveries + known;
  line += fmt::format("; {}, {}, {}", counted(summary.reports_stored, "report"),
                      counted(summary.records, "record"), counted(summary.messages, "message"));
  if (summary.reports_replaced > 0)
    line += fmt::format("; {} replaced by more complete ones",
                        counted(summary.reports_replaced, "report"));
  if (summary.unusable_records > 0)
    line += "; " + unusable_words(summary.unusable_records, summary.unusable_messages);
  return line + deliveries + known;
}

void write_ingest_json(JsonWriter& json, const IngestSummary& summary, double seconds) {
  const Kinds kinds = kinds_of(summary);
  json.object()
      .member("schema", "dmarcq.ingest/1")
      .member("items", summary.items)
      .member("known", summary.known);
  json.key("outcomes")
      .object()
      .member("stored", summary.stored)
      .member("duplicate", summary.duplicate);
  json.member("not_a_report", summary.not_a_report).member("problem", summary.problem).end();
  json.key("not_a_report")
      .object()
      .member("failure_report", kinds.failure_report)
      .member("complaint", kinds.complaint)
      .member("tls_report", kinds.tls_report)
      .member("announcement", kinds.announcement);
  json.member("delivery_log", kinds.delivery_log)
      .member("bounce", kinds.bounce)
      .member("other", kinds.other)
      .end();
  json.key("reports")
      .object()
      .member("stored", summary.reports_stored)
      .member("duplicate", summary.reports_duplicate);
  json.member("replaced", summary.reports_replaced).end();
  json.key("deliveries")
      .object()
      .member("stored", summary.deliveries_stored)
      .member("repeated", summary.deliveries_repeated)
      .member("left_out", summary.deliveries_left_out)
      .member("damaged", summary.deliveries_damaged)
      .end();
  json.key("tls_reports")
      .object()
      .member("stored", summary.tls_stored)
      .member("repeated", summary.tls_repeated)
      .end();
  json.key("failures")
      .object()
      .member("stored", summary.failures_stored)
      .member("repeated", summary.failures_repeated)
      .end();
  json.member("records", summary.records).member("messages", summary.messages);
  json.member("unusable_records", summary.unusable_records)
      .member("unusable_messages", summary.unusable_messages)
      .member("bytes", summary.bytes);
  json.member("seconds", static_cast<double>(static_cast<std::int64_t>(seconds * 1000)) / 1000)
      .end();
}

ResultTable ingest_table(const IngestSummary& summary, double seconds) {
  const Kinds kinds = kinds_of(summary);
  ResultTable table;
  auto& row = table.rows.emplace_back();
  const auto add = [&](std::string key, std::string title, Cell cell) {
    table.columns.push_back({.key = std::move(key), .title = std::move(title), .right = true});
    row.push_back(std::move(cell));
  };
  add("items", "items", summary.items);
  add("known", "known before", summary.known);
  add("stored", "stored", summary.stored);
  add("duplicate", "duplicate", summary.duplicate);
  add("not_a_report", "not a report", summary.not_a_report);
  add("problem", "problems", summary.problem);
  add("failure_report", "failure reports", kinds.failure_report);
  add("complaint", "complaints", kinds.complaint);
  add("tls_report", "TLS reports", kinds.tls_report);
  add("announcement", "announcements", kinds.announcement);
  add("delivery_log", "delivery logs", kinds.delivery_log);
  add("bounce", "bounces", kinds.bounce);
  add("other", "other mail", kinds.other);
  add("reports_stored", "reports stored", summary.reports_stored);
  add("reports_duplicate", "reports duplicate", summary.reports_duplicate);
  add("reports_replaced", "reports replaced", summary.reports_replaced);
  add("records", "records", summary.records);
  add("messages", "messages", summary.messages);
  add("unusable_records", "records left out", summary.unusable_records);
  add("unusable_messages", "their messages", summary.unusable_messages);
  add("tls_stored", "TLS reports stored", summary.tls_stored);
  add("tls_repeated", "known before", summary.tls_repeated);
  add("failures_stored", "failures stored", summary.failures_stored);
  add("failures_repeated", "known before", summary.failures_repeated);
  add("deliveries_stored", "delivery events", summary.deliveries_stored);
  add("deliveries_repeated", "known before", summary.deliveries_repeated);
  add("deliveries_damaged", "damaged rows", summary.deliveries_damaged);
  add("bytes", "bytes", summary.bytes);
  add("seconds", "seconds", fmt::format("{:.3f}", seconds));
  return table;
}

}  // namespace dmarcq
