// SPDX-License-Identifier: MIT
#include "report/render/answers/readiness.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/render/answers/counts_json.h"
#include "report/render/escape.h"
#include "report/render/json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/blocker_phrases.h"
#include "report/render/phrases/gate_phrases.h"
#include "report/render/phrases/readiness_phrases.h"
#include "report/render/phrases/record_phrases.h"
#include "report/render/phrases/stream_phrases.h"
#include "report/render/phrases/wording.h"
#include "report/render/result_table.h"

namespace dmarcq {
namespace {

void write_asked(JsonWriter& json, const Asked& asked) {
  json.object()
      .member("none", asked.none)
      .member("quarantine", asked.quarantine)
      .member("reject", asked.reject)
      .end();
}

void write_line(JsonWriter& json, const WhatIfLine& line) {
  json.member("messages", line.asked.messages())
      .member("affected", line.asked.affected())
      .member("quarantine", line.asked.quarantine)
      .member("reject", line.asked.reject)
      .member("more_failures", line.more_failures)
      .member("fewer_failures", line.fewer_failures);
  json.key("happened");
  write_asked(json, line.happened);
}

void write_what_if(JsonWriter& json, const ReadinessAnswer& answer, const RowLookup& lookup) {
  const WhatIf& w = answer.what_if;
  json.key("what_if").object().member("policy", answer.trial);
  write_line(json, w.all);
  json.member("affected_without_test", w.all.asked_without_test.affected());
  json.key("by_flow").object();
  for (std::size_t i = 0; i < flow_count; ++i)
    json.member(to_text(static_cast<Flow>(i)), w.by_flow[i].asked.affected());
  json.end().key("by_standing").object();
  for (std::size_t i = 0; i < standing_count; ++i)
    json.member(to_text(static_cast<Standing>(i)), w.by_standing[i].asked.affected());
  json.end().key("by_sender").array();
  for (const auto& [sender, line] : w.by_sender) {
    json.object().member("sender", sender);
    write_line(json, line);
    json.end();
  }
  json.end().key("by_day").array();
  for (const auto& [day, line] : w.by_day) {
    json.object().member("day", iso_date(day));
    write_line(json, line);
    json.end();
  }
  json.end().key("by_reporter").array();
  std::map<std::string, const WhatIfLine*> by_name;  // keys are in the order of arrival
  for (const auto& [reporter, line] : w.by_reporter)
    by_name.emplace(lookup.reporter(reporter), &line);
  for (const auto& [reporter, line] : by_name) {
    json.object().member("reporter", reporter);
    write_line(json, *line);
    json.end();
  }
  json.end().key("by_subdomain").array();
  for (const auto& [name, sub] : w.by_subdomain) {
    json.object().member("domain", name).key("exists");
    if (sub.known || sub.exists)
      json.value(sub.exists);
    else
      json.null();
    json.member("policy_tag", sub.exists ? "sp" : "np");
    write_line(json, sub.line);
    json.end();
  }
  json.end().end();
}

void write_count(JsonWriter& json, const StreamCount& count) {
  write_stream_count(json, count);
  json.member("spf_only", count.spf_only)
      .member("quarantined", count.quarantined)
      .member("rejected", count.rejected);
}

std::string verdict_words(const Readiness& r) {
  switch (r.verdict) {
    case Verdict::ready: return fmt::format("ready for p={}", r.target);
    case Verdict::not_ready: return fmt::format("not ready for p={}", r.target);
    case Verdict::too_little_data:
      return fmt::format("too little data to say whether p={} is safe", r.target);
  }
  return {};
}

/// "12 more failures: 10 from Salesforce core, 2 from Amazon SES."
std::string changed_results_words(const WhatIf& w) {
  if (w.all.more_failures == 0 && w.all.fewer_failures == 0)
    return "0 more failures: the same mail passes DMARC, and the same fails.";
  std::vector<std::pair<std::uint64_t, std::string>> senders;
  for (const auto& [sender, line] : w.by_sender)
    if (line.more_failures > 0) senders.emplace_back(line.more_failures, sender);
  std::ranges::stable_sort(senders, std::ranges::greater{},
                           &std::pair<std::uint64_t, std::string>::first);
  std::string words = counted(w.all.more_failures, "more failure");
  constexpr std::size_t named = 3;
  for (std::size_t i = 0; i < std::min(senders.size(), named); ++i)
    words += fmt::format("{}{} from {}", i == 0 ? ": " : ", ", with_thousands(senders[i].first),
                         senders[i].second);
  if (senders.size() > named)
    words += fmt::format(", and the rest from {}", counted(senders.size() - named, "more sender"));
  if (w.all.fewer_failures > 0)
    words += fmt::format("; {} that failed would pass", counted(w.all.fewer_failures, "message"));
  return words + ".";
}

class Page {
 public:
  Page(std::ostream& out, const ReadinessAnswer& answer, bool colour)
      : out_(out),
        colour_(colour),
        a_(answer),
        r_(answer.judged.readiness),
        lookup_(answer.judged.stored->lookup()),
        q_(answer.question) {}

