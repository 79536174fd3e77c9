// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ingest/base/text.h"
#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"
#include "report/render/phrases/action_phrases.h"
#include "report/render/phrases/blocker_phrases.h"
#include "report/render/phrases/page_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

/// Where lists stop on a narrow screen, until the reader asks for the rest.
constexpr std::size_t most_in_sight = 6, most_changes_in_sight = 3;

/// From the foot of the bars up.
constexpr MailGroup failing_groups[] = {MailGroup::needs_fixing, MailGroup::unidentified,
                                        MailGroup::spoofing, MailGroup::forwarded};

std::size_t at(MailGroup group) { return static_cast<std::size_t>(group); }

std::uint64_t failing(const GroupCounts& groups) {
  std::uint64_t all = 0;
  for (const MailGroup group : failing_groups) all += groups[at(group)];
  return all;
}

std::string period_words(const Period& period) {
  return period.first == period.last ? iso_date(period.first)
                                     : iso_date(period.first) + " – " + iso_date(period.last);
}

/// What happened within the window, in order of day: what the marks of the chart stand for.
struct Event {
  Day day = 0;
  std::string domain, text;
};

std::vector<Event> events_of(const StakeholderPage& page) {
  std::vector<Event> events;
  for (const PolicyChange& change : page.changes.policies)
    events.push_back({change.day, change.domain,
                      fmt::format("policy {}, before {}", change.now, change.before)});
  for (const Changes::NoteLine& note : page.changes.notes)
    if (note.day >= page.window.first) events.push_back({note.day, note.domain, note.text});
  std::ranges::stable_sort(events, {}, &Event::day);
  constexpr std::size_t most_events = 6;
  if (events.size() > most_events)
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(most_events));
  return events;
}

void add_events(Element figure, const StakeholderPage& page, const std::vector<Event>& events) {
  if (events.empty() && !page.volume.first_is_partial) return;
  const Element list = figure.add("ul", "events");
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Element item = list.add("li");
    item.text(fmt::format("{}: {}, ", i + 1, short_date(events[i].day)));
    if (!events[i].domain.empty() && page.verdicts.size() > 1) {
      add_domain(item, events[i].domain);
      item.text(": ");
    }
    add_foreign(item, clipped(events[i].text, 200));
  }
  if (page.volume.first_is_partial) {
    const Period& first = page.volume.periods.front();
    list.add("li").text(
        fmt::format("The first bar, on a shaded ground, is of {} only.",
                    counted(static_cast<std::uint64_t>(first.last - first.first) + 1, "day")));
  }
}

void add_chart_numbers(Element section, const StakeholderPage& page) {
  const VolumeChart& chart = page.volume;
  const Element details =
      add_numbers(section, fmt::format("The numbers of this chart, by {}", chart.unit));
  std::vector<TableColumn> columns{
      {chart.periods.front().first == chart.periods.front().last ? "UTC day" : "UTC days"},
      {std::string(name_of(MailGroup::authenticated)), true}};
  for (const MailGroup group : failing_groups)
    columns.push_back({std::string(name_of(group)), true});
  columns.push_back({"All", true});
  const Element body = add_table(details, fmt::format("Messages by group and {}", chart.unit),
                                 columns, {.css_class = "tight", .wide = true});
  for (std::size_t i = 0; i < chart.periods.size(); ++i) {
    const Element row = body.add("tr");
    row_head(row).set("class", "day").text(period_words(chart.periods[i]));
    number_cell(row, chart.groups[i][at(MailGroup::authenticated)]);
    for (const MailGroup group : failing_groups) number_cell(row, chart.groups[i][at(group)]);
    number_cell(row, sum(chart.groups[i]));
  }
}

// ---- senders

/// Where a list of senders stops. What needs somebody is shown longest.
std::size_t most_shown(MailGroup group) {
  switch (group) {
    case MailGroup::needs_fixing:
    case MailGroup::authenticated: return 6;
    case MailGroup::unidentified: return 4;
    default: return 0;
  }
}

