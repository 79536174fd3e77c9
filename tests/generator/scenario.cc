// SPDX-License-Identifier: MIT
#include "tests/generator/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "tests/generator/mbox.h"
#include "tests/generator/xml_writer.h"

namespace dmarcq::generator {
namespace {

/// The messages of a stream on a day, over all receivers. Independent of who reports.
std::uint64_t volume_on(const Scenario& scenario, const Stream& stream, int day) {
  if (!stream.days.contains(day)) return 0;
  if (!stream.only_days.empty() &&
      std::ranges::find(stream.only_days, day) == stream.only_days.end())
    return 0;
  Rng rng(mix(scenario.seed, {"volume", stream.name}, static_cast<std::uint64_t>(day)));
  if (!rng.chance(stream.active_permille, 1000)) return 0;
  const unsigned weekday_now = weekday(scenario.first_day + day);
  const bool weekend = weekday_now == 0 || weekday_now == 6;
  std::uint64_t volume = weekend ? stream.weekend_volume : stream.weekday_volume;
  if (!stream.weekday_percent.empty()) volume = volume * stream.weekday_percent[weekday_now] / 100;
  return volume * static_cast<std::uint64_t>(rng.between(80, 120)) / 100;
}

bool sees(const Stream& stream, const Participant& participant) {
  return stream.seen_by.empty() ||
         std::ranges::find(stream.seen_by, participant.reporter.key) != stream.seen_by.end();
}

/// Splits `amount` into at most `parts` uneven shares; the shares add up to it.
std::vector<std::uint64_t> split(std::uint64_t amount, std::size_t parts, Rng& rng) {
  std::vector<std::uint64_t> shares(parts, 0);
  for (std::size_t i = 0; i < parts && amount > 0; ++i) {
    const std::uint64_t left = parts - i;
    const std::uint64_t fair = rng.share(amount, 1, left);
    const std::uint64_t share =
        left == 1
            ? amount
            : std::min(amount,
                       rng.share(fair, static_cast<std::uint64_t>(rng.between(40, 160)), 100));
    shares[i] = share;
    amount -= share;
  }
  return shares;
}

/// The row as it looks before anything goes wrong and before anybody judges.
Record healthy_row(const Stream& stream, std::size_t source) {
  Record row;
  row.stream = stream.name;
  row.source_ip = stream.sources[source];
  row.header_from = stream.header_from;
  row.envelope_from = stream.envelopes[source % stream.envelopes.size()];
  row.dkim = stream.signatures;
  row.spf = {{row.envelope_from, "mfrom", stream.spf_result}};
  return row;
}

/// Faults that hit a part of the mail split a row in two.
std::vector<Record> with_faults(Record row, const Stream& stream, const Participant& participant,
                                int day, Rng& rng) {
  std::vector<Record> rows = {std::move(row)};
  for (const Fault& fault : stream.faults) {
    if (!fault.days.contains(day)) continue;
    if (!fault.only_reporter.empty() && fault.only_reporter != participant.reporter.key) continue;
    std::vector<Record> after;
    for (Record& whole : rows) {
      const std::uint64_t hit = std::min(whole.count, rng.share(whole.count, fault.permille, 1000));
      if (hit > 0) {
        Record broken = whole;
        broken.count = hit;
        fault.apply(broken);
        after.push_back(std::move(broken));
      }
      whole.count -= hit;
      if (whole.count > 0) after.push_back(std::move(whole));
    }
    rows = std::move(after);
  }
  return rows;
}

void add_overrides(Record& row, const Stream& stream, const Participant& participant, Rng& rng) {
  if (row.dmarc_pass()) return;
  for (const Override& override_rule : stream.overrides) {
    if (override_rule.reporter != participant.reporter.key ||
        !rng.chance(override_rule.permille, 1000))
      continue;
    row.disposition = "none";
    row.reasons = {override_rule.reason};
  }
}

/// The reporter's own words and additions, which change no verdict.
void apply_habits(Record& row, const Habits& habits) {
  if (habits.writes_missing_dkim && row.dkim.empty()) row.dkim = {{row.header_from, "", "none"}};
  for (const auto& [word, own] : habits.spf_words) {
    for (SpfResult& spf : row.spf) {
      if (spf.result == word) spf.result = own;
    }
  }
  if (habits.three_spf_results) {
    row.spf.push_back({row.envelope_from, "helo", "none"});
    row.spf.push_back({row.envelope_from, "mfrom", row.spf.front().result});
  }
  const auto add = [&row](const std::vector<Reason>& reasons) {
    row.reasons.insert(row.reasons.end(), reasons.begin(), reasons.end());
  };
  add(habits.on_every_row);
  if (!row.dmarc_pass()) add(habits.on_failure);
}

/// One row for each recipient domain, for reporters that split by it.
void push_split_by_recipient(std::vector<Record>& rows, Record row, const Habits& habits,
                             Rng& rng) {
  if (habits.recipients.empty()) {
    rows.push_back(std::move(row));
    return;
  }
  const std::vector<std::uint64_t> shares = split(row.count, habits.recipients.size(), rng);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] == 0) continue;
    Record part = row;
    part.count = shares[i];
    part.envelope_to = habits.recipients[i];
    rows.push_back(std::move(part));
  }
}