  void write(bool explain) {
    const Tone tone = r_.verdict == Verdict::ready       ? Tone::good
                      : r_.verdict == Verdict::not_ready ? Tone::bad
                                                         : Tone::plain;
    write_heading(out_, r_.domain, verdict_words(r_), tone, colour_);
    if (r_.current)
      line("Policy",
           fmt::format("{}{}, as {} of {} saw it on {}; unchanged since {}{}", r_.current->text(),
                       r_.inherited_from.empty()
                           ? ""
                           : fmt::format(" by the record of {}, as it has none of its own",
                                         terminal_text(r_.inherited_from)),
                       r_.current->reporters, counted(r_.current->all, "reporter"),
                       iso_date(r_.current->day), iso_date(r_.current_since),
                       a_.judged.policy_may_be_older() ? " or longer" : ""));
    line("Window", fmt::format("{} to {}, {}", iso_date(r_.first), iso_date(r_.last),
                               counted(static_cast<std::uint64_t>(r_.last - r_.first) + 1,
                                       "complete UTC day")));
    blockers();
    gates();
    if (explain) thresholds();
    senders();
    what_if();
    notes();
    next();
  }

 private:
  void line(std::string_view name, std::string_view text) {
    write_paragraph(out_, fmt::format("  {:<9}", name), text);
  }
  void head(std::string_view text) {
    out_ << '\n';
    write_paragraph(out_, "", text, any_width);
  }

  void blockers() {
    if (r_.blockers.empty()) return;
    head("BLOCKERS");
    unsigned number = 0;
    std::set<FindingCode> told;
    for (const Blocker& blocker : r_.blockers) {
      const BlockerPhrases phrases = phrases_of(blocker);
      write_paragraph(out_, fmt::format("  {:>2}. ", ++number),
                      fmt::format("{} ({}{})", phrases.text, to_text(blocker.gate),
                                  blocker.code ? fmt::format(", {}", to_text(*blocker.code)) : ""));
      // The fix stands with the failure itself, where that is a blocker of its own.
      const bool is_news = blocker.code && told.insert(*blocker.code).second;
      if (blocker.gate == GateId::new_senders || (blocker.gate == GateId::stability && !is_news))
        continue;
      for (const std::string& step : phrases.fix) write_paragraph(out_, "      - ", step);
      if (!phrases.fix.empty() && !phrases.verify.empty())
        write_paragraph(out_, "      ", "Expected in later reports: " + phrases.verify);
    }
  }

  void gates() {
    head("GATES");
    for (const Gate& gate : r_.gates) {
      const bool failed = gate.failed();
      const GatePhrases phrases = phrases_of(gate);
      const std::string_view word = failed ? (gate.about_data() ? "MISSING" : "FAILED")
                                    : gate.status == Gate::Status::passed ? "passed"
                                    : gate.status == Gate::Status::shown  ? "shown"
                                                                          : "not checked";
      out_ << "  "
           << toned(fmt::format("{:<11}", word),
                    failed                                ? Tone::bad
                    : gate.status == Gate::Status::passed ? Tone::good
                                                          : Tone::quiet,
                    colour_);
      write_paragraph(out_, fmt::format("  {:<3}  ", to_text(gate.id)),
                      fmt::format("{}: {}", phrases.name, phrases.measured), 100, 13);
      const std::string required = failed ? fmt::format(" Required: {}.", phrases.required) : "";
      write_paragraph(out_, "                    ", phrases.why + required);
    }
  }