void add_sender_row(Element row, const SenderMail& sender, const StakeholderPage& page,
                    std::size_t number) {
  const Element head = row_head(row);
  add_foreign(head, clipped(sender.label, 120));
  if (!sender.network.empty()) add_foreign(head.add("span", "sub"), clipped(sender.network, 120));
  if (sender.group == MailGroup::needs_fixing && !sender.from.empty()) {
    const Element from = head.add("span", "sub");
    from.text("as ");
    std::size_t shown = 0;
    for (const std::string& domain : sender.from) {
      if (shown == 2) break;
      if (shown++ > 0) from.text(", ");
      add_domain(from, domain);
    }
    if (sender.from.size() > shown)
      from.text(fmt::format(" and {} more", sender.from.size() - shown));
  }
  const Element state = labelled_cell(row, "Status").add("span");
  state
      .set("class", sender.group == MailGroup::needs_fixing    ? "state bad"
                    : sender.group == MailGroup::authenticated ? "state good"
                                                               : "state")
      .text(name_of(sender.group));
  labelled_number(row, "Messages", sender.now.messages());
  labelled_number(row, "Pass", percent(sender.now.pass(), sender.now.judged()));
  ChartSeries pass{Ink::authenticated, {}}, fail{Ink::needs_fixing, {}};
  for (const PassFail& period : sender.periods) {
    pass.values.push_back(period.pass);
    fail.values.push_back(period.fail);
  }
  add_sparkline(labelled_cell(row, "Trend"),
                {fmt::format("sender-{}", number),
                 clipped(sender.label, 120) + ": messages per " + page.volume.unit,
                 fmt::format("{} pass and {} fail.", with_thousands(sender.now.pass()),
                             with_thousands(sender.now.fail)),
                 {}},
                page.volume.periods.size(), {pass, fail});
  const Element action = labelled_cell(row, "What to do");
  const std::string words = action_of(sender);
  if (words.empty()) action.set("class", "none");
  add_foreign(action, words.empty() ? "–" : clipped(words, 160));
  if (sender.blocker && sender.blocker->code && !asks_the_owner(*sender.blocker)) {
    action.text(" ");
    action.add("code").text(to_text(*sender.blocker->code));
  }
}

/// A line of the list: one sender, or several together (null).
struct ListedSender {
  const SenderMail* sender = nullptr;
  std::string name;  ///< of several
  MailGroup group{};
  StreamCount total;
};

void add_line_of_several(Element row, const ListedSender& line) {
  row_head(row).text(line.name);
  labelled_cell(row, "Status").add("span", "state").text(name_of(line.group));
  labelled_number(row, "Messages", line.total.messages());
  labelled_number(row, "Pass", percent(line.total.pass(), line.total.judged()));
  row.add("td").text("–");
  row.add("td").text("–");
}

std::vector<ListedSender> listed_senders(const StakeholderPage& page) {
  std::vector<ListedSender> lines;
  std::size_t shown_of_group = 0, more = 0;
  ListedSender rest, forwarded;
  rest.group = MailGroup::temporary;
  forwarded.name = "Forwarders and mailing lists";
  forwarded.group = MailGroup::forwarded;
  const auto close = [&] {
    rest.name = fmt::format("{} more", with_thousands(more));
    if (more > 0) lines.push_back(rest);
    rest.total = {};
    shown_of_group = more = 0;
  };
  for (const SenderMail& sender : page.senders) {
    if (sender.group == MailGroup::spoofing) continue;
    if (sender.group == MailGroup::forwarded) {
      forwarded.total.add(sender.now);
      continue;
    }
    if (sender.now.messages() == 0) continue;
    if (sender.group != rest.group) {
      close();
      rest.group = sender.group;
    }
    if (shown_of_group++ < most_shown(sender.group)) {
      lines.emplace_back().sender = &sender;
    } else {
      rest.total.add(sender.now);
      ++more;
    }
  }
  close();
  if (forwarded.total.messages() > 0) lines.push_back(forwarded);
  return lines;
}

