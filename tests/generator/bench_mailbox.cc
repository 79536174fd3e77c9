// SPDX-License-Identifier: MIT
#include "tests/generator/bench_mailbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tests/generator/mail.h"
#include "tests/generator/mbox.h"
#include "tests/generator/rng.h"
#include "tests/generator/salesforce_org.h"
#include "tests/generator/scenario.h"
#include "tests/generator/xml_writer.h"

namespace dmarcq::generator {
namespace {

/// How many new identities (name variants) come with a thousand records; with what reporters leave
/// out and with what fails, a million records then hold about 110,000 distinct sets of results.
constexpr std::uint64_t new_variants_permille = 51;

/// Reports are small as a rule and now and then very large: the size doubles with probability 3/5.
std::vector<std::uint32_t> report_sizes(const BenchOptions& options, Rng& rng) {
  // A fiftieth of all records is in one report; with few mails the others must have room for the
  // rest.
  const std::uint64_t wanted = std::max(options.records / 50, 2 * options.records / options.mails);
  const std::uint64_t largest = std::clamp<std::uint64_t>(
      wanted, 1, std::max(options.records, options.mails) - options.mails + 1);
  std::vector<std::uint64_t> raw(options.mails);
  std::uint64_t raw_sum = 0;
  for (std::uint64_t& size : raw) {
    std::uint64_t octave = 1;
    while (octave < largest / 2 && rng.chance(3, 5)) octave *= 2;
    size = std::min(largest, octave + rng.below(octave));
    raw_sum += size;
  }

  std::vector<std::uint32_t> sizes(options.mails);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    sizes[i] = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(raw[i] * options.records / raw_sum, 1, largest));
    sum += sizes[i];
  }
  const std::size_t giant = sizes.size() / 2;
  sum += largest - sizes[giant];
  sizes[giant] = static_cast<std::uint32_t>(largest);
  // Rounding, the limits and the giant left a rest: spread it in steps that grow with the report.
  while (sum != options.records) {
    for (std::size_t i = 0; i < sizes.size() && sum != options.records; ++i) {
      if (i == giant && sizes.size() > 1) continue;
      const std::uint64_t step = sizes[i] / 8u + 1u;
      if (sum < options.records) {
        const std::uint64_t more = std::min({step, largest - sizes[i], options.records - sum});
        sizes[i] += static_cast<std::uint32_t>(more);
        sum += more;
      } else {
        const std::uint64_t less =
            std::min({step, sizes[i] - std::uint64_t{1}, sum - options.records});
        sizes[i] -= static_cast<std::uint32_t>(less);
        sum -= less;
      }
    }
  }
  return sizes;
}

// ---- addresses

enum class Network { core, marketing_cloud, amazon, microsoft, elsewhere };
constexpr std::size_t network_count = 5;

/// The n-th address of a network: a fixed scattering, so that neighbours in time are no neighbours
/// in number.
std::string address(Network network, std::uint64_t n) {
  const auto scattered = [n](std::uint64_t bits) {
    return (n * 0x9e3779b1u + 0x5bd1) & ((std::uint64_t{1} << bits) - 1);
  };
  const auto ipv4 = [](std::uint64_t base, std::uint64_t host) {
    const std::uint64_t a = base + host;
    return fmt::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
  };
  switch (network) {
    case Network::core: return ipv4(0x0d6e0000, scattered(16));             // 13.110.0.0/16
    case Network::marketing_cloud: return ipv4(0x0d6f0000, scattered(16));  // 13.111.0.0/16
    case Network::amazon: return ipv4(0x36f00000, scattered(14));           // 54.240.0.0/18
    case Network::microsoft:
      if (n % 4 == 3)
        return fmt::format("2a01:111:f403:c{:x}::{:x}", 0x100 + (n / 4) % 0x800, 1 + n / 0x2000);
      return ipv4(0x286b0000, scattered(16));  // 40.107.0.0/16
    case Network::elsewhere: break;
  }
  // Everybody else lives in shared address space (RFC 6598) or the documentation prefix: nobody's
  // real address.
  if (n % 4 == 3)
    return fmt::format("2001:db8:{:x}:{:x}::{:x}", scattered(16), n >> 16, 1 + n % 0xfff);
  return ipv4(0x64400000, scattered(22));  // 100.64.0.0/10
}

/// Deals out addresses: as many distinct ones as ordered (one or two less when the last records
/// leave no choice), old ones again in between.
class Addresses {
 public:
  Addresses(std::uint64_t wanted, std::uint64_t records)
      : wanted_(std::min(wanted, records)),
        records_(records),
        owed_(static_cast<std::int64_t>(records) - 1) {}

