// SPDX-License-Identifier: MIT
#include "report/render/answers/refusals.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "parser/aggregate/field_text.h"
#include "report/render/json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/refusal_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

using By = RefusalsQuestion::By;

constexpr unsigned prose_width = 80;
constexpr std::size_t groups_shown = 25;

std::string_view by_word(By by) {
  switch (by) {
    case By::why: return "class";
    case By::recipient_domain: return "recipient-domain";
    case By::day: return "day";
    case By::org: return "org";
    case By::source: break;
  }
  return "source";
}

RefusalEvidence main_evidence(const RefusalGroup& group) {
  // What reports prove is told however few the mails are.
  if (group.evidence[static_cast<std::size_t>(RefusalEvidence::proven_dmarc)] > 0)
    return RefusalEvidence::proven_dmarc;
  return static_cast<RefusalEvidence>(std::ranges::max_element(group.evidence) -
                                      group.evidence.begin());
}

void write_states(std::ostream& out, const RefusalsAnswer& answer) {
  std::string words;
  for (std::size_t state = 0; state < answer.states.size(); ++state)
    if (answer.states[state] > 0)
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ",
                           with_thousands(answer.states[state]),
                           title_of(static_cast<FinalState>(state)));
  write_paragraph(out, "",
                  fmt::format("{} to one recipient each, {}: {}.", counted(answer.mails, "mail"),
                              days_text(answer.since, answer.until), words),
                  prose_width);
}

void write_groups(std::ostream& out, const RefusalsAnswer& answer, By by, const TableStyle& style) {
  ResultTable table;
  const bool by_class = by == By::why;
  table.columns = {
      {.key = "label", .title = std::string(by_word(by)), .min_width = 17, .wraps = true},
      {.key = "mails", .title = "mails", .right = true},
      {.key = "why", .title = by_class ? "that is" : "mostly", .drop_order = 2},
      {.key = "receiver", .title = "mostly at", .drop_order = 3, .min_width = 12},
      {.key = "last", .title = "last", .drop_order = 1},
      {.key = "sure", .title = "sure", .drop_order = 4},
      {.key = "evidence", .title = "reports say", .min_width = 20, .wraps = true}};
  const std::size_t shown = std::min(groups_shown, answer.groups.size());
  // Of days, the latest; else those with most mails.
  const std::size_t first = by == By::day ? answer.groups.size() - shown : 0;
  for (std::size_t i = first; i < first + shown; ++i) {
    const RefusalGroup& group = answer.groups[i];
    table.rows.push_back(
        {group.label, group.mails,
         std::string(by_class ? title_of(group.main_class()) : to_text(group.main_class())),
         group.receiver, OnDay{group.last_day}, std::string(to_text(group.sureness)),
         std::string(title_of(main_evidence(group)))});
  }
  write_left_out(out, write_table(out, table, style));
  if (shown < answer.groups.size())
    write_paragraph(
        out, "",
        left_out_words(counted(answer.groups.size() - shown, "line"), "--format json has all",
                       by == By::day ? "of earlier days" : "with fewer mails"));
}

/// The causes in the order in which to look at them, those that are over last.
std::vector<const RefusalCause*> in_order(const RefusalsAnswer& answer) {
  std::vector<const RefusalCause*> causes;
  for (const RefusalCause& cause : answer.causes) causes.push_back(&cause);
  std::ranges::stable_sort(causes, {}, [](const RefusalCause* cause) { return cause->repaired; });
  return causes;
}

void write_causes(std::ostream& out, const RefusalsAnswer& answer) {
  std::size_t number = 0;
  for (const RefusalCause* cause : in_order(answer)) {
    const CauseSentences sentences = sentences_of(*cause);
    out << '\n';
    write_paragraph(out, fmt::format("{}. ", ++number),
                    sentences.title + (cause->repaired ? " (over)" : ""), prose_width);
    write_paragraph(out, "   ", sentences.why, prose_width);
    if (!cause->example.empty())
      write_paragraph(out, "   For example: ", shortened(cause->example, 300), prose_width);
    if (cause->repaired) continue;
    for (const std::string& step : sentences.fix) write_paragraph(out, "   - ", step, prose_width);
  }
}

}  // namespace

void write_refusals_text(std::ostream& out, const RefusalsAnswer& answer, By by,
                         const TableStyle& style) {
  write_states(out, answer);
  if (answer.refusals.empty()) return;
  out << '\n';
  write_groups(out, answer, by, style);
  if (const std::string split = sentence_of(answer.split); !split.empty()) {
    out << '\n';
    write_paragraph(out, "", split, prose_width);
  }
  write_causes(out, answer);
  out << '\n';
  std::string_view lead = "Route: ";
  for (const std::string& sentence : sentences_of(answer.route)) {
    write_paragraph(out, lead, sentence, prose_width);
    lead = "   - ";
  }
}