// ---- changes

std::string difference(std::uint64_t before, std::uint64_t after) {
  if (before == after) return "±0";
  return after > before ? "+" + with_thousands(after - before)
                        : "−" + with_thousands(before - after);
}

void add_group_changes(Element section, const StakeholderPage& page) {
  const Changes& changes = page.changes;
  const Element body = add_table(section,
                                 fmt::format("Messages by group: {} and this period",
                                             date_span(changes.before.first, changes.before.last)),
                                 {{"Group"}, {"Before", true}, {"Now", true}, {"Change", true}});
  const auto line = [&](std::string_view name, std::uint64_t before, std::uint64_t after) {
    const Element row = body.add("tr");
    row_head(row).text(name);
    number_cell(row, before);
    number_cell(row, after);
    number_cell(row, difference(before, after));
  };
  for (std::size_t group = 0; group < mail_group_count; ++group)
    if (changes.groups_before[group] + page.groups[group] > 0)
      line(name_of(static_cast<MailGroup>(group)), changes.groups_before[group],
           page.groups[group]);
  line("All", changes.messages_before, page.messages);
}

/// Mail counts as authenticated when it passes, whoever sent it; senders are listed by who they
/// are. " (12 unidentified, 5 forwarded)"
std::string passing_others(const StakeholderPage& page) {
  std::map<MailGroup, std::uint64_t> passing;
  for (const SenderMail& sender : page.senders)
    if (sender.group != MailGroup::authenticated && sender.group != MailGroup::needs_fixing &&
        sender.now.pass() > 0)
      passing[sender.group] += sender.now.pass();
  std::string words;
  for (const auto& [group, messages] : passing)
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", with_thousands(messages),
                         lower(name_of(group)));
  return words.empty() ? "" : fmt::format(" ({})", words);
}

}  // namespace

std::string action_of(const SenderMail& sender) {
  if (sender.blocker) {
    if (asks_the_owner(*sender.blocker)) return "Yours or not?";
    return capitalized(sender.blocker->code ? std::string(title_of(*sender.blocker->code))
                                            : brief_of(*sender.blocker));
  }
  if (sender.before.messages() == 0) return "New since the period before";
  if (sender.now.messages() == 0) return "Silent in this period";
  return {};
}

void add_failing_mail(Element main, const StakeholderPage& page) {
  if (page.reports == 0) return;
  const Element section = add_section(main, "Mail that fails DMARC");
  const std::uint64_t fails = failing(page.groups),
                      temporary = page.groups[at(MailGroup::temporary)];
  const Element lead = section.add("p", "lead");
  if (page.messages == 0)
    lead.text("The reports of this period tell of no mail.");
  else
    lead.text(fmt::format(
        "{} of {} in your name {}; {} pass{}.", fails == 0 ? "None" : with_thousands(fails),
        counted(page.messages, "message"), fails == 1 ? "fails" : "fail",
        percent(page.groups[at(MailGroup::authenticated)], page.messages), passing_others(page)));
  if (temporary > 0)
    lead.text(fmt::format(" {} had a temporary error at the receiver and {} as neither.",
                          counted(temporary, "message"), temporary == 1 ? "counts" : "count"));
  if (fails == 0) return;
  const Element figure = section.add("figure");
  const Element legend = figure.add("ul", "legend");
  std::vector<ChartSeries> series;
  std::string said;
  for (const MailGroup group : failing_groups) {
    if (page.groups[at(group)] == 0) continue;
    const Element item = legend.add("li");
    add_swatch(item, ink_of(group));
    item.text(fmt::format("{}: {}", name_of(group), with_thousands(page.groups[at(group)])));
    said += fmt::format("{}: {}. ", name_of(group), with_thousands(page.groups[at(group)]));
    ChartSeries one{ink_of(group), {}};
    for (const GroupCounts& counts : page.volume.groups) one.values.push_back(counts[at(group)]);
    series.push_back(std::move(one));
  }
  const std::vector<Event> events = events_of(page);
  ChartMarks marks{.days = {}, .first_is_partial = page.volume.first_is_partial};
  for (const Event& event : events) marks.days.push_back(event.day);
  add_stacked_chart(
      figure,
      {"failing", "Failing messages per " + page.volume.unit + ", by group",
       fmt::format("Stacked bars, one for each {}, {}. {}The table that follows has all numbers.",
                   page.volume.unit, date_span(page.window.first, page.window.last), said),
       "messages per " + page.volume.unit},
      page.volume.periods, series, marks);
  add_events(figure, page, events);
  add_chart_numbers(section, page);
}

