// SPDX-License-Identifier: MIT
#include "report/render/answers/tls/tls.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/tls_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

constexpr unsigned prose_width = 80;
constexpr std::size_t groups_shown = 25, domains_shown = 10, hosts_shown = 3;

std::string name_of(const std::string& domain) {
  return domain.empty() ? "(no domain told)" : domain;
}

std::string label_of(const TlsGroup& group, TlsBy by) {
  if (!group.label.empty()) return group.label;
  return by == TlsBy::mx ? "(no host told)" : by == TlsBy::result ? "(no result told)" : "";
}

/// The most frequent first; "" is what reports do not tell.
std::vector<std::string> names_in(const std::map<std::string, std::uint64_t>& sums) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(sums.begin(), sums.end());
  std::ranges::stable_sort(sorted, std::ranges::greater{},
                           &std::pair<std::string, std::uint64_t>::second);
  std::vector<std::string> names;
  for (const auto& [name, sum] : sorted)
    if (!name.empty()) names.push_back(name);
  return names;
}

/// "mx1.example.com, mx2.example.com and 3 more"
std::string some_of(const std::map<std::string, std::uint64_t>& sums) {
  const std::vector<std::string> names = names_in(sums);
  std::string words;
  for (std::size_t i = 0; i < std::min(names.size(), hosts_shown); ++i)
    words += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > hosts_shown) words += fmt::format(" and {} more", names.size() - hosts_shown);
  return words;
}

Cell failed_cell(std::uint64_t failed) { return {failed, failed > 0 ? Tone::bad : Tone::plain}; }

std::uint64_t sessions_of(const TlsGroup& group) {
  return TlsSessions{group.ok.value_or(0), group.failed}.all();
}

Tone tone_of(TlsReadiness::Verdict verdict) {
  switch (verdict) {
    case TlsReadiness::Verdict::ready: return Tone::good;
    case TlsReadiness::Verdict::not_ready: return Tone::bad;
    case TlsReadiness::Verdict::too_little_data: break;
  }
  return Tone::quiet;
}

std::string mode_of(const TlsReadiness& readiness) {
  return readiness.policy ? std::string(to_text(readiness.policy->policy.mode)) : "";
}

// ---- for people

ResultTable domains_table(const TlsAnswer& answer) {
  ResultTable table;
  table.columns = {{.key = "domain", .title = "domain", .min_width = 16},
                   {.key = "sessions", .title = "sessions", .right = true},
                   {.key = "failed", .title = "failed", .right = true},
                   {.key = "share", .title = "share", .right = true, .drop_order = 3},
                   {.key = "reporters", .title = "reporters", .right = true, .drop_order = 2},
                   {.key = "last", .title = "last day", .drop_order = 1},
                   {.key = "policy", .title = "policy seen"},
                   {.key = "enforce", .title = "enforce?"}};
  for (const TlsDomainAnswer& domain : answer.domains) {
    const std::string mode = mode_of(domain.readiness);
    table.rows.push_back(
        {name_of(domain.domain), sessions_of(domain.all), failed_cell(domain.all.failed),
         percent(domain.all.failed, sessions_of(domain.all)),
         std::uint64_t{domain.all.reporters.size()}, OnDay{domain.all.last_day},
         mode.empty() ? "none" : mode,
         Cell(to_text(domain.readiness.verdict), tone_of(domain.readiness.verdict))});
  }
  return table;
}

/// By result and by host: who saw it, and when.
ResultTable failures_table(const std::vector<TlsGroup>& groups, TlsBy by) {
  ResultTable table;
  table.columns = {
      {.key = "label", .title = by == TlsBy::mx ? "mx" : "result", .min_width = 18, .wraps = true},
      {.key = "failed", .title = "sessions", .right = true},
      {.key = "share", .title = "share", .right = true, .drop_order = 2},
      {.key = "other",
       .title = by == TlsBy::mx ? "results" : "mx",
       .drop_order = 4,
       .min_width = 14,
       .wraps = true},
      {.key = "seen_by", .title = "seen by", .right = true},
      {.key = "first", .title = "first day", .drop_order = 1},
      {.key = "last", .title = "last day"}};
  for (const TlsGroup& group : groups)
    table.rows.push_back({label_of(group, by), group.failed, percent(group.failed, group.of_domain),
                          some_of(by == TlsBy::mx ? group.results : group.hosts),
                          seen_by_words(group), OnDay{group.first_day}, OnDay{group.last_day}});
  return table;
}

