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
#include "report/render/phrases/action_phrases.h"
#include "report/render/phrases/gate_phrases.h"
#include "report/render/phrases/verdict_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

// Tables and inline styles only: what Gmail, Outlook and the rest agree on. No table has more than
// three columns, so that a phone shows it whole.

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

/// A quiet line below the words of a cell.
void sub_line(Element cell_of_table, std::string_view words) {
  if (words.empty()) return;
  styled(cell_of_table, "span", "display:block;color:#535d68;font-size:13px;line-height:18px")
      .add("bdi")
      .text(clipped(words, 300));
}

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

/// Four figures, two in a row: mail programs on a phone shrink nothing.
void add_status_part(Element body, const StakeholderPage& page) {
  const Element table = layout_table(body, "border-collapse:collapse;margin-top:18px");
  const std::vector<StatusTile> tiles = status_tiles(page);
  for (std::size_t first = 0; first < tiles.size(); first += 2) {
    const Element row = table.add("tr");
    for (std::size_t i = first; i < std::min(first + 2, tiles.size()); ++i) {
      const StatusTile& tile = tiles[i];
      const Element place =
          row.add("td")
              .set("width", "50%")
              .set("style",
                   "vertical-align:top;padding:8px 12px 8px 0;border-top:2px solid #d4dae1");
      styled(place, "p", "margin:0;font-size:13px;line-height:18px;color:#535d68").text(tile.name);
      styled(place, "p", "margin:0;font-size:20px;line-height:26px;font-weight:bold")
          .add("bdi")
          .text(clipped(tile.figure, 60));
      for (const std::string& words : {tile.of, tile.change})
        if (!words.empty())
          styled(place, "p", "margin:0;font-size:13px;line-height:18px;color:#535d68")
              .add("bdi")
              .text(clipped(words, 200));
    }
  }
}

void add_actions_part(Element body, const StakeholderPage& page) {
  if (page.actions.empty() || page.reports == 0) return;
  heading(body, "What to do");
  const Element list = styled(body, "ol", "margin:4px 0 0;padding-left:22px");
  for (const PageAction& action : page.actions) {
    const DomainVerdict& verdict = page.verdicts[action.verdict];
    const ActionPhrases said = phrases_of(action, verdict);
    const Element item = styled(list, "li", "margin:0 0 12px");
    styled(item, "b", "").add("bdi").text(clipped(said.title, 200));
    if (!said.code.empty())
      styled(item, "span", "color:#535d68;font-size:13px").text(fmt::format(" {}", said.code));
    const Element impact = styled(item, "p", "margin:2px 0 0;font-size:15px;line-height:21px");
    if (page.verdicts.size() > 1) {
      impact.add("bdi").text(clipped(domain_text(verdict.domain), 120));
      impact.text(": ");
    }
    impact.add("bdi").text(clipped(said.impact, 900));
    const Element facts =
        styled(item, "p", "margin:2px 0 0;font-size:14px;line-height:20px;color:#535d68");
    facts.text("Who: ");
    facts.add("bdi").text(clipped(said.who, 200));
    if (!said.done_when.empty()) {
      facts.text(". Done when: ");
      facts.add("bdi").text(clipped(said.done_when, 300));
    }
    facts.text(".");
    if (!said.record.empty())
      styled(
          item, "p",
          "margin:4px 0 0;font-family:monospace;font-size:13px;line-height:19px;word-break:break-all")
          .add("bdi")
          .text(clipped(fmt::format("{} TXT \"{}\"", said.record_name, said.record), 900));
  }
  if (page.actions_more > 0)
    styled(body, "p", "margin:0;color:#535d68;font-size:14px")
        .text(fmt::format("{} after that.", counted(page.actions_more, "more action")));
}

void add_domains_part(Element body, const StakeholderPage& page) {
  if (page.verdicts.size() < 2) return;
  heading(body, "Domains");
  const DataTable table(body, {{"Domain"}, {"Verdict"}});
  for (const DomainVerdict* verdict : first_verdicts(page)) {
    const Element row = table.body.add("tr");
    const Element name = styled(row, "td", cell);
    name.add("bdi").text(clipped(domain_text(verdict->domain), 120));
    sub_line(name, verdict->policy ? verdict->policy->text() : "policy unknown");
    const Element said = styled(row, "td", cell);
    said.text(name_of(verdict->state));
    sub_line(said, blocked_by(*verdict));
  }
  if (page.verdicts.size() > most_digest_domains)
    styled(body, "p", "margin:6px 0;color:#535d68")
        .text(fmt::format("{} more in the page attached.",
                          counted(page.verdicts.size() - most_digest_domains, "domain")));
}

void add_groups_part(Element body, const StakeholderPage& page) {
  if (page.messages == 0) return;
  heading(body, "Mail in your name");
  const DataTable table(body, {{"Group"}, {"Messages", true}, {"Share", true}});
  for (std::size_t group = 0; group < mail_group_count; ++group) {
    if (page.groups[group] == 0) continue;
    const Element row = table.body.add("tr");
    styled(row, "td", cell).text(name_of(static_cast<MailGroup>(group)));
    styled(row, "td", number).text(with_thousands(page.groups[group]));
    styled(row, "td", number).text(percent(page.groups[group], page.messages));
  }
}

void add_senders_part(Element body, const StakeholderPage& page) {
  const auto senders = first_senders(page);
  if (senders.empty()) return;
  heading(body, "Who sends in your name");
  const DataTable table(body, {{"Sender"}, {"Messages", true}, {"Pass", true}});
  for (const SenderMail* sender : senders) {
    const Element row = table.body.add("tr");
    const Element name = styled(row, "td", cell);
    name.add("bdi").text(clipped(sender->label, 120));
    const std::string action = action_of(*sender);
    sub_line(name, fmt::format("{}{}{}", name_of(sender->group), action.empty() ? "" : ": ",
                               clipped(action, 160)));
    styled(row, "td", number).text(with_thousands(sender->now.messages()));
    styled(row, "td", number).text(percent(sender->now.pass(), sender->now.judged()));
  }
}

Element add_list(Element parent) {
  return styled(parent, "ul", "margin:4px 0 0;padding-left:22px");
}
Element add_item(Element list) { return styled(list, "li", "margin:3px 0"); }

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
                           counted(page.reporters, "reporter"), counted(page.messages, "message")));
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
      .text(page.reports == 0 ? std::string("NO REPORTS RECEIVED") : name_of(line.state));
  styled(verdict, "p", "margin:4px 0 0;font-size:19px;line-height:26px;font-weight:bold")
      .add("bdi")
      .text(clipped(line.sentence, 600));
  if (!line.next_step.empty()) {
    styled(verdict, "p", "margin:12px 0 0").add("bdi").text(clipped(line.next_step, 900));
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
  const std::vector<std::string> lines = problem_lines(page);
  if (lines.empty()) return;
  heading(body, "Problems");
  const Element list = add_list(body);
  for (const std::string& line : lines) add_item(list).add("bdi").text(line);
}

}  // namespace

std::string digest_html(const StakeholderPage& page) {
  HtmlTree tree("html");
  const Element html = tree.root().set("lang", "en");
  add_head(html, page);
  const Element body = add_body(html);
  add_title_part(body, page);
  add_verdict_part(body, page);
  add_status_part(body, page);
  add_actions_part(body, page);
  add_domains_part(body, page);
  add_groups_part(body, page);
  add_senders_part(body, page);
  add_open_gates(body, page);
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
