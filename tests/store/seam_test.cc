// SPDX-License-Identifier: MIT
// Whatever is behind the seam, the same facts give the same answers.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>

#include "sample_reports.h"
#include "tests/support/memory_store.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

std::string text_of(const Totals& t) {
  return fmt::format("{} {} {} {} {} {} {}", t.messages, t.both, t.dkim_only, t.spf_only, t.neither,
                     t.quarantine, t.reject);
}

/// Everything that a command can ask, with keys resolved.
std::string answers(Snapshot& snapshot, const Filter& filter) {
  std::string out;
  Dictionary& names = snapshot.dictionary();
  std::vector<std::string> lines;
  const auto line_of = [&](const auto& row) {
    return fmt::format("{} {} {} {} {}", names.domain(row.domain), row.source_ip.to_text(),
                       names.identity(row.identity).header_from,
                       names.evaluation(row.evaluation).dkim.text(), row.messages);
  };
  const auto close = [&](const char* what) {
    std::ranges::sort(lines);
    out += fmt::format("{}\n  {}\n", what, fmt::join(std::exchange(lines, {}), "\n  "));
  };
  for (const SourceRow& row : sources(snapshot, filter)) {
    std::vector<std::string> reporters;
    for (const std::uint32_t key : row.reporters) reporters.push_back(names.reporter(key));
    std::ranges::sort(reporters);
    lines.push_back(fmt::format("{} rows {} days {}-{} by {}", line_of(row), row.rows,
                                row.first_day, row.last_day, fmt::join(reporters, ",")));
  }
  close("sources");
  each_source_day(snapshot, filter, [&](Day day, const SourceRow& row) {
    lines.push_back(fmt::format("{} {}", day, line_of(row)));
  });
  close("source days");
  each_day_row(snapshot, filter, [&](const DayRow& row) {
    lines.push_back(fmt::format("{} {} {} {}", row.day, row.report, names.reporter(row.reporter),
                                line_of(row)));
  });
  close("rows");
  for (const DomainSummary& d : domain_summaries(snapshot, filter))
    lines.push_back(fmt::format("{} {} reports {} by {} {}-{} unusable {} {}", d.domain,
                                text_of(d.totals), d.reports, d.reporters, d.first_day, d.last_day,
                                d.unusable_records, d.unusable_messages));
  close("domains");
  const auto head = [&](const ReportHead& h) {
    lines.push_back(fmt::format("{} {} {} {} {} {} {}", h.id, h.domain, names.reporter(h.reporter),
                                h.day, h.messages, h.policy.p.text(), static_cast<int>(h.trust)));
  };
  each_report_head(snapshot, filter, head);
  close("heads");
  each_recent_head(snapshot, filter, 2, head);
  close("recent heads");
  each_reporting_day(
      snapshot, filter, [&](const std::string& domain, Day day, std::uint32_t reporter) {
        lines.push_back(fmt::format("{} {} {}", domain, day, names.reporter(reporter)));
      });
  close("reporting days");
  lines = known_domains(snapshot);
  close("known");
  lines = vouched_domains(snapshot);
  close("vouched");
  for (const AccountName& name : account_names(snapshot, Trust::contradictory))
    lines.push_back(fmt::format("{} {} {} {}-{}", name.account, name.name,
                                names.reporter(name.reporter), name.first_day, name.last_day));
  close("accounts");
  if (const auto days = days_reported(snapshot))
    out += fmt::format("days {} {}\n", days->first, days->second);
  out += fmt::format("rows within {}\n", rows_within(snapshot, filter));
  return out;
}

