// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/render/digest.h"
#include "report/render/digest_parts.h"
#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_dom.h"
#include "report/render/page/html_names.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/gate_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

// Tables and inline styles only: what Gmail, Outlook and the rest agree on. Widths and bars are
// table cells with a background and, beside them, the number as text.

Element styled(Element parent, MarkupName name, const char* style) {
  return parent.add(name).set("style", style);
}

Element layout_table(Element parent, const char* style) {
  return parent.add("table")
      .set("role", "presentation")
      .set("cellpadding", 0)
      .set("cellspacing", 0)
      .set("border", 0)
      .set("width", "100%")
      .set("style", style)
      .add("tbody");
}

void heading(Element parent, std::string_view words) {
  styled(parent, "h2", "font-size:18px;line-height:24px;margin:28px 0 6px").text(words);
}

constexpr const char* head_cell =
    "text-align:left;font-size:13px;color:#535d68;padding:4px 10px 4px 0;border-bottom:1px solid #535d68";
constexpr const char* head_number =
    "text-align:right;font-size:13px;color:#535d68;padding:4px 0 4px 10px;border-bottom:1px solid #535d68";
constexpr const char* cell =
    "text-align:left;vertical-align:top;padding:6px 10px 6px 0;border-bottom:1px solid #d4dae1";
constexpr const char* number =
    "text-align:right;vertical-align:top;white-space:nowrap;padding:6px 0 6px 10px;border-bottom:1px solid #d4dae1";

struct DataTable {
  Element body;
  DataTable(Element parent, const std::vector<TableColumn>& columns) : body(parent) {
    const Element table =
        parent.add("table")
            .set("cellpadding", 0)
            .set("cellspacing", 0)
            .set("border", 0)
            .set("width", "100%")
            .set("style", "border-collapse:collapse;font-size:15px;line-height:21px");
    const Element row = table.add("thead").add("tr");
    for (const TableColumn& column : columns)
      row.add("th")
          .set("scope", "col")
          .set("style", column.number ? head_number : head_cell)
          .text(column.title);
    body = table.add("tbody");
  }
};

std::string_view colour_of(MailGroup group) {
  switch (group) {
    case MailGroup::aligned: return "#1f5fa8";
    case MailGroup::failing: return "#df7a35";
    case MailGroup::forwarded: return "#9cc4ea";
    case MailGroup::unknown: break;
  }
  return "#e5b550";
}

void add_groups(Element body, const StakeholderPage& page) {
  heading(body, "Mail in your name");
  const DataTable table(body, {{"Group"}, {"Share"}, {"Messages", true}});
  for (const MailGroup group :
       {MailGroup::aligned, MailGroup::failing, MailGroup::forwarded, MailGroup::unknown}) {
    const std::uint64_t messages = page.groups[static_cast<std::size_t>(group)];
    const Element row = table.body.add("tr");
    styled(row, "td", cell).text(name_of(group));
    const Element share = styled(row, "td", cell);
    const Element bar = layout_table(share, "border-collapse:collapse").add("tr");
    const double part = page.totals.messages == 0 ? 0
                                                  : 100.0 * static_cast<double>(messages) /
                                                        static_cast<double>(page.totals.messages);
    const int width = messages == 0 ? 0 : std::clamp(static_cast<int>(part * 0.7), 1, 70);
    if (width > 0)
      bar.add("td")
          .set("width", fmt::format("{}%", width))
          .set("style", fmt::format("background:{};height:14px;font-size:1px;line-height:14px",
                                    colour_of(group)))
          .text("\u00a0");
    bar.add("td")
        .set("style", "padding-left:8px;font-size:14px;line-height:16px;white-space:nowrap")
        .text(percent(messages, page.totals.messages));
    styled(row, "td", number).text(with_thousands(messages));
  }
}

