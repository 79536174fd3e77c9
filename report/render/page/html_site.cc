// SPDX-License-Identifier: MIT
#include "report/render/page/html_site.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ingest/base/digest.h"
#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"
#include "report/render/phrases/action_phrases.h"
#include "report/render/phrases/verdict_phrases.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_urgent = 10;

/// What a reader chooses domains by.
struct Choice {
  const char* id;
  std::string_view title;
  bool (*holds)(Need);
};
constexpr std::array<Choice, 5> choices{{
    {"all", "All", [](Need) { return true; }},
    {"act", "Need attention", [](Need need) { return need <= Need::no_reports; }},
    {"move", "May move", [](Need need) { return need == Need::publish; }},
    {"wait", "Too little data", [](Need need) { return need == Need::wait; }},
    {"done", "Goal reached", [](Need need) { return need == Need::nothing; }},
}};

const char* class_of(Need need) {
  for (std::size_t i = 1; i < choices.size(); ++i)
    if (choices[i].holds(need)) return choices[i].id;
  return "";
}

std::uint64_t count(const Site& site, const Choice& choice) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      site.lines, [&](const SiteLine& line) { return choice.holds(need_of(line.verdict)); }));
}

std::uint64_t failing_own(const GroupCounts& counts) {
  return counts[static_cast<std::size_t>(MailGroup::needs_fixing)];
}

void add_tiles(Element main, const Site& site) {
  std::uint64_t enforcing = 0, messages = 0, failing = 0, failing_before = 0;
  for (const SiteLine& line : site.lines) {
    enforcing += line.verdict.policy && line.verdict.policy->enforces() ? 1 : 0;
    messages += sum(line.now);
    failing += failing_own(line.now);
    failing_before += failing_own(line.before);
  }
  const Element list = main.add("ul", "strip-of-tiles");
  const auto tile = [&](std::string_view name, const std::string& figure, const std::string& of) {
    const Element item = list.add("li");
    item.add("span", "name").text(name);
    item.add("span", "big").text(figure);
    item.add("span", "of").text(of);
  };
  tile("Need attention", with_thousands(count(site, choices[1])),
       fmt::format("of {}", counted(site.lines.size(), "domain")));
  tile("May move to a stricter policy", with_thousands(count(site, choices[2])),
       fmt::format("{} at the goal", with_thousands(count(site, choices[4]))));
  tile("Protected",
       fmt::format("{} of {}", with_thousands(enforcing), with_thousands(site.lines.size())),
       "ask receivers to quarantine or reject what fails");
  tile("Own mail that fails", with_thousands(failing),
       fmt::format("of {} in all; {} in the period before", counted(messages, "message"),
                   with_thousands(failing_before)));
}

void add_link(Element parent, const std::string& domain) {
  add_domain(parent.add("a").set("href", page_file_name(domain)), domain);
}

void add_urgent(Element main, const Site& site) {
  const Element section = add_section(main, "Needs attention");
  const std::size_t all = count(site, choices[1]);
  if (all == 0) {
    section.add("p").text("No domain: nothing is to be repaired, and none has fallen silent.");
    return;
  }
  const Element body = add_table(section, "Most urgent first",
                                 {{"Domain"}, {"Verdict"}, {"What to do first"}, {"Who"}},
                                 {.css_class = "cards"});
  for (std::size_t i = 0; i < std::min(all, most_urgent); ++i) {
    const SiteLine& line = site.lines[i];
    const Element row = body.add("tr");
    add_link(row_head(row), line.domain);
    add_state(labelled_cell(row, "Verdict"), line.verdict.state);
    const std::string blocked = blocked_by(line.verdict);
    const ActionPhrases said = line.action ? phrases_of(*line.action, line.verdict)
                                           : ActionPhrases{};
    add_foreign(labelled_cell(row, "What to do first"), clipped(line.action       ? said.title
                                                                : blocked.empty() ? "–"
                                                                                  : blocked,
                                                                200));
    add_foreign(labelled_cell(row, "Who"), said.who.empty() ? "–" : said.who);
  }
  if (all > most_urgent)
    section.add("p", "lead")
        .text(fmt::format("{} more stand first in the list below.",
                          counted(all - most_urgent, "domain")));
}

