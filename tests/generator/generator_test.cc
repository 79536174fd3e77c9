// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/generator/bench_mailbox.h"
#include "tests/generator/company.h"
#include "tests/generator/encoding.h"
#include "tests/generator/histories.h"
#include "tests/generator/mbox.h"
#include "tests/generator/salesforce_org.h"
#include "tests/generator/sample.h"
#include "tests/generator/xml_writer.h"

using namespace dmarcq::generator;

namespace {

/// Adds up <count> by searching the text: shares nothing with the writer.
std::uint64_t sum_of_counts(const std::string& xml) {
  std::uint64_t sum = 0;
  for (std::size_t at = xml.find("<count>"); at != std::string::npos;
       at = xml.find("<count>", at + 1)) {
    sum += std::strtoull(xml.c_str() + at + 7, nullptr, 10);
  }
  return sum;
}

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + what.size()))
    ++n;
  return n;
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> result(1);
  for (const char c : line) {
    if (c == '\t')
      result.emplace_back();
    else
      result.back() += c;
  }
  return result;
}

/// count summed by a column of the truth
std::map<std::string, std::uint64_t> messages_by(const std::string& truth, std::size_t column) {
  std::map<std::string, std::uint64_t> sums;
  std::istringstream lines(truth);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::vector<std::string> values = fields(line);
    sums[values.at(column)] += std::strtoull(values.at(5).c_str(), nullptr, 10);
  }
  return sums;
}

std::string mbox_of(const Sample& sample) {
  std::ostringstream out;
  MboxWriter writer(out);
  for (const SampleMail& item : sample.mails) writer.add(item.mail);
  return out.str();
}

Scenario short_history(const std::string& name, int days) {
  Scenario scenario = history(name, 1);
  scenario.days = days;
  return scenario;
}

}  // namespace

TEST_CASE("org_label: the labels seen beside the org id of the same mail") {
  struct Row {
    const char *org_id, *label;
  };
  for (const Row& row :
       {Row{"00DA0000000Hu5a", "a-hu5amac"}, Row{"00D8d000003TRx3", "8d-3trx3eag"},
        Row{"00D4x000004z0H4", "4x-4z0h4eai"}, Row{"00D0b000000GaMp", "0b-gampeak"}}) {
    CAPTURE(row.org_id);
    CHECK(org_label(row.org_id) == row.label);
    CHECK(org_label(row.org_id + case_suffix(row.org_id)) == row.label);
  }
  CHECK(bounce_domain("mmh2xurvokdh", "00DA0000000Hu5a", "na63") ==
        "mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com");
  for (const std::string_view id : {production_org, sandbox_org})
    CHECK(case_suffix(id) == id.substr(15));
  CHECK_THROWS(org_label("0015f000004KsTr"));
}

TEST_CASE("base64 and mixing are what they always were") {
  CHECK(base64("", 76) == "");
  CHECK(base64("f", 0) == "Zg==");
  CHECK(base64("fo", 0) == "Zm8=");
  CHECK(base64("foobar", 4) == "Zm9v\nYmFy\n");
  // A change here changes every fixture.
  CHECK(Rng(1).next() == 0xb3f2af6d0fc710c5);
  CHECK(mix(1, {"a", "b"}) != mix(1, {"ab", ""}));
}

TEST_CASE("dates: weekday, RFC 5322, mbox") {
  const Day day = day_of(2026, 8, 3);
  CHECK(iso_date(day) == "2026-08-03");
  CHECK(weekday(day) == 1);
  CHECK(rfc5322_date(midnight(day), -7) == "Sun, 02 Aug 2026 17:00:00 -0700");
  CHECK(mbox_date(midnight(day) + 61) == "Mon Aug  3 00:01:01 2026");
}

TEST_CASE("mbox: lines that look like a separator are quoted, also quoted ones") {
  std::ostringstream out;
  MboxWriter(out).add(
      {0, "a@b.example", "Subject: x\n\nFrom here\n>From there\n>>From all over\nFromage\n"});
  CHECK(
      out.str() ==
      "From a@b.example Thu Jan  1 00:00:00 1970\nSubject: x\n\n>From here\n>>From there\n>>>From all "
      "over\nFromage\n\n");
}

TEST_CASE("alignment and disposition follow the published policy") {
  CHECK(is_aligned("news.k.example", "bounce.news.k.example", "r"));
  CHECK_FALSE(is_aligned("news.k.example", "k.example", "s"));
  CHECK_FALSE(is_aligned("k.example", "amazonses.com", "r"));

  PublishedPolicy policy;
  policy.p = "reject";
  policy.sp = "quarantine";
  Rng rng(1);
  Record row;
  row.header_from = "sub.k.example";
  row.spf = {{"k.example", "mfrom", "fail"}};
  judge(row, policy, "k.example", {}, rng);
  CHECK(row.disposition == "quarantine");
  row.header_from = "k.example";
  judge(row, policy, "k.example", {}, rng);
  CHECK(row.disposition == "reject");

  Habits modern;
  modern.rfc9990 = true;
  policy.testing = true;
  judge(row, policy, "k.example", modern, rng);
  CHECK(row.disposition == "quarantine");
  CHECK(row.reasons.front().type == "policy_test_mode");
  policy.testing = false;
  row.dkim = {{"k.example", "s", "pass"}};
  judge(row, policy, "k.example", modern, rng);
  CHECK(row.disposition == "pass");
  policy.adkim = "s";
  row.header_from = "sub.k.example";
  judge(row, policy, "k.example", modern, rng);
  CHECK_FALSE(row.dkim_aligned);
}