  std::string next(Network network, Rng& rng) {
    // Limits of the services' networks; what they cannot take, the rest of the world does.
    constexpr std::array<std::uint64_t, network_count> room = {24'000, 24'000, 12'000, 36'000,
                                                               4'000'000};
    owed_ += static_cast<std::int64_t>(wanted_);
    std::uint64_t& known = known_[static_cast<std::size_t>(network)];
    const bool is_due = owed_ >= static_cast<std::int64_t>(records_) &&
                        known < room[static_cast<std::size_t>(network)];
    if (known == 0 || is_due) {
      owed_ -= static_cast<std::int64_t>(records_);
      ++distinct_;
      return address(network, known++);
    }
    return address(network, rng.skewed(known));
  }

  std::uint64_t distinct() const { return distinct_; }

 private:
  std::uint64_t wanted_, records_, distinct_ = 0;
  std::int64_t owed_;  ///< in units of 1/records
  std::array<std::uint64_t, network_count> known_{};
};

// ---- identities

enum class Kind {
  core,
  marketing_cloud,
  account_engagement,
  amazon_ses,
  microsoft_365,
  forwarded,
  srs,
  list,
  gateway,
  spoof
};

struct KindRow {
  Kind kind;
  unsigned permille;  ///< of the records
  Network network;
  bool has_variants;  ///< names that differ from sender to sender
};
constexpr std::array<KindRow, 10> kinds = {{
    {Kind::core, 170, Network::core, true},
    {Kind::marketing_cloud, 170, Network::marketing_cloud, false},
    {Kind::account_engagement, 60, Network::marketing_cloud, false},
    {Kind::amazon_ses, 110, Network::amazon, false},
    {Kind::microsoft_365, 140, Network::microsoft, false},
    {Kind::forwarded, 110, Network::elsewhere, true},
    {Kind::srs, 80, Network::elsewhere, true},
    {Kind::list, 40, Network::elsewhere, true},
    {Kind::gateway, 30, Network::elsewhere, true},
    {Kind::spoof, 90, Network::elsewhere, true},
}};

/// A customer of the bench: its names, its policy, and how many variants of each kind it has met.
struct Customer {
  std::string domain, news, org_id;
  PublishedPolicy policy;
  std::array<std::uint64_t, kinds.size()> variants{};
};

std::vector<Customer> customers(const BenchOptions& options) {
  constexpr std::array<std::string_view, 12> first = {"amber",  "birch",   "cobalt",  "delta",
                                                      "ember",  "fjord",   "granite", "harbor",
                                                      "indigo", "juniper", "kestrel", "lumen"};
  constexpr std::array<std::string_view, 10> second = {
      "works", "travel", "foods", "energy", "bank", "care", "media", "tools", "labs", "retail"};
  std::vector<Customer> all(options.domains);
  for (std::size_t i = 0; i < all.size(); ++i) {
    Customer& customer = all[i];
    const std::size_t round = i / (first.size() * second.size());
    customer.domain = fmt::format("{}{}{}.example", first[i % first.size()],
                                  second[i / first.size() % second.size()],
                                  round == 0 ? "" : std::to_string(round));
    customer.news = "news." + customer.domain;
    Rng rng(mix(options.seed, {"customer", customer.domain}));
    customer.org_id = "00D5f00000" + rng.digits(3) + "Kq";
    constexpr std::array<const char*, 4> policies = {"none", "none", "quarantine", "reject"};
    customer.policy.p = customer.policy.sp =
        policies[static_cast<std::size_t>(rng.below(policies.size()))];
  }
  return all;
}

class Records {
 public:
  explicit Records(const BenchOptions& options)
      : addresses_(distinct_addresses_of(options), options.records) {}

  void fill(Record& row, Customer& customer, Rng& rng) {
    const KindRow& kind = pick_kind(rng);
    const std::uint64_t variant = kind.has_variants ? next_variant(customer, kind.kind, rng) : 0;
    row.source_ip = addresses_.next(kind.network, rng);
    row.count = message_count(rng);
    row.header_from = customer.domain;
    row.envelope_to.clear();
    row.dkim.clear();
    shape(row, kind.kind, variant, customer, rng);
    // Now and then a signature does not verify, or a name server is slow.
    if (!row.dkim.empty() && rng.chance(20, 1000))
      row.dkim.front().result = rng.chance(1, 4) ? "temperror" : "fail";
  }

  std::uint64_t distinct_addresses() const { return addresses_.distinct(); }

