// SPDX-License-Identifier: MIT
#include "tests/generator/portfolio.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "tests/generator/mbox.h"
#include "tests/generator/salesforce_org.h"

namespace dmarcq::generator {
namespace {

constexpr int last_day = portfolio_days - 1;

constexpr std::array<std::string_view, 20> owners{
    "alder", "birch",  "cedar",   "dogwood", "elm",    "fir",     "ginkgo",
    "hazel", "ivy",    "juniper", "kapok",   "larch",  "maple",   "nettle",
    "olive", "poplar", "quince",  "rowan",   "spruce", "tamarack"};
constexpr std::array<std::string_view, 10> trades{"bank",   "clinic", "books",  "travel", "print",
                                                  "bakery", "garage", "studio", "notary", "brand"};

/// By the last digit of its number.
enum class Size { large, middle, small, weekly, parked };
constexpr std::array<Size, 10> sizes{Size::large,  Size::middle, Size::middle, Size::middle,
                                     Size::middle, Size::small,  Size::small,  Size::small,
                                     Size::weekly, Size::parked};

PublishedPolicy policy(const std::string& p) {
  PublishedPolicy published;
  published.p = published.sp = p;
  return published;
}

Stream stream_of(const std::string& domain, std::string name, unsigned weekday, unsigned weekend) {
  Stream stream;
  stream.name = std::move(name);
  stream.header_from = domain;
  stream.weekday_volume = weekday;
  stream.weekend_volume = weekend;
  return stream;
}

Stream office(const std::string& domain, unsigned weekday) {
  Stream stream = stream_of(domain, "office", weekday, weekday / 12);
  stream.sources = {"40.107.22.57", "40.107.93.118", "52.101.62.14"};
  stream.envelopes = {domain};
  stream.signatures = {{domain, "selector1", "pass"}};
  return stream;
}

Stream shop(const std::string& domain, unsigned volume) {
  Stream stream = stream_of(domain, "shop", volume, volume);
  stream.sources = {"54.240.8.40", "54.240.11.122"};
  stream.envelopes = {"amazonses.com"};
  stream.signatures = {{domain, "k7dpxw3zq2vn5ymtbo4jhlrce6asufgi", "pass"},
                       {"amazonses.com", "224i4yxa5dv7c2xz3womw6peuasteono", "pass"}};
  return stream;
}

Stream newsletter(const std::string& domain, unsigned volume) {
  Stream stream = shop(domain, volume);
  stream.name = "newsletter";
  stream.weekday_percent = {0, 0, 100, 0, 0, 0, 0};
  return stream;
}

Stream core(const std::string& domain, unsigned weekday, std::string_view org) {
  Stream stream = stream_of(domain, "core", weekday, weekday / 5);
  stream.sources = {"13.110.14.214", "13.110.74.200", "13.110.78.182"};
  stream.envelopes = {bounce_domain("mmh2xurvokdh", org, "na150")};
  stream.signatures = {{domain, "sf1", "pass"}};
  return stream;
}

Stream marketing(const std::string& domain, unsigned weekday) {
  Stream stream = stream_of(domain, "marketing", weekday, weekday / 6);
  stream.sources = {"13.111.88.14", "136.147.176.80"};
  stream.envelopes = {"bounce.s7.exacttarget.com", "bounce.s10.mc.pd25.com"};
  stream.signatures = {{domain, "200608", "pass"}};
  return stream;
}

/// A server of the company's own, SPF only.
Stream server(const std::string& domain, unsigned volume) {
  Stream stream = stream_of(domain, "server", volume, volume);
  stream.sources = {"203.0.113.25"};
  stream.envelopes = {domain};
  return stream;
}

/// Somebody's mail system that keeps coming: one host, a steady pace, nothing of the domain's.
Stream stranger(const std::string& domain, unsigned volume) {
  Stream stream = stream_of(domain, "stranger", volume, volume);
  stream.sources = {"198.51.100.77"};
  stream.envelopes = {"crm-mailer.example"};
  stream.signatures = {{"crm-mailer.example", "mail", "pass"}};
  return stream;
}

Stream forwarded(const std::string& domain, unsigned weekday) {
  Stream stream = stream_of(domain, "forwarded", weekday, weekday / 3);
  stream.sources = {"192.0.2.40", "192.0.2.41", "2001:db8:40::25"};
  stream.envelopes = {domain};
  stream.spf_result = "softfail";
  stream.signatures = {{domain, "selector1", "pass"}};
  return stream;
}

Stream mailing_list(const std::string& domain) {
  Stream stream = stream_of(domain, "list", 14, 5);
  stream.sources = {"209.85.220.69", "209.85.208.199"};
  stream.envelopes = {"googlegroups.com"};
  stream.signatures = {{domain, "selector1", "fail"}, {"googlegroups.com", "20230601", "pass"}};
  stream.overrides = {{"google", 800, {"local_policy", "arc=pass"}}};
  return stream;
}

/// Single mails from anywhere.
Stream botnet(const std::string& domain, unsigned volume, unsigned active_permille) {
  Stream stream = stream_of(domain, "botnet", volume, volume);
  for (int host = 130; host < 250; host += 3)
    stream.sources.push_back(fmt::format("203.0.113.{}", host));
  stream.envelopes = {domain};
  stream.spf_result = "fail";
  stream.active_permille = active_permille;
  return stream;
}

/// Rented servers, a few for each week, with good SPF of their own.
Stream spoofing(const std::string& domain, unsigned volume, DayRange days) {
  Stream stream = stream_of(domain, fmt::format("spoofing-{}", days.first), volume, volume);
  for (int host = 0; host < 4; ++host)
    stream.sources.push_back(fmt::format("198.51.100.{}", 100 + (days.first * 4 + host) % 120));
  stream.envelopes = {"parcel-notice.example", "invoice-desk.example"};
  stream.days = days;
  return stream;
}

Participant by(const char* key, unsigned weight, unsigned absent_permille = 0,
               std::vector<DayRange> silent = {}) {
  Participant participant{reporter(key), weight, absent_permille, std::move(silent)};
  // Four recipient domains would make four rows of each.
  if (participant.reporter.habits.recipients.size() > 1)
    participant.reporter.habits.recipients.resize(1);
  return participant;
}

struct Company {
  Scenario scenario;
  Size size = Size::large;
  std::string domain;

