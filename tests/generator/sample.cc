// SPDX-License-Identifier: MIT
#include "tests/generator/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "tests/generator/company.h"
#include "tests/generator/junk.h"
#include "tests/generator/xml_writer.h"

namespace dmarcq::generator {
namespace {

constexpr int quarantine_day = 69;  // 2026-10-11
constexpr int sandbox_day = 34;     // 2026-09-06: the sandbox was refreshed and sends since

/// The first report of a reporter on or after a day.
std::size_t find_report(const std::vector<DayReport>& reports, const std::string& key,
                        int from_day) {
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (reports[i].reporter->key == key && reports[i].day >= from_day) return i;
  }
  throw std::logic_error("the sample has no late report of " + key);
}

std::string describe(const DayReport& r) { return r.report.org_name + " " + r.report.report_id; }

class Builder {
 public:
  Builder() : reports_(reports(scenario_)), plain_(reports_.size(), true) {
    sample_.truth = truth_header();
  }

  Sample build() {
    // Order matters: each step takes reports out of the plain ones.
    gzip_cut_in_the_middle(take("yahoo", 37));
    xml_cut_before_the_end(take("zoho", 44));
    two_in_one_mail(take("gmx", 15), take("gmx", 16));
    forwarded(take("comcast", 58));
    sent_twice(find_report(reports_, "google", 24));
    for (std::size_t i = 0; i < reports_.size(); ++i) {
      if (plain_[i])
        accept("report", describe(reports_[i]), {&reports_[i]}, mail_for(scenario_, reports_[i]));
    }
    for (const DayReport* report : accepted_in_order())
      sample_.truth += truth_lines(scenario_, *report);

    Rng rng(mix(scenario_.seed, {"junk"}));
    for (JunkMail& junk : junk_mails(std::string(company_domain), scenario_.rua,
                                     scenario_.first_day, scenario_.days, rng)) {
      sample_.mails.push_back({junk.kind, junk.note, 0, 0, 0, std::move(junk.mail)});
    }
    std::ranges::stable_sort(sample_.mails, {},
                             [](const SampleMail& m) { return m.mail.delivered; });
    return std::move(sample_);
  }

 private:
  const DayReport& take(const std::string& key, int from_day) {
    std::size_t i = find_report(reports_, key, from_day);
    while (!plain_[i]) i = find_report(reports_, key, reports_[i].day + 1);
    plain_[i] = false;
    return reports_[i];
  }

  void accept(std::string kind, std::string note, std::vector<const DayReport*> contained,
              Mail mail) {
    SampleMail item{std::move(kind), std::move(note), contained.size(), 0, 0, std::move(mail)};
    for (const DayReport* report : contained) {
      item.records += report->report.records.size();
      for (const Record& row : report->report.records) item.messages += row.count;
      accepted_.push_back(report);
    }
    sample_.mails.push_back(std::move(item));
  }

  void reject(std::string kind, std::string note, Mail mail) {
    sample_.mails.push_back({std::move(kind), std::move(note), 0, 0, 0, std::move(mail)});
  }

  Mail mail_with(const DayReport& r, std::vector<Attachment> files) {
    Rng rng(mix(scenario_.seed, {"mail", r.report.report_id}));
    return write_mail(r.report, files, *r.reporter, scenario_.rua, sent_at(scenario_, r), rng);
  }

  Attachment pack(const DayReport& r, std::string_view xml) {
    return pack_report(r.report, xml, *r.reporter, sent_at(scenario_, r));
  }

  void gzip_cut_in_the_middle(const DayReport& r) {
    Attachment file = pack(r, write_xml(r.report, r.reporter->xml));
    file.bytes.resize(file.bytes.size() * 3 / 5);
    reject("damaged", "gzip cut in the middle: " + describe(r), mail_with(r, {file}));
  }

  void xml_cut_before_the_end(const DayReport& r) {
    const std::string xml = write_xml(r.report, r.reporter->xml);
    const std::string whole_records = xml.substr(0, xml.rfind("<auth_results>"));
    reject("damaged", "zip is whole, its XML stops in the last record: " + describe(r),
           mail_with(r, {pack(r, whole_records)}));
  }

