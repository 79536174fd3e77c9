// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "report/answers/sources_answer.h"
#include "report/answers/base/present.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/keep/ingest_result.h"
#include "report/cli/listing.h"
#include "report/render/numbers.h"
#include "report/render/report_json.h"
#include "store/settings.h"

namespace dmarcq {
namespace {

/// Up to so many records every row is read and judged unasked: it takes less than anybody notices.
constexpr std::uint64_t judged_records = 250'000;

void sort_domains(std::vector<DomainSummary>& domains, const Selection& selection) {
  const auto by = [&](auto key) {
    std::ranges::stable_sort(domains, [&](const DomainSummary& a, const DomainSummary& b) {
      return selection.descending ? key(b) < key(a) : key(a) < key(b);
    });
  };
  if (selection.sort == "domain")
    by([](const DomainSummary& d) { return d.domain; });
  else if (selection.sort == "messages")
    by([](const DomainSummary& d) { return d.totals.messages; });
  else if (selection.sort == "fail")
    by([](const DomainSummary& d) { return d.totals.dmarc_fail(); });
  else if (selection.sort == "reporters")
    by([](const DomainSummary& d) { return d.reporters; });
}

/// "none", "reject, sp=none", "quarantine, test mode"
std::string policy_words(const PolicyPublished& policy) {
  std::string words(policy.p.text());
  if (words.empty()) words = "–";
  if (!policy.sp.absent() && policy.sp != policy.p)
    words += fmt::format(", sp={}", policy.sp.text());
  if (!policy.np.absent() && policy.np != (policy.sp.absent() ? policy.p : policy.sp))
    words += fmt::format(", np={}", policy.np.text());
  if (!policy.pct.empty() && policy.pct != "100") words += fmt::format(", pct={}", policy.pct);
  if (policy.testing == "y") words += ", test mode";
  return words;
}

void write_element(JsonWriter& json, const DomainSummary& domain, const PolicyPublished& policy,
                   const JudgedDomain* judged) {
  const Totals& totals = domain.totals;
  json.object().member("domain", domain.domain).member("messages", totals.messages);
  json.member("dmarc_pass", totals.dmarc_pass()).member("dmarc_fail", totals.dmarc_fail());
  json.member("dkim_aligned", totals.dkim_aligned()).member("spf_aligned", totals.spf_aligned());
  json.member("both", totals.both)
      .member("dkim_only", totals.dkim_only)
      .member("spf_only", totals.spf_only)
      .member("neither", totals.neither);
  if (judged == nullptr) {
    json.key("flows").null().key("routes").null();
  } else {
    json.key("flows").object();
    for (std::size_t flow = 0; flow < flow_count; ++flow)
      json.member(to_text(static_cast<Flow>(flow)), judged->flows[flow]);
    json.end().member("routes", judged->routes);
  }
  json.key("dispositions").object().member("none", totals.none).member("pass", totals.pass);
  json.member("quarantine", totals.quarantine).member("reject", totals.reject).end();
  json.key("policy");
  write_policy_json(json, policy);
  json.member("unusable_records", domain.unusable_records)
      .member("unusable_messages", domain.unusable_messages);
  json.member("reporters", domain.reporters)
      .member("first_day", iso_date(domain.first_day))
      .member("last_day", iso_date(domain.last_day))
      .end();
}

/// "254,426 direct, 4,861 forwarded, 2,136 by mailing lists, 2,052 foreign, 5,218 unknown"
std::string flow_words(const std::array<std::uint64_t, flow_count>& flows) {
  std::string words;
  for (std::size_t flow = 0; flow < flow_count; ++flow)
    if (flows[flow] > 0)
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", with_thousands(flows[flow]),
                           static_cast<Flow>(flow) == Flow::mailing_list
                               ? std::string_view("by mailing lists")
                               : to_text(static_cast<Flow>(flow)));
  return words;
}

using Policies = std::map<std::string, SeenPolicy>;

/// `judged`: by domain; empty where flows were not asked for.
ResultTable table_of(const std::vector<DomainSummary>& domains, const Policies& policies,
                     const Totals& all, bool with_totals,
                     const std::map<std::string, JudgedDomain>& judged) {
  ResultTable table;
  table.columns = {
      {.key = "domain", .title = "domain", .least = 12},
      {.key = "policy", .title = "policy", .least = 10},
      {.key = "messages", .title = "messages", .right = true},
      {.key = "pass_rate", .title = "pass", .right = true},
      {.key = "dmarc_pass", .title = "passed", .shown = Column::Shown::data_only},
      {.key = "dmarc_fail", .title = "fail", .right = true},
      {.key = "dkim_aligned", .title = "dkim aligned", .shown = Column::Shown::data_only},
      {.key = "spf_aligned", .title = "spf aligned", .shown = Column::Shown::data_only},
      {.key = "both", .title = "both", .right = true, .drop_order = 2},
      {.key = "dkim_only", .title = "dkim only", .right = true, .drop_order = 3},
      {.key = "spf_only", .title = "spf only", .right = true, .drop_order = 4},
      {.key = "disposition_none", .title = "delivered", .shown = Column::Shown::data_only},
      {.key = "disposition_pass", .title = "passed", .shown = Column::Shown::data_only},
      {.key = "disposition_quarantine", .title = "quarantined", .shown = Column::Shown::data_only},
      {.key = "disposition_reject", .title = "rejected", .shown = Column::Shown::data_only},
      {.key = "reporters", .title = "reporters", .right = true, .drop_order = 1},
      {.key = "first_day", .title = "first day", .shown = Column::Shown::data_only},
      {.key = "last_day", .title = "last day", .shown = Column::Shown::data_only},
  };
  for (const char* const key : {"flow_direct", "flow_forwarded", "flow_mailing_list",
                                "flow_foreign", "flow_unknown", "salesforce_routes"})
    table.columns.push_back({.key = key, .title = key, .shown = Column::Shown::data_only});
  const auto cells = [](Cell name, Cell policy, const Totals& t, Cell reporters, Cell first,
                        Cell last) {
    return std::vector<Cell>{
        std::move(name),  std::move(policy),
        t.messages,       Share{t.dmarc_pass(), t.messages},
        t.dmarc_pass(),   Cell(t.dmarc_fail(), t.dmarc_fail() > 0 ? Tone::bad : Tone::good),
        t.dkim_aligned(), t.spf_aligned(),
        t.both,           t.dkim_only,
        t.spf_only,       t.none,
        t.pass,           t.quarantine,
        t.reject,         std::move(reporters),
        std::move(first), std::move(last)};
  };
  for (const DomainSummary& d : domains)
    table.rows.push_back(cells(d.domain, policy_words(policy_of(policies, d.domain)), d.totals,
                               d.reporters, OnDay{d.first_day}, OnDay{d.last_day}));
  for (std::size_t i = 0; i < domains.size(); ++i) {
    auto& row = table.rows[i];
    const auto found = judged.find(domains[i].domain);
    if (found != judged.end()) {
      for (const std::uint64_t messages : found->second.flows) row.emplace_back(messages);
      row.emplace_back(fmt::format("{}", fmt::join(found->second.routes, " ")));
    }
    row.resize(table.columns.size());
  }
  if (with_totals) {
    table.totals = cells("total", {}, all, {}, {}, {});
    table.totals.resize(table.columns.size());
  }
  return table;
}

/// The owner's notes on these domains, or on all, from the first day shown on.
std::vector<Note> notes_about(Store& store, const std::vector<DomainSummary>& domains, Day first,
                              const std::optional<Day>& until) {
  std::vector<Note> changes = notes(store, {});
  std::erase_if(changes, [&](const Note& note) {
    const bool concerns = note.domain.empty() ||
                          std::ranges::find(domains, note.domain, &DomainSummary::domain) !=
                              domains.end();
    return !concerns || note.day < first || (until && note.day > *until);
  });
  return changes;
}

}  // namespace

