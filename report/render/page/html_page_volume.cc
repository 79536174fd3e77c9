// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"

namespace dmarcq {
namespace {

/// From the foot of the bars up: what is fine, what is nobody's fault, what to look at.
constexpr MailGroup stack_order[] = {MailGroup::aligned, MailGroup::forwarded, MailGroup::failing,
                                     MailGroup::unknown};
constexpr MailGroup reading_order[] = {MailGroup::aligned, MailGroup::failing, MailGroup::forwarded,
                                       MailGroup::unknown};

std::size_t at(MailGroup group) { return static_cast<std::size_t>(group); }

std::string_view meaning_of(MailGroup group) {
  switch (group) {
    case MailGroup::aligned:
      return "Passes DMARC: DKIM or SPF holds for the domain in the From line.";
    case MailGroup::failing:
      return "Sent by you or for you, but not authenticated as you. This is what to repair.";
    case MailGroup::forwarded:
      return "Passed on by a forwarder or a mailing list, which broke it. No fault of the sender.";
    case MailGroup::unknown: break;
  }
  return "Not shown to be yours: strangers using your name, or a sender nobody has listed.";
}

void add_boxes(Element section, const StakeholderPage& page) {
  std::vector<std::pair<Ink, std::uint64_t>> parts;
  for (const MailGroup group : stack_order)
    parts.emplace_back(ink_of(group), page.groups[at(group)]);
  std::string said;
  for (const MailGroup group : reading_order)
    said += fmt::format("{}: {}. ", name_of(group),
                        percent(page.groups[at(group)], page.totals.messages));
  add_share_bar(section, {"share", "All messages by group", said, {}}, parts);
  const Element list = section.add("ul", "boxes");
  for (const MailGroup group : reading_order) {
    const Element item = list.add("li");
    const Element name = item.add("span", "name");
    add_swatch(name, ink_of(group));
    name.text(name_of(group));
    item.add("span", "big").text(percent(page.groups[at(group)], page.totals.messages));
    item.add("span", "of").text(counted(page.groups[at(group)], "message"));
    item.add("span", "says").text(meaning_of(group));
  }
}

void add_legend(Element figure, const std::vector<std::pair<Ink, std::string_view>>& entries) {
  const Element legend = figure.add("ul", "legend");
  for (const auto& [ink, words] : entries) {
    const Element item = legend.add("li");
    add_swatch(item, ink);
    item.text(words);
  }
}

std::string period_words(const Period& period) {
  return period.first == period.last ? iso_date(period.first)
                                     : iso_date(period.first) + " – " + iso_date(period.last);
}

/// What the chart shows, for those who do not see it: span, ends, extremes.
std::string in_words(const VolumeChart& chart, const std::vector<MailGroup>& groups) {
  std::uint64_t most = 0;
  std::size_t when = 0;
  for (std::size_t i = 0; i < chart.periods.size(); ++i) {
    std::uint64_t here = 0;
    for (const MailGroup group : groups) here += chart.groups[i][at(group)];
    if (here > most) most = here, when = i;
  }
  return fmt::format(
      "Stacked bars, one for each {}, from {} to {}. Most messages: {} in {}. The table that follows has all numbers.",
      chart.unit, iso_date(chart.periods.front().first), iso_date(chart.periods.back().last),
      with_thousands(most), period_words(chart.periods[when]));
}

void add_group_chart(Element section, const VolumeChart& chart, const char* id,
                     std::string_view title, std::string_view note,
                     const std::vector<MailGroup>& groups) {
  const Element figure = section.add("figure");
  const Element caption = figure.add("figcaption");
  caption.text(title);
  if (!note.empty()) caption.add("span", "sub").text(note);
  std::vector<std::pair<Ink, std::string_view>> legend;
  std::vector<ChartSeries> series;
  for (const MailGroup group : groups) {
    ChartSeries one{ink_of(group), {}};
    for (const GroupCounts& counts : chart.groups) one.values.push_back(counts[at(group)]);
    series.push_back(std::move(one));
  }
  for (const MailGroup group : reading_order)
    if (std::ranges::find(groups, group) != groups.end())
      legend.emplace_back(ink_of(group), name_of(group));
  add_legend(figure, legend);
  add_stacked_chart(figure,
                    {id, std::string(title), in_words(chart, groups), "messages per " + chart.unit},
                    chart.periods, series);
}

void add_group_numbers(Element section, const StakeholderPage& page) {
  const VolumeChart& chart = page.volume;
  const Element details =
      add_numbers(section, fmt::format("The numbers of these charts, by {}", chart.unit));
  std::vector<TableColumn> columns{
      {chart.periods.front().first == chart.periods.front().last ? "UTC day" : "UTC days"}};
  for (const MailGroup group : reading_order)
    columns.push_back({std::string(name_of(group)), true});
  columns.push_back({"All", true});
  const Element body = add_table(details, fmt::format("Messages by group and {}", chart.unit),
                                 columns, {.css_class = "tight", .wide = true});
  for (std::size_t i = 0; i < chart.periods.size(); ++i) {
    const Element row = body.add("tr");
    row_head(row).set("class", "day").text(period_words(chart.periods[i]));
    for (const MailGroup group : reading_order) number_cell(row, chart.groups[i][at(group)]);
    number_cell(row, sum(chart.groups[i]));
  }
}

void add_trends(Element main, const StakeholderPage& page) {
  if (page.trends.empty()) return;
  const Element section = add_section(main, "The largest senders over time");
  section.add("p", "lead")
      .text("Each picture has its own scale. A change of colour is a change of authentication.");
  add_legend(section, {{Ink::aligned, "Aligned by DKIM"},
                       {Ink::forwarded, "Aligned by SPF only"},
                       {Ink::failing, "Fails DMARC"}});
  const Element list = section.add("ul", "multiples");
  for (std::size_t i = 0; i < page.trends.size(); ++i) {
    const RouteTrend& trend = page.trends[i];
    const std::uint64_t passed = trend.total.dkim + trend.total.spf_only,
                        all = passed + trend.total.fail;
    const Element item = list.add("li");
    add_foreign(item.add("h3").set("class", "name"), clipped(trend.label, 120));
    item.add("span", "sub")
        .text(counted(all, "message") + (trend.total.fail == 0 ? ", none fails"
                                         : passed == 0
                                             ? ", all fail"
                                             : fmt::format(", {} pass", percent(passed, all))));
    ChartSeries dkim{Ink::aligned, {}}, spf{Ink::forwarded, {}}, fail{Ink::failing, {}};
    for (const RouteTrend::Cell& cell : trend.cells) {
      dkim.values.push_back(cell.dkim);
      spf.values.push_back(cell.spf_only);
      fail.values.push_back(cell.fail);
    }
    add_small_chart(
        item,
        {fmt::format("trend-{}", i),
         clipped(trend.label, 120) + ": messages per " + page.volume.unit,
         fmt::format(
             "{} aligned by DKIM, {} by SPF only, {} fail DMARC. The table that follows has all numbers.",
             with_thousands(trend.total.dkim), with_thousands(trend.total.spf_only),
             with_thousands(trend.total.fail)),
         "messages per " + page.volume.unit},
        page.volume.periods, {dkim, spf, fail});
  }
  if (page.trends_more > 0)
    section.add("p", "lead")
        .text(fmt::format("{} with fewer messages: dmarcq sources --by route.",
                          counted(page.trends_more, "more sender")));
  const Element details =
      add_numbers(section, fmt::format("The numbers of these charts, by {}", page.volume.unit));
  const Element body = add_table(
      details,
      fmt::format("Messages by sender and {}: aligned by DKIM / aligned by SPF only / failing",
                  page.volume.unit),
      [&] {
        std::vector<TableColumn> columns{{page.volume.unit == "day" ? "UTC day" : "UTC days"}};
        for (const RouteTrend& trend : page.trends)
          columns.push_back({clipped(trend.label, 60), true});
        return columns;
      }(),
      {.css_class = "tight", .wide = true});
  for (std::size_t i = 0; i < page.volume.periods.size(); ++i) {
    const Element row = body.add("tr");
    row_head(row).set("class", "day").text(period_words(page.volume.periods[i]));
    for (const RouteTrend& trend : page.trends)
      number_cell(row, fmt::format("{} / {} / {}", with_thousands(trend.cells[i].dkim),
                                   with_thousands(trend.cells[i].spf_only),
                                   with_thousands(trend.cells[i].fail)));
  }
}

std::string days_words(const std::vector<bool>& days) {
  return fmt::format("{} of {}", std::ranges::count(days, true), days.size());
}

void add_coverage(Element main, const StakeholderPage& page) {
  const Element section = add_section(main, "Who reported, and when");
  const auto covered = static_cast<std::size_t>(std::ranges::count(page.any_report, true));
  const std::string silence = covered == page.any_report.size()
                                  ? "Every day of the period has reports."
                                  : fmt::format("{} of {} have no report at all.",
                                                page.any_report.size() - covered,
                                                counted(page.any_report.size(), "day"));
  section.add("p", "lead")
      .text(
          silence +
          " A mailbox provider reports only on mail that it received. What goes to receivers that send no reports cannot be seen here.");
  const Element body = add_table(
      section, "Reporters by day: a block where there is a report, a thin line where there is none",
      {{"Reporter"}, {"Days"}, {"Days with reports", true}, {"Messages", true, true}},
      {.css_class = "coverage", .wide = true});
  const auto line = [&](std::size_t number, const std::string& name, const std::vector<bool>& days,
                        std::uint64_t messages, bool all) {
    const Element row = body.add("tr");
    if (all)
      row_head(row).text(name);
    else
      add_foreign(row_head(row), clipped(name, 120));
    add_day_strip(row.add("td"),
                  {fmt::format("days-{}", number),
                   clipped(name, 120) + ": days with reports",
                   days_words(days) + " days have a report.",
                   {}},
                  days);
    number_cell(row, days_words(days));
    number_cell(row, messages, true);
  };
  {
    const Element row = body.add("tr");
    row.add("td");
    const Element ends = row.add("td").add("span").set("class", "ends sub");
    ends.add("span").text(short_date(page.window.first));
    ends.add("span").text(short_date(page.window.last));
    row.add("td");
    row.add("td").set("class", "opt");
  }
  line(0, "All reporters", page.any_report, page.totals.messages, true);
  for (std::size_t i = 0; i < page.coverage.size(); ++i)
    line(i + 1, page.coverage[i].name, page.coverage[i].days, page.coverage[i].messages, false);
  if (page.coverage_more > 0)
    section.add("p", "lead")
        .text(fmt::format("{} with fewer messages: dmarcq sources --by reporter.",
                          counted(page.coverage_more, "more reporter")));
}

}  // namespace

void add_volume(Element main, const StakeholderPage& page) {
  if (page.reports == 0) return;
  const Element section = add_section(main, "Mail sent in your name");
  add_boxes(section, page);
  if (!page.volume.periods.empty()) {
    add_group_chart(section, page.volume, "volume",
                    fmt::format("Messages per {}, by group", page.volume.unit), "",
                    {std::begin(stack_order), std::end(stack_order)});
    const std::uint64_t others = page.totals.messages - page.groups[at(MailGroup::aligned)];
    // Where nearly all is well, the rest is a hairline in the first chart.
    if (others > 0 && others < page.totals.messages / 2)
      add_group_chart(section, page.volume, "rest", "The same without own and aligned mail",
                      "What does not pass DMARC, on a scale of its own.",
                      {MailGroup::forwarded, MailGroup::failing, MailGroup::unknown});
    add_group_numbers(section, page);
  }
  add_trends(main, page);
  add_coverage(main, page);
}

}  // namespace dmarcq
