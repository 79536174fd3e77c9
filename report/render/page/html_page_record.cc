// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"
#include "report/render/phrases/page_phrases.h"

namespace dmarcq {
namespace {

constexpr MailGroup reading_order[] = {MailGroup::aligned, MailGroup::failing, MailGroup::forwarded,
                                       MailGroup::unknown};

std::string difference(std::uint64_t before, std::uint64_t after) {
  if (before == after) return "±0";
  return after > before ? "+" + with_thousands(after - before)
                        : "−" + with_thousands(before - after);
}

void add_group_changes(Element section, const StakeholderPage& page) {
  const Changes& changes = page.changes;
  const Element body = add_table(section,
                                 fmt::format("Messages by group: {} and {}",
                                             date_span(changes.before->first, changes.before->last),
                                             date_span(page.window.first, page.window.last)),
                                 {{"Group"},
                                  {"Before", true},
                                  {"Now", true},
                                  {"Change", true},
                                  {"Share before", true, true},
                                  {"Share now", true, true}});
  const std::uint64_t all_before = changes.messages_before, all = page.totals.messages;
  const auto line = [&](std::string_view name, std::uint64_t before, std::uint64_t after) {
    const Element row = body.add("tr");
    row_head(row).text(name);
    number_cell(row, before);
    number_cell(row, after);
    number_cell(row, difference(before, after));
    number_cell(row, percent(before, all_before), true);
    number_cell(row, percent(after, all), true);
  };
  for (const MailGroup group : reading_order)
    line(name_of(group), changes.groups_before[static_cast<std::size_t>(group)],
         page.groups[static_cast<std::size_t>(group)]);
  line("All", all_before, all);
}

void add_sender_list(Element section, std::string_view heading,
                     const std::vector<SenderChange>& senders, std::size_t more, bool rates) {
  if (senders.empty()) return;
  section.add("h3").text(heading);
  const Element list = section.add("ul", "plain");
  for (const SenderChange& sender : senders) {
    const Element item = list.add("li");
    add_foreign(item, clipped(sender.sender, 120));
    if (rates)
      item.text(fmt::format(": passing DMARC before: {}; now: {}",
                            pass_rate(sender.before_pass, sender.before),
                            pass_rate(sender.after_pass, sender.after)));
    else if (sender.before == 0)
      item.text(fmt::format(": {}; pass DMARC: {}", counted(sender.after, "message"),
                            pass_rate(sender.after_pass, sender.after)));
    else
      item.text(fmt::format(": {} before, none now", counted(sender.before, "message")));
  }
  if (more > 0)
    list.add("li").text(fmt::format("and {} with fewer messages", counted(more, "other")));
}

void add_finding_list(Element section, std::string_view heading,
                      const std::vector<Changes::OfFinding>& findings) {
  if (findings.empty()) return;
  section.add("h3").text(heading);
  const Element list = section.add("ul", "plain");
  for (const Changes::OfFinding& finding : findings)
    add_foreign(list.add("li"), clipped(words_of(finding), 400));
}

}  // namespace

void add_changes(Element main, const StakeholderPage& page) {
  const Changes& changes = page.changes;
  if (page.reports == 0 && changes.notes.empty() && changes.reports_before == 0) return;
  const Element section = add_section(main, "Changes since the period before");
  if (!changes.before || changes.reports_before == 0) {
    section.add("p").text(
        "There are no reports of the period before, so there is nothing to compare with.");
  } else {
    add_group_changes(section, page);
    add_sender_list(section, "New senders", changes.appeared, changes.appeared_more, false);
    add_sender_list(section, "Senders no longer seen", changes.gone, changes.gone_more, false);
    add_sender_list(section, "Senders that authenticate worse than before", changes.worse, 0, true);
    add_sender_list(section, "Senders that authenticate better than before", changes.better, 0,
                    true);
    add_finding_list(section, "Findings that are gone", changes.findings_gone);
    add_finding_list(section, "Findings that are new", changes.findings_new);
  }
  if (changes.notes.empty()) return;
  section.add("h3").text("Notes of the owner");
  const Element list = section.add("ul", "plain");
  for (const Changes::NoteLine& note : changes.notes) {
    const Element item = list.add("li");
    item.text(iso_date(note.day) + " ");
    if (!note.domain.empty()) {
      add_domain(item, note.domain);
      item.text(": ");
    }
    add_foreign(item, note.text);
  }
}

void add_dispositions(Element main, const StakeholderPage& page) {
  if (page.reports == 0) return;
  const Element section = add_section(main, "What receivers did with it");
  const Totals& own = page.dispositions[static_cast<std::size_t>(MailGroup::failing)];
  const Totals& aligned = page.dispositions[static_cast<std::size_t>(MailGroup::aligned)];
  const std::uint64_t hit = own.quarantine + own.reject + aligned.quarantine + aligned.reject;
  section.add("p", "lead")
      .text(
          hit == 0
              ? "As far as is reported, no mail of your own was quarantined or rejected under the policy."
              : fmt::format("{} of your own mail were quarantined or rejected under the policy.",
                            counted(hit, "message")));
  const Element body = add_table(
      section, "Messages by group and by what the receiver applied",
      {{"Group"}, {"Delivered as usual", true}, {"Quarantined", true}, {"Rejected", true}});
  Totals all;
  const auto line = [&](std::string_view name, const Totals& totals) {
    const Element row = body.add("tr");
    row_head(row).text(name);
    number_cell(row, totals.none + totals.pass);
    number_cell(row, totals.quarantine);
    number_cell(row, totals.reject);
  };
  for (const MailGroup group : reading_order) {
    line(name_of(group), page.dispositions[static_cast<std::size_t>(group)]);
    all.add(page.dispositions[static_cast<std::size_t>(group)]);
  }
  line("All", all);
  if (page.overrides.empty()) return;
  std::vector<std::string> words;
  for (const auto& [reason, messages] : page.overrides)
    words.push_back(fmt::format("{} ({})", reason, with_thousands(messages)));
  const Element line_of_reasons = section.add("p");
  line_of_reasons.text("Where receivers did other than the policy asks, they gave as reason: ");
  for (std::size_t i = 0; i < std::min<std::size_t>(words.size(), 8); ++i) {
    if (i > 0) line_of_reasons.text(", ");
    add_foreign(line_of_reasons, clipped(words[i], 80));
  }
  line_of_reasons.text(".");
}

void add_problems(Element main, const StakeholderPage& page) {
  const Problems& problems = page.problems;
  if (page.reports == 0 && problems.by_reason.empty()) return;
  const Element section = add_section(main, "Problems and disagreements");
  if (problems.by_reason.empty()) {
    section.add("p").text("Every item of the mailbox could be read.");
  } else {
    const Element body =
        add_table(section, "Items of the mailbox that could not be taken, all domains and days",
                  {{"Reason"}, {"Items", true}});
    for (const auto& [reason, number] : problems.by_reason) {
      const Element row = body.add("tr");
      add_foreign(row_head(row), clipped(reason, 80));
      number_cell(row, number);
    }
    section.add("p", "lead")
        .text(
            "They are kept: dmarcq problems list names each, and dmarcq problems retry tries them again.");
  }
  std::vector<std::string> lines;
  if (problems.unusable_records > 0)
    lines.push_back(
        fmt::format("{} had no usable address or count and {} left out{}.",
                    counted(problems.unusable_records, "record"),
                    problems.unusable_records == 1 ? "was" : "were",
                    problems.unusable_messages > 0
                        ? fmt::format(" ({})", counted(problems.unusable_messages, "message"))
                        : ""));
  if (problems.damaged_reports > 0)
    lines.push_back(fmt::format("{} not well-formed and read as far as possible.",
                                counted(problems.damaged_reports, "report was", "reports were")));
  if (problems.deviating_reports > 0)
    lines.push_back(
        fmt::format("{} from the standard in some value; what was read instead is kept beside it.",
                    counted(problems.deviating_reports, "report deviates", "reports deviate")));
  if (problems.long_windows > 0)
    lines.push_back(fmt::format("{} more than 36 hours; the mail is counted on the middle day.",
                                counted(problems.long_windows, "report spans", "reports span")));
  if (!lines.empty()) {
    const Element list = section.add("ul", "plain");
    for (const std::string& line : lines) list.add("li").text(line);
  }
  if (page.reports == 0) return;
  section.add("h3").text("Where we judge differently from the reporter");
  if (problems.disagreements.empty()) {
    section.add("p").text(
        "Nowhere: the aligned results that reporters give follow from the raw results in the same reports.");
    return;
  }
  section.add("p", "lead")
      .text(
          "The figures on this page follow the reporter. Computed from the reporter's own raw results, these would come out the other way:");
  const Element body =
      add_table(section, "Disagreements, most messages first",
                {{"Reporter"}, {"Domain", false, true}, {"What differs"}, {"Messages", true}},
                {.css_class = "", .wide = true});
  for (const DisagreementLine& line : problems.disagreements) {
    const Element row = body.add("tr");
    add_foreign(row_head(row), clipped(line.reporter, 120));
    add_domain(row.add("td").set("class", "opt"), line.what.domain);
    add_foreign(row.add("td"), words_of(line.what));
    number_cell(row, line.what.messages);
  }
  if (problems.disagreements_more > 0)
    section.add("p", "lead")
        .text(fmt::format("{} with fewer messages.",
                          counted(problems.disagreements_more, "more line")));
}

void add_method(Element main, const StakeholderPage& page) {
  const Element list = add_section(main, "How this was worked out").add("dl");
  for (const auto& [term, explanation] : method_words(page)) {
    list.add("dt").text(term);
    add_foreign(list.add("dd"), explanation);
  }
}

}  // namespace dmarcq