void add_domains(Element body, const StakeholderPage& page) {
  if (page.verdicts.size() < 2) return;
  heading(body, "Domains");
  const DataTable table(body, {{"Domain"}, {"Policy"}, {"Verdict"}, {"Messages", true}});
  for (const DomainVerdict* verdict : first_verdicts(page)) {
    const Element row = table.body.add("tr");
    styled(row, "td", cell).add("bdi").text(clipped(domain_text(verdict->domain), 120));
    styled(row, "td", cell).text(verdict->policy.empty() ? "–" : clipped(verdict->policy, 60));
    styled(row, "td", cell).text(name_of(verdict->state));
    styled(row, "td", number).text(with_thousands(sum(verdict->groups)));
  }
  if (page.verdicts.size() > most_digest_domains)
    styled(body, "p", "margin:6px 0;color:#535d68")
        .text(fmt::format("{} more in the page attached.",
                          counted(page.verdicts.size() - most_digest_domains, "domain")));
}

Element add_list(Element parent) {
  return styled(parent, "ul", "margin:4px 0 0;padding-left:22px");
}
Element add_item(Element list) { return styled(list, "li", "margin:3px 0"); }

void add_salesforce_part(Element body, const StakeholderPage& page) {
  heading(body, "Salesforce");
  if (page.salesforce.empty()) {
    styled(body, "p", "margin:4px 0").text("No mail sent through Salesforce was reported.");
    return;
  }
  const DataTable table(body, {{"Route"}, {"Domain"}, {"Messages", true}, {"Passing DMARC", true}});
  for (std::size_t i = 0; i < std::min(page.salesforce.size(), most_digest_lines); ++i) {
    const SalesforceRouteLine& route = page.salesforce[i];
    const Element row = table.body.add("tr");
    styled(row, "td", cell).text(route.route);
    styled(row, "td", cell).add("bdi").text(clipped(domain_text(route.domain), 120));
    styled(row, "td", number).text(with_thousands(route.totals.messages));
    styled(row, "td", number).text(pass_rate(route.totals.dmarc_pass(), route.totals.messages));
  }
}

void add_findings_part(Element body, const StakeholderPage& page) {
  const auto findings = first_findings(page);
  if (findings.empty()) return;
  heading(body, "What to fix or improve");
  for (const FindingCard* finding : findings) {
    const FindingSentences sentences = sentences_of(finding->code, finding->names);
    const Element what = styled(body, "p", "margin:14px 0 2px");
    styled(what, "b", "").add("bdi").text(clipped(finding->sender, 120));
    what.text(": ");
    what.add("bdi").text(clipped(sentences.cause, 900));
    styled(what, "span", "color:#535d68")
        .text(fmt::format(" ({}, {})", to_text(finding->code),
                          counted(finding->messages, "message")));
    if (sentences.fix.empty()) continue;
    const Element steps = styled(body, "ol", "margin:2px 0 0;padding-left:22px");
    for (const std::string& step : sentences.fix)
      add_item(steps).add("bdi").text(clipped(step, 900));
  }
}

void add_head(Element html, const StakeholderPage& page) {
  const Element head = html.add("head");
  head.add("meta").set("charset", "utf-8");
  head.add("meta").set("name", "viewport").set("content", "width=device-width, initial-scale=1");
  head.add("meta").set("name", "color-scheme").set("content", "light");
  head.add("title").text(clipped(page_title(page), 200));
}

/// The one cell that holds all: mail programs know tables only.
Element add_body(Element html) {
  const Element outer = layout_table(styled(html, "body", "margin:0;padding:0;background:#ffffff"),
                                     "background:#ffffff")
                            .add("tr")
                            .add("td")
                            .set("align", "center")
                            .set("style", "padding:16px");
  return outer.add("table")
      .set("role", "presentation")
      .set("cellpadding", 0)
      .set("cellspacing", 0)
      .set("border", 0)
      .set("width", 640)
      .set("style", "width:100%;max-width:640px;text-align:left")
      .add("tbody")
      .add("tr")
      .add("td")
      .set(
          "style",
          "font-family:Segoe UI,Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;color:#1c2128");
}

