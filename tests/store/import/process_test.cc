// SPDX-License-Identifier: MIT
#include "store/import/process.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "ingest/base/digest.h"

using namespace dmarcq;

namespace {

std::string record_of(int address, int count) {
  return fmt::format(
      "<record><row><source_ip>192.0.2.{}</source_ip><count>{}</count><policy_evaluated><disposition>none</disposition>"
      "<dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers>"
      "<auth_results><dkim><domain>example.com</domain><result>pass</result></dkim></auth_results></record>",
      address, count);
}

std::string report_of(const std::string& id, int records) {
  std::string xml = fmt::format(
      "<?xml version=\"1.0\"?>\n<feedback><report_metadata><org_name>reporter.example</org_name><email>a@reporter.example</email>"
      "<report_id>{}</report_id><date_range><begin>1728000000</begin><end>1728086399</end></date_range></report_metadata>"
      "<policy_published><domain>example.com</domain><p>none</p></policy_published>",
      id);
  for (int i = 1; i <= records; ++i) xml += record_of(i, 10 * i);
  return xml + "</feedback>";
}

/// `number`: that of a mail among others; 0: a file of its own.
Item item_of(std::string bytes, std::uint64_t number = 0) {
  Item item;
  item.origin = {"inbox", number, "", "left over"};
  item.bytes = std::move(bytes);
  return item;
}

std::string part(const std::string& type, const std::string& name, const std::string& body) {
  return "--b\nContent-Type: " + type + "; name=\"" + name + "\"\n\n" + body + "\n";
}

std::string mail(const std::string& parts) {
  return "Received: from mx.reporter.example by mx.example.com; Fri, 4 Oct 2024 01:00:00 +0000\n"
         "From: dmarc@reporter.example\nTo: dmarc@example.com\nSubject: Report domain: example.com\n"
         "Message-ID: <m1@reporter.example>\nMIME-Version: 1.0\n"
         "Content-Type: multipart/mixed; boundary=b\n\n" +
         parts + "--b--\n";
}

}  // namespace

TEST_CASE("process: a bare report becomes a value with all that it says") {
  const Item item = item_of(report_of("r1", 3));
  const ProcessedItem processed = process(item, Limits{});
  CHECK(processed.origin.source == "inbox");
  CHECK(processed.origin.index == 0);
  CHECK(processed.origin.part.empty());
  CHECK(processed.digest == sha256(item.bytes));
  CHECK(processed.bytes == item.bytes.size());
  CHECK(processed.faults.empty());
  CHECK(processed.kept_bytes.empty());
  REQUIRE(processed.reports.size() == 1);
  const PackedReport& report = processed.reports[0].report;
  CHECK(report.digest == sha256(item.bytes));
  CHECK(report.head.report.metadata.report_id == "r1");
  CHECK(report.head.report.policy_published.domain == "example.com");
  REQUIRE(report.rows.size() == 3);
  CHECK(report.rows[2].count == 30);
  CHECK(report.totals.messages == 60);
  CHECK(report.totals.dkim_only == 60);
  CHECK_FALSE(processed.reports[0].sender.mail);
  CHECK(process_as(sha256("another"), item, Limits{}, nullptr, {}).digest == sha256("another"));
}

TEST_CASE("process: a mail's reports and faults, each with its part") {
  const std::string one = report_of("r1", 1), two = report_of("r2", 2);
  const Item item = item_of(
      mail(part("text/xml", "one.xml", one) + part("text/plain", "", "hello") +
           part("text/xml", "cut.xml", one.substr(0, 300)) + part("text/xml", "two.xml", two)),
      7);
  const ProcessedItem processed = process(item, Limits{});
  CHECK(processed.origin.index == 7);
  CHECK(processed.origin.message_id.find("m1@reporter.example") != std::string::npos);
  REQUIRE(processed.reports.size() == 2);
  CHECK(processed.reports[0].part == "one.xml");
  CHECK(processed.reports[0].report.rows.size() == 1);
  CHECK(processed.reports[1].part == "two.xml");
  CHECK(processed.reports[1].report.rows.size() == 2);
  CHECK(processed.reports[0].sender.mail);
  CHECK(processed.reports[0].sender.from_domain == "reporter.example");
  REQUIRE(processed.faults.size() == 1);
  CHECK(processed.faults[0].part == "cut.xml");
  CHECK(processed.kept_bytes == item.bytes);  // so that it can be tried again
}