void add_senders(Element main, const StakeholderPage& page) {
  if (page.messages == 0) return;
  const Element section = add_section(main, "Who sends in your name");
  const std::vector<ListedSender> lines = listed_senders(page);
  // One line takes no more room than the switch.
  const bool folds = lines.size() > most_in_sight + 1;
  if (folds) add_fold(section, "senders");
  const Element body = add_table(
      section, "By service; what needs somebody comes first",
      {{"Sender"}, {"Status"}, {"Messages", true}, {"Pass", true}, {"Trend"}, {"What to do"}},
      {.css_class = "cards senders"});
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Element row = body.add("tr");
    if (folds && i >= most_in_sight) row.set("class", "tail");
    if (lines[i].sender != nullptr)
      add_sender_row(row, *lines[i].sender, page, i);
    else
      add_line_of_several(row, lines[i]);
  }
  if (folds)
    add_unfold(section, "senders", fmt::format("The other {} lines", lines.size() - most_in_sight));
}

void add_spoofing(Element main, const StakeholderPage& page) {
  const std::uint64_t now = page.spoofing_now.messages, before = page.spoofing_before.messages;
  if (page.reports == 0 || now + before == 0) return;
  const Element section = add_section(main, "Spoofing");
  const Element lead = section.add("p");
  lead.text(fmt::format(
      "{} in your name failed and came from strangers or other customers of the same services; {} in the period before. Receivers held back {}.",
      counted(now, "message"), with_thousands(before),
      now == 0 ? "–" : percent(std::min(page.spoofing_now.held(), now), now)));
  std::string sources;
  std::size_t shown = 0, others = 0;
  for (const SenderMail& sender : page.senders) {
    if (sender.group != MailGroup::spoofing || sender.now.fail == 0) continue;
    if (shown < 4)
      sources += fmt::format("{}{} ({})", shown++ == 0 ? "" : ", ", clipped(sender.label, 80),
                             with_thousands(sender.now.fail));
    else
      ++others;
  }
  section.add("p", "lead")
      .text("There is nothing to repair about it: a stricter policy is what stops it.");
  if (shown < 2) return;
  lead.text(" Most from ");
  add_foreign(lead, sources);
  lead.text(others > 0 ? fmt::format(" and {} more.", with_thousands(others)) : ".");
}

void add_changes(Element main, const StakeholderPage& page) {
  const Changes& changes = page.changes;
  if (page.reports == 0) return;
  const Element section = add_section(main, "Changes since the period before");
  if (changes.reports_before == 0) {
    section.add("p").text(
        "There are no reports of the period before, so there is nothing to compare with.");
    return;
  }
  const std::vector<std::string> lines = change_words(page);
  if (lines.empty()) {
    add_group_changes(section, page);
    return;
  }
  add_fold(section, "changes");
  add_group_changes(section.add("div", "tail"), page);
  const Element list = section.add("ul", "plain");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Element item = list.add("li");
    if (i >= most_changes_in_sight) item.set("class", "tail");
    add_foreign(item, clipped(lines[i], 400));
  }
  add_unfold(section, "changes",
             lines.size() > most_changes_in_sight
                 ? fmt::format("Messages by group, and {}",
                               counted(lines.size() - most_changes_in_sight, "more change"))
                 : "Messages by group");
}

}  // namespace dmarcq
