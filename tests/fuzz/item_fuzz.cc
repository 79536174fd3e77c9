// SPDX-License-Identifier: MIT
// What one item of a mailbox comes to: never an exception, twice the same, and reports whose parts
// fit together.
#include <algorithm>
#include <array>

#include "parser/aggregate/xml_text.h"
#include "parser/domain_name.h"
#include "store/import/import.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/packing.h"

namespace dmarcq::fuzz {
namespace {

void fits_together(const PackedReport& report) {
  std::uint64_t messages = 0;
  for (const PackedReport::Row& row : report.rows) {
    require(row.identity < report.identities.size() && row.evaluation < report.evaluations.size(),
            "rows refer to what is there");
    require((row.envelope_to == 0 || row.envelope_to < report.texts.size()) &&
                (row.remark == 0 || row.remark < report.texts.size()),
            "rows refer to texts that are there");
    messages += row.count;
  }
  for (const PackedReport::Identity& identity : report.identities) {
    require(identity.dkim < report.auth_sets.size() && identity.spf < report.auth_sets.size(),
            "identities refer to what is there");
    require(is_clean(identity.header_from) && is_clean(identity.envelope_from), "names are clean");
    const std::string& dkim = report.auth_sets[identity.dkim].text;
    const std::string& spf = report.auth_sets[identity.spf].text;
    require(dkim_set_text(dkim_set_from(dkim)) == dkim && spf_set_text(spf_set_from(spf)) == spf,
            "results are read back as they were written");
  }
  for (const PackedReport::Evaluation& evaluation : report.evaluations)
    require(reasons_text(reasons_from(evaluation.reasons)) == evaluation.reasons,
            "reasons are read back as they were written");
  const Totals& totals = report.totals;
  require(totals.messages == messages &&
              totals.both + totals.dkim_only + totals.spf_only + totals.neither == messages,
          "the totals are those of the rows");
  require(totals.none + totals.pass + totals.quarantine + totals.reject == messages,
          "each message has one disposition");
  const ReportMetadata& metadata = report.head.report.metadata;
  require(is_clean(metadata.org_name) && is_clean(metadata.report_id) && is_clean(metadata.email),
          "metadata are clean");
  require(metadata.begin >= 0 && metadata.begin <= metadata.end, "date range");
}

/// Has no key; every name is asked for.
class NoKeys : public Resolver {
 public:
  DnsAnswer ask(const DnsQuestion& question) override {
    require(is_domain_name(question.name), "only domain names are asked for");
    return {.status = DnsAnswer::Status::no_name};
  }
};

/// The input's last byte chooses where the item comes from.
void properties(std::string_view input) {
  constexpr std::array names{"box", "a.eml", "a.xml", "a.xml.gz",
                             "imaps://user@imap.gmail.com/Reports"};
  const unsigned choice = input.empty() ? 0 : static_cast<unsigned char>(input.back());
  Item item;
  item.origin.source = names[choice % names.size()];
  item.origin.index = choice % 2;
  item.bytes = input;
  if (choice % 32 == 31) item.fault = Error{Fault::limit, "too large", "mail_size"};
  NoKeys keys;
  MemoryPool pool(1u << 20);
  const SenderChecks checks{.receivers = {"mx.example.com"}, .resolver = &keys};
  const ProcessedItem done = process(item, small_limits(), &pool, checks),
                      again = process(item, small_limits(), &pool, checks);
  require(done.bytes == input.size() && done.digest == again.digest, "the item itself");
  require(done.reports.size() == again.reports.size() &&
              done.faults.size() == again.faults.size() && done.not_a_report == again.not_a_report,
          "the same outcome twice");
  for (const ProcessedItem::Report& found : done.reports) {
    require(is_utf8(found.part), "names of parts are UTF-8");
    fits_together(found.report);
  }
  for (const ItemFault& fault : done.faults) {
    require(is_utf8(fault.part) && is_utf8(fault.error.text), "faults are UTF-8");
    require(!reason_of(fault.error).empty(), "a fault has a word");
  }
  require(!done.reports.empty() || !done.faults.empty() || !done.not_a_report.empty(),
          "each item is something");
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string xml =
      "<?xml version=\"1.0\"?><feedback><report_metadata><org_name>a</org_name><report_id>1</report_id><date_range><begin>1785542400</begin><end>1785628799</end></date_range>"
      "</report_metadata><policy_published><domain>example.com</domain><p>none</p></policy_published><record><row><source_ip>192.0.2.1</source_ip><count>2</count><policy_evaluated>"
      "<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf><reason><type>forwarded</type></reason></policy_evaluated></row><identifiers><header_from>example.com</header_from>"
      "</identifiers><auth_results><dkim><domain>example.com</domain><selector>s</selector><result>pass</result></dkim><spf><domain>example.com</domain><result>fail</result></spf>"
      "</auth_results></record></feedback>\n";
  const auto mail = [](std::string_view type, const std::string& bytes) {
    return "From: a@b.example\nSubject: Report Domain: example.com Submitter: a Report-ID: 1\nMessage-ID: <1@b.example>\nMIME-Version: 1.0\nContent-Type: " +
           std::string(type) + "\nContent-Transfer-Encoding: base64\n\n" + test::base64(bytes) +
           "\n";
  };
  return {xml, test::deflated(xml),
          test::zip_of({{"a!example.com!1785542400!1785628799.xml", xml}}),
          mail("application/gzip; name=a.xml.gz", test::deflated(xml)), mail("text/xml", xml)};
}

std::vector<std::string_view> words() {
  return {"<record>", "</record>", "<count>",        "<reason>", "</feedback>", "<dkim>",
          "<spf>",    "<result>",  "Content-Type: ", "--b\n",    "base64",      "PK\3\4",
          "\x1f\x8b", "&#9;",      "&#10;",          "\t",       "<![CDATA["};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size,
      {.milliseconds = 200, .microseconds_per_byte = 20, .bytes = 80u << 20, .bytes_per_byte = 100},
      dmarcq::fuzz::properties);
}
