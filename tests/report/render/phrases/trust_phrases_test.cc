// SPDX-License-Identifier: MIT
#include "report/render/phrases/trust_phrases.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

using Verdict = MailSender::Verdict;

ReportInfo report(const ReportSender& sender, const std::string& org_name = "google.com") {
  ReportInfo info;
  info.org_name = org_name;
  info.email = "noreply@" + org_name;
  info.sender = sender;
  info.messages = 12'345;
  return info;
}

ReportSender mail(const std::string& from_domain, Verdict verdict, Trust trust,
                  bool named_receiver = true) {
  return {.mail = true,
          .from_domain = from_domain,
          .submitter = "else.example",
          .verdict = verdict,
          .receiver = verdict == Verdict::unknown ? "" : "mx.example.com",
          .named_receiver = named_receiver,
          .trust = trust};
}

}  // namespace

TEST_CASE("phrases of trust: how a report comes to its trust") {
  struct Row {
    ReportInfo report;
    std::string expected;
  };
  for (
      const Row& row : {
          Row{report({}), "it came as a file, which does not tell who sent it"},
          Row{report(mail("", Verdict::pass, Trust::unverified)),
              "its From does not name a single domain"},
          Row{report(mail("google.com", Verdict::pass, Trust::verified)),
              "mx.example.com says that it comes from google.com"},
          Row{report(mail("google.com", Verdict::pass, Trust::plausible, false)),
              "mx.example.com says that it comes from google.com; authserv_id does not name that "
              "receiver"},
          Row{report(mail("google.com", Verdict::pass, Trust::plausible)),
              "mx.example.com says that it comes from google.com, where anyone can have an address"},
          Row{report(mail("evil.example", Verdict::pass, Trust::contradictory)),
              "mx.example.com says that it comes from evil.example, which is not known as a domain "
              "of google.com"},
          Row{report(mail("owner.example", Verdict::pass, Trust::unverified)),
              "it claims to come from owner.example, so it came through a list or group of the "
              "domain itself, which hides the sender"},
          Row{report(mail("google.com", Verdict::fail, Trust::contradictory)),
              "mx.example.com says that DMARC failed for google.com"},
          Row{report(mail("google.com", Verdict::signature, Trust::verified)),
              "a DKIM signature, checked with the key at mx.example.com, says that it comes from "
              "google.com"},
          Row{report(mail("evil.example", Verdict::signature, Trust::contradictory)),
              "a DKIM signature, checked with the key at mx.example.com, says that it comes from "
              "evil.example, which is not known as a domain of google.com"},
          Row{report(mail("google.com", Verdict::unknown, Trust::plausible)),
              "it claims to come from google.com, but no receiver confirms it"},
          Row{report(mail("google.com", Verdict::unknown, Trust::unverified)),
              "it claims to come from google.com, but no receiver named in authserv_id confirms it"},
          Row{report(mail("google.com", Verdict::unknown, Trust::unverified, false)),
              "it claims to come from google.com, but names else.example as its submitter"},
          Row{report(mail("evil.example", Verdict::unknown, Trust::unverified)),
              "it claims to come from evil.example, which is not known as a domain of google.com"},
      })
    CHECK(trust_text(row.report) == row.expected);
}

TEST_CASE("phrases of suspicion: count and noun agree, the others are named") {
  using Kind = Suspicion::Kind;
  const ReportInfo asked = report(mail("evil.example", Verdict::unknown, Trust::unverified));
  const auto text = [&](const Suspicion& suspicion) { return suspicion_text(suspicion, asked); };
  CHECK(text({.kind = Kind::contradictory}) == trust_text(asked));
  CHECK(text({.kind = Kind::unproven_sender, .usual_sender = "google.com"}) ==
        trust_text(asked) + "; other reports of google.com come from google.com");
  CHECK(text({.kind = Kind::unusual_sender, .usual_sender = "mail.example"}) ==
        "it comes from evil.example; most other reports of google.com come from mail.example");
  CHECK(text({.kind = Kind::many_messages, .most_of_others = 90}) ==
        "12,345 messages; the reporter's other reports on this domain have at most 90");
  CHECK(text({.kind = Kind::longer_window, .days = 7, .most_of_others = 1}) ==
        "its window covers 7 days; those of the reporter's other reports on this domain at most 1");
  CHECK(text({.kind = Kind::long_window, .days = 700}) == "its window covers 700 days");
  CHECK(text({.kind = Kind::from_the_future}) ==
        "it begins after today: the reporter's clock is wrong, or the report is forged");
}
