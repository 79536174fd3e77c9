// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "ingest/dns/zone.h"
#include "report/analysis/readiness/readiness.h"
#include "report/analysis/readiness/what_if.h"
#include "report/answers/base/timeline_reader.h"
#include "report/answers/next_record.h"
#include "report/answers/readiness_answer.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/file_text.h"
#include "report/render/escape.h"
#include "report/render/json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/trust_phrases.h"
#include "report/render/result_table.h"
#include "report/render/utf8.h"

namespace dmarcq {
namespace {

unsigned window_argument(const std::string& text, Day now) {
  const Day day = day_argument("--window", text, now);
  if (day >= now)
    throw UsageError(fmt::format("--window: '{}' is no length", text), "write 30d, 8w, 3mo");
  return static_cast<unsigned>(now - day);
}

std::vector<FindingCode> codes_argument(const std::vector<std::string>& words) {
  std::vector<FindingCode> codes;
  for (const std::string& word : words) {
    const auto code = finding_code_from_text(word);
    if (!code)
      throw UsageError(fmt::format("--fixed: '{}' is no finding", word),
                       "codes stand in the blockers, and in 'dmarcq sources': core-no-dkim …");
    codes.push_back(*code);
  }
  return codes;
}

std::vector<std::string> trust_notes(const ReadinessAnswer& answer) {
  std::string words = trust_words(answer.judged.trust);
  if (words.empty()) return {};
  return {std::move(words)};
}

// ---- JSON

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
      .member("reject", line.asked.reject);
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
  json.member("messages", count.messages())
      .member("dmarc_pass", count.pass())
      .member("dmarc_fail", count.fail)
      .member("temporary", count.temporary);
  json.member("dkim_aligned", count.both + count.dkim_only)
      .member("spf_only", count.spf_only)
      .member("quarantined", count.quarantined)
      .member("rejected", count.rejected);
}

void write_json(Io& io, const ReadinessAnswer& answer, bool explain) {
  const ReadinessQuestion& question = answer.question;
  const RowLookup& lookup = answer.judged.stored->lookup();
  const Readiness& r = answer.judged.readiness;
  JsonWriter json(io.out, JsonWriter::Style::pretty);
  json.object().member("schema", "dmarcq.readiness/1").member("domain", r.domain);
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
  json.member("target", r.target).member("verdict", to_text(r.verdict));
  json.key("window")
      .object()
      .member("since", iso_date(r.first))
      .member("until", iso_date(r.last))
      .member("days", r.last - r.first + 1)
      .end();
  json.key("gates").array();
  for (const Gate& gate : r.gates) {
    json.object().member("id", gate.id).member("name", gate.name).key("passed");
    if (gate.status == Gate::Status::passed || gate.status == Gate::Status::failed)
      json.value(gate.status == Gate::Status::passed);
    else
      json.null();
    json.member("status", to_text(gate.status))
        .member("about", gate.about_data ? "data" : "mail")
        .member("measured", gate.measured)
        .member("required", gate.required)
        .member("why", gate.why)
        .end();
  }
  json.end().key("blockers").array();
  for (const Blocker& blocker : r.blockers) {
    json.object()
        .member("gate", blocker.gate)
        .member("sender", blocker.sender)
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
    json.member("text", blocker.text)
        .member("fix", blocker.fix)
        .member_or_null("verify", blocker.verify)
        .end();
  }
  json.end().key("senders").array();
  for (const SenderLine& line : r.senders) {
    const Stream& stream = answer.judged.streams.list[line.stream];
    json.object()
        .member("sender", stream.sender)
        .member_or_null("header_from", stream.from)
        .member("standing", to_text(stream.standing))
        .member("why", stream.why);
    write_count(json, line.total);
    json.member("days", line.days).end();
  }
  json.end().key("without_reporter").array();
  for (const WithoutReporter& w : r.without)
    json.object()
        .member("reporter", lookup.reporter(w.reporter))
        .member("verdict", to_text(w.verdict))
        .member("gates", w.gates)
        .end();
  json.end().member("notes", r.notes);
  json.key("trust").object();
  for (const Trust trust :
       {Trust::verified, Trust::plausible, Trust::unverified, Trust::contradictory})
    json.member(to_text(trust), answer.judged.trust.of(trust));
  json.key(answer.judged.trust.other && !answer.judged.trust.other->trusted_only
               ? "with_untrusted"
               : "without_untrusted");
  if (answer.judged.trust.other)
    json.value(to_text(answer.judged.trust.other->verdict));
  else
    json.null();
  json.member("notes", trust_notes(answer)).end();
  write_what_if(json, answer, lookup);
  json.member("next_record", answer.next.record);
  json.key("next")
      .object()
      .member("name", "_dmarc." + (answer.next.name.empty() ? r.domain : answer.next.name))
      .member("changes", answer.next.changes)
      .member("back", answer.next.back)
      .member("rua_known", answer.question.record != nullptr);
  json.member("change", answer.next.change)
      .member("least_days", answer.next.least_days)
      .member("watch", answer.next.watch)
      .member_or_null("step_back", answer.next.step_back)
      .end();
  if (explain) {
    json.key("thresholds").object();
    for (const ReadinessKey& key : readiness_keys()) {
      json.key(key.name);
      std::visit([&](auto member) { json.value(question.limits.*member); }, key.member);
    }
    json.end();
  }
  json.end().finish();
}

// ---- for people

std::string verdict_words(const Readiness& r) {
  switch (r.verdict) {
    case Verdict::ready: return fmt::format("ready for p={}", r.target);
    case Verdict::not_ready: return fmt::format("not ready for p={}", r.target);
    case Verdict::too_little_data:
      return fmt::format("too little data to say whether p={} is safe", r.target);
  }
  return {};
}

class Page {
 public:
  Page(Io& io, const ReadinessAnswer& answer)
      : io_(io),
        out_(io.out),
        a_(answer),
        r_(answer.judged.readiness),
        lookup_(answer.judged.stored->lookup()),
        q_(answer.question) {}

