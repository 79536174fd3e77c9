// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/analysis/comparison.h"
#include "report/answers/base/timeline_reader.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/escape.h"
#include "report/render/json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/report_json.h"
#include "report/render/result_table.h"

namespace dmarcq {
namespace {

DaySpan span_argument(std::string_view flag, const std::string& text, Day now) {
  const auto dots = text.find("..");
  if (dots == std::string::npos)
    throw UsageError(fmt::format("{}: '{}' is no span", flag, text),
                     "write 2026-10-01..2026-10-14");
  DaySpan span{day_argument(flag, text.substr(0, dots), now),
               day_argument(flag, text.substr(dots + 2), now)};
  if (span.days() == 0) throw UsageError(fmt::format("{}: '{}' ends before it begins", flag, text));
  return span;
}

struct Question {
  std::string domain;
  std::optional<Day> at;
  DaySpan before, after;
  bool shortened = false;  ///< the days after the change are not all there yet
};

Question question_of(const Args& args, Day now) {
  Question q;
  q.domain = asked_domain(args.operands.front());
  const auto at = args.value("--at"), before = args.value("--before"),
             after = args.value("--after");
  if (at && (before || after))
    throw UsageError(
        "--at and --before, --after exclude each other",
        "--at gives the day of the change, --before and --after give the days to compare");
  if (at) {
    const auto days = number_argument("--days", args.value("--days").value_or("14"));
    if (days == 0 || days > 3660)
      throw UsageError(fmt::format("--days: '{}' is no number of days to compare", days));
    q.at = day_argument("--at", *at, now);
    // The day of the change is mixed, and so is the next: resolvers keep the old record for its
    // TTL, most of a day at worst.
    q.before = {*q.at - static_cast<Day>(days), *q.at - 1};
    q.after = {*q.at + 2, *q.at + 1 + static_cast<Day>(days)};
  } else {
    if (!before || !after)
      throw UsageError("compare: what with what?", "--at DATE, or --before A..B --after C..D");
    if (args.has("--days")) throw UsageError("--days goes with --at");
    q.before = span_argument("--before", *before, now);
    q.after = span_argument("--after", *after, now);
    if (q.before.last >= q.after.first) throw UsageError("--before must end before --after begins");
  }
  return q;
}

std::string rate(const StreamCount& count) { return pass_rate(count.pass(), count.judged()); }

void write_count(JsonWriter& json, const StreamCount& count) {
  json.member("messages", count.messages())
      .member("dmarc_pass", count.pass())
      .member("dmarc_fail", count.fail)
      .member("temporary", count.temporary);
  json.member("dkim_aligned", count.both + count.dkim_only)
      .member("spf_aligned", count.both + count.spf_only);
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

void write_json(Io& io, const Question& q, const Comparison& c, const std::vector<Note>& changes) {
  JsonWriter json(io.out, JsonWriter::Style::pretty);
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
      .member("complete", !q.shortened)
      .member("straddling_reports", c.straddling);
  write_test(json, c.test);
  json.key("routes").array();
  for (const ComparedSender& s : c.senders) {
    json.object()
        .member("sender", s.sender)
        .member_or_null("header_from", s.from)
        .member("standing", to_text(s.standing))
        .member("change", to_text(s.change))
        .member("says", s.says);
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
  for (const Note& note : changes) write_note_json(json, note);
  json.end().end().finish();
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
                       "Your own mail does neither better nor worse: {}. The difference is no more than noise.",
                       figures);
  }
}

void write_page(Io& io, const Question& q, const Comparison& c, const std::vector<Note>& changes) {
  std::ostream& out = io.out;
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
                  q.shortened ? "; later days are not complete yet" : ""));
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
  for (const Note& note : changes)
    write_paragraph(out, fmt::format("  {}  ", iso_date(note.day)), note.text);

