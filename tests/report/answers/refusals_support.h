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
  /// A report of that day on example.com: mail of our org.
  void report(const std::string& org_name, const std::string& day, bool passes) {
    const EpochSeconds begin = EpochSeconds{day_from_text(day).value()} * 86'400;
    take(fmt::format(
        "<feedback><report_metadata><org_name>{0}</org_name><email>a@{0}</email><report_id>{1}</report_id><date_range><begin>{2}</begin><end>{3}</end></date_range>"
        "</report_metadata><policy_published><domain>example.com</domain><p>reject</p></policy_published><record><row><source_ip>13.110.14.214</source_ip>"
        "<count>9</count><policy_evaluated><disposition>{4}</disposition><dkim>{5}</dkim><spf>fail</spf></policy_evaluated></row><identifiers>"
        "<header_from>example.com</header_from></identifiers><auth_results><spf><domain>mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com</domain>"
        "<result>pass</result></spf></auth_results></record></feedback>",
        org_name, day, begin, begin + 86'399, passes ? "none" : "reject",
        passes ? "pass" : "fail"));
  }
  void take(const std::string& bytes) {
    Item item;
    item.origin.source = fmt::format("file {}", ++files_);
    item.bytes = bytes;
    store_->batch([&] { store_->save(process(item, Limits{})); });
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
