// SPDX-License-Identifier: MIT
#include "report/render/phrases/letter.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/analysis/finding/copyable.h"
#include "report/analysis/sender/salesforce.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/dns_phrases.h"
#include "report/render/phrases/evidence/refusal_phrases.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/wording.h"
#include "report/render/result_table.h"

namespace dmarcq {
namespace {

constexpr unsigned prose_width = 100;

/// A task of the letter: a finding at its route.
struct Task {
  const SalesforceRoute* route;
  const SalesforceFinding* shown;
  unsigned number = 0;
};

/// What a letter is made of.
struct Letter {
  std::ostream& out;
  TableStyle style;
  const SalesforceDomain& domain;
  std::vector<Task> tasks, notes, over;  ///< to do, by urgency; to know; cured
};

Letter letter_on(std::ostream& out, const SalesforceDomain& domain, const TableStyle& style) {
  Letter letter{.out = out, .style = style, .domain = domain, .tasks = {}, .notes = {}, .over = {}};
  for (const SalesforceRoute& route : letter.domain.routes) {
    for (const SalesforceFinding& shown : route.findings) {
      if (shown.over)
        letter.over.push_back({&route, &shown});
      else if (shown.finding.severity == Severity::note)
        letter.notes.push_back({&route, &shown});
      else
        letter.tasks.push_back({&route, &shown});
    }
  }
  const auto urgency = [](const Task& t) {
    return std::tuple(-static_cast<int>(t.shown->finding.severity), ~t.shown->failing,
                      ~t.shown->messages);
  };
  std::ranges::stable_sort(letter.tasks,
                           [&](const Task& a, const Task& b) { return urgency(a) < urgency(b); });
  unsigned number = 0;
  for (Task& task : letter.tasks) task.number = ++number;
  return letter;
}

void heading(const Letter& letter, std::string_view text) { letter.out << '\n' << text << '\n'; }
void say(const Letter& letter, std::string_view first, std::string_view text) {
  write_paragraph(letter.out, first, text, prose_width);
}

std::string short_rate(const Totals& t) {
  return t.dmarc_fail() == 0   ? "all"
         : t.dmarc_pass() == 0 ? "none"
                               : percent(t.dmarc_pass(), t.messages);
}

std::string days_of(const SalesforceFinding& shown) {
  return shown.first_day == shown.last_day
             ? iso_date(shown.first_day)
             : fmt::format("{} to {}", iso_date(shown.first_day), iso_date(shown.last_day));
}

bool has_hand(const Task& task, Role role) {
  return std::ranges::count(traits_of(task.shown->finding.code).roles, role) > 0;
}

/// Who leads a task, that is in whose section its cause is told.
Role lead(const Task& task) {
  if (has_hand(task, Role::salesforce)) return Role::salesforce;
  if (has_hand(task, Role::dns)) return Role::dns;
  return Role::nobody;
}

std::string confidence(const Finding& f) {
  if (f.confidence == Confidence::high) return {};
  return f.confidence == Confidence::medium ? " (Probable, but not certain.)"
                                            : " (Uncertain: verify before you act.)";
}

std::string_view short_name(Role role) {
  return role == Role::salesforce ? "Salesforce" : role == Role::dns ? "DNS" : "mail service";
}

void write_opening(const Letter& letter) {
  if (letter.domain.routes.empty()) {
    say(letter, "",
        fmt::format("{}: no mail from Salesforce was reported{}.", letter.domain.domain,
                    letter.domain.all_messages == 0
                        ? ""
                        : ", of " + counted(letter.domain.all_messages, "message") + " in all"));
  } else {
    const Totals& t = letter.domain.totals;
    std::string line = fmt::format(
        "{}: {} by way of Salesforce, {}, as {} saw {}. ", letter.domain.domain,
        counted(t.messages, "message"), days_text(letter.domain.first_day, letter.domain.last_day),
        counted(letter.domain.reporters, "receiver"), t.messages == 1 ? "it" : "them");
    if (t.dmarc_fail() == 0)
      line += "No failure.";
    else if (t.dmarc_pass() == 0)
      line += t.messages == 1 ? "It fails DMARC." : "All of them fail DMARC.";
    else
      line += fmt::format("{} DMARC ({}), {}.", counted_verb(t.dmarc_pass(), "passes", "pass"),
                          percent(t.dmarc_pass(), t.messages),
                          counted_verb(t.dmarc_fail(), "fails", "fail"));
    const auto faults = std::ranges::count_if(letter.tasks, [](const Task& task) {
      return task.shown->finding.severity == Severity::fault;
    });
    const auto advices = static_cast<std::ptrdiff_t>(letter.tasks.size()) - faults;
    if (letter.tasks.empty() && !letter.domain.refusals.empty())
      line += " Delivery logs tell of refused mail: see below.";
    else if (letter.tasks.empty())
      line += " Nothing has to be done.";
    else if (faults == 0)
      line += fmt::format(" Nothing is broken; {}.",
                          counted(static_cast<std::uint64_t>(advices), "thing could be better",
                                  "things could be better"));
    else
      line += fmt::format(
          " {} to be repaired{}.",
          counted(static_cast<std::uint64_t>(faults), "thing has", "things have"),
          advices == 0
              ? ""
              : fmt::format(", {}", counted(static_cast<std::uint64_t>(advices),
                                            "more could be better", "more could be better")));
    say(letter, "", line);
  }
  if (letter.domain.reports_end)
    say(letter, "",
        fmt::format(
            "Reports on {} stopped after {}, while those of other domains go on: is its rua still published? This letter is about the last days with reports.",
            letter.domain.domain, iso_date(*letter.domain.reports_end)));
}

void write_routes(const Letter& letter) {
  ResultTable table;
  table.columns = {{.key = "route", .title = "route", .min_width = 20},
                   {.key = "messages", .title = "messages", .right = true},
                   {.key = "pass", .title = "pass", .right = true, .drop_order = 5},
                   {.key = "fail", .title = "fail", .right = true},
                   {.key = "dkim", .title = "dkim aligned", .right = true, .drop_order = 3},
                   {.key = "spf", .title = "spf aligned", .right = true, .drop_order = 2},
                   {.key = "sources", .title = "addresses", .right = true, .drop_order = 1},
                   {.key = "last", .title = "last day", .drop_order = 4}};
  for (const SalesforceRoute& route : letter.domain.routes) {
    const Totals& t = route.totals;
    table.rows.push_back({Cell(route.route), t.messages, Cell(short_rate(t)),
                          Cell(t.dmarc_fail(), t.dmarc_fail() > 0 ? Tone::bad : Tone::good),
                          t.dkim_aligned(), t.spf_aligned(), route.sources, OnDay{route.last_day}});
  }
  for (const SilentRoute& silent : letter.domain.silent)
    table.rows.push_back({Cell(silent.route), Cell("silent", Tone::bad), Cell(), Cell(), Cell(),
                          Cell(), Cell(),
                          silent.last_day ? Cell(OnDay{*silent.last_day}) : Cell()});
  write_left_out(letter.out,
                 write_table(letter.out, table,
                             {letter.style.width == 0 ? prose_width
                                                      : std::min(letter.style.width, prose_width),
                              letter.style.colour}),
                 "--format json");
  for (const SilentRoute& silent : letter.domain.silent) {
    if (!silent.last_day)
      say(letter, "  ",
          fmt::format("{}: you say that it sends ({}), but no mail of it was reported.",
                      route_title(silent.route), silent.entry));
    else
      say(letter, "  ",
          fmt::format(
              "{}: {} until {}, none since. If that was not meant, {}.", route_title(silent.route),
              counted(silent.messages, "message"), iso_date(*silent.last_day),
              silent.route == salesforce_route::core
                  ? "look into Setup → Email Log Files for 550 5.7.1: since 2026 Salesforce refuses mail from domains that are not verified; a DKIM key verifies them"
                  : "look whether it still sends, and whether its From domain has a _dmarc record of its own that sends reports elsewhere"));
  }
}

void write_orgs(const Letter& letter) {
  letter.out << "SALESFORCE ORGS\n";
  std::string unproven;
  for (const auto& [org, messages] : letter.domain.orgs) {
    const std::string where =
        fmt::format("{}{}", org.org.instance,
                    looks_like_sandbox(org.org.instance) ? ", apparently a sandbox" : "");
    const std::string whose = org.ownership == Ownership::ours      ? "yours"
                              : org.ownership == Ownership::foreign ? "not yours"
                                                                    : "unproven";
    say(letter, "  ",
        fmt::format("{} ({}), {}: {}; {}.", org.org.org_id, where, counted(messages, "message"),
                    whose, org.why));
    if (org.ownership == Ownership::unproven && unproven.empty() && is_org_id(org.org.org_id))
      unproven = org.org.org_id;
  }
  if (unproven.empty()) return;
  say(letter, "  ",
      "The id stands in Salesforce Setup → Company Information (the first 15 characters). Tell dmarcq whose an unproven org is, and the advice gets sharper:");
  letter.out << fmt::format(
      "    dmarcq senders add org {} --ours\n    dmarcq senders add org {} --foreign\n", unproven,
      unproven);
}

/// The org that the org took over from; null when it did not.
const OrgUse* hand_over_of(const Letter& letter, const std::string& org) {
  const auto found = std::ranges::find_if(letter.domain.inventory.orgs, [&](const OrgUse& use) {
    return use.org_id == org && !use.hand_over.empty();
  });
  return found == letter.domain.inventory.orgs.end() ? nullptr : &*found;
}

void write_inventory(const Letter& letter) {
  if (letter.domain.inventory.orgs.empty() && letter.domain.inventory.cloud.empty() &&
      letter.domain.inventory.relays.empty())
    return;
  heading(letter, "WHO SENDS AS WHAT");
  for (const OrgUse& use : letter.domain.inventory.orgs) {
    std::string line = fmt::format("{} as {}: {}",
                                   use.org_id.empty() ? "an org that is not told" : use.org_id,
                                   use.from, counted(use.messages, "message"));
    if (!use.keys.empty()) line += fmt::format(", signed by {}", fmt::join(use.keys, ", "));
    if (use.unsigned_messages > 0)
      line += use.unsigned_messages == use.messages
                  ? ", all unsigned"
                  : fmt::format(", {} unsigned ({})", with_thousands(use.unsigned_messages),
                                percent(use.unsigned_messages, use.messages));
    line += use.bounce_managed == 0              ? "; own envelope, so bounce management is off"
            : use.bounce_managed == use.messages ? "; Salesforce's bounce envelope"
                                                 : "; both envelopes";
    say(letter, "  - ", line + ".");
    if (!use.hand_over.empty())
      say(letter, "    ",
          fmt::format(
              "It began when org {} stopped, as the same From and with similar volume: probably your new org, not abuse. Claim it and let it sign.",
              use.hand_over));
    if (use.only_one_key)
      say(letter, "    ",
          fmt::format(
              "Only one of its two selectors was seen. Keys rotate about every 30 days: check that the CNAME of the alternate selector is published.{}",
              use.bounce_managed == use.messages
                  ? " Under the bounce envelope SPF never aligns, so this mail passes by DKIM alone: one lost CNAME fails all of it."
                  : ""));
  }
  for (const CloudUse& use : letter.domain.inventory.cloud) {
    say(letter, "  - ",
        fmt::format(
            "Marketing Cloud as {}: {}{}, {}{}.", use.from,
            use.stack == 0 ? "" : fmt::format("stack {}, ", use.stack),
            use.sap.empty() ? "no Sender Authentication Package" : "authenticated for " + use.sap,
            counted(use.messages, "message"),
            use.failing == 0 ? "" : ", " + counted_verb(use.failing, "fails", "fail")));
    if (is_host_name(use.sap))
      say(letter, "    ",
          fmt::format(
              "Look up _dmarc.{}: on a delegated name Salesforce publishes a record of its own, usually p=reject without rua, and then no reports on it reach you.",
              use.sap));
  }
  for (const RelayUse& use : letter.domain.inventory.relays) {
    say(letter, "  - ",
        fmt::format(
            "Email Relay: {} of Core came by {}{}.", counted(use.messages, "message"), use.through,
            use.declared
                ? ""
                : ", more than from Salesforce itself since then: your Email Relay? If it is, say so:"));
    if (!use.declared)
      letter.out << (use.through.find(' ') == std::string::npos
                         ? fmt::format("    dmarcq senders add relay {}\n", use.through)
                         : fmt::format("    dmarcq senders add relay \"{}\"\n", use.through));
  }
}

std::string subject(const Task& task) {
  const SalesforceFinding& shown = *task.shown;
  const Finding& f = shown.finding;
  if (f.code == FindingCode::core_vanished)
    return fmt::format("{} ({})", route_title(task.route->route), to_text(f.code));
  std::string who =
      fmt::format("{}, {}", route_title(task.route->route), counted(shown.messages, "message"));
  if (!f.header_from.empty())
    who += fmt::format(
        " as {}{}", f.header_from.front(),
        f.header_from.size() > 1 ? fmt::format(" and {} more", f.header_from.size() - 1) : "");
  who += shown.failing == shown.messages ? (shown.messages == 1 ? " that fails" : " that fail")
         : shown.failing == 0            ? ", no failure"
                                         : ", " + counted_verb(shown.failing, "fails", "fail");
  return fmt::format("{}, {} ({})", who, days_of(shown), to_text(f.code));
}

void write_task(const Letter& letter, const Task& task, Role reader) {
  const Finding& f = task.shown->finding;
  const std::string indent = "   ";
  letter.out << '\n';
  say(letter, fmt::format("{}. ", task.number), subject(task));
  const FindingSentences sentences = sentences_of(f);
  say(letter, indent, sentences.cause + confidence(f));
  const auto& roles = traits_of(f.code).roles;
  const bool handed_over = f.code == FindingCode::core_other_tenant && !f.org_ids.empty() &&
                           std::ranges::all_of(f.org_ids, [&](const std::string& org) {
                             return hand_over_of(letter, org) != nullptr;
                           });
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (handed_over && roles[i] == Role::nobody) continue;  // no abuse, as far as anybody can see
    const bool of_other = roles[i] != reader && roles[i] != Role::nobody;
    say(letter, indent + "- ",
        of_other ? fmt::format("[{}] {}", short_name(roles[i]), sentences.fix[i])
                 : sentences.fix[i]);
  }
  say(letter, indent, "In later reports: " + sentences.verify + ".");
  for (const std::string_view reference : references_of(f.code))
    if (!reference.starts_with("derived")) say(letter, indent, fmt::format("See {}", reference));
}

void write_for_salesforce(const Letter& letter) {
  bool begun = false;
  for (const Task& task : letter.tasks) {
    if (lead(task) != Role::salesforce) continue;
    if (!begun) heading(letter, "TO THE SALESFORCE ADMINISTRATOR");
    begun = true;
    write_task(letter, task, Role::salesforce);
  }
}

/// Records to publish, also those that belong to a task of the Salesforce administrator, each
/// once.
void write_for_dns(const Letter& letter) {
  bool begun = false;
  std::set<std::string> told;
  for (const Task& task : letter.tasks) {
    if (!has_hand(task, Role::dns)) continue;
    if (!begun) {
      heading(letter, "TO THE DNS ADMINISTRATOR");
      say(letter, "",
          fmt::format(
              "These records belong into the zone of {}. Values that stand here as <…> are shown by the service when the key is made.",
              letter.domain.domain));
    }
    begun = true;
    if (lead(task) == Role::dns) {
      write_task(letter, task, Role::dns);
      continue;
    }
    const Finding& f = task.shown->finding;
    const auto& roles = traits_of(f.code).roles;
    const std::vector<std::string> fix = sentences_of(f).fix;
    std::vector<std::string> own;
    for (std::size_t i = 0; i < roles.size(); ++i)
      if (roles[i] == Role::dns && told.insert(fix[i]).second) own.push_back(fix[i]);
    if (own.empty()) continue;
    letter.out << '\n';
    say(letter, fmt::format("{}. ", task.number),
        fmt::format("For {} ({}), with the Salesforce administrator:",
                    route_title(task.route->route), to_text(f.code)));
    for (const std::string& step : own) say(letter, "   - ", step);
  }
}

void write_for_others(const Letter& letter) {
  bool begun = false;
  for (const Task& task : letter.tasks) {
    if (lead(task) != Role::nobody) continue;
    if (!begun) heading(letter, "FOR THE MAIL ADMINISTRATOR");
    begun = true;
    write_task(letter, task, has_hand(task, Role::mail) ? Role::mail : Role::nobody);
  }
}

void write_cured(const Letter& letter) {
  if (letter.over.empty()) return;
  heading(letter, "APPARENTLY FIXED");
  for (const Task& task : letter.over) {
    const SalesforceFinding& shown = *task.shown;
    say(letter, "  - ",
        fmt::format("{}: {} until {}; none of the {} since then. {}", to_text(shown.finding.code),
                    counted(shown.messages, "message"), iso_date(shown.last_day),
                    counted(shown.since, "message"), sentences_of(shown.finding).cause));
  }
}

void write_refusals(const Letter& letter) {
  if (letter.domain.refusals.empty()) return;
  heading(letter, "WHAT SALESFORCE'S DELIVERY LOGS SAY");
  for (const RefusalCause& cause : letter.domain.refusals) {
    const CauseSentences sentences = sentences_of(cause);
    say(letter, "  - ", fmt::format("{}. {}", sentences.title, sentences.why));
    for (const std::string& step : sentences.fix) say(letter, "      - ", step);
  }
}

void write_dns(const Letter& letter) {
  if (letter.domain.dns.empty()) return;
  heading(letter, "WHAT DNS SAYS");
  for (const DomainFault& fault : letter.domain.dns) say(letter, "  - ", fault_text(fault));
}

void write_no_fault(const Letter& letter) {
  if (letter.notes.empty() && letter.domain.indirect == 0 && letter.domain.claimed == 0) return;
  heading(letter, "NOT A FAULT OF SALESFORCE OR YOURS");
  for (const Task& task : letter.notes) {
    const FindingSentences sentences = sentences_of(task.shown->finding);
    say(letter, "  - ",
        fmt::format("{}, {}: {} {}.", to_text(task.shown->finding.code),
                    counted(task.shown->messages, "message"), sentences.cause,
                    capitalized(sentences.fix.front())));
  }
  if (letter.domain.indirect > 0)
    say(letter, "  - ",
        fmt::format(
            "Not counted above: {} that began at Salesforce, but came from forwarders, lists or gateways. {}.",
            counted(letter.domain.indirect, "message"),
            letter.domain.indirect_failing == 0
                ? "None of that fails"
                : fmt::format("Of that, {} there, which no setting in Salesforce can change",
                              counted_verb(letter.domain.indirect_failing, "fails", "fail"))));
  if (letter.domain.claimed > 0)
    say(letter, "  - ",
        fmt::format(
            "Not counted above: {} from {} claiming to be Salesforce's: the envelope names it, but SPF does not pass. Anyone can write that.",
            counted(letter.domain.claimed, "message"),
            counted(letter.domain.claimed_sources, "address", "addresses")));
}

}  // namespace

std::string route_title(const std::string& route) {
  if (route == salesforce_route::core) return "Salesforce Core (Sales, Service, Platform)";
  if (route == salesforce_route::marketing_cloud) return "Marketing Cloud Engagement";
  if (route == salesforce_route::account_engagement) return "Account Engagement (Pardot)";
  if (route == salesforce_route::marketing_cloud_next) return "Marketing Cloud Next";
  if (route == salesforce_route::email_relay) return "Salesforce Email Relay";
  return "Salesforce, route unknown";
}

void write_letter(std::ostream& out, const SalesforceDomain& domain, const TableStyle& style) {
  const Letter letter = letter_on(out, domain, style);
  write_opening(letter);
  if (!letter.domain.routes.empty() || !letter.domain.silent.empty()) {
    letter.out << '\n';
    write_routes(letter);
  }
  if (!letter.domain.orgs.empty()) {
    letter.out << '\n';
    write_orgs(letter);
  }
  write_inventory(letter);
  write_refusals(letter);
  write_dns(letter);
  write_for_salesforce(letter);
  write_for_dns(letter);
  write_for_others(letter);
  write_cured(letter);
  write_no_fault(letter);
}

}  // namespace dmarcq