/// By reporter and by day: all sessions.
ResultTable sessions_table(const std::vector<TlsGroup>& groups, TlsBy by) {
  ResultTable table;
  const bool by_day = by == TlsBy::day;
  table.columns = {
      {.key = "label", .title = by_day ? "day" : "reporter", .min_width = 10, .wraps = true},
      {.key = "sessions", .title = "sessions", .right = true},
      {.key = "failed", .title = "failed", .right = true},
      {.key = "share", .title = "share", .right = true, .drop_order = 1},
      {.key = "other", .title = by_day ? "reporters" : "last day", .right = by_day},
      {.key = "results", .title = "results", .drop_order = 2, .min_width = 18, .wraps = true}};
  for (const TlsGroup& group : groups)
    table.rows.push_back(
        {label_of(group, by), sessions_of(group), failed_cell(group.failed),
         percent(group.failed, sessions_of(group)),
         by_day ? Cell(std::uint64_t{group.reporters.size()}) : Cell(OnDay{group.last_day}),
         some_of(group.results)});
  return table;
}

void write_groups(std::ostream& out, const std::vector<TlsGroup>& all, TlsBy by,
                  const TableStyle& style) {
  // Of days, the latest; else those with most failures.
  const std::size_t shown = std::min(groups_shown, all.size());
  const auto first = all.begin() +
                     (by == TlsBy::day ? static_cast<std::ptrdiff_t>(all.size() - shown) : 0);
  const std::vector<TlsGroup> groups(first, first + static_cast<std::ptrdiff_t>(shown));
  const bool of_failures = by == TlsBy::result || by == TlsBy::mx;
  write_left_out(
      out, write_table(out, of_failures ? failures_table(groups, by) : sessions_table(groups, by),
                       style));
  if (shown < all.size())
    write_paragraph(out, "",
                    left_out_words(counted(all.size() - shown, "line"), "--format json has all"));
}

void write_results(std::ostream& out, const std::vector<TlsGroup>& results) {
  for (const TlsGroup& group : results) {
    const TlsResultPhrases phrases = phrases_of(group.result);
    out << '\n';
    write_paragraph(out, "- ",
                    fmt::format("{}: {}. {}", label_of(group, TlsBy::result), phrases.meaning,
                                sentence_of_scope(group)),
                    prose_width);
    write_paragraph(out, "  ", fmt::format("Repair, {}: {}", phrases.who, phrases.repair),
                    prose_width);
    if (!group.reason.empty())
      write_paragraph(out, "  ", fmt::format("A reporter's words: {}", group.reason), prose_width);
  }
}

void write_policy(std::ostream& out, const TlsDomainAnswer& domain) {
  if (const auto& seen = domain.readiness.policy)
    write_paragraph(
        out, "Policy seen: ",
        fmt::format("{}, by {} of {} until {}.", policy_words(seen->policy), seen->seen_by.size(),
                    counted(seen->of, "reporter"), iso_date(seen->last_day)),
        prose_width);
  if (!domain.now) return;
  const TlsPolicyNow& now = *domain.now;
  std::string words = !now.known       ? "DNS did not answer."
                      : now.id.empty() ? "no record _mta-sts in DNS."
                      : now.policy
                          ? fmt::format("{} (id {}).", policy_words(*now.policy), now.id)
                          : fmt::format("id {} in DNS; the policy was not fetched.", now.id);
  write_paragraph(out, "Policy now: ", words, prose_width);
  for (const auto& difference : now.differences)
    write_paragraph(out, "- ", sentence_of(difference), prose_width);
}