TEST_CASE("every reporter: the XML holds the records' counts, the window's middle is in its day") {
  for (const Reporter& by : all_reporters()) {
    CAPTURE(by.key);
    Scenario scenario = kestrel_scenario("one", 7, day_of(2026, 3, 2), 5);
    scenario.participants = {{by, 1, 0, {}}};
    scenario.streams = {core_stream(), mailing_list_stream(), botnet_stream()};
    const std::vector<DayReport> all = reports(scenario);
    CHECK(all.size() == 5);
    for (const DayReport& r : all) {
      const std::string xml = write_xml(r.report, by.xml);
      std::uint64_t messages = 0;
      for (const Record& row : r.report.records) messages += row.count;
      CHECK(sum_of_counts(xml) == messages);
      CHECK(occurrences(xml, "<record>") == r.report.records.size());
      const Seconds middle = r.report.begin + (r.report.end - r.report.begin) / 2;
      CHECK(middle / seconds_per_day == scenario.first_day + r.day);
    }
  }
}

TEST_CASE("a reporter that stays away changes nothing in the others' reports") {
  Scenario scenario = short_history("rollout-clean", 3);
  const std::vector<DayReport> before = reports(scenario);
  scenario.participants.back().silent = {{0}};
  const std::vector<DayReport> after = reports(scenario);
  CHECK(after.size() < before.size());
  for (const DayReport& kept : after) {
    bool same = false;
    for (const DayReport& old : before) {
      same |= old.report.report_id == kept.report.report_id &&
              write_xml(old.report, {}) == write_xml(kept.report, {});
    }
    CHECK(same);
  }
}

TEST_CASE("sample: same bytes each time, one From_ line a mail, truth and items agree") {
  const Sample sample = sample_mailbox();
  const std::string mbox = mbox_of(sample);
  CHECK(mbox == mbox_of(sample_mailbox()));
  CHECK((mbox.starts_with("From ") ? 1 : 0) + occurrences(mbox, "\nFrom ") == sample.mails.size());
  CHECK(sample.mails.size() >= 300);
  CHECK(mbox.size() < 3'000'000);

  std::uint64_t records = 0, messages = 0;
  std::map<std::string, int> kinds;
  for (const SampleMail& item : sample.mails) {
    records += item.records;
    messages += item.messages;
    ++kinds[item.kind];
  }
  CHECK(kinds["damaged"] == 2);
  CHECK(kinds["duplicate"] == 1);
  CHECK(kinds["two_reports"] == 1);
  CHECK(kinds["forwarded_report"] == 1);
  CHECK(kinds["failure_report"] == 2);
  CHECK(kinds["tls_report"] == 3);
  CHECK(occurrences(sample.truth, "\n") == records + 1);
  std::uint64_t by_stream = 0;
  for (const auto& [stream, count] : messages_by(sample.truth, 10)) by_stream += count;
  CHECK(by_stream == messages);
  CHECK(messages_by(sample.truth, 1).size() >= 10);
  CHECK(messages_by(sample.truth, 10).size() == sample_scenario().streams.size());
}

TEST_CASE("histories: each shows what it is named for") {
  for (const std::string& name : history_names()) CHECK(history(name, 1).days == history_days);
  CHECK_THROWS(history("no-such", 1));

  const Scenario lost = history("vanished-key", 1);
  for (const DayReport& r : reports_on(lost, history_key_gone_day)) {
    for (const Record& row : r.report.records) {
      if (row.stream == "salesforce-core") CHECK_FALSE(row.dkim_aligned);
    }
  }
  for (const DayReport& r : reports_on(lost, history_key_back_day)) {
    for (const Record& row : r.report.records) CHECK(row.dmarc_pass());
  }
  const Scenario held = history("rollout-breaks-account-engagement", 1);
  for (const DayReport& r : reports_on(held, history_quarantine_day)) {
    for (const Record& row : r.report.records)
      CHECK((row.disposition == "quarantine") == (row.stream == "account-engagement"));
  }
  const Scenario silent = history("silent-reporter", 1);
  for (const DayReport& r : reports_on(silent, history_silence_first_day))
    CHECK(r.reporter->key != "google");
}

TEST_CASE("histories: mailbox and truth agree") {
  std::ostringstream mbox, truth;
  const Scenario scenario = short_history("sandbox-starts-sending", 10);
  write_mailbox(scenario, mbox, truth);
  CHECK(occurrences("\n" + mbox.str(), "\nFrom ") == reports(scenario).size());
  std::uint64_t messages = 0, told = 0;
  for (const DayReport& r : reports(scenario))
    messages += sum_of_counts(write_xml(r.report, r.reporter->xml));
  for (const auto& [stream, count] : messages_by(truth.str(), 10)) told += count;
  CHECK(messages == told);
}

TEST_CASE(
    "bench: as many mails, records and addresses as ordered; a copy differs in days and ids only") {
  BenchOptions options;
  options.mails = 60;
  options.records = 3000;
  options.domains = 9;
  options.addresses = 700;
  std::ostringstream first, again, copied;
  const BenchTotals totals = write_bench_mailbox(options, first);
  CHECK(totals.mails == 60);
  CHECK(totals.records == 3000);
  CHECK(totals.addresses == 700);
  CHECK(totals.largest_report == 100);
  CHECK(totals.mbox_bytes == first.str().size());
  CHECK(occurrences("\n" + first.str(), "\nFrom ") == 60);
  write_bench_mailbox(options, again);
  CHECK(again.str() == first.str());
  options.copy = 1;
  const BenchTotals moved = write_bench_mailbox(options, copied);
  CHECK(moved.messages == totals.messages);
  CHECK(copied.str() != first.str());

  options.records = 10;
  CHECK_THROWS(write_bench_mailbox(options, copied));
}
