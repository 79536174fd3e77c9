// SPDX-License-Identifier: MIT
// How far a report is to be trusted, and whose word it is.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "store/document/report_sender.h"

using namespace dmarcq;

namespace {

MailTrace mail(std::string from, std::string results = {}, std::string subject = {}) {
  MailTrace trace{.from = std::move(from), .subject = std::move(subject)};
  if (!results.empty())
    trace.lines.push_back({MailTrace::Field::authentication_results, std::move(results)});
  trace.lines.push_back({MailTrace::Field::received,
                         "from x by mx.owner.example with SMTP; Sat, 1 Aug 2026 00:00:00 +0000"});
  return trace;
}

std::string passed(const std::string& domain, const std::string& by = "mx.owner.example") {
  return by + "; dmarc=pass header.from=" + domain;
}
std::string failed(const std::string& domain) {
  return "mx.owner.example; dmarc=fail header.from=" + domain;
}

}  // namespace

TEST_CASE("report sender: trust") {
  struct Row {
    const char* name;
    MailTrace mail;
    const char *file, *org, *email;
    bool named;  ///< mx.owner.example is configured
    Trust expected;
  };
  for (const Row& row : {
           Row{"a receiver's word for the reporter's domain",
               mail("a@kestrel.example", passed("kestrel.example")), "", "kestrel.example",
               "a@kestrel.example", true, Trust::verified},
           Row{"a subdomain of it", mail("a@out.kestrel.example", passed("out.kestrel.example")),
               "", "mx1.kestrel.example", "", true, Trust::verified},
           Row{"a name that is no domain goes by its address",
               mail("a@kestrel.example", passed("kestrel.example")), "", "Kestrel Mail",
               "dmarc@kestrel.example", true, Trust::verified},
           Row{"the same, from elsewhere", mail("a@else.example", passed("else.example")), "",
               "Kestrel Mail", "dmarc@kestrel.example", true, Trust::contradictory},
           Row{"a known reporter's other domain",
               mail("dmarcreport@microsoft.com", passed("microsoft.com")), "", "Outlook.com",
               "dmarcreport@microsoft.com", true, Trust::verified},
           Row{"Yahoo for its others", mail("noreply@dmarc.yahoo.com", passed("dmarc.yahoo.com")),
               "", "Yahoo", "", true, Trust::verified},
           Row{"a known reporter is not who writes its address",
               mail("a@else.example", passed("else.example")), "", "Enterprise Outlook",
               "a@else.example", true, Trust::contradictory},
           Row{"borrowed name", mail("a@else.example", passed("else.example")), "", "google.com",
               "noreply-dmarc-support@google.com", true, Trust::contradictory},
           Row{"borrowed name, nobody named", mail("a@else.example", passed("else.example")), "",
               "google.com", "noreply-dmarc-support@google.com", false, Trust::contradictory},
           Row{"borrowed name and From", mail("a@google.com", failed("google.com")), "",
               "google.com", "", true, Trust::contradictory},
           Row{"forwarded, nobody named", mail("a@google.com", failed("google.com")), "",
               "google.com", "", false, Trust::unverified},
           Row{"passed, nobody named", mail("a@google.com", passed("google.com")), "", "google.com",
               "", false, Trust::plausible},
           Row{"no results, nobody named", mail("a@google.com"), "", "google.com", "", false,
               Trust::plausible},
           Row{"anybody's address", mail("a@yahoo.com", passed("yahoo.com")), "", "Yahoo", "", true,
               Trust::contradictory},
           Row{"anybody's address at a smaller provider", mail("a@web.de", passed("web.de")), "",
               "web.de", "a@web.de", true, Trust::plausible},
           Row{"the provider's own name", mail("a@sicher.gmx.net", passed("sicher.gmx.net")), "",
               "gmx.net", "", true, Trust::verified},
           Row{"through a group of the owner's", mail("a@owner.example", passed("owner.example")),
               "", "google.com", "", true, Trust::unverified},
           Row{"the same, nobody named", mail("a@owner.example", passed("owner.example")), "",
               "google.com", "", false, Trust::unverified},
           Row{"the owner's own report", mail("a@owner.example", passed("owner.example")), "",
               "owner.example", "", true, Trust::verified},
           Row{"no results of who was named",
               mail("a@google.com", passed("google.com", "mx.else.example")), "", "google.com", "",
               true, Trust::unverified},
           Row{"from elsewhere", mail("a@else.example"), "", "google.com", "", false,
               Trust::unverified},
           Row{"a name that only ends alike", mail("a@notgoogle.com"), "", "google.com", "", false,
               Trust::unverified},
           Row{"no From", mail(""), "", "google.com", "", false, Trust::unverified},
           Row{"announced by the reporter",
               mail("a@google.com", "",
                    "Report Domain: kestrel.example Submitter: google.com Report-ID: 1"),
               "", "google.com", "", false, Trust::plausible},
           Row{"announced by somebody else",
               mail("a@kestrel.example", "",
                    "Report Domain: owner.example Submitter: else.example Report-ID: 1"),
               "", "kestrel.example", "", false, Trust::unverified},
           Row{"announced by somebody else in the file's name", mail("a@kestrel.example"),
               "x.zip/else.example!owner.example!1786060800!1786147199.xml", "kestrel.example", "",
               false, Trust::unverified},
           Row{"large reporters announce all their names",
               mail("a@dmarc.yahoo.com", "",
                    "Report Domain: owner.example Submitter: aol.com Report-ID: 1"),
               "", "Yahoo", "", false, Trust::plausible},
           Row{"a verified one may announce what it likes",
               mail("a@google.com", passed("google.com"),
                    "Report Domain: x Submitter: else.example Report-ID: 1"),
               "", "google.com", "", true, Trust::verified},
       }) {
    CAPTURE(row.name);
    const std::vector<std::string> receivers =
        row.named ? std::vector<std::string>{"mx.owner.example"} : std::vector<std::string>();
    const ReportMetadata metadata{.org_name = row.org, .email = row.email};
    const ReportSender sender =
        report_sender(row.mail, row.file, metadata, "owner.example", receivers);
    CHECK(to_text(sender.trust) == to_text(row.expected));
    CHECK(sender.mail);
  }
  CHECK(ReportSender{}.trust == Trust::unverified);
}