void add_title_part(Element body, const StakeholderPage& page) {
  styled(body, "h1", "font-size:24px;line-height:30px;margin:0")
      .add("bdi")
      .text(clipped(page_title(page), 200));
  const Element facts = styled(body, "p", "margin:4px 0 18px;color:#535d68;font-size:14px");
  facts.text(date_span(page.window.first, page.window.last) + " (UTC days)");
  if (page.reports > 0)
    facts.text(fmt::format(" · {} from {} · {}", counted(page.reports, "report"),
                           counted(page.reporters, "reporter"),
                           counted(page.totals.messages, "message")));
}

void add_verdict_part(Element body, const StakeholderPage& page) {
  const Headline line = headline(page);
  const bool bad = line.state == DomainVerdict::State::not_ready ||
                   line.state == DomainVerdict::State::no_reports;
  const Element verdict =
      layout_table(body, "background:#f4f6f9")
          .add("tr")
          .add("td")
          .set("style", bad ? "padding:16px 18px;border-left:6px solid #a8480c"
                            : "padding:16px 18px;border-left:6px solid #1f5fa8");
  styled(verdict, "p",
         bad ? "margin:0;font-weight:bold;font-size:14px;color:#a8400a"
             : "margin:0;font-weight:bold;font-size:14px;color:#1f5fa8")
      .text(page.reports == 0 ? "NO REPORTS RECEIVED" : name_of(line.state));
  styled(verdict, "p", "margin:4px 0 0;font-size:19px;line-height:26px;font-weight:bold")
      .add("bdi")
      .text(clipped(line.sentence, 600));
  if (!line.next_step.empty()) {
    const Element next = styled(verdict, "p", "margin:12px 0 0");
    next.add("b").text("Next step: ");
    next.add("bdi").text(clipped(line.next_step, 900));
  }
}

void add_open_gates(Element body, const StakeholderPage& page) {
  const auto open = open_gates(page);
  if (open.empty()) return;
  heading(body, fmt::format("Conditions still open for p={}", page.verdicts.front().target));
  const Element list = add_list(body);
  for (const Gate* gate : open) {
    const GatePhrases phrases = phrases_of(*gate);
    const Element item = add_item(list);
    item.add("b").text(capitalized(phrases.name) + ": ");
    item.add("bdi").text(clipped(fmt::format("{}. {}", phrases.measured, phrases.why), 600));
  }
}

void add_changes_part(Element body, const StakeholderPage& page) {
  const auto changes = change_lines(page);
  if (!changes.empty()) {
    heading(body, "Changes since the period before");
    const Element list = add_list(body);
    for (const std::string& change : changes) add_item(list).add("bdi").text(clipped(change, 400));
  }
}

void add_problems_part(Element body, const StakeholderPage& page) {
  if (!page.problems.by_reason.empty()) {
    heading(body, "Problems");
    const Element list = add_list(body);
    for (std::size_t i = 0; i < std::min(page.problems.by_reason.size(), most_digest_lines); ++i)
      add_item(list).text(fmt::format("{} of the mailbox could not be read: {}",
                                      counted(page.problems.by_reason[i].second, "item"),
                                      clipped(page.problems.by_reason[i].first, 60)));
  }
}

}  // namespace

std::string digest_html(const StakeholderPage& page) {
  HtmlTree tree("html");
  const Element html = tree.root().set("lang", "en");
  add_head(html, page);
  const Element body = add_body(html);
  add_title_part(body, page);
  add_verdict_part(body, page);
  add_domains(body, page);
  if (page.reports > 0) add_groups(body, page);
  add_open_gates(body, page);
  if (page.reports > 0) add_salesforce_part(body, page);
  add_findings_part(body, page);
  add_changes_part(body, page);
  add_problems_part(body, page);
  styled(
      body, "p",
      "margin:28px 0 0;padding-top:12px;border-top:1px solid #d4dae1;color:#535d68;font-size:14px")
      .text("The whole page, with charts and figures, is attached: open it in a browser." +
            (page.generated.empty() ? std::string() : " Generated " + page.generated + "."));
  return tree.write(true);
}

}  // namespace dmarcq
