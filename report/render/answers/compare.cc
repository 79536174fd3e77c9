// SPDX-License-Identifier: MIT
#include "report/render/answers/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/render/answers/counts_json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/comparison_phrases.h"
#include "report/render/report_json.h"

namespace dmarcq {
namespace {

std::string rate(const StreamCount& count) { return pass_rate(count.pass(), count.judged()); }

void write_count(JsonWriter& json, const StreamCount& count) {
  write_stream_count(json, count);
  json.member("spf_aligned", count.both + count.spf_only);
}

void write_span(JsonWriter& json, DaySpan span, const StreamCount& count) {
  json.object()
      .member("since", iso_date(span.first))
      .member("until", iso_date(span.last))
      .member("days", span.days());
  write_count(json, count);
  json.end();
}

void write_findings(JsonWriter& json, std::string_view name,
                    const std::vector<ComparedFinding>& findings) {
  json.key(name).array();
  for (const ComparedFinding& finding : findings)
    json.object()
        .member("code", to_text(finding.code))
        .member_or_null("service", finding.service)
        .member_or_null("route", finding.route)
        .member("before", finding.before)
        .member("after", finding.after)
        .end();
  json.end();
}

void write_test(JsonWriter& json, const ZTest& test) {
  json.key("test")
      .object()
      .member("name", "two-proportion z-test")
      .member("usable", test.usable)
      .member("z", test.z)
      .member("p", test.p)
      .end();
}

std::string verdict(const Comparison& c) {
  if (c.all_before.judged() == 0) return "There is no mail of yours before to compare with.";
  if (c.all_after.judged() == 0) return "There is no mail of yours after the change yet.";
  const std::string figures =
      fmt::format("{} before, {} after", rate(c.all_before), rate(c.all_after));
  switch (c.change) {
    case Change::better:
      return fmt::format("Your own mail does better: {}. That is more than noise.", figures);
    case Change::worse:
      return fmt::format("Your own mail does worse: {}. That is more than noise.", figures);
    case Change::too_few: return fmt::format("Too few messages or failures to tell: {}.", figures);
    default:
      return c.all_before.fail + c.all_after.fail == 0
                 ? fmt::format("Your own mail passed before and after: {}.", figures)
                 : fmt::format(
                       "Your own mail does neither better nor worse: {}. The difference is not more than noise.",
                       figures);
  }
}

std::string short_rate(const StreamCount& count) {
  if (count.judged() == 0) return "–";
  return count.fail == 0     ? "all"
         : count.pass() == 0 ? "none"
                             : percent(count.pass(), count.judged());
}

}  // namespace

ResultTable compare_table(const CompareAnswer& answer) {
  using enum Column::Shown;
  ResultTable table;
  table.columns = {{.key = "sender", .title = "sender", .min_width = 24, .wraps = true},
                   {.key = "before", .title = "before", .right = true, .drop_order = 2},
                   {.key = "fail_before", .title = "", .shown = data_only},
                   {.key = "rate_before", .title = "pass", .shown = table_only, .right = true},
                   {.key = "after", .title = "after", .right = true, .drop_order = 1},
                   {.key = "fail_after", .title = "", .shown = data_only},
                   {.key = "rate_after", .title = "pass", .shown = table_only, .right = true},
                   {.key = "change", .title = "change", .min_width = 16, .wraps = true}};
  for (const ComparedSender& s : answer.comparison.senders) {
    std::string name = s.from.empty() || s.from == answer.question.domain
                           ? s.sender
                           : s.sender + " (" + s.from + ")";
    if (s.standing == Standing::forwarded) name = "forwarded: " + name;
    if (s.standing == Standing::mailing_list) name = "list: " + name;
    const Tone tone = s.change == Change::better  ? Tone::good
                      : s.change == Change::worse ? Tone::bad
                                                  : Tone::plain;
    table.rows.push_back({Cell(name), s.before.messages(), s.before.fail,
                          Cell(short_rate(s.before)), s.after.messages(), s.after.fail,
                          Cell(short_rate(s.after)), Cell(change_words(s), tone)});
  }
  return table;
}

namespace {

void write_findings(std::ostream& out, std::string_view title,
                    const std::vector<ComparedFinding>& findings) {
  if (findings.empty()) return;
  out << '\n' << title << '\n';
  for (const ComparedFinding& f : findings) {
    const std::string who = f.service.empty() ? ""
                                              : fmt::format(" at {}{}{}", f.service,
                                                            f.route.empty() ? "" : " ", f.route);
    write_paragraph(out, "  ",
                    fmt::format("{}{}: {} before, {} after", to_text(f.code), who,
                                counted(f.before, "message"), with_thousands(f.after)));
  }
}

}  // namespace

void write_compare_json(std::ostream& out, const CompareAnswer& answer, JsonWriter::Style style) {
  const CompareQuestion& q = answer.question;
  const Comparison& c = answer.comparison;
  JsonWriter json(out, style);
  json.object().member("schema", "dmarcq.compare/1").member("domain", q.domain);
  json.key("at");
  if (q.at)
    json.value(iso_date(*q.at));
  else
    json.null();
  json.key("before");
  write_span(json, c.before, c.all_before);
  json.key("after");
  write_span(json, c.after, c.all_after);
  json.member("change", to_text(c.change))
      .member("significance", significance)
      .member("complete", answer.is_complete)
      .member("straddling_reports", c.straddling);
  write_test(json, c.test);
  json.key("routes").array();
  for (const ComparedSender& s : c.senders) {
    json.object()
        .member("sender", s.sender)
        .member_or_null("header_from", s.from)
        .member("standing", to_text(s.standing))
        .member("change", to_text(s.change))
        .member("says", change_words(s));
    json.key("before").object();
    write_count(json, s.before);
    json.end().key("after").object();
    write_count(json, s.after);
    json.end();
    write_test(json, s.test);
    json.end();
  }
  json.end().key("findings").object();
  write_findings(json, "gone", c.gone);
  write_findings(json, "new", c.appeared);
  write_findings(json, "still", c.still);
  json.end().key("notes").array();
  for (const Note& note : answer.notes) write_note_json(json, note);
  json.end().end().finish();
}

void write_compare_text(std::ostream& out, const CompareAnswer& answer, const TableStyle& style) {
  const CompareQuestion& q = answer.question;
  const Comparison& c = answer.comparison;
  write_paragraph(out, "", fmt::format("{}: {}", q.domain, verdict(c)));
  out << '\n';
  write_paragraph(
      out, "  Before  ",
      fmt::format("{} to {}, {}, {} of yours", iso_date(c.before.first), iso_date(c.before.last),
                  counted(static_cast<std::uint64_t>(c.before.days()), "day"),
                  counted(c.all_before.messages(), "message")));
  write_paragraph(
      out, "  After   ",
      fmt::format("{} to {}, {}, {} of yours{}", iso_date(c.after.first), iso_date(c.after.last),
                  counted(static_cast<std::uint64_t>(c.after.days()), "day"),
                  counted(c.all_after.messages(), "message"),
                  answer.is_complete ? "" : "; later days are not complete yet"));
  if (q.at)
    write_paragraph(
        out, "          ",
        fmt::format(
            "{} and the day after are left out: they mix both, and resolvers keep old records for their TTL.",
            iso_date(*q.at)));
  if (c.straddling > 0)
    write_paragraph(out, "          ",
                    fmt::format("{} whose window reaches out of these days {} left out.",
                                counted(c.straddling, "report"), c.straddling == 1 ? "is" : "are"));
  for (const Note& note : answer.notes)
    write_paragraph(out, fmt::format("  {}  ", iso_date(note.day)), note.text);

  if (!c.senders.empty()) {
    out << '\n';
    write_left_out(
        out,
        write_table(out, compare_table(answer),
                    {style.width == 0 ? 100u : std::min(style.width, 100u), style.colour}),
        "--format json");
  }
  write_findings(out, "FINDINGS GONE", c.gone);
  write_findings(out, "FINDINGS NEW", c.appeared);
  write_findings(out, "FINDINGS STILL THERE", c.still);
  out << '\n';
  write_paragraph(
      out, "",
      fmt::format(
          "Judged by a {}. Messages of one campaign go together, so a difference of a few days' mail is a hint, not a proof.",
          test_name));
}

std::string no_comparison_words(const NothingToCompare& nothing, const std::string& domain) {
  const std::string when = nothing.span.days() == 0
                               ? std::string("the days after the change are not complete yet")
                               : fmt::format("no mail of {} is reported for {}", domain,
                                             days_text(nothing.span.first, nothing.span.last));
  return fmt::format("compare: nothing {}: {}", nothing.after ? "after" : "before", when);
}

std::string no_comparison_hint(const NothingToCompare& nothing) {
  return nothing.reports ? fmt::format("reports near these days cover {}",
                                       days_text(nothing.reports->first, nothing.reports->last))
                         : "dmarcq summary tells which days the database holds";
}

}  // namespace dmarcq