TEST_CASE("process: what is neither report nor fault") {
  struct Row {
    const char* name;
    std::string bytes;
  };
  const Row rows[] = {
      {"nothing", ""},
      {"a letter", "From: a@example.com\nTo: b@example.com\nSubject: hello\n\nDear B,\n"},
      {"another XML document", "<?xml version=\"1.0\"?>\n<html><body>x</body></html>\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const ProcessedItem processed = process(item_of(row.bytes), Limits{});
    CHECK(processed.reports.empty());
    CHECK(processed.faults.empty());
    CHECK(processed.not_a_report == "other");
    CHECK(processed.kept_bytes.empty());
    CHECK(processed.digest == sha256(row.bytes));
  }
}

TEST_CASE("process: an item that could not be read whole is its fault and nothing else") {
  Item item = item_of(report_of("r1", 1));
  item.fault = Error{Fault::limit, "larger than 64 MiB", "mail_size"};
  ProcessedItem processed = process(item, Limits{});
  CHECK(processed.reports.empty());
  REQUIRE(processed.faults.size() == 1);
  CHECK(processed.faults[0].part.empty());
  CHECK(reason_of(processed.faults[0].error) == "limit:mail_size");
  CHECK(processed.kept_bytes == item.bytes);
  item.withheld = true;  // its bytes only tell it from others
  CHECK(process(item, Limits{}).kept_bytes.empty());
}

TEST_CASE("process: what is too large is told, but not kept") {
  for (const std::size_t size : {std::size_t{16} << 20, (std::size_t{16} << 20) + 1}) {
    CAPTURE(size);
    Item item = item_of(std::string(size, 'x'));
    item.fault = Error{Fault::unreadable, "read error", ""};
    const ProcessedItem processed = process(item, Limits{});
    CHECK(processed.faults.size() == 1);
    CHECK(processed.bytes == size);
    CHECK(processed.kept_bytes.size() == (size <= 16u << 20 ? size : 0));
  }
}

TEST_CASE("process: limits hold for the item") {
  Limits limits;
  limits.records = 2;
  CHECK(process(item_of(report_of("r1", 2)), limits).reports.size() == 1);
  const ProcessedItem processed = process(item_of(report_of("r1", 3)), limits);
  CHECK(processed.reports.empty());
  REQUIRE(processed.faults.size() == 1);
  CHECK(reason_of(processed.faults[0].error) == "limit:records");
  // Records of all the reports of a mail are paid from what is left of the mail.
  limits = {};
  const std::string report = report_of("r1", 50);
  std::string parts;
  for (int i = 0; i < 20; ++i) parts += part("text/xml", fmt::format("{}.xml", i), report);
  const Item item = item_of(mail(parts), 7);
  CHECK(process(item, limits).reports.size() == 20);
  limits.item_bytes = 3 * item.bytes.size();
  const ProcessedItem some = process(item, limits);
  CHECK(some.reports.size() + some.faults.size() == 20);
  CHECK(some.faults.size() > 0);
  for (const ItemFault& fault : some.faults) CHECK(reason_of(fault.error) == "limit:item_bytes");
}

TEST_CASE("process: a mail cut anywhere is reports or faults, never an exception") {
  const std::string whole = mail(part("text/xml", "one.xml", report_of("r1", 1)));
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    const ProcessedItem processed = process(item_of(whole.substr(0, size), 7), Limits{});
    CHECK(processed.reports.size() + processed.faults.size() <= 1);
    CHECK(processed.kept_bytes.empty() == processed.faults.empty());
  }
}
