// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/cli/cmd.h"
#include "report/cli/database.h"
#include "report/cli/dates.h"
#include "report/cli/filters.h"
#include "report/cli/listing.h"
#include "report/cli/salesforce_answer.h"
#include "report/cli/salesforce_letter.h"
#include "report/render/numbers.h"

namespace dmarcq {
namespace {

constexpr Day default_days = 30;

/// Advice is about the present: without --since it is the last 30 days that have reports.
void give_default_window(Store& store, Filter& filter) {
  if (filter.since) return;
  Dictionary dictionary(store);
  Day last = 0;
  for (const DomainSummary& domain : domain_summaries(store, dictionary, filter)) last = std::max(last, domain.last_day);
  if (last > 0) filter.since = last - default_days + 1;
}

void write_counts(JsonWriter& json, const Totals& totals) {
  json.member("messages", totals.messages).member("dmarc_pass", totals.dmarc_pass()).member("dmarc_fail", totals.dmarc_fail());
  json.member("dkim_aligned", totals.dkim_aligned()).member("spf_aligned", totals.spf_aligned());
}

void write_finding(JsonWriter& json, const SalesforceFinding& shown, const Facts& facts) {
  const Finding& f = *shown.finding;
  json.object().member("code", to_text(f.code)).member("messages", shown.messages).member("failing", shown.failing);
  json.member("severity", to_text(f.severity)).member("confidence", to_text(f.confidence)).member("state", shown.over ? "over" : "open");
  json.member("first_day", iso_date(shown.first_day)).member("last_day", iso_date(shown.last_day)).member("days", f.days);
  json.member("header_from", f.header_from).member("selectors", f.selectors).member("org_ids", f.org_ids);
  json.key("reporters").array();
  for (const std::uint32_t key : f.reporters) json.value(facts.reporter(key));
  json.end();
  json.member("cause", f.cause).member("fix", f.fix);
  json.key("fix_by").array();
  for (const FixStep& step : text_of(f.code).fix) json.value(to_text(step.hand));
  json.end().member("verify", f.verify).member("reference", f.reference).end();
}

void write_domain(JsonWriter& json, const SalesforceDomain& domain, const Judgement& judged, const Facts& facts) {
  json.object().member("domain", domain.domain);
  write_counts(json, domain.totals);
  json.key("routes").array();
  for (const SalesforceRoute& route : domain.routes) {
    json.object().member("route", route.route);
    write_counts(json, route.totals);
    json.member("sources", route.sources);
    json.key("flows").object();
    for (std::size_t flow = 0; flow < flow_count; ++flow) json.member(to_text(static_cast<Flow>(flow)), route.flows[flow]);
    json.end().key("org_ids").array();
    for (const OrgShare& share : route.orgs) {
      const OrgVerdict& org = judged.orgs[share.org];
      json.object().member("org_id", org.org.org_id).member("instance", org.org.instance).member("messages", share.messages);
      json.member("ownership", to_text(org.ownership)).member("why", org.why).end();
    }
    json.end().key("findings").array();
    for (const SalesforceFinding& shown : route.findings) write_finding(json, shown, facts);
    json.end().member("first_day", iso_date(route.first_day)).member("last_day", iso_date(route.last_day)).end();
  }
  json.end().key("silent").array();
  for (const SilentRoute& silent : domain.silent) {
    json.object().member("route", silent.route);
    json.key("last_day");
    if (silent.last_day) json.value(iso_date(*silent.last_day));
    else json.null();
    json.member("messages_before", silent.messages).member_or_null("entry", silent.entry).end();
  }
  json.end().member("came_round", domain.came_round).member("came_round_failing", domain.came_round_failing);
  json.member("only_claimed", domain.claimed).end();
}

/// One line for each finding and for each route without one: for spreadsheets and tickets.
ResultTable table_of(const std::vector<SalesforceDomain>& domains, const Judgement& judged) {
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
  for (const SalesforceDomain& domain : domains) {
    for (const SalesforceRoute& route : domain.routes) {
      std::string orgs;
      for (const OrgShare& share : route.orgs)
        orgs +=
            fmt::format("{}{} ({})", orgs.empty() ? "" : " ", judged.orgs[share.org].org.org_id, to_text(judged.orgs[share.org].ownership));
      const Totals& t = route.totals;
      const std::vector<Cell> head{domain.domain,   route.route,   t.messages, t.dmarc_pass(), t.dmarc_fail(), t.dkim_aligned(),
                                   t.spf_aligned(), route.sources, orgs};
      const auto line = [&](std::vector<Cell> tail) {
        std::vector<Cell> row = head;
        row.insert(row.end(), tail.begin(), tail.end());
        table.rows.push_back(std::move(row));
      };
      if (route.findings.empty()) line({Cell(), Cell(), Cell(), Cell(), Cell(), Cell()});
      for (const SalesforceFinding& shown : route.findings)
        line({Cell(to_text(shown.finding->code)), Cell(to_text(shown.finding->severity)), Cell(shown.over ? "over" : "open"),
              Cell(shown.messages), Cell(shown.finding->cause), Cell(fmt::format("{}", fmt::join(shown.finding->fix, "; ")))});
    }
    for (const SilentRoute& silent : domain.silent)
      table.rows.push_back(
          {domain.domain, silent.route, std::uint64_t{0}, Cell(), Cell(), Cell(), Cell(), Cell(), Cell(), Cell("silent"), Cell(), Cell(),
           Cell(), Cell(silent.last_day ? "no mail since " + iso_date(*silent.last_day) : "no mail reported; expected by " + silent.entry),
           Cell()});
  }
  return table;
}

}  // namespace

Exit run_salesforce(const Args& args, Io& io) {
  Selection selection = selection_of(args, today());
  for (const std::string& domain : args.operands) selection.filter.domains.push_back(asked_domain(domain));
  Store store = open_for_reading(settings_of(args), io);
  give_default_window(store, selection.filter);
  JudgedWindow window(store, selection.filter);
  std::vector<SalesforceDomain> domains = salesforce_answer(window, selection.filter);
  const Format format = format_of(args);
  if (domains.empty()) say_nothing_found(io, store, selection);

  // Among many domains those without Salesforce mail are named in one line; a domain that was asked for is answered.
  std::vector<std::string> without;
  if (selection.filter.domains.empty())
    std::erase_if(domains, [&](const SalesforceDomain& domain) {
      const bool none = domain.routes.empty() && domain.silent.empty();
      if (none) without.push_back(domain.domain);
      return none;
    });

  const bool broken = std::ranges::any_of(domains, [](const SalesforceDomain& domain) { return domain.totals.dmarc_fail() > 0; });
  if (format == Format::table) {
    for (std::size_t i = 0; i < domains.size(); ++i) {
      if (i > 0) io.out << '\n' << std::string(100, '-') << "\n\n";
      write_letter(io, domains[i], window.judgement(), window.facts());
    }
    if (!without.empty()) {
      if (!domains.empty()) io.out << '\n';
      const std::string names = without.size() <= 5 ? fmt::format("{}", fmt::join(without, ", ")) : counted(without.size(), "domain");
      io.out << fmt::format("{}No Salesforce mail: {}\n", domains.empty() ? "" : "", names);
    }
    if (broken) say_next(io, "next: dmarcq sources --failing --salesforce lists the addresses; dmarcq readiness DOMAIN tells what stands in the policy's way");
  } else {
    Listing listing;
    listing.schema = "dmarcq.salesforce/1";
    listing.name = "domains";
    listing.size = domains.size();
    listing.head = [&](JsonWriter& json) {
      const auto day = [](const std::optional<Day>& d) { return d ? std::optional<std::string>(iso_date(*d)) : std::nullopt; };
      json.key("window").object().member("since", day(selection.filter.since)).member("until", day(selection.filter.until)).end();
    };
    listing.element = [&](JsonWriter& json, std::size_t i) { write_domain(json, domains[i], window.judgement(), window.facts()); };
    listing.tail = [&](JsonWriter& json) { json.member("without_salesforce", without); };
    listing.table = [&] { return table_of(domains, window.judgement()); };
    show(io, format, listing);
  }
  return args.has("--exit-code") && broken ? Exit::found : Exit::done;
}

}  // namespace dmarcq