  void thresholds() {
    head("THRESHOLDS (section [readiness] of the configuration)");
    for (const ReadinessKey& key : readiness_keys()) {
      const std::string value = std::visit(
          [&](auto member) -> std::string {
            const auto& held = q_.limits.*member;
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::vector<std::string>>)
              return held.empty() ? "none" : fmt::format("{}", fmt::join(held, ", "));
            else
              return fmt::format("{}", held);
          },
          key.member);
      write_paragraph(out_,
                      fmt::format("  {:<4} {:<25} {:<7} ", to_text(key.gate), key.name, value),
                      key.meaning);
    }
  }

  void senders() {
    const auto group = [&](std::string_view title, auto wanted) {
      bool begun = false;
      for (const SenderLine& line : r_.senders) {
        const Stream& stream = a_.judged.streams.list[line.stream];
        if (!wanted(stream.standing)) continue;
        if (!begun) head(title);
        begun = true;
        std::string result =
            line.total.fail == 0
                ? (line.total.judged() == 0 ? "temporary errors only" : "no failure")
                : fmt::format("{} fail ({} pass)", with_thousands(line.total.fail),
                              pass_rate(line.total.pass(), line.total.judged()));
        if (line.total.pass() == 0 && line.total.fail > 0) result = "all fail";
        if (line.total.spf_only * 2 > line.total.judged()) result += ", by SPF only";
        if (stream.standing != Standing::own && stream.standing != Standing::possible)
          result += fmt::format("  [{}]", to_text(stream.standing));
        write_paragraph(out_, fmt::format("  {:>9}  ", with_thousands(line.total.messages())),
                        fmt::format("{}: {}", stream.label(), result));
      }
    };
    group("YOUR SENDERS (messages in the window)", [](Standing s) { return s == Standing::own; });
    group("MAY BE YOURS: register their owner",
          [](Standing s) { return s == Standing::possible || s == Standing::unidentified; });
    group("BESIDE, NOT COUNTED AGAINST YOU", [](Standing s) {
      return s == Standing::forwarded || s == Standing::mailing_list || s == Standing::foreign ||
             s == Standing::spoofed;
    });
  }

  void what_if() {
    const WhatIf& w = a_.what_if;
    head(fmt::format("WHAT {} WOULD HAVE DONE IN THE WINDOW", a_.trial));
    if (w.all.asked.messages() == 0) {
      out_ << "  Nothing: there was no mail.\n";
      return;
    }
    write_paragraph(
        out_, "  ",
        fmt::format(
            "Of {}, receivers would have been asked to quarantine {} and to reject {}; in fact {} quarantined and {} rejected.",
            counted(w.all.asked.messages(), "message"), with_thousands(w.all.asked.quarantine),
            with_thousands(w.all.asked.reject), with_thousands(w.all.happened.quarantine),
            with_thousands(w.all.happened.reject)));
    write_paragraph(out_, "  ", changed_results_words(w));
    if (w.all.asked_without_test.affected() != w.all.asked.affected())
      write_paragraph(
          out_, "  ",
          fmt::format(
              "That is with t=y. Receivers that do not know it yet would act in full: {} affected.",
              counted(w.all.asked_without_test.affected(), "message")));
    std::vector<std::pair<std::string, const WhatIfLine*>> hit;
    for (const auto& [sender, line] : w.by_sender)
      if (line.asked.affected() > 0) hit.emplace_back(sender, &line);
    std::ranges::stable_sort(hit, [](const auto& a, const auto& b) {
      return a.second->asked.affected() > b.second->asked.affected();
    });
    constexpr std::size_t shown = 12;
    if (!hit.empty()) out_ << "  Held under it, by sender:\n";
    for (std::size_t i = 0; i < hit.size() && i < shown; ++i)
      write_paragraph(out_,
                      fmt::format("  {:>9}  ", with_thousands(hit[i].second->asked.affected())),
                      hit[i].first);
    if (hit.size() > shown)
      write_paragraph(
          out_, "             ",
          left_out_words(counted(hit.size() - shown, "sender"), "--format json has all"));
    if (hit.empty()) out_ << "  Nothing would have been held.\n";
    for (const auto& [name, sub] : w.by_subdomain)
      if (sub.line.asked.affected() > 0)
        write_paragraph(out_, "  ",
                        fmt::format("Below the domain: {} of {} as {} ({}).",
                                    with_thousands(sub.line.asked.affected()),
                                    counted(sub.line.asked.messages(), "message"), name,
                                    sub.exists  ? "sp applies"
                                    : sub.known ? "it is not in the zone: np applies"
                                                : "no sign that the name exists: np applies"));
  }