 private:
  static std::uint64_t distinct_addresses_of(const BenchOptions& options) {
    return options.addresses != 0 ? options.addresses
                                  : std::max<std::uint64_t>(1, options.records * 245 / 1000);
  }

  static const KindRow& pick_kind(Rng& rng) {
    std::uint64_t dice = rng.below(1000);
    for (const KindRow& row : kinds) {
      if (dice < row.permille) return row;
      dice -= row.permille;
    }
    return kinds.back();
  }

  std::uint64_t next_variant(Customer& customer, Kind kind, Rng& rng) {
    std::uint64_t& known = customer.variants[static_cast<std::size_t>(kind)];
    if (known == 0 || rng.chance(new_variants_permille * 2, 1000))
      return known++;  // about half the rows have variants
    return rng.skewed(known);
  }

  static std::uint64_t message_count(Rng& rng) {
    if (rng.chance(7, 10)) return 1;
    std::uint64_t octave = 2;
    while (octave < 4096 && rng.chance(1, 2)) octave *= 2;
    return octave + rng.below(octave);
  }

  /// A name part that is the same for the same customer, kind and variant, whatever the seed:
  /// copies repeat it.
  static std::string token(const Customer& customer, std::string_view what, std::uint64_t variant) {
    return Rng(mix(0, {customer.domain, what}, variant)).lower_alphanumeric(12);
  }

  static std::string own_bounces(const Customer& customer, std::uint64_t variant) {
    return bounce_domain(token(customer, "core", variant), customer.org_id, "na150");
  }

  static void shape(Record& row, Kind kind, std::uint64_t variant, const Customer& customer,
                    Rng& rng) {
    const std::string& own = customer.domain;
    const auto spf = [&row](std::string domain, const char* result) {
      row.envelope_from = domain;
      row.spf.assign(1, {std::move(domain), "mfrom", result});
    };
    switch (kind) {
      case Kind::core:
        spf(own_bounces(customer, variant), "pass");
        if (!rng.chance(1, 12)) row.dkim = {{own, variant % 5 == 4 ? "sf2" : "sf1", "pass"}};
        break;
      case Kind::marketing_cloud:
        row.header_from = customer.news;
        spf("bounce." + customer.news, "pass");
        row.dkim = {{customer.news, "50dkim1", "pass"},
                    {"s50.y.mc.salesforce.com", "fbldkim50", "pass"}};
        break;
      case Kind::account_engagement:
        spf(rng.chance(1, 3) ? "bounce.s10.mc.pd25.com" : "bounce.s7.exacttarget.com", "pass");
        row.dkim = {{own, "200608", "pass"}};
        break;
      case Kind::amazon_ses:
        spf("amazonses.com", "pass");
        row.dkim = {{own, "k7dpxw3zq2vn5ymtbo4jhlrce6asufgi", "pass"},
                    {"amazonses.com", "224i4yxa5dv7c2xz3womw6peuasteono", "pass"}};
        break;
      case Kind::microsoft_365:
        spf(own, "pass");
        row.dkim = {{own, "selector1", "pass"}};
        break;
      case Kind::forwarded:
        spf(own_bounces(customer, variant), "softfail");
        row.dkim = {{own, "sf1", "pass"}};
        break;
      case Kind::srs:
        spf("srs." + token(customer, "srs", variant) + ".example", "pass");
        row.dkim = {{own, "sf1", "pass"}};
        break;
      case Kind::list: {
        const std::string list = "lists." + token(customer, "list", variant) + ".example";
        spf(list, "pass");
        row.dkim = {{own, "selector1", "fail"}, {list, "list2026", "pass"}};
        break;
      }
      case Kind::gateway:
        spf(own_bounces(customer, variant), "fail");
        row.dkim = {{own, "sf1", "fail"}};
        break;
      case Kind::spoof:
        spf(token(customer, "spoof", variant) + ".example", variant % 3 == 0   ? "pass"
                                                            : variant % 3 == 1 ? "none"
                                                                               : "fail");
        break;
    }
  }

  Addresses addresses_;
};

// ---- reports

/// Which reporters write, and how often. The compact ones write much, as the bench measures records
/// and not white space.
struct Weighted {
  const char* key;
  unsigned weight;
};
constexpr std::array<Weighted, 10> reporters = {{{"google", 34},
                                                 {"yahoo", 10},
                                                 {"mail.ru", 15},
                                                 {"docomo", 9},
                                                 {"gmx", 8},
                                                 {"comcast", 5},
                                                 {"mimecast", 5},
                                                 {"amazon-ses", 6},
                                                 {"opendmarc", 4},
                                                 {"godaddy", 4}}};