  Stream& stream(std::string_view name) {
    for (Stream& each : scenario.streams)
      if (each.name == name) return each;
    throw std::logic_error("no such stream");
  }
  void add(Stream stream) { scenario.streams.push_back(std::move(stream)); }
  void publish(int day, const PublishedPolicy& published) {
    scenario.domains.front().policies.push_back({day, published});
  }
  void start_with(const PublishedPolicy& published) {
    scenario.domains.front().policies = {{0, published}};
  }
  void silence_all(int from) {
    for (Participant& each : scenario.participants) each.silent.push_back({from});
  }
};

void fill_large(Company& c, Rng& dice) {
  const auto volume = static_cast<unsigned>(dice.between(150, 500));
  c.add(core(c.domain, volume, "00D5f000004KsTrEAK"));
  c.add(office(c.domain, volume / 2));
  c.add(shop(c.domain, volume / 3));
  if (c.scenario.seed % 2 == 0) c.add(marketing(c.domain, volume / 4));
  c.add(forwarded(c.domain, volume / 20));
  c.add(mailing_list(c.domain));
  c.add(botnet(c.domain, 20, 600));
  for (int week = 0; week < portfolio_days; week += 7)
    c.add(spoofing(c.domain, static_cast<unsigned>(dice.between(25, 45)), {week, week + 6}));
  c.scenario.participants = {by("google", 50),       by("enterprise-outlook", 15),
                             by("outlook.com", 15),  by("yahoo", 10, 30),
                             by("gmx", 5, 50),       by("comcast", 5, 30),
                             by("mimecast", 3, 200), by("fastmail", 2, 300)};
  // Receivers come, go, and pause.
  c.scenario.participants.push_back(
      by("zoho", 2, 100, {{0, 20 + static_cast<int>(dice.below(30))}}));
  c.scenario.participants.push_back(by("opendmarc", 1, 900));
  if (dice.chance(1, 2)) c.scenario.participants.push_back(by("mail.ru", 2, 450, {{10, 40}}));
}

void fill_middle(Company& c, Rng& dice) {
  const auto volume = static_cast<unsigned>(dice.between(30, 90));
  c.add(office(c.domain, volume));
  if (dice.chance(2, 3)) c.add(newsletter(c.domain, volume * 2));
  c.add(shop(c.domain, volume / 2));
  c.add(forwarded(c.domain, 6));
  c.add(botnet(c.domain, 8, 400));
  c.scenario.participants = {by("google", 50), by("outlook.com", 25, 20), by("yahoo", 15, 60),
                             by("gmx", 5, 300)};
  if (dice.chance(1, 2))
    c.scenario.participants.push_back(
        by("fastmail", 3, 600, {{0, static_cast<int>(dice.below(50))}}));
}

void fill_small(Company& c, Rng& dice) {
  Stream mail = office(c.domain, static_cast<unsigned>(dice.between(8, 25)));
  mail.weekend_volume = 0;
  c.add(mail);
  Stream passed_on = forwarded(c.domain, 2);
  passed_on.active_permille = 300;
  c.add(passed_on);
  c.add(botnet(c.domain, 3, 120));
  if (dice.chance(1, 3)) {
    Stream invoices = server(c.domain, 60);
    invoices.only_days = {3, 34, 64};  // once a month
    c.add(invoices);
  }
  c.scenario.participants = {by("google", 60, 20), by("yahoo", 20, 200),
                             by("outlook.com", 20, 100)};
}

void fill_weekly(Company& c, Rng& dice) {
  Stream mail = office(c.domain, 10);
  if (dice.chance(1, 2)) {
    mail.weekday_percent = {0, 0, 0, 100, 0, 0, 0};
  } else {
    mail.active_permille = 200;  // every few days, by chance
    mail.weekend_volume = 0;
  }
  c.add(mail);
  c.scenario.participants = {by("google", 60, 50), by("yahoo", 20, 500)};
}

/// Nobody sends as it, but now and then somebody forges it.
void fill_parked(Company& c, Rng& dice) {
  c.start_with(policy("reject"));
  c.add(botnet(c.domain, 6, static_cast<unsigned>(dice.between(60, 300))));
  c.scenario.participants = {by("google", 60), by("yahoo", 30, 300)};
}

Company company(int number, std::uint64_t seed, Day first_day) {
  Company c;
  c.size = sizes[static_cast<std::size_t>(number) % sizes.size()];
  c.domain = fmt::format("{}-{}.example", owners[static_cast<std::size_t>(number) / 10],
                         trades[static_cast<std::size_t>(number) % 10]);
  c.scenario.name = c.domain;
  c.scenario.seed = mix(seed, {c.domain});
  c.scenario.first_day = first_day;
  c.scenario.days = portfolio_days;
  c.scenario.rua = "reports@operator.example";
  Rng dice(mix(seed, {"company", c.domain}));
  constexpr std::array<const char*, 3> policies{"none", "quarantine", "reject"};
  c.scenario.domains = {{c.domain, {{0, policy(dice.pick(policies))}}}};
  switch (c.size) {
    case Size::large: fill_large(c, dice); break;
    case Size::middle: fill_middle(c, dice); break;
    case Size::small: fill_small(c, dice); break;
    case Size::weekly: fill_weekly(c, dice); break;
    case Size::parked: fill_parked(c, dice); break;
  }
  // A bad day of one receiver's DNS.
  const auto day = static_cast<int>(dice.between(40, last_day));
  const std::string& unlucky = dice.pick(c.scenario.participants).reporter.key;
  if (dice.chance(1, 2))
    for (Stream& stream : c.scenario.streams)
      stream.faults.push_back(dns_trouble({day, day}, unlucky, 300));
  return c;
}

/// Something that happens to one company, and what a check must say of it.
struct Problem {
  int company = 0;
  std::vector<std::string> codes;
  std::function<void(Company&)> happen;
};

/// Mail of Salesforce's Account Engagement for a name below the domain, never verified there.
Stream unverified_partners(const std::string& domain, unsigned volume) {
  Stream stream = marketing(domain, volume);
  stream.name = "partners";
  stream.header_from = "partners." + domain;
  stream.signatures.clear();
  return stream;
}

Stream from_day(Stream stream, int day) {
  stream.days.first = day;
  return stream;
}

std::vector<Problem> large_problems() {
  const std::string shop_key = "k7dpxw3zq2vn5ymtbo4jhlrce6asufgi";
  return {
      {0,
       {"sender-started-failing", "enforcement-hit-own-mail"},
       [=](Company& c) {
         c.start_with(policy("quarantine"));
         c.stream("shop").faults.push_back(key_vanishes({74}, shop_key));
       }},
      {10,
       {"new-route"},
       [](Company& c) {
         std::erase_if(c.scenario.streams, [](const Stream& s) { return s.name == "marketing"; });
         c.add(from_day(marketing(c.domain, 60), 73));
       }},
      {20, {"sender-vanished"}, [](Company& c) { c.stream("shop").days.last = 50; }},
      {30,
       {"spoofing-burst"},
       [](Company& c) {
         c.start_with(policy("none"));
         c.add(spoofing(c.domain, 3'000, {75, 76}));
       }},
      {40,
       {"policy-changed", "enforcement-hit-own-mail"},
       [](Company& c) {
         c.start_with(policy("none"));
         c.publish(73, policy("quarantine"));
         c.add(unverified_partners(c.domain, 40));
       }},
      {50,
       {"policy-changed", "enforcement-hit-unproven"},
       [](Company& c) {
         c.start_with(policy("none"));
         c.publish(72, policy("quarantine"));
         c.add(stranger(c.domain, 12));
       }},
      {60, {"reports-stopped"}, [](Company& c) { c.silence_all(71); }},
      {70,
       {"reports-stopped"},
       [](Company& c) { c.scenario.participants[3].silent.push_back({66}); }},
      {80,
       {"new-source"},
       [](Company& c) {
         c.start_with(policy("none"));
         Stream sandbox = from_day(core(c.domain, 30, "00D8E000000RvNdUAK"), 74);
         sandbox.name = "sandbox";
         sandbox.signatures.clear();
         c.add(sandbox);
       }},
      {90,
       {"policy-changed"},
       [](Company& c) {
         c.start_with(policy("reject"));
         c.publish(74, policy("none"));
       }},
      {100,
       {"sender-started-failing", "enforcement-hit-own-mail"},
       [](Company& c) {
         c.start_with(policy("reject"));
         c.stream("core").faults.push_back(key_vanishes({75}, "sf1"));
       }},
  };
}

std::vector<Problem> other_problems() {
  const std::string shop_key = "k7dpxw3zq2vn5ymtbo4jhlrce6asufgi";
  return {
      {1, {"new-source"}, [](Company& c) { c.add(from_day(server(c.domain, 15), 74)); }},
      {2,
       {"sender-started-failing"},
       [=](Company& c) {
         c.start_with(policy("none"));
         c.stream("shop").faults.push_back(key_vanishes({75}, shop_key));
       }},
      {3, {"sender-vanished"}, [](Company& c) { c.stream("office").days.last = 52; }},
      {4, {"reports-stopped"}, [](Company& c) { c.silence_all(69); }},
      {11,
       {"spoofing-burst"},
       [](Company& c) {
         c.start_with(policy("reject"));
         c.add(spoofing(c.domain, 900, {76, 76}));
       }},
      {12,
       {"policy-changed"},
       [](Company& c) {
         c.start_with(policy("quarantine"));
         c.publish(73, policy("reject"));
       }},
      {14,
       {"policy-changed", "enforcement-hit-own-mail"},
       [](Company& c) {
         c.start_with(policy("none"));
         c.publish(74, policy("reject"));
         // A part of it was never signed, which nobody minded under p=none.
         c.stream("shop").faults.push_back(unsigned_mail({}, c.domain, 300));
       }},
      {21,
       {"policy-changed", "enforcement-hit-unproven"},
       [](Company& c) {
         c.start_with(policy("none"));
         c.publish(71, policy("reject"));
         c.add(stranger(c.domain, 4));
       }},
      {22,
       {"new-route"},
       [](Company& c) { c.add(from_day(core(c.domain, 25, "00D5f000004KsTrEAK"), 73)); }},
      {31,
       {"new-source"},
       [](Company& c) {
         std::erase_if(c.scenario.streams,
                       [](const Stream& s) { return s.name == "shop" || s.name == "newsletter"; });
         c.add(from_day(shop(c.domain, 20), 73));
       }},
      {32,
       {"sender-vanished"},
       [](Company& c) {
         std::erase_if(c.scenario.streams, [](const Stream& s) { return s.name == "newsletter"; });
         c.stream("shop").days.last = 56;
       }},
      {5, {"reports-stopped"}, [](Company& c) { c.silence_all(64); }},
      {6,
       {"sender-started-failing"},
       [](Company& c) {
         c.start_with(policy("none"));
         Stream& office_mail = c.stream("office");
         office_mail.weekday_volume = 20;
         office_mail.faults.push_back({{74}, 1000, {}, [](Record& row) {
                                         for (DkimResult& d : row.dkim) d.result = "permerror";
                                         for (SpfResult& s : row.spf) s.result = "fail";
                                       }});
       }},
      {8,
       {"reports-stopped"},
       [](Company& c) {
         c.stream("office").weekday_percent = {0, 0, 0, 100, 0, 0, 0};
         c.stream("office").active_permille = 1000;
         c.silence_all(50);
       }},
  };
}

}  // namespace

Portfolio portfolio(std::uint64_t seed) {
  Portfolio all;
  all.first_day = day_of(2026, 9, 1);  // the check is on a Wednesday
  std::vector<Company> companies;
  for (int number = 0; number < static_cast<int>(owners.size() * trades.size()); ++number)
    companies.push_back(company(number, seed, all.first_day));
  int count = 0;
  for (const auto& problems : {large_problems(), other_problems()})
    for (const Problem& problem : problems) {
      Company& c = companies[static_cast<std::size_t>(problem.company)];
      problem.happen(c);
      ++count;
      for (const std::string& code : problem.codes) all.planted.push_back({c.domain, code, count});
    }
  // One receiver gives up reporting altogether.
  for (Company& c : companies)
    for (Participant& each : c.scenario.participants)
      if (each.reporter.key == "comcast") each.silent.push_back({68});
  all.planted.push_back({"", "reports-stopped", ++count});
  all.planted.push_back({"", "problems-new", ++count});
  all.planted.push_back({companies[23].domain, "record-broken", ++count});
  all.planted.push_back({companies[24].domain, "record-changed", ++count});
  for (Company& c : companies) all.companies.push_back(std::move(c.scenario));
  return all;
}

void write_portfolio(const Portfolio& all, std::ostream& mbox) {
  const Seconds morning = midnight(all.first_day + portfolio_days) + 8 * 3'600;
  std::vector<Mail> mails;
  for (const Scenario& scenario : all.companies)
    for (int day = 0; day < scenario.days; ++day)
      for (const DayReport& report : reports_on(scenario, day)) {
        Mail mail = mail_for(scenario, report);
        if (mail.delivered <= morning) mails.push_back(std::move(mail));
      }
  std::ranges::stable_sort(mails, {}, &Mail::delivered);
  // The connection broke in the middle of two.
  for (const std::size_t position : {mails.size() / 2, mails.size() - 7}) {
    Mail cut = mails[position];
    cut.text.resize(cut.text.size() * 3 / 4);
    cut.text += '\n';
    mails.push_back(std::move(cut));
  }
  MboxWriter writer(mbox);
  for (const Mail& mail : mails) writer.add(mail);
}

void write_zone(const Portfolio& all, std::ostream& out) {
  for (const Scenario& scenario : all.companies) {
    const OwnDomain& domain = scenario.domains.front();
    const auto planted = [&](std::string_view code) {
      return std::ranges::any_of(all.planted, [&](const Planted& one) {
        return one.domain == domain.name && one.code == code;
      });
    };
    const std::string& now = domain.policy_on(last_day).p;
    const std::string p = planted("record-changed") ? (now == "none" ? "reject" : "none") : now;
    const std::string sp = planted("record-broken") ? "rejct" : p;
    out << fmt::format("_dmarc.{}. 300 IN TXT \"v=DMARC1; p={}; sp={}; rua=mailto:{}\"\n",
                       domain.name, p, sp, scenario.rua);
  }
}

void write_planted(const Portfolio& all, std::ostream& out) {
  for (const Planted& one : all.planted)
    out << one.domain << '\t' << one.code << '\t' << one.problem << '\n';
}

}  // namespace dmarcq::generator