TEST_CASE("report sender: whose word it is") {
  const std::vector<std::string> receivers{"mx.owner.example"};
  const auto voice = [&](const MailTrace& trace, const char* org) {
    return voice_of(report_sender(trace, "", {.org_name = org, .email = std::string("a@") + org},
                                  "owner.example", receivers),
                    org);
  };
  const MailTrace forger = mail("a@else.example", passed("else.example"));
  CHECK(voice(forger, "google.com") == Voice{"sent by else.example", false});
  CHECK(voice(forger, "yahoo.com") == voice(forger, "google.com"));  // one sender under many names
                                                                     // is one
  CHECK(voice(mail("a@google.com", failed("google.com")), "google.com") ==
        Voice{"DMARC failed for google.com", false});
  CHECK(voice(mail("a@google.com", passed("google.com")), "google.com") ==
        Voice{"google.com", true});
  CHECK(voice(mail("a@google.com"), "Google.COM") == Voice{"unverified, from google.com", false});
  CHECK(voice(mail("nobody"), "google.com") == Voice{"unverified, from nobody", false});
  CHECK(voice(mail("a@owner.example", passed("owner.example")), "google.com") ==
        Voice{"google.com", true});  // a group of the owner's own
  CHECK(voice(mail("a@web.de", passed("web.de")), "web.de") == Voice{"web.de", true});
  CHECK(voice_of(report_sender(mail("a@else.example"), "", {.org_name = "Google.COM"},
                               "owner.example", {}),
                 "Google.COM") == Voice{"google.com", true});
  for (const char* name : {"Yahoo", "yahoo.com", "AOL"})
    CHECK(voice(mail("a@dmarc.yahoo.com", passed("dmarc.yahoo.com")), name) ==
          Voice{"yahoo", true});
  CHECK(voice_of({}, "google.com") == Voice{"google.com", true});
  // So are many names below one domain; but not the two of Microsoft.
  const MailTrace sybil = mail("a@else.example", passed("else.example"));
  CHECK(voice(sybil, "a.else.example") == voice(sybil, "b.else.example"));
  const MailTrace microsoft = mail("a@microsoft.com", passed("microsoft.com"));
  CHECK(voice(microsoft, "Outlook.com") == Voice{"outlook.com", true});
  CHECK(voice(microsoft, "Enterprise Outlook") == Voice{"enterprise outlook", true});
}

TEST_CASE("report sender: a name that is no domain is borne by several") {
  CHECK(claimant_of("Kestrel Mail", "a@kestrel.example") ==
        claimant_of("KESTREL MAIL", "b@OUT.kestrel.example"));
  CHECK(claimant_of("Kestrel Mail", "a@kestrel.example") !=
        claimant_of("Kestrel Mail", "a@else.example"));
  CHECK(claimant_of("kestrel.example", "a@kestrel.example") ==
        claimant_of("kestrel.example", "a@else.example"));
  CHECK(claimant_of("Yahoo", "a@dmarc.yahoo.com") == claimant_of("yahoo", ""));
}

TEST_CASE("report sender: parties of one report") {
  const ReportSender file,
      verified{.mail = true, .from_domain = "google.com", .trust = Trust::verified},
      plausible{.mail = true, .from_domain = "google.com", .trust = Trust::plausible},
      stranger{.mail = true, .from_domain = "else.example", .trust = Trust::unverified},
      other{.mail = true, .from_domain = "third.example", .trust = Trust::contradictory};
  CHECK(party_of(file).empty());
  CHECK(party_of(verified) != party_of(plausible));
  CHECK(party_of(stranger) == party_of(plausible));
  CHECK(party_of(other) != party_of(stranger));
  // A From that fits weighs nothing.
  CHECK(weight_of(verified) > weight_of(plausible));
  CHECK(weight_of(plausible) == weight_of(stranger));
  CHECK(weight_of(stranger) == weight_of(file));
  CHECK(weight_of(file) > weight_of(other));
  CHECK(tells_more(verified, plausible));
  CHECK(tells_more(stranger, file));
  CHECK_FALSE(tells_more(file, stranger));
  CHECK_FALSE(tells_more(verified, verified));
}
