// SPDX-License-Identifier: MIT
#include "store/sql_views.h"

#include <fmt/format.h>

namespace dmarcq {
namespace {

const std::vector<SqlView>& views() {
  static const std::vector<SqlView> all{
      {"v_reports",
       "one row for each report that counts",
       {{"id", "as in 'dmarcq reports'"},
        {"org_name", "the reporter"},
        {"email", "its address"},
        {"report_id", "its own number for it"},
        {"domain", "policy domain"},
        {"begin", "of its window, UTC"},
        {"end", "of its window, UTC"},
        {"day", "UTC date of the window's middle"},
        {"p", "policy as published"},
        {"sp", "for subdomains"},
        {"np", "for names that do not exist"},
        {"pct", "RFC 7489"},
        {"adkim", "r or s"},
        {"aspf", "r or s"},
        {"testing", "t= of RFC 9989"},
        {"records", "rows in it"},
        {"messages", "sum of their counts"},
        {"dmarc_pass", "messages that pass DMARC"},
        {"dmarc_fail", "messages that fail"},
        {"dkim_aligned", "messages"},
        {"spf_aligned", "messages"},
        {"quarantined", "messages"},
        {"rejected", "messages"},
        {"trust", "verified, plausible, unverified or contradictory"},
        {"sent_by", "From domain of its mail; NULL: it came as a file"}},
       R"(SELECT report.id AS id, org_name, NULLIF(email,'') AS email, report_id, domain.name AS domain, strftime('%Y-%m-%dT%H:%M:%SZ',begin,'unixepoch') AS begin,
  strftime('%Y-%m-%dT%H:%M:%SZ',"end",'unixepoch') AS "end", date(day*86400,'unixepoch') AS day, NULLIF(p,'') AS p, NULLIF(sp,'') AS sp, NULLIF(np,'') AS np, NULLIF(pct,'') AS pct,
  NULLIF(adkim,'') AS adkim, NULLIF(aspf,'') AS aspf, NULLIF(testing,'') AS testing, records, messages, dkim_and_spf+dkim_only+spf_only AS dmarc_pass, neither AS dmarc_fail,
  dkim_and_spf+dkim_only AS dkim_aligned, dkim_and_spf+spf_only AS spf_aligned, quarantine AS quarantined, reject AS rejected,
  CASE trust WHEN 0 THEN 'contradictory' WHEN 2 THEN 'plausible' WHEN 3 THEN 'verified' ELSE 'unverified' END AS trust, NULLIF(from_domain,'') AS sent_by
FROM report JOIN reporter ON reporter.id=reporter JOIN domain ON domain.id=domain JOIN policy ON policy.id=policy WHERE state=0)"},
      {"v_records",
       "one row for each record of these reports",
       {{"report", "v_reports.id"},
        {"day", "of its report"},
        {"reporter", "org_name"},
        {"domain", "policy domain"},
        {"source_ip", "as text"},
        {"messages", "count"},
        {"header_from", "From domain; the policy domain where none is given"},
        {"envelope_from", "MAIL FROM domain"},
        {"envelope_to", "RCPT TO domain"},
        {"disposition", "what the receiver did"},
        {"dkim",
         "aligned result; unknown-pass, unknown-fail: the receiver gave none, the raw results decide"},
        {"spf", "likewise"},
        {"dmarc", "pass or fail"},
        {"dkim_results", "one a line: domain, selector, result, between tabs"},
        {"spf_results", "one a line: domain, scope, result, between tabs"},
        {"reasons", "one a line: type, comment, between tabs"}},
       R"(SELECT record.report AS report, date(((record.id>>28)&65535)*86400,'unixepoch') AS day, org_name AS reporter, domain.name AS domain, ip_text(source_ip) AS source_ip,
  count AS messages, COALESCE(h.value,domain.name) AS header_from, e.value AS envelope_from, t.value AS envelope_to, NULLIF(disposition,'') AS disposition, NULLIF(dkim,'') AS dkim,
  NULLIF(spf,'') AS spf, iif(dkim IN ('pass','unknown-pass') OR spf IN ('pass','unknown-pass'),'pass','fail') AS dmarc, NULLIF(dkim_set.results,'') AS dkim_results, NULLIF(spf_set.results,'') AS spf_results,
  NULLIF(reasons,'') AS reasons
FROM record JOIN report ON report.id=record.report JOIN reporter ON reporter.id=reporter JOIN domain ON domain.id=record.id>>44 JOIN evaluation ON evaluation.id=evaluation
  JOIN identity ON identity.id=identity JOIN dkim_set ON dkim_set.id=dkim_set JOIN spf_set ON spf_set.id=spf_set
  LEFT JOIN text h ON h.id=header_from LEFT JOIN text e ON e.id=envelope_from LEFT JOIN text t ON t.id=record.envelope_to)"},
      {"v_days",
       "one row for each policy domain and day: quick, and there when rows were pruned",
       {{"domain", "policy domain"},
        {"day", "UTC date"},
        {"reports", "of that day"},
        {"records", "in them"},
        {"messages", "sum of their counts"},
        {"dmarc_pass", "messages"},
        {"dmarc_fail", "messages"},
        {"dkim_aligned", "messages"},
        {"spf_aligned", "messages"},
        {"quarantined", "messages"},
        {"rejected", "messages"}},
       R"(SELECT domain.name AS domain, date((domain_day.id&65535)*86400,'unixepoch') AS day, reports, records, messages, dkim_and_spf+dkim_only+spf_only AS dmarc_pass,
  neither AS dmarc_fail, dkim_and_spf+dkim_only AS dkim_aligned, dkim_and_spf+spf_only AS spf_aligned, quarantine AS quarantined, reject AS rejected
FROM domain_day JOIN domain ON domain.id=domain_day.id>>16 WHERE reports>0)"},
      {"v_problems",
       "what could not be taken",
       {{"id", "as in 'dmarcq problems'"},
        {"source", "file or mailbox"},
        {"number", "of the mail in it"},
        {"part", "attachment, member"},
        {"reason", "one word"},
        {"text", "what is wrong"},
        {"dismissed", "0 or 1"}},
       R"(SELECT problem.id AS id, value AS source, number, NULLIF(part,'') AS part, reason, problem.text AS text, dismissed
FROM problem JOIN item ON item.id=item JOIN text ON text.id=source)"},
      {"v_senders",
       "what you told with 'dmarcq senders'",
       {{"kind", "org, network …"},
        {"value", "its id, address, name"},
        {"name", "your word for it"},
        {"service", "as 'dmarcq sources' names it"},
        {"route", "through Salesforce"},
        {"ours", "0 or 1"}},
       "SELECT kind, value, NULLIF(name,'') AS name, NULLIF(service,'') AS service, NULLIF(route,'') AS route, ours FROM sender_entry"},
      {"v_notes",
       "your change log",
       {{"day", "UTC date"}, {"domain", "NULL: all"}, {"text", "what was changed"}},
       "SELECT date(day*86400,'unixepoch') AS day, NULLIF(domain,'') AS domain, text FROM note"},
  };
  return all;
}

}  // namespace

std::span<const SqlView> sql_views() { return views(); }

void ask(Store& store, std::string_view sql,
         const std::function<void(const std::vector<std::string>&)>& columns,
         const std::function<void(const std::vector<SqlValue>&)>& row) {
  Database& database = store.database();
  // Temporary views belong to this connection: nothing is written to the file, and older databases
  // have them too. The file itself is open for reading only.
  database.execute("PRAGMA query_only=0");
  for (const SqlView& view : views())
    database.execute(
        fmt::format("CREATE TEMP VIEW IF NOT EXISTS {} AS {}", view.name, view.select));
  database.execute("PRAGMA query_only=1");
  Statement statement = database.question(sql);
  std::vector<std::string> names;
  for (int i = 0; i < statement.columns(); ++i) names.push_back(statement.column_name(i));
  columns(names);
  try {
    while (statement.step()) {
      std::vector<SqlValue> values;
      for (int i = 0; i < statement.columns(); ++i) values.push_back(statement.value(i));
      row(values);
    }
  } catch (const StoreError& fault) {
    // What SQLite calls an error of the statement is one of its writer here: an overflow, say.
    if (fault.kind != StoreError::Kind::bug) throw;
    throw StoreError(StoreError::Kind::usage, fault.what());
  }
}

}  // namespace dmarcq