Exit run_summary(const Args& args, Io& io) {
  Selection selection = selection_of(args, today());
  for (const std::string& domain : args.operands)
    selection.filter.domains.push_back(asked_domain(domain));
  Store store = open_for_reading(settings_of(args), io);
  end_today(io, store, selection, today());
  require_known(args, store, selection);
  Dictionary dictionary(store);
  std::vector<DomainSummary> domains = domain_summaries(store, dictionary, selection.filter);
  Totals all;
  std::uint64_t reports = 0, unusable_records = 0, unusable_messages = 0;
  Day first = 0, last = 0;
  for (const DomainSummary& domain : domains) {
    first = reports == 0 ? domain.first_day : std::min(first, domain.first_day);
    last = reports == 0 ? domain.last_day : std::max(last, domain.last_day);
    all.add(domain.totals);
    unusable_records += domain.unusable_records;
    unusable_messages += domain.unusable_messages;
    reports += domain.reports;
  }
  if (domains.empty()) say_nothing_found(io, store, selection);
  const Policies policies = policies_in_force(store, selection.filter, today());
  // The roll-up answers in milliseconds whatever the size; judging reads every row.
  const bool judges = args.has("--flows") || rows_within(store, selection.filter) <= judged_records;
  std::map<std::string, JudgedDomain> judged;
  if (judges) judged = judged_domains(store, selection.filter, today());
  Totals salesforce;
  std::array<std::uint64_t, flow_count> flows{};
  std::set<std::string> salesforce_routes;
  for (const auto& [name, domain] : judged) {
    salesforce.add(domain.salesforce);
    salesforce_routes.insert(domain.routes.begin(), domain.routes.end());
    for (std::size_t flow = 0; flow < flow_count; ++flow) flows[flow] += domain.flows[flow];
  }
  const std::vector<Note> changes =
      domains.empty() ? std::vector<Note>()
                      : notes_about(store, domains, first, selection.filter.until);
  const std::size_t found = domains.size();
  sort_domains(domains, selection);
  if (selection.limit && *selection.limit < domains.size()) domains.resize(*selection.limit);

  Listing listing;
  listing.schema = "dmarcq.summary/1";
  listing.name = "domains";
  listing.size = domains.size();
  listing.element = [&](JsonWriter& json, std::size_t i) {
    write_element(json, domains[i], policy_of(policies, domains[i].domain),
                  judges ? &judged[domains[i].domain] : nullptr);
  };
  listing.tail = [&](JsonWriter& json) {
    json.key("notes").array();
    for (const Note& note : changes) write_note_json(json, note);
    json.end();
  };
  listing.table = [&] { return table_of(domains, policies, all, found > 1, judged); };
  if (found > 0)
    listing.above = fmt::format("{}, {}", days_text(first, last), counted(reports, "report"));
  if (domains.size() < found)
    listing.below.push_back(fmt::format("{} not shown", counted(found - domains.size(), "domain")));
  if (judges && found > 0) {
    listing.below.emplace_back();
    listing.below.push_back(fmt::format("How it came: {}", flow_words(flows)));
  }
  if (salesforce.messages > 0) {
    listing.below.push_back(fmt::format(
        "Salesforce ({}): {}, {}", fmt::join(salesforce_routes, ", "),
        counted(salesforce.messages, "message"),
        salesforce.dmarc_fail() == 0 ? "no failure"
                                     : with_thousands(salesforce.dmarc_fail()) + " fail"));
  }
  if (unusable_records > 0)
    listing.below.push_back(fmt::format("Not in these figures: {}",
                                        unusable_words(unusable_records, unusable_messages)));
  if (!changes.empty()) listing.below.emplace_back();
  for (const Note& note : changes)
    listing.below.push_back(fmt::format(
        "{}  {}{}", iso_date(note.day),
        note.domain.empty() || found == 1 ? std::string() : note.domain + ": ", note.text));
  const Format format = format_of(args);
  show(io, format, listing);
  if (format == Format::table && all.dmarc_fail() > 0)
    say_next(io, salesforce.dmarc_fail() > 0 ? "next: dmarcq sources --failing --salesforce"
                                             : "next: dmarcq sources --failing");
  return args.has("--exit-code") && all.dmarc_fail() > 0 ? Exit::found : Exit::done;
}

}  // namespace dmarcq
