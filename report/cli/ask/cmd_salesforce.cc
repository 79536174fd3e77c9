// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <ranges>

#include "report/answers/base/present.h"
#include "report/answers/salesforce_answer.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/phrases/letter.h"
#include "report/render/numbers.h"

namespace dmarcq {
namespace {

constexpr Day default_days = 30;

/// A domain whose reports end so many days before the others' has a window of its own.
constexpr Day stopped_days = 7;

/// One window, judged, with the domains that it answers for.
struct Answered {
  Filter filter;
  std::unique_ptr<JudgedWindow> window;
  std::vector<SalesforceDomain> domains;
};

/// Advice is about the present: without a window of the user's it is the last 30 days that have
/// reports, of each domain: one domain's newer reports hide no other's.
std::vector<Answered> answer(Store& store, const Filter& asked) {
  std::vector<Answered> answers;
  const auto add = [&](const Filter& filter) -> Answered& {
    Answered& one = answers.emplace_back();
    one.filter = filter;
    one.window = std::make_unique<JudgedWindow>(store, filter, today());
    one.domains = salesforce_answer(*one.window, filter);
    return one;
  };
  const std::map<std::string, Day> ends =
      asked.since || asked.until ? std::map<std::string, Day>() : data_ends(store, {}, today());
  if (ends.empty()) {
    add(asked);
    return answers;
  }
  // Whether a domain's reports stopped is told by all domains, whichever is asked about.
  const Day newest = std::ranges::max(ends | std::views::values);
  Filter present = asked;
  present.since = newest - default_days + 1;
  present.until = newest;
  const auto stopped = [&](const std::string& domain) {
    const auto end = ends.find(domain);
    return end != ends.end() && end->second + stopped_days <= newest;
  };
  std::erase_if(add(present).domains,
                [&](const SalesforceDomain& domain) { return stopped(domain.domain); });
  std::map<Day, std::vector<std::string>> by_end;
  const auto is_asked = [&](const std::string& domain) {
    return asked.domains.empty() || std::ranges::any_of(asked.domains, [&](const std::string& one) {
             return at_or_below(domain, one) || at_or_below(one, domain);
           });
  };
  for (const auto& [domain, end] : ends)
    if (stopped(domain) && is_asked(domain)) by_end[end].push_back(domain);
  for (const auto& [end, domains] : by_end) {
    Answered& one = add({.domains = domains,
                         .since = end - default_days + 1,
                         .until = end,
                         .reporters = asked.reporters,
                         .networks = asked.networks});
    std::erase_if(one.domains, [&](const SalesforceDomain& domain) {
      return !std::ranges::binary_search(domains, domain.domain);
    });
    for (SalesforceDomain& domain : one.domains) domain.reports_end = end;
  }
  return answers;
}

void write_counts(JsonWriter& json, const Totals& totals) {
  json.member("messages", totals.messages)
      .member("dmarc_pass", totals.dmarc_pass())
      .member("dmarc_fail", totals.dmarc_fail());
  json.member("dkim_aligned", totals.dkim_aligned()).member("spf_aligned", totals.spf_aligned());
}

void write_finding(JsonWriter& json, const SalesforceFinding& shown, const RowLookup& lookup) {
  const Finding& f = *shown.finding;
  json.object()
      .member("code", to_text(f.code))
      .member("messages", shown.messages)
      .member("failing", shown.failing);
  json.member("severity", to_text(f.severity))
      .member("confidence", to_text(f.confidence))
      .member("state", shown.over ? "over" : "open");
  json.member("first_day", iso_date(shown.first_day))
      .member("last_day", iso_date(shown.last_day))
      .member("days", f.days);
  json.member("header_from", f.header_from)
      .member("selectors", f.selectors)
      .member("org_ids", f.org_ids);
  json.key("reporters").array();
  for (const std::string& reporter : names_of(f.reporters, lookup)) json.value(reporter);
  json.end();
  json.member("cause", f.cause).member("fix", f.fix);
  json.key("fix_by").array();
  for (const FixStep& step : text_of(f.code).fix) json.value(to_text(step.role));
  json.end().member("verify", f.verify).member("reference", f.reference).end();
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

void write_domain(JsonWriter& json, const SalesforceDomain& domain,
                  const SalesforceInventory& inventory, const Judgement& judged,
                  const RowLookup& lookup) {
  json.object().member("domain", domain.domain);
  write_counts(json, domain.totals);
  json.member_or_null("reports_end", domain.reports_end ? iso_date(*domain.reports_end) : "");
  json.key("routes").array();
  for (const SalesforceRoute& route : domain.routes) {
    json.object().member("route", route.route);
    write_counts(json, route.totals);
    json.member("sources", route.sources);
    json.key("flows").object();
    for (std::size_t flow = 0; flow < flow_count; ++flow)
      json.member(to_text(static_cast<Flow>(flow)), route.flows[flow]);
    json.end().key("org_ids").array();
    for (const OrgShare& share : route.orgs) {
      const OrgVerdict& org = judged.orgs[share.org];
      json.object()
          .member("org_id", org.org.org_id)
          .member("instance", org.org.instance)
          .member("messages", share.messages);
      json.member("ownership", to_text(org.ownership)).member("why", org.why).end();
    }
    json.end().key("findings").array();
    for (const SalesforceFinding& shown : route.findings) write_finding(json, shown, lookup);
    json.end()
        .member("first_day", iso_date(route.first_day))
        .member("last_day", iso_date(route.last_day))
        .end();
  }
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
      .member("came_round_failing", domain.came_round_failing);
  json.member("only_claimed", domain.claimed);
  write_inventory(json, inventory);
  json.end();
}

/// A domain's answer with what it refers to.
struct Shown {
  const SalesforceDomain* domain;
  JudgedWindow* window;
};

/// One line for each finding and for each route without one: for spreadsheets and tickets.
ResultTable table_of(const std::vector<Shown>& list) {
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
  for (const Shown& one : list) {
    const SalesforceDomain& domain = *one.domain;
    const Judgement& judged = one.window->judgement();
    for (const SalesforceRoute& route : domain.routes) {
      std::string orgs;
      for (const OrgShare& share : route.orgs)
        orgs += fmt::format("{}{} ({})", orgs.empty() ? "" : " ", judged.orgs[share.org].org.org_id,
                            to_text(judged.orgs[share.org].ownership));
      const Totals& t = route.totals;
      const std::vector<Cell> head{domain.domain,   route.route,    t.messages,
                                   t.dmarc_pass(),  t.dmarc_fail(), t.dkim_aligned(),
                                   t.spf_aligned(), route.sources,  orgs};
      const auto line = [&](std::vector<Cell> tail) {
        std::vector<Cell> row = head;
        row.insert(row.end(), tail.begin(), tail.end());
        table.rows.push_back(std::move(row));
      };
      if (route.findings.empty()) line({Cell(), Cell(), Cell(), Cell(), Cell(), Cell()});
      for (const SalesforceFinding& shown : route.findings)
        line({Cell(to_text(shown.finding->code)), Cell(to_text(shown.finding->severity)),
              Cell(shown.over ? "over" : "open"), Cell(shown.messages), Cell(shown.finding->cause),
              Cell(fmt::format("{}", fmt::join(shown.finding->fix, "; ")))});
    }
    for (const SilentRoute& silent : domain.silent)
      table.rows.push_back({domain.domain, silent.route, std::uint64_t{0}, Cell(), Cell(), Cell(),
                            Cell(), Cell(), Cell(), Cell("silent"), Cell(), Cell(), Cell(),
                            Cell(silent.last_day ? "no mail since " + iso_date(*silent.last_day)
                                                 : "no mail reported; expected by " + silent.entry),
                            Cell()});
  }
  return table;
}

}  // namespace

Exit run_salesforce(const Args& args, Io& io) {
  Selection selection = selection_of(args, today());
  for (const std::string& domain : args.operands)
    selection.filter.domains.push_back(asked_domain(domain));
  Store store = open_for_reading(settings_of(args), io);
  const Filter asked = selection.filter;
  end_today(io, store, selection, today());
  require_known(args, store, selection);
  std::vector<Answered> answers = answer(store, asked.since ? selection.filter : asked);
  const Format format = format_of(args);

  // Among many domains those without Salesforce mail are named in one line; a domain that was asked
  // for is answered.
  std::vector<std::string> without;
  std::vector<Shown> domains;
  for (Answered& one : answers)
    for (const SalesforceDomain& domain : one.domains) {
      if (selection.filter.domains.empty() && domain.routes.empty() && domain.silent.empty())
        without.push_back(domain.domain);
      else
        domains.push_back({&domain, one.window.get()});
    }
  std::ranges::sort(domains, {}, [](const Shown& one) { return one.domain->domain; });
  std::ranges::sort(without);
  if (domains.empty() && without.empty()) say_nothing_found(io, store, selection);

  const bool broken = std::ranges::any_of(
      domains, [](const Shown& one) { return one.domain->totals.dmarc_fail() > 0; });
  if (format == Format::table) {
    for (std::size_t i = 0; i < domains.size(); ++i) {
      if (i > 0) io.out << '\n' << std::string(100, '-') << "\n\n";
      write_letter(io, *domains[i].domain,
                   salesforce_inventory(*domains[i].window, domains[i].domain->domain),
                   domains[i].window->judgement(), domains[i].window->lookup());
    }
    if (!without.empty()) {
      if (!domains.empty()) io.out << '\n';
      const std::string names = without.size() <= 5 ? fmt::format("{}", fmt::join(without, ", "))
                                                    : counted(without.size(), "domain");
      io.out << fmt::format("No Salesforce mail: {}\n", names);
    }
    if (broken)
      say_next(
          io,
          "next: dmarcq sources --failing --salesforce lists the addresses; dmarcq readiness DOMAIN tells what stands in the policy's way");
  } else {
    Listing listing;
    listing.schema = "dmarcq.salesforce/1";
    listing.name = "domains";
    listing.size = domains.size();
    listing.head = [&](JsonWriter& json) {
      const Filter& present = answers.front().filter;
      const auto day = [](const std::optional<Day>& d) {
        return d ? std::optional<std::string>(iso_date(*d)) : std::nullopt;
      };
      json.key("window")
          .object()
          .member("since", day(present.since))
          .member("until", day(present.until))
          .end();
    };
    listing.element = [&](JsonWriter& json, std::size_t i) {
      write_domain(json, *domains[i].domain,
                   salesforce_inventory(*domains[i].window, domains[i].domain->domain),
                   domains[i].window->judgement(), domains[i].window->lookup());
    };
    listing.tail = [&](JsonWriter& json) { json.member("without_salesforce", without); };
    listing.table = [&] { return table_of(domains); };
    show(io, format, listing);
  }
  return args.has("--exit-code") && broken ? Exit::found : Exit::done;
}

}  // namespace dmarcq