void add_line(Element body, const Site& site, const SiteLine& line, std::size_t number) {
  const Element row = body.add("tr").set("class", class_of(need_of(line.verdict)));
  add_link(row_head(row), line.domain);
  if (!site.clients.empty()) {
    const auto client = site.clients.find(line.domain);
    const Element cell = labelled_cell(row, "Client");
    if (client == site.clients.end())
      cell.set("class", "none").text("–");
    else
      add_foreign(cell, clipped(client->second, 80));
  }
  labelled_cell(row, "Policy")
      .add("code")
      .text(line.verdict.policy ? line.verdict.policy->text() : "–");
  add_state(labelled_cell(row, "Verdict"), line.verdict.state);
  labelled_number(row, "Messages", sum(line.now));
  labelled_number(row, "Own, failing", failing_own(line.now));
  const std::uint64_t now = failing_own(line.now), before = failing_own(line.before);
  labelled_number(row, "Change",
                  now == before  ? std::string("±0")
                  : now > before ? "+" + with_thousands(now - before)
                                 : "−" + with_thousands(before - now));
  ChartSeries pass{Ink::authenticated, {}}, fail{Ink::needs_fixing, {}};
  for (const PassFail& period : line.own) {
    pass.values.push_back(period.pass);
    fail.values.push_back(period.fail);
  }
  add_sparkline(labelled_cell(row, "Trend"),
                {fmt::format("line-{}", number),
                 clipped(line.domain, 120) + ": own mail",
                 "Passing and failing mail of the owner's over the period.",
                 {}},
                line.own.size(), {pass, fail});
  labelled_cell(row, "Last reports")
      .set("class", "day")
      .text(line.last_report_day ? iso_date(*line.last_report_day) : "none");
}

void add_all(Element main, const Site& site) {
  const Element section = add_section(main, "All domains").set("class", "chooser");
  for (const Choice& choice : choices) {
    const std::string id = fmt::format("show-{}", choice.id);
    const Element input = section.add("input")
                              .set("type", "radio")
                              .set("name", "show")
                              .set("id", id)
                              .set("class", fmt::format("choose-{}", choice.id));
    if (&choice == choices.data()) input.set("checked", "");
    section.add("label").set("for", id).text(
        fmt::format("{} {}", choice.title, with_thousands(count(site, choice))));
  }
  std::vector<TableColumn> columns{{"Domain"}};
  if (!site.clients.empty()) columns.push_back({"Client"});
  columns.insert(columns.end(), {{"Policy"},
                                 {"Verdict"},
                                 {"Messages", true},
                                 {"Own, failing", true},
                                 {"Change", true},
                                 {"Trend"},
                                 {"Last reports"}});
  const Element body =
      add_table(section.add("div").set("class", "lines"),
                "Each domain, most urgent first; figures of the days that its page is about",
                columns, {.css_class = "cards tight"});
  for (std::size_t i = 0; i < site.lines.size(); ++i) add_line(body, site, site.lines[i], i);
  if (site.left_out > 0)
    section.add("p", "lead")
        .text(fmt::format("{} known from single reports only, without a page.",
                          counted(site.left_out, "more domain is", "more domains are")));
}

}  // namespace

std::string page_file_name(const std::string& domain) {
  const bool plain =
      !domain.empty() && domain.size() <= 200 && domain != "index" && domain.front() != '.' &&
      domain.front() != '-' && std::ranges::all_of(domain, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
      });
  return (plain ? domain : "domain-" + to_hex(sha256(domain)).substr(0, 32)) + ".html";
}

std::string html_site_index(const Site& site) {
  HtmlTree tree("html");
  const std::string title = site.title.empty() ? "DMARC: all domains" : site.title;
  const Element body = start_document(tree.root(), title);
  const Element header = body.add("header");
  header.add("p", "kicker").text("DMARC · who sends mail in your name");
  add_foreign(header.add("h1"), clipped(title, 200));
  header.add("p", "facts")
      .text(fmt::format("{} as of {} (UTC)", counted(site.lines.size(), "domain"),
                        iso_date(site.as_of)));
  const Element main = body.add("main");
  add_tiles(main, site);
  add_urgent(main, site);
  add_all(main, site);
  const Element foot = body.add("footer").add("p");
  foot.text(
      "Made by dmarcq from DMARC aggregate reports. No page runs a script or loads anything.");
  if (!site.generated.empty()) foot.text(" Generated " + site.generated + ".");
  return tree.write(true);
}

}  // namespace dmarcq