const Reporter& pick_reporter(Rng& rng) {
  std::uint64_t dice = rng.below(100);
  for (const Weighted& each : reporters) {
    if (dice < each.weight) return reporter(each.key);
    dice -= each.weight;
  }
  return reporter(reporters.back().key);
}

/// The first customer twice as often as the second, three times as often as the third …
class PickCustomer {
 public:
  explicit PickCustomer(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) total_ += 1'000'000 / (i + 1);
    count_ = count;
  }
  std::size_t operator()(Rng& rng) const {
    std::uint64_t dice = rng.below(total_);
    for (std::size_t i = 0; i < count_; ++i) {
      const std::uint64_t weight = 1'000'000 / (i + 1);
      if (dice < weight) return i;
      dice -= weight;
    }
    return count_ - 1;
  }

 private:
  std::uint64_t total_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

BenchTotals write_bench_mailbox(const BenchOptions& options, std::ostream& mbox) {
  if (options.mails == 0 || options.domains == 0 || options.days == 0 ||
      options.records < options.mails) {
    throw std::invalid_argument(
        "a bench mailbox needs mails, domains, days and at least one record for each mail");
  }
  Rng rng(options.seed);  // the contents: the same for every copy
  const Day first_day = day_of(2026, 8, 3) + static_cast<Day>(options.copy * options.days);
  const std::vector<std::uint32_t> sizes = report_sizes(options, rng);
  std::vector<Customer> all = customers(options);
  const PickCustomer pick_customer(all.size());
  Records records(options);
  MboxWriter writer(mbox);
  BenchTotals totals;

  Report report;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    Rng ids(mix(options.seed, {"ids"}, options.copy * options.mails + i));  // ids and mail: another
                                                                            // for every copy
    Reporter by = pick_reporter(rng);
    Customer& customer = all[i < all.size() ? i : pick_customer(rng)];  // every customer at least
                                                                        // once
    by.mail.container = i % 2 == 0 ? Container::gzip : Container::zip;
    by.mail.content_type.clear();

    const Day day = first_day + static_cast<Day>(i * options.days / sizes.size());
    report.org_name = by.org_name;
    report.email = by.email;
    report.extra_contact_info = by.extra_contact_info;
    report.domain = customer.domain;
    report.policy = customer.policy;
    report.begin = midnight(day) + by.window.offset + ids.between(0, by.window.offset_jitter);
    report.end = report.begin + by.window.length + ids.between(0, by.window.length_jitter);
    // Several reports of one reporter for one domain and day are what large receivers send; ids
    // that a reporter builds from domain and time alone would make them conflict, so the number of
    // the mail goes in too.
    report.report_id = by.report_id({report.domain, day, report.begin, report.end, ids}) +
                       fmt::format("-{}", i);
    report.records.resize(sizes[i]);
    for (Record& row : report.records) {
      records.fill(row, customer, rng);
      judge(row, report.policy, report.domain, by.habits, rng);
      for (const auto& [word, own] : by.habits.spf_words) {
        if (row.spf.front().result == word) row.spf.front().result = own;
      }
      totals.messages += row.count;
    }

    const std::string xml = write_xml(report, by.xml);
    // Reports on a day come in over twelve hours of the next, in order.
    const Seconds sent =
        midnight(day + 1) + 6 * 3600 +
        static_cast<Seconds>(i * options.days % sizes.size() * 43'200 / sizes.size());
    writer.add(write_mail(report, {pack_report(report, xml, by, sent)}, by, "dmarc@reports.example",
                          sent, ids));
    totals.xml_bytes += xml.size();
    totals.records += report.records.size();
    totals.largest_report = std::max<std::uint64_t>(totals.largest_report, report.records.size());
    if (report.records.capacity() > 4096)
      report.records = {};  // one giant must not hold its memory to the end
  }
  totals.mails = writer.mails();
  totals.mbox_bytes = writer.bytes();
  totals.domains = std::min<std::uint64_t>(all.size(), sizes.size());
  totals.addresses = records.distinct_addresses();
  return totals;
}

std::string BenchTotals::json(const BenchOptions& options) const {
  return fmt::format(
      "{{\"mails\":{},\"records\":{},\"messages\":{},\"xml_bytes\":{},\"mbox_bytes\":{},\"domains\":{},\"addresses\":{}"
      ","
      "\"largest_report\":{},\"days\":{},\"seed\":{},\"copy\":{}}}",
      mails, records, messages, xml_bytes, mbox_bytes, domains, addresses, largest_report,
      options.days, options.seed, options.copy);
}

}  // namespace dmarcq::generator