std::vector<ProcessedItem> mails() {
  const std::vector<std::string> lines{"192.0.2.1 10 pass pass", "192.0.2.2 5 fail fail",
                                       "192.0.2.3 7 pass fail", "192.0.2.4 0 fail fail",
                                       "2001:db8::1 3 fail pass"};
  std::mt19937 dice(20261130);
  const auto some = [&] {
    std::vector<std::string> chosen;
    for (const std::string& line : lines)
      if (dice() % 2) chosen.push_back(line);
    return chosen;
  };
  std::vector<ProcessedItem> all;
  for (int i = 0; i < 40; ++i) {
    Document document{.org = i % 3 == 0 ? "one.example" : "two.example",
                      .report_id = fmt::format("r{}", dice() % 9),  // some claim to be one report
                      .domain = i % 4 == 0 ? "example.net" : "example.com",
                      .day = 20'000 + static_cast<Day>(dice() % 3) * 9,
                      .lines = some(),
                      .well_formed = dice() % 5 != 0};
    ProcessedItem made = item(fmt::format("m{:02}", i), {document});
    if (i % 7 == 0)
      made.reports[0].report.account_names = {{"contoso.onmicrosoft.com", document.domain}};
    if (i % 5 == 0) {
      ReportSender& sender = made.reports[0].sender;
      sender = {.mail = true,
                .from_domain = document.org,
                .verdict = MailSender::Verdict::pass,
                .receiver = "mx.example.com",
                .named_receiver = true,
                .trust = i % 2 == 0 ? Trust::verified : Trust::contradictory};
    }
    all.push_back(std::move(made));
  }
  all.push_back(broken_item("broken"));
  all.push_back(item("empty", {}));
  all.push_back(item("twice", {{.org = "one.example", .report_id = "t", .lines = lines},
                               {.org = "two.example", .report_id = "t", .lines = lines}}));
  ProcessedItem again = all[3];  // the same document in another mail
  again.origin.source = "a-first";
  again.digest = sha256("again");
  all.push_back(again);
  return all;
}

void check_same_items(Store& engine, Store& memory) {
  for (const ProcessedItem& mail : mails()) {
    const auto one = known(engine, mail.digest), other = known(memory, mail.digest);
    REQUIRE(one.has_value() == other.has_value());
    if (!one) continue;
    CHECK(one->outcome == other->outcome);
    CHECK(one->not_a_report == other->not_a_report);
  }
  const auto passed_over = [](Store& store) {
    std::string text;
    for (const PassedOver& item : store.snapshot()->passed_over())
      text += fmt::format("{} {} {}\n", to_text(item.origin), item.kind, item.bytes);
    return text;
  };
  CHECK(passed_over(engine) == passed_over(memory));
}

}  // namespace

TEST_CASE("seam: a store in memory and the engine give the same answers") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> engine = open_store(file.where()), memory = memory_store();
  const auto same = [&] {
    const std::unique_ptr<Snapshot> a = engine->snapshot(), b = memory->snapshot();
    REQUIRE(canonical_dump(*a) == canonical_dump(*b));
    CHECK(check_integrity(*a).empty());
    CHECK(check_integrity(*b).empty());
    for (const Filter& filter :
         {Filter{}, Filter{.domains = {"example.com"}}, Filter{.since = 20'001, .until = 20'010},
          Filter{.reporters = {"one.example"}}, Filter{.least_trust = Trust::unverified},
          Filter{.networks = {IpNetwork::parse("192.0.2.0/31").value()}},
          Filter{.domains = {"mail.example.net"}}})
      REQUIRE(answers(*a, filter) == answers(*b, filter));
  };
  for (const ProcessedItem& mail : mails()) {
    const Saved one = save(*engine, mail), other = save(*memory, mail);
    CHECK(one.outcome == other.outcome);
    CHECK(one.stored == other.stored);
    CHECK(one.duplicate == other.duplicate);
    CHECK(one.refused.size() == other.refused.size());
    CHECK(one.records == other.records);
    CHECK(one.messages == other.messages);
  }
  same();
  check_same_items(*engine, *memory);
  for (const std::int64_t report : {2, 5, 11, 400}) {
    CAPTURE(report);
    CHECK(engine->distrust(report, true) == memory->distrust(report, true));
    same();
  }
  CHECK(engine->distrust(5, false) == memory->distrust(5, false));
  same();
  for (const std::int64_t report : {7, 7, 2, 1, 22}) {
    CAPTURE(report);
    CHECK(engine->remove(report) == memory->remove(report));
    same();
  }
  check_same_items(*engine, *memory);
  for (const ProcessedItem& mail : mails())
    CHECK(save(*engine, mail).outcome == save(*memory, mail).outcome);
  same();
  check_same_items(*engine, *memory);
}