void write_domain(std::ostream& out, const TlsDomainAnswer& domain, TlsBy by,
                  const TableStyle& style) {
  out << '\n';
  write_heading(out, name_of(domain.domain),
                fmt::format("{} for MTA-STS enforce", to_text(domain.readiness.verdict)),
                tone_of(domain.readiness.verdict), style.colour);
  if (!domain.own)
    write_paragraph(out, "", capitalized(std::string(tls_stranger_words)) + ".", prose_width);
  if (by == TlsBy::domain) {
    if (!domain.results.empty()) write_groups(out, domain.results, TlsBy::result, style);
  } else if (domain.groups.empty()) {
    write_paragraph(out, "", "No failures.", prose_width);
  } else {
    write_groups(out, domain.groups, by, style);
  }
  if (by == TlsBy::domain || by == TlsBy::result) write_results(out, domain.results);
  out << '\n';
  write_policy(out, domain);
  for (const std::string& sentence : sentences_of(domain.readiness))
    write_paragraph(out, "- ", sentence, prose_width);
}

// ---- for programs

ResultTable data_table(const TlsAnswer& answer, TlsBy by) {
  ResultTable table;
  table.columns = {{.key = "domain", .title = "domain"},
                   {.key = std::string(to_text(by)), .title = std::string(to_text(by))},
                   {.key = "sessions", .title = "sessions", .right = true},
                   {.key = "failed", .title = "failed", .right = true},
                   {.key = "of_domain", .title = "of domain", .right = true},
                   {.key = "results", .title = "results"},
                   {.key = "mx", .title = "mx"},
                   {.key = "reporters_failing", .title = "reporters failing", .right = true},
                   {.key = "reporters", .title = "reporters", .right = true},
                   {.key = "scope", .title = "scope"},
                   {.key = "first_day", .title = "first day"},
                   {.key = "last_day", .title = "last day"},
                   {.key = "own", .title = "own"},
                   {.key = "enforce", .title = "enforce"}};
  if (by == TlsBy::domain) table.columns.erase(table.columns.begin() + 1);
  for (const TlsDomainAnswer& domain : answer.domains) {
    const std::vector<TlsGroup> one = {domain.all};
    for (const TlsGroup& group : by == TlsBy::domain ? one : domain.groups) {
      std::vector<Cell> row = {domain.domain};
      if (by != TlsBy::domain) row.emplace_back(group.label);
      row.push_back(group.ok ? Cell(sessions_of(group)) : Cell());
      row.insert(row.end(),
                 {group.failed, group.of_domain,
                  fmt::format("{}", fmt::join(names_in(group.results), " ")),
                  fmt::format("{}", fmt::join(names_in(group.hosts), " ")),
                  std::uint64_t{group.failing.size()}, std::uint64_t{group.reporters.size()},
                  to_text(group.scope()), OnDay{group.first_day}, OnDay{group.last_day},
                  domain.own ? "yes" : "no", to_text(domain.readiness.verdict)});
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

std::vector<std::string> list_of(const std::set<std::string>& names) {
  return {names.begin(), names.end()};
}

void write_sums(JsonWriter& json, std::string_view key,
                const std::map<std::string, std::uint64_t>& sums) {
  json.key(key).object();
  for (const auto& [name, sum] : sums) json.member(name, sum);
  json.end();
}

void write_group(JsonWriter& json, const TlsGroup& group, TlsBy by) {
  json.object().member(by == TlsBy::result ? "result" : "group", group.label);
  if (group.ok) json.member("sessions", sessions_of(group));
  json.member("failed", group.failed);
  write_sums(json, "results", group.results);
  write_sums(json, "mx", group.hosts);
  json.member("failing_reporters", list_of(group.failing))
      .member("failing_unverified", list_of(group.failing_doubt))
      .member("reporters", group.reporters.size())
      .member("scope", to_text(group.scope()))
      .member_or_null("reason", group.reason)
      .member("first_day", iso_date(group.first_day))
      .member("last_day", iso_date(group.last_day));
  if (by == TlsBy::result) {
    const TlsResultPhrases phrases = phrases_of(group.result);
    json.member("meaning", phrases.meaning)
        .member("repaired_by", phrases.who)
        .member("repair", phrases.repair)
        .member("whose", sentence_of_scope(group));
  }
  json.end();
}

void write_sts(JsonWriter& json, const MtaStsPolicy& policy) {
  json.object()
      .member("mode", to_text(policy.mode))
      .member("mx", policy.mx)
      .member("max_age", policy.max_age)
      .end();
}

void write_readiness(JsonWriter& json, const TlsReadiness& readiness) {
  json.object()
      .member("verdict", to_text(readiness.verdict))
      .member("first_day", iso_date(readiness.since))
      .member("last_day", iso_date(readiness.until))
      .member("days_with_reports", readiness.days)
      .member("sessions", readiness.sessions.all())
      .member("failed", readiness.sessions.failed)
      .member("reporters", readiness.reporters)
      .member("without_say", readiness.without_say)
      .key("blockers")
      .array();
  for (const TlsBlocker& blocker : readiness.blockers)
    json.object()
        .member("blocker", to_text(blocker.kind))
        .member("certain", blocker.certain)
        .member("text", sentence_of(blocker))
        .end();
  json.end().member("text", sentences_of(readiness)).end();
}

void write_policy_now(JsonWriter& json, const TlsPolicyNow& now) {
  json.object().member("known", now.known).member_or_null("id", now.id).key("policy");
  if (now.policy)
    write_sts(json, *now.policy);
  else
    json.null();
  json.member("mx", now.mx).key("differences").array();
  for (const TlsPolicyNow::Difference& difference : now.differences)
    json.object()
        .member("difference", to_text(difference.kind))
        .member("text", sentence_of(difference))
        .end();
  json.end().end();
}

void write_element(JsonWriter& json, const TlsDomainAnswer& domain, TlsBy by) {
  json.object()
      .member_or_null("domain", domain.domain)
      .member("own", domain.own)
      .member("reports", domain.reports)
      .member("sessions", sessions_of(domain.all))
      .member("failed", domain.all.failed)
      .member("reporters", list_of(domain.all.reporters))
      .member("unverified", list_of(domain.all.doubtful))
      .member("first_day", iso_date(domain.all.first_day))
      .member("last_day", iso_date(domain.all.last_day))
      .key("results")
      .array();
  for (const TlsGroup& group : domain.results) write_group(json, group, TlsBy::result);
  json.end();
  if (by != TlsBy::domain && by != TlsBy::result) {
    json.member("by", to_text(by)).key("groups").array();
    for (const TlsGroup& group : domain.groups) write_group(json, group, by);
    json.end();
  }
  json.key("policy_seen");
  if (domain.readiness.policy)
    write_sts(json, domain.readiness.policy->policy);
  else
    json.null();
  json.key("policy_now");
  if (domain.now)
    write_policy_now(json, *domain.now);
  else
    json.null();
  json.key("enforce");
  write_readiness(json, domain.readiness);
  json.end();
}

}  // namespace

std::string_view to_text(TlsBy by) noexcept {
  switch (by) {
    case TlsBy::domain: return "domain";
    case TlsBy::result: return "result";
    case TlsBy::mx: return "mx";
    case TlsBy::reporter: return "reporter";
    case TlsBy::day: break;
  }
  return "day";
}

void write_tls_text(std::ostream& out, const TlsAnswer& answer, TlsBy by, const TableStyle& style) {
  if (answer.domains.empty()) return;
  write_paragraph(
      out, "",
      fmt::format("TLS of incoming mail, {}: {} on {}.", days_text(answer.since, answer.until),
                  counted(answer.reports, "report"), counted(answer.domains.size(), "domain")),
      prose_width);
  out << '\n';
  write_left_out(out, write_table(out, domains_table(answer), style));
  const std::size_t shown = std::min(domains_shown, answer.domains.size());
  for (std::size_t i = 0; i < shown; ++i) write_domain(out, answer.domains[i], by, style);
  if (shown < answer.domains.size()) {
    out << '\n';
    write_paragraph(out, "",
                    left_out_words(counted(answer.domains.size() - shown, "domain"),
                                   "name them: dmarcq tls DOMAIN"));
  }
}

Listing tls_listing(const TlsAnswer& answer, TlsBy by) {
  return {.schema = "dmarcq.tls/1",
          .name = "domains",
          .size = answer.domains.size(),
          .head =
              [&answer](JsonWriter& json) {
                json.member("reports", answer.reports)
                    .member("from_future", answer.from_future)
                    .member_or_null("first_day", answer.reports > 0 ? iso_date(answer.since) : "")
                    .member_or_null("last_day", answer.reports > 0 ? iso_date(answer.until) : "");
              },
          .element = [&answer, by](JsonWriter& json,
                                   std::size_t i) { write_element(json, answer.domains[i], by); },
          .table = [&answer, by] { return data_table(answer, by); }};
}

}  // namespace dmarcq