  if (!c.senders.empty()) {
    out << '\n';
    ResultTable table;
    table.columns = {{.key = "sender", .title = "sender", .least = 20},
                     {.key = "before", .title = "before", .right = true},
                     {.key = "rate_before", .title = "pass", .right = true},
                     {.key = "after", .title = "after", .right = true},
                     {.key = "rate_after", .title = "pass", .right = true},
                     {.key = "change", .title = "change"}};
    const auto short_rate = [](const StreamCount& count) {
      if (count.judged() == 0) return std::string("–");
      return count.fail == 0     ? std::string("all")
             : count.pass() == 0 ? std::string("none")
                                 : percent(count.pass(), count.judged());
    };
    for (const ComparedSender& s : c.senders) {
      std::string name = s.from.empty() || s.from == q.domain ? s.sender
                                                              : s.sender + " (" + s.from + ")";
      if (s.standing == Standing::forwarded) name = "forwarded: " + name;
      if (s.standing == Standing::mailing_list) name = "list: " + name;
      const Tone tone = s.change == Change::better  ? Tone::good
                        : s.change == Change::worse ? Tone::bad
                                                    : Tone::plain;
      table.rows.push_back({Cell(name), s.before.messages(), Cell(short_rate(s.before)),
                            s.after.messages(), Cell(short_rate(s.after)), Cell(s.says, tone)});
    }
    write_table(out, table,
                {io.out_terminal.width == 0 ? 100u : std::min(io.out_terminal.width, 100u),
                 io.out_terminal.colour});
  }
  const auto list = [&](std::string_view title, const std::vector<ComparedFinding>& findings) {
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
  };
  list("FINDINGS GONE", c.gone);
  list("FINDINGS NEW", c.appeared);
  list("FINDINGS STILL THERE", c.still);
  out << '\n';
  write_paragraph(
      out, "",
      fmt::format(
          "Judged by a {}. Messages of one campaign go together, so a difference of a few days' mail is a hint, not a proof.",
          test_name));
}

/// Throws UsageError when no mail of the domain is reported for one side: there is nothing to hold
/// the other against.
void require_mail(const Timeline& timeline, const Question& q, DaySpan span,
                  std::string_view side) {
  if (span.days() > 0 && !timeline.counts(span.first, span.last).empty()) return;
  const std::string when = span.days() == 0
                               ? std::string("the days after the change are not complete yet")
                               : fmt::format("no mail of {} is reported for {}", q.domain,
                                             days_text(span.first, span.last));
  const auto reports = timeline.reports();
  throw UsageError(fmt::format("compare: nothing {}: {}", side, when),
                   reports.empty()
                       ? std::string("dmarcq summary tells which days the database holds")
                       : fmt::format("reports near these days cover {}",
                                     days_text(reports.front().day, reports.back().day)));
}

}  // namespace

Exit run_compare(const Args& args, Io& io) {
  const Day now = today();
  Question question = question_of(args, now);
  Store store = open_for_reading(settings_of(args), io);
  require_known(store, question.domain);
  Filter filter;
  filter.domains = {question.domain};
  filter.since = question.before.first - learn_days;
  filter.until = std::min(question.after.last, now - 1);
  StoredTimeline stored(store, filter);
  if (question.at) {
    const Day complete = last_complete_day(stored.timeline(), question.domain, now - 1);
    if (complete != 0 && question.after.last > complete) {
      question.shortened = true;
      question.after.last = std::max(complete, question.after.first - 1);
    }
  }
  require_mail(stored.timeline(), question, question.before, "before");
  require_mail(stored.timeline(), question, question.after, "after");
  const Comparison comparison = compare(stored.timeline(), stored.lookup(), stored.owner(),
                                        question.domain, question.before, question.after);
  std::vector<Note> changes = notes(store, question.domain);
  std::erase_if(changes, [&](const Note& note) {
    return note.day < question.before.first || note.day > question.after.last;
  });
  if (format_of(args) == Format::json)
    write_json(io, question, comparison, changes);
  else
    write_page(io, question, comparison, changes);
  return Exit::done;
}

}  // namespace dmarcq