  void notes() {
    const auto doubt = a_.judged.trust.doubt();
    if (r_.notes.empty() && r_.without.empty() && !doubt) return;
    head("NOTES");
    if (doubt) write_paragraph(out_, "  - ", sentence_of(*doubt));
    for (const ReadinessNote& note : r_.notes) write_paragraph(out_, "  - ", sentence_of(note));
    for (const WithoutReporter& w : r_.without)
      write_paragraph(out_, "  - ",
                      fmt::format("Without the reports of {} the answer would be: {}.",
                                  lookup_.reporter(w.reporter), words_of(w.verdict)));
  }

  void next() {
    head("NEXT STEP");
    const StepPhrases step = phrases_of(a_.next);
    write_paragraph(out_, "  ", step.change);
    // On one line whatever its length, to be copied.
    if (a_.next.changes)
      out_ << "  _dmarc." << terminal_text(a_.next.name.empty() ? r_.domain : a_.next.name)
           << ". TXT\n    \"" << terminal_text(a_.next.record) << "\"\n";
    if (a_.next.changes && a_.question.record == nullptr)
      write_paragraph(
          out_, "  ",
          "Keep your own rua and other tags; they do not appear in reports. With --record TXT they are kept for you.");
    if (a_.next.least_days > 0 && a_.next.changes)
      write_paragraph(
          out_, "  ",
          fmt::format("Stay there for at least {}.", counted(a_.next.least_days, "day")));
    for (const std::string& what : step.watch) write_paragraph(out_, "  Watch: ", what);
    if (!step.step_back.empty()) write_paragraph(out_, "  ", step.step_back);
  }