  void write(bool explain) {
    const Tone tone = r_.verdict == Verdict::ready       ? Tone::good
                      : r_.verdict == Verdict::not_ready ? Tone::bad
                                                         : Tone::plain;
    out_ << terminal_text(r_.domain) << ": "
         << toned(verdict_words(r_), tone, io_.out_terminal.colour) << "\n\n";
    if (r_.current)
      line("Policy",
           fmt::format("{}{}, as {} of {} saw it on {}; unchanged since {}{}", r_.current->text(),
                       r_.inherited_from.empty()
                           ? ""
                           : fmt::format(" by the record of {}, as it has none of its own",
                                         terminal_text(r_.inherited_from)),
                       r_.current->reporters, counted(r_.current->all, "reporter"),
                       iso_date(r_.current->day), iso_date(r_.current_since),
                       r_.current_since <= a_.judged.streams.first + 7 ? " or longer" : ""));
    line("Window", fmt::format("{} to {}, {}", iso_date(r_.first), iso_date(r_.last),
                               counted(static_cast<std::uint64_t>(r_.last - r_.first + 1),
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
  void head(std::string_view text) { out_ << '\n' << text << '\n'; }

  void blockers() {
    if (r_.blockers.empty()) return;
    head("WHAT STANDS IN THE WAY");
    unsigned number = 0;
    for (const Blocker& blocker : r_.blockers) {
      write_paragraph(out_, fmt::format("  {:>2}. ", ++number),
                      fmt::format("{} ({}{})", blocker.text, blocker.gate,
                                  blocker.code ? fmt::format(", {}", to_text(*blocker.code)) : ""));
      if (blocker.gate == "G8" || blocker.gate == "G9")
        continue;  // the fix stands with the failure itself
      for (const std::string& step : blocker.fix) write_paragraph(out_, "      - ", step);
      if (!blocker.fix.empty() && !blocker.verify.empty())
        write_paragraph(out_, "      ", "Cured when reports show: " + blocker.verify);
    }
  }

  void gates() {
    head("GATES");
    for (const Gate& gate : r_.gates) {
      const bool failed = gate.status == Gate::Status::failed;
      const std::string_view word = failed ? (gate.about_data ? "MISSING" : "FAILED")
                                    : gate.status == Gate::Status::passed ? "passed"
                                    : gate.status == Gate::Status::shown  ? "shown"
                                                                          : "not checked";
      out_ << "  "
           << toned(fmt::format("{:<11}", word),
                    failed                                ? Tone::bad
                    : gate.status == Gate::Status::passed ? Tone::good
                                                          : Tone::quiet,
                    io_.out_terminal.colour);
      write_paragraph(out_, fmt::format("  {:<3}  ", gate.id),
                      fmt::format("{}: {}", gate.name, gate.measured), 100, 13);
      const std::string required = failed ? fmt::format(" Required: {}.", gate.required) : "";
      write_paragraph(out_, "                    ", gate.why + required);
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
      write_paragraph(out_, fmt::format("  {:<4} {:<25} {:<7} ", key.gate, key.name, value),
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
    group("MAY BE YOURS: name their owner",
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
    for (std::size_t i = 0; i < hit.size() && i < shown; ++i)
      write_paragraph(out_,
                      fmt::format("  {:>9}  ", with_thousands(hit[i].second->asked.affected())),
                      hit[i].first);
    if (hit.size() > shown)
      out_ << fmt::format("             and {} more (--format json has all)\n",
                          counted(hit.size() - shown, "sender"));
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
    const std::vector<std::string> trust = trust_notes(a_);
    if (r_.notes.empty() && r_.without.empty() && trust.empty()) return;
    head("TO KNOW");
    for (const std::string& note : trust) write_paragraph(out_, "  - ", note);
    for (const std::string& note : r_.notes) write_paragraph(out_, "  - ", note);
    for (const WithoutReporter& w : r_.without)
      write_paragraph(out_, "  - ",
                      fmt::format("Without the reports of {} the answer would be: {}.",
                                  lookup_.reporter(w.reporter), words_of(w.verdict)));
  }

  void next() {
    head("NEXT STEP");
    write_paragraph(out_, "  ", a_.next.change);
    // On one line whatever its length, to be copied.
    if (a_.next.changes)
      out_ << "  _dmarc." << terminal_text(a_.next.name.empty() ? r_.domain : a_.next.name)
           << ". TXT\n    \"" << terminal_text(a_.next.record) << "\"\n";
    if (a_.next.changes && a_.question.record == nullptr)
      write_paragraph(
          out_, "  ",
          "Keep your own rua and other tags: reports do not tell them. With --record TXT they are kept for you.");
    if (a_.next.least_days > 0 && a_.next.changes)
      write_paragraph(
          out_, "  ",
          fmt::format("Stay there for {} at least.", counted(a_.next.least_days, "day")));
    for (const std::string& what : a_.next.watch) write_paragraph(out_, "  Watch: ", what);
    if (!a_.next.step_back.empty()) write_paragraph(out_, "  ", a_.next.step_back);
  }

  Io& io_;
  std::ostream& out_;
  const ReadinessAnswer& a_;
  const Readiness& r_;
  const RowLookup& lookup_;
  const ReadinessQuestion& q_;
};

}  // namespace

Exit run_readiness(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  ReadinessQuestion question;
  question.domain = asked_domain(args.operands.front());
  question.today = today();
  question.target = args.value("--to").value_or("");
  if (const auto window = args.value("--window"))
    question.window_days = window_argument(*window, question.today);
  question.limits = settings.readiness;
  for (const std::string& words : args.values("--exclude"))
    question.scenario.exclude.push_back(lower(words));
  question.scenario.fixed = codes_argument(args.values("--fixed"));
  std::optional<Zone> zone;
  if (const auto file = args.value("--zone")) {
    auto parsed = Zone::parse(file_text(*file), question.domain);
    if (!parsed) throw UsageError(fmt::format("{}: {}", *file, parsed.error()));
    zone = std::move(*parsed);
    question.zone = &*zone;
  }
  std::optional<PolicyRecord> record;
  std::string record_text = args.value("--record").value_or("");
  if (record_text.empty() && zone)
    for (const std::string& text : zone->txt("_dmarc." + question.domain))
      if (text.starts_with("v=DMARC1")) record_text = text;
  if (!record_text.empty()) {
    auto parsed = PolicyRecord::parse(record_text);
    if (!parsed)
      throw UsageError(fmt::format("the DMARC record: {}", parsed.error()),
                       "as in --record \"v=DMARC1; p=none; rua=mailto:dmarc@example.com\"");
    record = std::move(*parsed);
    question.record = &*record;
  }
  ReadinessExtras extras{.trusted_only = args.has("--trusted-only"), .trial = {}, .trial_text = {}};
  if (const auto text = args.value("--what-if")) {
    auto parsed = PolicyTrial::parse(*text);
    if (!parsed)
      throw UsageError(fmt::format("--what-if: {}", parsed.error()),
                       "as in --what-if p=reject,sp=quarantine,adkim=s");
    extras.trial = *parsed;
    extras.trial_text = *text;
  }

  Store store = open_for_reading(settings, io);
  // A domain that sends no mail may well have no reports.
  if (!sends_no_mail(owner_of(store), question.domain)) require_known(store, question.domain);
  const ReadinessAnswer answer = readiness_answer(store, question, extras);
  if (format_of(args) == Format::json)
    write_json(io, answer, args.has("--explain"));
  else
    Page(io, answer).write(args.has("--explain"));
  const bool ready = answer.judged.readiness.verdict == Verdict::ready;
  return args.has("--exit-code") && !ready ? Exit::found : Exit::done;
}

}  // namespace dmarcq