bool belongs_to(const Stream& stream, const OwnDomain& domain) {
  return registrable_domain(stream.header_from) == domain.name;
}

std::vector<Record> rows_on(const Scenario& scenario, const Participant& participant,
                            const OwnDomain& domain, int day, std::uint64_t total_weight,
                            Rng& rng) {
  std::vector<Record> rows;
  for (const Stream& stream : scenario.streams) {
    if (!belongs_to(stream, domain) || !sees(stream, participant)) continue;
    const std::uint64_t seen =
        rng.share(volume_on(scenario, stream, day), participant.weight, total_weight);
    const std::vector<std::uint64_t> by_source = split(seen, stream.sources.size(), rng);
    for (std::size_t source = 0; source < by_source.size(); ++source) {
      if (by_source[source] == 0) continue;
      Record row = healthy_row(stream, source);
      row.count = by_source[source];
      for (Record& part : with_faults(std::move(row), stream, participant, day, rng)) {
        judge(part, domain.policy_on(day), domain.name, participant.reporter.habits, rng);
        add_overrides(part, stream, participant, rng);
        apply_habits(part, participant.reporter.habits);
        push_split_by_recipient(rows, std::move(part), participant.reporter.habits, rng);
      }
    }
  }
  return rows;
}

std::string weaker(const std::string& policy) { return policy == "reject" ? "quarantine" : "none"; }

const char* word(bool pass) { return pass ? "pass" : "fail"; }

}  // namespace

Fault key_vanishes(DayRange days, std::string selector) {
  return {days, 1000, {}, [selector = std::move(selector)](Record& row) {
            for (DkimResult& signature : row.dkim) {
              if (signature.selector == selector) signature.result = "permerror";
            }
          }};
}

Fault key_rotates(DayRange days, std::string from_selector, std::string to_selector,
                  std::string result) {
  return {days,
          1000,
          {},
          [from = std::move(from_selector), to = std::move(to_selector),
           result = std::move(result)](Record& row) {
            for (DkimResult& signature : row.dkim) {
              if (signature.selector == from) signature = {signature.domain, to, result};
            }
          }};
}

Fault unsigned_mail(DayRange days, std::string domain, unsigned permille) {
  return {days, permille, {}, [domain = std::move(domain)](Record& row) {
            std::erase_if(row.dkim,
                          [&](const DkimResult& signature) { return signature.domain == domain; });
          }};
}

Fault body_changed(DayRange days, std::string domain, unsigned permille) {
  return {days, permille, {}, [domain = std::move(domain)](Record& row) {
            for (DkimResult& signature : row.dkim) {
              if (signature.domain == domain) signature.result = "fail";
            }
          }};
}

Fault dns_trouble(DayRange days, std::string only_reporter, unsigned permille) {
  return {days, permille, std::move(only_reporter), [](Record& row) {
            for (DkimResult& signature : row.dkim) signature.result = "temperror";
            for (SpfResult& spf : row.spf) spf.result = "temperror";
          }};
}

const PublishedPolicy& OwnDomain::policy_on(int day) const {
  const auto after = std::ranges::find_if(
      policies, [&](const PolicyChange& change) { return change.from_day > day; });
  return std::prev(after)->policy;
}

bool Participant::reports_on(const Scenario& scenario, int day) const {
  for (const DayRange& range : silent) {
    if (range.contains(day)) return false;
  }
  Rng rng(mix(scenario.seed, {"absent", reporter.key}, static_cast<std::uint64_t>(day)));
  return !rng.chance(absent_permille, 1000);
}

std::string_view registrable_domain(std::string_view name) {
  const std::size_t last = name.rfind('.');
  if (last == std::string_view::npos || last == 0) return name;
  const std::size_t before = name.rfind('.', last - 1);
  return before == std::string_view::npos ? name : name.substr(before + 1);
}

bool is_aligned(std::string_view header_from, std::string_view authenticated,
                std::string_view mode) {
  if (mode == "s") return header_from == authenticated;
  return registrable_domain(header_from) == registrable_domain(authenticated);
}

