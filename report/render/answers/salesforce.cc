// SPDX-License-Identifier: MIT
#include "report/render/answers/salesforce.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/render/answers/counts_json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/dns_phrases.h"
#include "report/render/phrases/evidence/refusal_phrases.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/letter.h"

namespace dmarcq {
namespace {

/// The word for a finding that is cured, or not.
std::string_view state_word(const SalesforceFinding& shown) { return shown.over ? "over" : "open"; }

void write_finding(JsonWriter& json, const SalesforceFinding& shown) {
  const Finding& f = shown.finding;
  json.object()
      .member("code", to_text(f.code))
      .member("messages", shown.messages)
      .member("failing", shown.failing);
  json.member("severity", to_text(f.severity))
      .member("confidence", to_text(f.confidence))
      .member("state", state_word(shown));
  json.member("first_day", iso_date(shown.first_day))
      .member("last_day", iso_date(shown.last_day))
      .member("days", f.days);
  json.member("header_from", f.header_from)
      .member("selectors", f.selectors)
      .member("org_ids", f.org_ids);
  json.member("reporters", shown.reporters);
  const FindingSentences sentences = sentences_of(f);
  json.member("cause", sentences.cause).member("fix", sentences.fix);
  json.key("fix_by").array();
  for (const Role role : traits_of(f.code).roles) json.value(to_text(role));
  json.end().member("verify", sentences.verify).member("reference", sentences.reference).end();
}

void write_inventory(JsonWriter& json, const SalesforceInventory& inventory) {
  json.key("inventory").object().key("orgs").array();
  for (const OrgUse& use : inventory.orgs) {
    json.object()
        .member_or_null("org_id", use.org_id)
        .member("header_from", use.from)
        .member("ownership", to_text(use.ownership))
        .member("messages", use.messages);
    json.member("unsigned", use.unsigned_messages)
        .member("bounce_managed", use.bounce_managed)
        .member("keys", use.keys);
    json.member_or_null("took_over_from", use.hand_over).end();
  }
  json.end().key("marketing_cloud").array();
  for (const CloudUse& use : inventory.cloud) {
    json.object().member("header_from", use.from).member_or_null("sap", use.sap).key("stack");
    if (use.stack == 0)
      json.null();
    else
      json.value(std::uint64_t{use.stack});
    json.member("messages", use.messages).member("dmarc_fail", use.failing).end();
  }
  json.end().key("relays").array();
  for (const RelayUse& use : inventory.relays)
    json.object()
        .member("through", use.through)
        .member("messages", use.messages)
        .member("declared", use.declared)
        .end();
  json.end().end();
}

/// What delivery logs say, where there are some.
void write_refusals(JsonWriter& json, const std::vector<RefusalCause>& causes) {
  json.key("refusals").array();
  for (const RefusalCause& cause : causes) {
    const CauseSentences sentences = sentences_of(cause);
    json.object()
        .member("cause", to_text(cause.kind))
        .member("mails", cause.mails)
        .member("title", sentences.title)
        .member("why", sentences.why)
        .member("fix", sentences.fix)
        .end();
  }
  json.end();
}

void write_route(JsonWriter& json, const SalesforceRoute& route) {
  json.object().member("route", route.route);
  write_counts(json, route.totals);
  json.member("sources", route.sources);
  json.key("flows").object();
  for (std::size_t flow = 0; flow < flow_count; ++flow)
    json.member(to_text(static_cast<Flow>(flow)), route.flows[flow]);
  json.end().key("org_ids").array();
  for (const auto& [org, messages] : route.orgs) {
    json.object()
        .member("org_id", org.org.org_id)
        .member("instance", org.org.instance)
        .member("messages", messages);
    json.member("ownership", to_text(org.ownership)).member("why", org.why).end();
  }
  json.end().key("findings").array();
  for (const SalesforceFinding& shown : route.findings) write_finding(json, shown);
  json.end()
      .member("first_day", iso_date(route.first_day))
      .member("last_day", iso_date(route.last_day))
      .end();
}

void write_domain(JsonWriter& json, const SalesforceDomain& domain) {
  json.object().member("domain", domain.domain);
  write_counts(json, domain.totals);
  json.member_or_null("reports_end", domain.reports_end ? iso_date(*domain.reports_end) : "");
  json.key("routes").array();
  for (const SalesforceRoute& route : domain.routes) write_route(json, route);
  json.end().key("silent").array();
  for (const SilentRoute& silent : domain.silent) {
    json.object().member("route", silent.route);
    json.key("last_day");
    if (silent.last_day)
      json.value(iso_date(*silent.last_day));
    else
      json.null();
    json.member("messages_before", silent.messages).member_or_null("entry", silent.entry).end();
  }
  json.end()
      .member("came_round", domain.indirect)
      .member("came_round_failing", domain.indirect_failing);
  json.member("only_claimed", domain.claimed);
  write_inventory(json, domain.inventory);
  write_refusals(json, domain.refusals);
  json.key("dns").array();
  for (const DomainFault& fault : domain.dns) json.value(fault_text(fault));
  json.end();
  json.end();
}

void add_route(ResultTable& table, const SalesforceDomain& domain, const SalesforceRoute& route) {
  std::string orgs;
  for (const auto& [org, messages] : route.orgs)
    orgs +=
        fmt::format("{}{} ({})", orgs.empty() ? "" : " ", org.org.org_id, to_text(org.ownership));
  const Totals& t = route.totals;
  const std::vector<Cell> head{domain.domain,   route.route,    t.messages,
                               t.dmarc_pass(),  t.dmarc_fail(), t.dkim_aligned(),
                               t.spf_aligned(), route.sources,  orgs};
  const auto line = [&](std::vector<Cell> tail) {
    std::vector<Cell> row = head;
    row.insert(row.end(), tail.begin(), tail.end());
    row.resize(table.columns.size());
    table.rows.push_back(std::move(row));
  };
  if (route.findings.empty()) line({});
  for (const SalesforceFinding& shown : route.findings) {
    const FindingSentences sentences = sentences_of(shown.finding);
    line({Cell(to_text(shown.finding.code)), Cell(to_text(shown.finding.severity)),
          Cell(state_word(shown)), Cell(shown.messages), Cell(sentences.cause),
          Cell(fmt::format("{}", fmt::join(sentences.fix, "; ")))});
  }
}

/// One line for each finding and for each route without one: for spreadsheets and tickets.
ResultTable table_of(const std::vector<SalesforceDomain>& list) {
  ResultTable table;
  table.columns = {{.key = "domain", .title = "domain"},
                   {.key = "route", .title = "route"},
                   {.key = "messages", .title = "messages", .right = true},
                   {.key = "dmarc_pass", .title = "pass", .right = true},
                   {.key = "dmarc_fail", .title = "fail", .right = true},
                   {.key = "dkim_aligned", .title = "dkim aligned", .right = true},
                   {.key = "spf_aligned", .title = "spf aligned", .right = true},
                   {.key = "sources", .title = "addresses", .right = true},
                   {.key = "org_ids", .title = "orgs"},
                   {.key = "finding", .title = "finding"},
                   {.key = "severity", .title = "severity"},
                   {.key = "state", .title = "state"},
                   {.key = "finding_messages", .title = "of messages", .right = true},
                   {.key = "cause", .title = "cause"},
                   {.key = "fix", .title = "fix"}};
  for (const SalesforceDomain& domain : list) {
    for (const SalesforceRoute& route : domain.routes) add_route(table, domain, route);
    for (const SilentRoute& silent : domain.silent) {
      std::vector<Cell> row{domain.domain, silent.route, std::uint64_t{0}};
      row.resize(table.columns.size());
      const auto cell = [&](std::string_view key) -> Cell& {
        return row[static_cast<std::size_t>(std::ranges::find(table.columns, key, &Column::key) -
                                            table.columns.begin())];
      };
      cell("finding") = Cell("silent");
      cell("cause") = Cell(silent.last_day ? "no mail since " + iso_date(*silent.last_day)
                                           : "no mail reported; expected by " + silent.entry);
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

}  // namespace

Listing salesforce_listing(const SalesforceAnswer& answer) {
  Listing listing{
      .schema = "dmarcq.salesforce/1", .name = "domains", .size = answer.domains.size()};
  listing.head = [&answer](JsonWriter& json) {
    json.key("window")
        .object()
        .member("since", day_or_null(answer.since))
        .member("until", day_or_null(answer.until))
        .end();
  };
  listing.element = [&answer](JsonWriter& json, std::size_t i) {
    write_domain(json, answer.domains[i]);
  };
  listing.tail = [&answer](JsonWriter& json) { json.member("without_salesforce", answer.without); };
  listing.table = [&answer] { return table_of(answer.domains); };
  return listing;
}

void write_letters(std::ostream& out, const SalesforceAnswer& answer, const TableStyle& style) {
  for (std::size_t i = 0; i < answer.domains.size(); ++i) {
    if (i > 0) out << '\n' << std::string(text_width(out), '-') << "\n\n";
    write_letter(out, answer.domains[i], style);
  }
  if (answer.without.empty()) return;
  if (!answer.domains.empty()) out << '\n';
  const std::string names = answer.without.size() <= 5
                                ? fmt::format("{}", fmt::join(answer.without, ", "))
                                : counted(answer.without.size(), "domain");
  write_paragraph(out, "No Salesforce mail: ", names, any_width);
}

}  // namespace dmarcq
