// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "report/answers/refusals_answer.h"
#include "store/import/process.h"
#include "store/store.h"
#include "tests/support/temporary_folder.h"

namespace dmarcq::test {

/// A database of logs and reports in a folder of its own: the store in memory keeps no deliveries.
class RefusalsDesk {
 public:
  /// Rows "2026-10-14 09:00,P,ann@gmail.com,words": an Email Log File, in which each pair of moment
  /// and recipient is a mail.
  void log(const std::vector<std::string>& rows) {
    std::string table =
        "Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,"
        "Retry Count,Seconds in Queue,Delivery Stage,Relay Address\r\n";
    for (const std::string& row : rows) {
      const std::size_t a = row.find(','), b = row.find(',', a + 1), c = row.find(',', b + 1);
      const std::string moment = row.substr(0, a), event = row.substr(a + 1, b - a - 1),
                        recipient = row.substr(b + 1, c - b - 1), words = row.substr(c + 1);
      table += fmt::format(
          "{0},q,{1},{2},s=example.com__1a@mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com,10.0.0.1,1,,<{0}{2}>,0,1,during RCPT TO,\"{3}\"\r\n",
          moment, event, recipient, words);
    }
    take(table);
  }
  enum class As { file, mail };  ///< a mail comes as from the reporter, so it is plausible
  /// A report of that day on example.com: mail of our org.
  void report(const std::string& org_name, const std::string& day, bool passes, As as = As::file) {
    const EpochSeconds begin = EpochSeconds{day_from_text(day).value()} * 86'400;
    const std::string xml = fmt::format(
        "<feedback><report_metadata><org_name>{0}</org_name><email>a@{0}</email><report_id>{1}</report_id><date_range><begin>{2}</begin><end>{3}</end></date_range>"
        "</report_metadata><policy_published><domain>example.com</domain><p>reject</p></policy_published><record><row><source_ip>13.110.14.214</source_ip>"
        "<count>9</count><policy_evaluated><disposition>{4}</disposition><dkim>{5}</dkim><spf>fail</spf></policy_evaluated></row><identifiers>"
        "<header_from>example.com</header_from></identifiers><auth_results><spf><domain>mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com</domain>"
        "<result>pass</result></spf></auth_results></record></feedback>",
        org_name, day, begin, begin + 86'399, passes ? "none" : "reject", passes ? "pass" : "fail");
    if (as == As::file) return take(xml);
    take(fmt::format(
        "From: a@{0}\r\nTo: dmarc@example.com\r\nSubject: Report Domain: example.com Submitter: {0} Report-ID: <{1}>\r\n"
        "Message-ID: <{1}@{0}>\r\nMIME-Version: 1.0\r\nContent-Type: text/xml; name=\"{0}!example.com!{2}!{3}.xml\"\r\n"
        "Content-Disposition: attachment; filename=\"{0}!example.com!{2}!{3}.xml\"\r\n\r\n{4}\r\n",
        org_name, day, begin, begin + 86'399, xml));
  }
  /// A bounce of that moment, "Wed, 14 Oct 2026 09:00:00 +0000": action "failed" or "delivered". It
  /// is mail, which anyone can send. `message_id`: of the mail that it is about; log() makes
  /// "2026-10-14 09:00a@gmail.com".
  void bounce(const std::string& action, const std::string& date, const std::string& recipient,
              const std::string& message_id, const std::string& words) {
    take(fmt::format(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: s@example.com\r\nDate: {1}\r\n"
        "Message-ID: <bounce-{0}-{3}>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n"
        "Arrival-Date: {1}\r\n\r\nFinal-Recipient: rfc822; {2}\r\nAction: {0}\r\nStatus: {4}\r\n"
        "Diagnostic-Code: smtp; {5}\r\nLast-Attempt-Date: {1}\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: s@example.com\r\nTo: {2}\r\n"
        "Message-ID: <{3}>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n",
        action, date, recipient, message_id, action == "failed" ? "5.7.26" : "2.0.0", words));
  }
  void take(const std::string& bytes) {
    Item item;
    item.origin.source = fmt::format("file {}", ++files_);
    item.bytes = bytes;
    const ProcessedItem processed = process(item, Limits{});
    store_->save({&processed, 1});
  }
  RefusalsAnswer ask(const RefusalsQuestion& question = {}) {
    snapshot_ = store_->snapshot();
    return refusals_answer(*snapshot_, question);
  }
  Store& store() { return *store_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Store> store_ = open_store(folder_.path() / "test.db");
  std::unique_ptr<Snapshot> snapshot_;
  int files_ = 0;
};

inline constexpr const char* dmarc_words =
    "550 5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy. - gsmtp";

}  // namespace dmarcq::test