  void two_in_one_mail(const DayReport& first, const DayReport& second) {
    std::vector<Attachment> files;
    for (const DayReport* r : {&first, &second})
      files.push_back(pack(*r, write_xml(r->report, r->reporter->xml)));
    accept("two_reports", describe(first) + " and " + describe(second), {&first, &second},
           mail_with(second, files));
  }

  void forwarded(const DayReport& r) {
    Rng rng(mix(scenario_.seed, {"forwarded"}));
    const std::string from = "jonas.lindqvist@" + std::string(company_domain);
    const Mail inner = mail_for(scenario_, r);
    accept("forwarded_report", "message/rfc822: " + describe(r), {&r},
           forwarded_as_attachment(inner, from, scenario_.rua, inner.delivered + 5400, rng));
  }

  /// The first mail stays among the plain ones.
  void sent_twice(std::size_t i) {
    reject("duplicate", "sent again: " + describe(reports_[i]),
           mail_for(scenario_, reports_[i], 1));
  }

  std::vector<const DayReport*> accepted_in_order() {
    std::ranges::sort(accepted_);  // pointers into reports_: the order of days and participants
    return accepted_;
  }

  Scenario scenario_ = sample_scenario();
  std::vector<DayReport> reports_;
  std::vector<bool> plain_;
  std::vector<const DayReport*> accepted_;
  Sample sample_;
};

}  // namespace

Scenario sample_scenario() {
  Scenario scenario = kestrel_scenario("sample", 20261031, day_of(2026, 8, 3), 90);
  PublishedPolicy none, quarantine;
  none.sp = "none";
  quarantine.p = quarantine.sp = "quarantine";
  scenario.domains.front().policies = {{0, none}, {quarantine_day, quarantine}};

  struct Row {
    const char* key;
    unsigned weight, absent_permille;
  };
  for (const Row& row : std::initializer_list<Row>{{"google", 480, 0},
                                                   {"enterprise-outlook", 210, 200},
                                                   {"outlook.com", 110, 500},
                                                   {"yahoo", 90, 400},
                                                   {"gmx", 22, 700},
                                                   {"comcast", 22, 700},
                                                   {"mimecast", 12, 780},
                                                   {"fastmail", 9, 800},
                                                   {"mail.ru", 7, 850},
                                                   {"cisco", 6, 850},
                                                   {"amazon-ses", 5, 880},
                                                   {"zoho", 5, 900},
                                                   {"godaddy", 4, 930},
                                                   {"opendmarc", 3, 930},
                                                   {"docomo", 3, 940},
                                                   {"gosecure", 2, 940},
                                                   {"kddi", 2, 940}}) {
    scenario.participants.push_back({reporter(row.key), row.weight, row.absent_permille, {}});
  }

  Stream core = core_stream();
  core.faults = {dns_trouble({52, 52}, "yahoo", 300)};
  Stream sandbox = sandbox_stream();
  sandbox.days.first = sandbox_day;
  Stream partners = account_engagement_unsigned_stream();
  partners.days.first = quarantine_day;
  Stream spoofing = spoofing_stream();
  spoofing.only_days = {11, 12, 38, 60, 61, 78, 79};  // the last burst meets p=quarantine
  scenario.streams = {core,
                      sandbox,
                      marketing_cloud_stream(),
                      account_engagement_stream(),
                      partners,
                      amazon_ses_stream(),
                      microsoft_365_stream(),
                      warehouse_stream(),
                      plain_forwarding_stream(),
                      srs_forwarding_stream(),
                      mailing_list_stream(),
                      other_list_stream(),
                      gateway_stream(),
                      spoofing,
                      botnet_stream()};
  return scenario;
}

Sample sample_mailbox() { return Builder().build(); }

std::string Sample::items() const {
  std::string table = "n\tkind\treports\trecords\tmessages\tnote\n";
  for (std::size_t i = 0; i < mails.size(); ++i) {
    const SampleMail& m = mails[i];
    table += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", i + 1, m.kind, m.reports, m.records,
                         m.messages, m.note);
  }
  return table;
}

}  // namespace dmarcq::generator