ResultTable refusals_table(const RefusalsAnswer& answer) {
  ResultTable table;
  table.columns = {{.key = "group", .title = "group"},
                   {.key = "mails", .title = "mails", .right = true},
                   {.key = "recipients", .title = "recipients", .right = true},
                   {.key = "class", .title = "class"},
                   {.key = "receiver", .title = "receiver"},
                   {.key = "sureness", .title = "sureness"},
                   {.key = "evidence", .title = "evidence"},
                   {.key = "first_day", .title = "first day"},
                   {.key = "last_day", .title = "last day"},
                   {.key = "example", .title = "example"}};
  for (const RefusalGroup& group : answer.groups)
    table.rows.push_back({group.label, group.mails, group.recipients,
                          std::string(to_text(group.main_class())), group.receiver,
                          std::string(to_text(group.sureness)),
                          std::string(to_text(main_evidence(group))), OnDay{group.first_day},
                          OnDay{group.last_day}, group.example});
  return table;
}

void write_refusals_json(std::ostream& out, const RefusalsAnswer& answer, By by,
                         JsonWriter::Style style) {
  JsonWriter json(out, style);
  json.object().member("schema", "dmarcq.refusals/1").member("mails", answer.mails);
  json.member("failed", answer.failed)
      .member_or_null("first_day", answer.mails > 0 ? iso_date(answer.since) : "")
      .member_or_null("last_day", answer.mails > 0 ? iso_date(answer.until) : "");
  json.key("states").object();
  for (std::size_t state = 0; state < answer.states.size(); ++state)
    json.member(to_text(static_cast<FinalState>(state)), answer.states[state]);
  json.end().member("by", by_word(by)).key("groups").array();
  for (const RefusalGroup& group : answer.groups) {
    json.object()
        .member("group", group.label)
        .member("mails", group.mails)
        .member("recipients", group.recipients)
        .member("receiver", group.receiver)
        .member("sureness", to_text(group.sureness));
    json.key("classes").object();
    for (std::size_t why = 0; why < group.classes.size(); ++why)
      if (group.classes[why] > 0)
        json.member(to_text(static_cast<RefusalClass>(why)), group.classes[why]);
    json.end().key("evidence").object();
    for (std::size_t kind = 0; kind < group.evidence.size(); ++kind)
      if (group.evidence[kind] > 0)
        json.member(to_text(static_cast<RefusalEvidence>(kind)), group.evidence[kind]);
    json.end()
        .member("first_day", iso_date(group.first_day))
        .member("last_day", iso_date(group.last_day))
        .member_or_null("example", group.example)
        .end();
  }
  json.end().key("causes").array();
  for (const RefusalCause* cause : in_order(answer)) {
    const CauseSentences sentences = sentences_of(*cause);
    json.object()
        .member("cause", to_text(cause->kind))
        .member("mails", cause->mails)
        .member("repaired", cause->repaired)
        .member("proven_by_reports", cause->proven)
        .member("before_dmarc", cause->before_dmarc)
        .member("passed_in_reports", cause->pass_in_reports);
    json.key("header_from").array();
    for (const std::string& domain : cause->from_domains) json.value(domain);
    json.end().key("receivers").array();
    for (const std::string& receiver : cause->receivers) json.value(receiver);
    json.end().key("org_ids").array();
    for (const std::string& org : cause->orgs) json.value(org);
    json.end()
        .member("title", sentences.title)
        .member("why", sentences.why)
        .member("fix", sentences.fix)
        .member_or_null("example", cause->example)
        .member("first_day", iso_date(cause->first_day))
        .member("last_day", iso_date(cause->last_day))
        .end();
  }
  json.end()
      .key("split")
      .object()
      .member("technical", answer.split.technical)
      .member("proven", answer.split.proven)
      .member("technical_operators", answer.split.technical_at.size())
      .member("reputation", answer.split.reputation)
      .member("reputation_operators", answer.split.reputation_at.size())
      .member("recipient", answer.split.recipient)
      .member("other", answer.split.other)
      .end();
  json.key("route").object().key("advice").array();
  for (const RouteAdvice::Kind kind : answer.route.kinds) json.value(to_text(kind));
  json.end()
      .member("mails_a_day", answer.route.mails_a_day)
      .member("text",
              answer.refusals.empty() ? std::vector<std::string>() : sentences_of(answer.route))
      .end();
  json.end().finish();
}

void write_bounce_list(std::ostream& out, const BounceList& list, BounceListQuestion::List kind) {
  const bool release = kind == BounceListQuestion::List::release;
  // Without a value, the column is left out: Data Loader can take an empty cell for "not opted
  // out".
  const bool opts_out = !release && std::ranges::any_of(list.rows, &BounceListRow::opt_out);
  out << "Id,EmailBouncedReason,EmailBouncedDate" << (opts_out ? ",HasOptedOutOfEmail\n" : "\n");
  for (const BounceListRow& row : list.rows) {
    out << csv_text(row.id, Formulas::as_they_are) << ','
        << csv_text(row.reason, Formulas::as_they_are) << ',' << row.date;
    if (opts_out) out << ',' << (row.opt_out ? "true" : "");
    out << '\n';
  }
}

}  // namespace dmarcq