void judge(Record& row, const PublishedPolicy& policy, std::string_view policy_domain,
           const Habits& habits, Rng& rng) {
  row.dkim_aligned = std::ranges::any_of(row.dkim, [&](const DkimResult& signature) {
    return signature.result == "pass" &&
           is_aligned(row.header_from, signature.domain, policy.adkim);
  });
  row.spf_aligned = std::ranges::any_of(row.spf, [&](const SpfResult& spf) {
    return spf.scope == "mfrom" && spf.result == "pass" &&
           is_aligned(row.header_from, spf.domain, policy.aspf);
  });
  row.reasons.clear();
  const std::string& asked = row.header_from == policy_domain ? policy.p : policy.for_subdomains();
  if (row.dmarc_pass()) {
    row.disposition = habits.rfc9990 && asked != "none" ? "pass" : "none";
    return;
  }
  row.disposition = asked;
  if (asked == "none") return;
  if (habits.rfc9990 && policy.testing) {
    row.disposition = weaker(asked);
    row.reasons = {{"policy_test_mode", ""}};
  } else if (!habits.rfc9990 && !rng.chance(policy.pct, 100)) {
    row.disposition = weaker(asked);
    row.reasons = {{"sampled_out", ""}};
  }
}

std::vector<DayReport> reports_on(const Scenario& scenario, int day) {
  std::uint64_t total_weight = 0;
  for (const Participant& participant : scenario.participants) total_weight += participant.weight;

  std::vector<DayReport> result;
  for (const Participant& participant : scenario.participants) {
    if (!participant.reports_on(scenario, day)) continue;
    const Reporter& by = participant.reporter;
    for (const OwnDomain& domain : scenario.domains) {
      Rng rng(mix(scenario.seed, {"report", by.key, domain.name}, static_cast<std::uint64_t>(day)));
      Report report;
      report.org_name = by.org_name;
      report.email = by.email;
      report.extra_contact_info = by.extra_contact_info;
      report.domain = domain.name;
      report.policy = domain.policy_on(day);
      report.begin = midnight(scenario.first_day + day) + by.window.offset +
                     rng.between(0, by.window.offset_jitter);
      report.end = report.begin + by.window.length + rng.between(0, by.window.length_jitter);
      report.report_id =
          by.report_id({report.domain, scenario.first_day + day, report.begin, report.end, rng});
      report.records = rows_on(scenario, participant, domain, day, total_weight, rng);
      if (!report.records.empty()) result.push_back({day, &by, std::move(report)});
    }
  }
  return result;
}

std::vector<DayReport> reports(const Scenario& scenario) {
  std::vector<DayReport> all;
  for (int day = 0; day < scenario.days; ++day) {
    for (DayReport& report : reports_on(scenario, day)) all.push_back(std::move(report));
  }
  return all;
}

Seconds sent_at(const Scenario& scenario, const DayReport& r, int copy) {
  const MailStyle& style = r.reporter->mail;
  Rng rng(mix(scenario.seed, {"sent", r.report.org_name, r.report.report_id},
              static_cast<std::uint64_t>(copy)));
  const Seconds delay = rng.between(style.earliest_hours * 3600, style.latest_hours * 3600);
  return r.report.end + delay + copy * 2 * seconds_per_day;
}

Mail mail_for(const Scenario& scenario, const DayReport& r, int copy) {
  // The file was packed once; a copy differs in the mail around it only.
  const Attachment file = pack_report(r.report, write_xml(r.report, r.reporter->xml), *r.reporter,
                                      sent_at(scenario, r));
  Rng rng(mix(scenario.seed, {"mail", r.report.org_name, r.report.report_id},
              static_cast<std::uint64_t>(copy)));
  return write_mail(r.report, {file}, *r.reporter, scenario.rua, sent_at(scenario, r, copy), rng);
}

std::string truth_header() {
  return "day\torg_name\treport_id\tdomain\tsource_ip\tcount\theader_from\tdkim_aligned\tspf_"
         "aligned\tdisposition\tstream\n";
}

std::string truth_lines(const Scenario& scenario, const DayReport& r) {
  std::string lines;
  const std::string day = iso_date(scenario.first_day + r.day);
  for (const Record& row : r.report.records) {
    lines += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", day, r.report.org_name,
                         r.report.report_id, r.report.domain, row.source_ip, row.count,
                         row.header_from, word(row.dkim_aligned), word(row.spf_aligned),
                         row.disposition, row.stream);
  }
  return lines;
}

void write_mailbox(const Scenario& scenario, std::ostream& mbox, std::ostream& truth) {
  truth << truth_header();
  std::vector<Mail> mails;
  for (int day = 0; day < scenario.days; ++day) {
    for (const DayReport& report : reports_on(scenario, day)) {
      truth << truth_lines(scenario, report);
      mails.push_back(mail_for(scenario, report));
    }
  }
  std::ranges::stable_sort(mails, {}, &Mail::delivered);
  MboxWriter writer(mbox);
  for (const Mail& mail : mails) writer.add(mail);
}

}  // namespace dmarcq::generator