TEST_CASE("seam: a problem that is dismissed is alike, and its item is finished") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> stores[] = {open_store(file.where()), memory_store()};
  for (const std::unique_ptr<Store>& store : stores) {
    const ProcessedItem broken = broken_item("broken");
    save(*store, broken);
    CHECK_FALSE(known(*store, broken.digest));
    const std::int64_t problem = store->snapshot()->problems(false).at(0).id;
    CHECK(store->snapshot()->problem_bytes(problem) == "broken");
    CHECK_FALSE(store->snapshot()->problem_bytes(problem + 1));
    CHECK(store->dismiss_problem(problem));
    CHECK_FALSE(store->dismiss_problem(problem));
    CHECK_FALSE(store->dismiss_problem(problem + 1));
    CHECK(store->snapshot()->problems(false).empty());
    CHECK(store->snapshot()->problems(true).at(0).dismissed);
    CHECK(known(*store, broken.digest).value().outcome == Outcome::duplicate);
  }
}

TEST_CASE("seam: what an engine does not offer is refused in a sentence") {
  const std::unique_ptr<Store> store = memory_store();
  const std::unique_ptr<Snapshot> snapshot = store->snapshot();
  const auto refused = [](auto body) {
    try {
      body();
    } catch (const StoreError& error) {
      CHECK(error.kind == StoreError::Kind::usage);
      return std::string(error.what());
    }
    return std::string("not refused");
  };
  CHECK(refused([&] { store->prune(1, false); }) == "dmarcq cannot prune this kind of database");
  CHECK(refused([&] { store->vacuum(); }) == "dmarcq cannot vacuum this kind of database");
  CHECK(refused([&] { snapshot->backup("copy"); }) ==
        "dmarcq cannot back up this kind of database");
  CHECK(refused([&] { snapshot->ask("SELECT 1", [](const auto&) {}, [](const auto&) {}); }) ==
        "dmarcq cannot ask this kind of database in SQL");
  CHECK(snapshot->newer().empty());
  CHECK(snapshot->storage_faults().empty());
}

TEST_CASE("seam: what the owner declares is kept alike, and a batch that throws leaves nothing") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> stores[] = {open_store(file.where()), memory_store()};
  for (const std::unique_ptr<Store>& store : stores) {
    SettingsWriter& settings = store->settings();
    const auto entry = settings.put_sender_entry({.kind = "network", .value = "192.0.2.0/24"});
    CHECK(settings.put_sender_entry({.kind = "network", .value = "192.0.2.0/24", .name = "shop"}) ==
          entry);
    settings.put_sender_entry({.kind = "dkim-domain", .value = "z.example"});
    const auto note = settings.add_note({.day = 9, .domain = "example.com", .text = "key"});
    settings.add_note({.day = 8, .domain = "", .text = "all"});
    settings.add_note({.day = 7, .domain = "example.net", .text = "other"});
    settings.set_open_alerts({{"b", 1, 2}, {"a", 3, 4}});
    const auto remember = [&](ReadState read) {
      store->save({}, {.remember = [&](std::span<const Saved>) { return read; }});
    };
    remember({.checkpoints = {{"inbox", "1"}},
              .read = {{"dir", "b"}, {"dir", "c"}, {"dir", "a"}, {"dir", "a"}},
              .settled = {{"dir", "c"}}});
    const ProcessedItem lost = item("lost", {{.lines = {"192.0.2.1 10 pass pass"}}});
    CHECK_THROWS(store->save({&lost, 1}, {.remember = power_cut}));
    const std::unique_ptr<Snapshot> snapshot = store->snapshot();
    StoredSettings& now = snapshot->settings();
    REQUIRE(now.sender_entries().size() == 2);
    CHECK(now.sender_entries()[1].name == "shop");
    REQUIRE(now.notes("example.com").size() == 2);
    CHECK(now.notes("example.com")[0].text == "all");
    CHECK(now.open_alerts()[0].key == "a");
    CHECK(now.checkpoint("inbox") == "1");
    CHECK_FALSE(now.checkpoint("other"));
    CHECK(now.read_names("dir") == std::vector<std::string>{"a", "b"});
    CHECK(database_info(*snapshot).items == 0);
    CHECK(settings.remove_note(note));
    CHECK_FALSE(settings.remove_note(note));
    CHECK(now.notes("").size() == 3);  // a snapshot is one moment
    CHECK(settings.remove_sender_entry(entry));
    CHECK(store->snapshot()->settings().sender_entries().size() == 1);
  }
}