  std::ostream& out_;
  const bool colour_;
  const ReadinessAnswer& a_;
  const Readiness& r_;
  const RowLookup& lookup_;
  const ReadinessQuestion& q_;
};

void write_current(JsonWriter& json, const Readiness& r) {
  json.key("current");
  if (r.current) {
    json.object()
        .member("p", r.current->p)
        .member("sp", r.current->sp)
        .member_or_null("np", r.current->np)
        .member("adkim", r.current->adkim)
        .member("aspf", r.current->aspf);
    json.member("t", r.current->t)
        .member_or_null("pct", r.current->pct)
        .member("seen_on", iso_date(r.current->day))
        .member("since", iso_date(r.current_since))
        .member("reporters", r.current->reporters)
        .end();
  } else {
    json.null();
  }
}

void write_gates(JsonWriter& json, const Readiness& r) {
  json.key("gates").array();
  for (const Gate& gate : r.gates) {
    const GatePhrases phrases = phrases_of(gate);
    json.object().member("id", to_text(gate.id)).member("name", phrases.name).key("passed");
    if (gate.status == Gate::Status::passed || gate.status == Gate::Status::failed)
      json.value(gate.status == Gate::Status::passed);
    else
      json.null();
    json.member("status", to_text(gate.status))
        .member("about", gate.about_data() ? "data" : "mail")
        .member("measured", phrases.measured)
        .member("required", phrases.required)
        .member("why", phrases.why)
        .end();
  }
  json.end();
}

void write_blockers(JsonWriter& json, const Readiness& r) {
  json.key("blockers").array();
  for (const Blocker& blocker : r.blockers) {
    const BlockerPhrases phrases = phrases_of(blocker);
    json.object()
        .member("gate", to_text(blocker.gate))
        .member("sender", phrases.sender)
        .member_or_null("header_from", blocker.from)
        .member("standing", to_text(blocker.standing));
    json.key("code");
    if (blocker.code)
      json.value(to_text(*blocker.code));
    else
      json.null();
    json.member("messages", blocker.messages).member("dmarc_fail", blocker.failing);
    json.member_or_null("first_day", blocker.first_day == 0 ? "" : iso_date(blocker.first_day))
        .member_or_null("last_day", blocker.last_day == 0 ? "" : iso_date(blocker.last_day));
    json.member("text", phrases.text)
        .member("fix", phrases.fix)
        .member_or_null("verify", phrases.verify)
        .end();
  }
  json.end();
}

void write_senders(JsonWriter& json, const JudgedReadiness& judged) {
  json.key("senders").array();
  for (const SenderLine& line : judged.readiness.senders) {
    const Stream& stream = judged.streams.list[line.stream];
    json.object()
        .member("sender", stream.sender)
        .member_or_null("header_from", stream.from)
        .member("standing", to_text(stream.standing))
        .member("why", reason_words(stream.why, stream.org_id));
    write_count(json, line.total);
    json.member("days", line.days).end();
  }
  json.end();
}

void write_notes(JsonWriter& json, const Readiness& r, const RowLookup& lookup) {
  json.key("without_reporter").array();
  for (const WithoutReporter& w : r.without) {
    json.object()
        .member("reporter", lookup.reporter(w.reporter))
        .member("verdict", to_text(w.verdict))
        .key("gates")
        .array();
    for (const GateId gate : w.gates) json.value(to_text(gate));
    json.end().end();
  }
  json.end().key("notes").array();
  for (const ReadinessNote& note : r.notes) json.value(sentence_of(note));
  json.end();
}

void write_trust(JsonWriter& json, const TrustCounts& counts) {
  json.key("trust").object();
  for (const Trust trust :
       {Trust::verified, Trust::plausible, Trust::unverified, Trust::contradictory})
    json.member(to_text(trust), counts.of(trust));
  json.key(counts.other && !counts.other->trusted_only ? "with_untrusted" : "without_untrusted");
  if (counts.other)
    json.value(to_text(counts.other->verdict));
  else
    json.null();
  json.key("notes").array();
  if (const auto doubt = counts.doubt()) json.value(sentence_of(*doubt));
  json.end().end();
}

void write_next(JsonWriter& json, const ReadinessAnswer& answer) {
  const StepPhrases step = phrases_of(answer.next);
  json.member("next_record", answer.next.record);
  json.key("next")
      .object()
      .member("name", "_dmarc." + (answer.next.name.empty() ? answer.judged.readiness.domain
                                                            : answer.next.name))
      .member("changes", answer.next.changes)
      .member("back", answer.next.back)
      .member("rua_known", answer.question.record != nullptr);
  json.member("change", step.change)
      .member("least_days", answer.next.least_days)
      .member("watch", step.watch)
      .member_or_null("step_back", step.step_back)
      .end();
}

void write_thresholds(JsonWriter& json, const ReadinessLimits& limits) {
  json.key("thresholds").object();
  for (const ReadinessKey& key : readiness_keys()) {
    json.key(key.name);
    std::visit([&](auto member) { json.value(limits.*member); }, key.member);
  }
  json.end();
}

}  // namespace

void write_readiness_json(std::ostream& out, const ReadinessAnswer& answer, bool explain,
                          JsonWriter::Style style) {
  const RowLookup& lookup = answer.judged.stored->lookup();
  const Readiness& r = answer.judged.readiness;
  JsonWriter json(out, style);
  json.object().member("schema", "dmarcq.readiness/1").member("domain", r.domain);
  write_current(json, r);
  json.member("target", r.target).member("verdict", to_text(r.verdict));
  json.key("window")
      .object()
      .member("since", iso_date(r.first))
      .member("until", iso_date(r.last))
      .member("days", r.last - r.first + 1)
      .end();
  write_gates(json, r);
  write_blockers(json, r);
  write_senders(json, answer.judged);
  write_notes(json, r, lookup);
  write_trust(json, answer.judged.trust);
  write_what_if(json, answer, lookup);
  write_next(json, answer);
  if (explain) write_thresholds(json, answer.question.limits);
  json.end().finish();
}

void write_readiness_text(std::ostream& out, const ReadinessAnswer& answer, bool explain,
                          bool colour) {
  Page(out, answer, colour).write(explain);
}

}  // namespace dmarcq
