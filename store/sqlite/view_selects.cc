// SPDX-License-Identifier: MIT
#include "store/sqlite/view_selects.h"

namespace dmarcq {

std::span<const ViewSelect> view_selects() {
  static constexpr ViewSelect all[] = {
      {"v_reports",
       R"(SELECT report.id AS id, org_name, NULLIF(email,'') AS email, report_id, domain.name AS domain, strftime('%Y-%m-%dT%H:%M:%SZ',begin,'unixepoch') AS begin,
  strftime('%Y-%m-%dT%H:%M:%SZ',"end",'unixepoch') AS "end", date(day*86400,'unixepoch') AS day, NULLIF(p,'') AS p, NULLIF(sp,'') AS sp, NULLIF(np,'') AS np, NULLIF(pct,'') AS pct,
  NULLIF(adkim,'') AS adkim, NULLIF(aspf,'') AS aspf, NULLIF(testing,'') AS testing, records, messages, dkim_and_spf+dkim_only+spf_only AS dmarc_pass, neither AS dmarc_fail,
  dkim_and_spf+dkim_only AS dkim_aligned, dkim_and_spf+spf_only AS spf_aligned, quarantine AS quarantined, reject AS rejected,
  CASE trust WHEN 0 THEN 'contradictory' WHEN 2 THEN 'plausible' WHEN 3 THEN 'verified' ELSE 'unverified' END AS trust, NULLIF(from_domain,'') AS sent_by
FROM report JOIN reporter ON reporter.id=reporter JOIN domain ON domain.id=domain JOIN policy ON policy.id=policy WHERE state=0)"},
      {"v_records",
       R"(SELECT record.report AS report, date(((record.id>>28)&65535)*86400,'unixepoch') AS day, org_name AS reporter, domain.name AS domain, ip_text(source_ip) AS source_ip,
  count AS messages, COALESCE(h.value,domain.name) AS header_from, e.value AS envelope_from, t.value AS envelope_to, NULLIF(disposition,'') AS disposition, NULLIF(dkim,'') AS dkim,
  NULLIF(spf,'') AS spf, iif(dkim IN ('pass','unknown-pass') OR spf IN ('pass','unknown-pass'),'pass','fail') AS dmarc, NULLIF(dkim_set.results,'') AS dkim_results, NULLIF(spf_set.results,'') AS spf_results,
  NULLIF(reasons,'') AS reasons
FROM record JOIN report ON report.id=record.report JOIN reporter ON reporter.id=reporter JOIN domain ON domain.id=record.id>>44 JOIN evaluation ON evaluation.id=evaluation
  JOIN identity ON identity.id=identity JOIN dkim_set ON dkim_set.id=dkim_set JOIN spf_set ON spf_set.id=spf_set
  LEFT JOIN text h ON h.id=header_from LEFT JOIN text e ON e.id=envelope_from LEFT JOIN text t ON t.id=record.envelope_to)"},
      {"v_days",
       R"(SELECT domain.name AS domain, date((domain_day.id&65535)*86400,'unixepoch') AS day, reports, records, messages, dkim_and_spf+dkim_only+spf_only AS dmarc_pass,
  neither AS dmarc_fail, dkim_and_spf+dkim_only AS dkim_aligned, dkim_and_spf+spf_only AS spf_aligned, quarantine AS quarantined, reject AS rejected
FROM domain_day JOIN domain ON domain.id=domain_day.id>>16 WHERE reports>0)"},
      {"v_problems",
       R"(SELECT problem.id AS id, value AS source, number, NULLIF(part,'') AS part, reason, problem.text AS text, dismissed
FROM problem JOIN item ON item.id=item JOIN text ON text.id=source)"},
      {"v_senders",
       "SELECT kind, value, NULLIF(name,'') AS name, NULLIF(service,'') AS service, NULLIF(route,'') AS route, ours FROM sender_entry"},
      {"v_tls",
       R"(SELECT tls_report.id AS report, date(day*86400,'unixepoch') AS day, json_extract(content,'$."organization-name"') AS org_name,
json_extract(content,'$."report-id"') AS report_id, json_extract(policy.value,'$.policy."policy-domain"') AS domain,
json_extract(policy.value,'$.policy."policy-type"') AS policy_type, json_extract(policy.value,'$.summary."total-successful-session-count"') AS successful,
json_extract(policy.value,'$.summary."total-failure-session-count"') AS failed,
CASE trust WHEN 3 THEN 'verified' WHEN 2 THEN 'plausible' WHEN 1 THEN 'unverified' ELSE 'contradictory' END AS trust, NULLIF(sent_by,'') AS sent_by
FROM (SELECT *, row_number() OVER (PARTITION BY day, claim ORDER BY trust DESC, sessions DESC, digest) AS place FROM tls_report) AS tls_report,
json_each(content,'$.policies') AS policy WHERE place=1)"},
      {"v_failures",
       R"(SELECT id, date(day*86400,'unixepoch') AS day, json_extract(content,'$.kind') AS kind, json_extract(content,'$.reporter') AS reporter,
json_extract(content,'$.reported_domain') AS domain, json_extract(content,'$.header_from') AS header_from, json_extract(content,'$.source_ip') AS source_ip,
json_extract(content,'$.incidents') AS incidents, json_extract(content,'$.delivery_result') AS delivery_result,
json_extract(content,'$.marks.salesforce_org') AS salesforce_org, json_extract(content,'$.marks.category') AS category FROM failure_report)"},
      {"v_notes",
       "SELECT date(day*86400,'unixepoch') AS day, NULLIF(domain,'') AS domain, text FROM note"},
  };
  return all;
}

}  // namespace dmarcq
