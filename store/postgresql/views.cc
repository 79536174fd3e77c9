// SPDX-License-Identifier: MIT
#include "store/postgresql/views.h"

namespace dmarcq {

std::string pg_view_statements() {
  return R"sql(
CREATE VIEW dmarcq.v_reports AS
SELECT report.id, org_name, nullif(email,'') AS email, report_id, policy_domain.name AS domain,
  to_char(to_timestamp(begins) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS begin,
  to_char(to_timestamp(ends) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "end", to_char(date '1970-01-01' + day, 'YYYY-MM-DD') AS day,
  nullif(p,'') AS p, nullif(sp,'') AS sp, nullif(np,'') AS np, nullif(pct,'') AS pct, nullif(adkim,'') AS adkim, nullif(aspf,'') AS aspf,
  nullif(testing,'') AS testing, records, dkim_and_spf+dkim_only+spf_only+neither AS messages, dkim_and_spf+dkim_only+spf_only AS dmarc_pass,
  neither AS dmarc_fail, dkim_and_spf+dkim_only AS dkim_aligned, dkim_and_spf+spf_only AS spf_aligned, quarantine AS quarantined, reject AS rejected,
  CASE trust WHEN 0 THEN 'contradictory' WHEN 2 THEN 'plausible' WHEN 3 THEN 'verified' ELSE 'unverified' END AS trust,
  nullif(from_domain,'') AS sent_by
FROM dmarcq.report JOIN dmarcq.reporter ON reporter.id=report.reporter JOIN dmarcq.policy_domain ON policy_domain.id=report.domain
  JOIN dmarcq.policy ON policy.id=report.policy WHERE state=0;

CREATE VIEW dmarcq.v_records AS
SELECT report.id AS report, to_char(date '1970-01-01' + report.day, 'YYYY-MM-DD') AS day, org_name AS reporter, policy_domain.name AS domain,
  host(one.source_ip) AS source_ip, one.count AS messages, coalesce(nullif(header_from.text,''), policy_domain.name) AS header_from,
  nullif(envelope_from.text,'') AS envelope_from, nullif(envelope_to.text,'') AS envelope_to, nullif(e.disposition,'') AS disposition,
  nullif(e.dkim,'') AS dkim, nullif(e.spf,'') AS spf,
  CASE WHEN e.dkim IN ('pass','unknown-pass') OR e.spf IN ('pass','unknown-pass') THEN 'pass' ELSE 'fail' END AS dmarc,
  nullif(dkim_set.text,'') AS dkim_results, nullif(spf_set.text,'') AS spf_results, nullif(e.reasons,'') AS reasons
FROM dmarcq.report JOIN dmarcq.reporter ON reporter.id=report.reporter JOIN dmarcq.policy_domain ON policy_domain.id=report.domain
  JOIN dmarcq.report_rows r ON r.home=report.home AND r.domain=report.domain AND r.day=report.day AND r.report=report.id
  CROSS JOIN LATERAL (SELECT * FROM unnest(r.source_ip, r.identity, r.evaluation, r.count, r.envelope_to)
    AS u(source_ip, identity, evaluation, count, envelope_to)) one
  JOIN LATERAL (SELECT number/4 AS number, max(position) FILTER (WHERE number%4=0) AS header_from, max(position) FILTER (WHERE number%4=1) AS envelope_from,
      max(position) FILTER (WHERE number%4=2) AS spf, max(position) FILTER (WHERE number%4=3) AS dkim
    FROM (SELECT position, ordinality-1 AS number FROM unnest(r.identities) WITH ORDINALITY AS u(position, ordinality)) p GROUP BY number/4) i
    ON i.number=one.identity
  JOIN LATERAL (SELECT number/4 AS number, max(value) FILTER (WHERE number%4=0) AS disposition, max(value) FILTER (WHERE number%4=1) AS dkim,
      max(value) FILTER (WHERE number%4=2) AS spf, max(value) FILTER (WHERE number%4=3) AS reasons
    FROM (SELECT value, ordinality-1 AS number FROM unnest(r.evaluations) WITH ORDINALITY AS u(value, ordinality)) p GROUP BY number/4) e
    ON e.number=one.evaluation
  JOIN LATERAL unnest(r.texts) WITH ORDINALITY AS header_from(text, at) ON header_from.at=i.header_from+1
  JOIN LATERAL unnest(r.texts) WITH ORDINALITY AS envelope_from(text, at) ON envelope_from.at=i.envelope_from+1
  JOIN LATERAL unnest(r.texts) WITH ORDINALITY AS spf_set(text, at) ON spf_set.at=i.spf+1
  JOIN LATERAL unnest(r.texts) WITH ORDINALITY AS dkim_set(text, at) ON dkim_set.at=i.dkim+1
  JOIN LATERAL unnest(r.texts) WITH ORDINALITY AS envelope_to(text, at) ON envelope_to.at=one.envelope_to+1
WHERE report.state=0;

CREATE VIEW dmarcq.v_days AS
SELECT policy_domain.name AS domain, to_char(date '1970-01-01' + day, 'YYYY-MM-DD') AS day, reports, records, dkim_and_spf+dkim_only+spf_only+neither AS messages,
  dkim_and_spf+dkim_only+spf_only AS dmarc_pass, neither AS dmarc_fail, dkim_and_spf+dkim_only AS dkim_aligned,
  dkim_and_spf+spf_only AS spf_aligned, quarantine AS quarantined, reject AS rejected
FROM dmarcq.domain_day JOIN dmarcq.policy_domain ON policy_domain.id=domain WHERE reports>0;

CREATE VIEW dmarcq.v_problems AS
SELECT problem.id, source, number, nullif(part,'') AS part, reason, problem.text, dismissed FROM dmarcq.problem JOIN dmarcq.item ON item.digest=problem.item;
CREATE VIEW dmarcq.v_senders AS
SELECT kind, value, nullif(name,'') AS name, nullif(service,'') AS service, nullif(route,'') AS route, ours::int AS ours FROM dmarcq.sender_entry;
CREATE VIEW dmarcq.v_notes AS
SELECT to_char(date '1970-01-01' + day, 'YYYY-MM-DD') AS day, nullif(domain,'') AS domain, text FROM dmarcq.note;
)sql";
}

std::string pg_kept_view_statements() {
  return R"sql(
CREATE VIEW dmarcq.v_tls AS
SELECT chosen.id AS report, to_char(date '1970-01-01' + day, 'YYYY-MM-DD') AS day, content->>'organization-name' AS org_name, content->>'report-id' AS report_id,
policy->'policy'->>'policy-domain' AS domain, policy->'policy'->>'policy-type' AS policy_type,
(policy->'summary'->>'total-successful-session-count')::int8 AS successful, (policy->'summary'->>'total-failure-session-count')::int8 AS failed,
CASE trust WHEN 3 THEN 'verified' WHEN 2 THEN 'plausible' WHEN 1 THEN 'unverified' ELSE 'contradictory' END AS trust, nullif(sent_by,'') AS sent_by
FROM (SELECT DISTINCT ON (day, claim) id, day, trust, sent_by, content::jsonb AS content FROM dmarcq.tls_report ORDER BY day, claim, trust DESC, sessions DESC, digest) AS chosen,
jsonb_array_elements(content->'policies') AS policy;
CREATE VIEW dmarcq.v_failures AS
SELECT id, to_char(date '1970-01-01' + day, 'YYYY-MM-DD') AS day, content->>'kind' AS kind, content->>'reporter' AS reporter, content->>'reported_domain' AS domain,
content->>'header_from' AS header_from, content->>'source_ip' AS source_ip, (content->>'incidents')::int8 AS incidents, content->>'delivery_result' AS delivery_result,
content->'marks'->>'salesforce_org' AS salesforce_org, content->'marks'->>'category' AS category
FROM (SELECT id, day, content::jsonb AS content FROM dmarcq.failure_report) AS failure;
)sql";
}

}  // namespace dmarcq
