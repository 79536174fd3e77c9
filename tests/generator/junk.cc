// SPDX-License-Identifier: MIT
#include "tests/generator/junk.h"

#include <fmt/format.h>

#include "tests/generator/encoding.h"

namespace dmarcq::generator {
namespace {

struct Envelope {
  std::string from_header, sender, host, subject;
  Seconds sent;
};

Mail mail_of(const Envelope& envelope, const std::string& rua, const std::string& headers_and_body,
             Rng& rng) {
  Mail mail;
  mail.delivered = envelope.sent + rng.between(1, 40);
  mail.envelope_sender = envelope.sender.empty() ? "MAILER-DAEMON" : envelope.sender;
  mail.text = delivery_headers(envelope.sender, envelope.host, rua, mail.delivered, rng);
  mail.text += "Date: " + rfc5322_date(envelope.sent) + "\n";
  mail.text += fmt::format("Message-ID: <{}.{}@{}>\n", envelope.sent, rng.hex(12), envelope.host);
  mail.text += "From: " + envelope.from_header + "\nTo: " + rua + "\nSubject: " + envelope.subject +
               "\n";
  mail.text += "MIME-Version: 1.0\n" + headers_and_body;
  return mail;
}

std::string plain(const std::string& text) {
  return "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\n" + text;
}

std::string bounce_body(const std::string& rua, const std::string& recipient,
                        const std::string& reason, Seconds sent) {
  return fmt::format(
      "Auto-Submitted: auto-replied\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=\"8F2C1A.{0}/mx\"\n\n"
      "This is a MIME-encapsulated message.\n\n--8F2C1A.{0}/mx\nContent-Type: text/plain; charset=us-ascii\n\n"
      "I'm sorry to have to inform you that your message could not be delivered.\n\n<{1}>: {2}\n\n"
      "--8F2C1A.{0}/mx\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.harborlight-hotels.example\n"
      "Arrival-Date: {3}\n\nFinal-Recipient: rfc822; {1}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; {2}\n\n"
      "--8F2C1A.{0}/mx\nContent-Type: message/rfc822\n\nFrom: Report mailbox <{4}>\nTo: {1}\n"
      "Subject: Re: Report Domain\nDate: {3}\nMessage-ID: <bounced.{0}@mx>\n\nThank you.\n\n--8F2C1A.{0}/mx--\n",
      sent, recipient, reason, rfc5322_date(sent - 60), rua);
}

/// ARF (RFC 6591, RFC 9991): what ruf= asks for, sent to rua= by mistake.
std::string failure_body(const std::string& domain, const std::string& source, Seconds sent,
                         bool with_mail) {
  std::string body = fmt::format(
      "Content-Type: multipart/report; report-type=feedback-report; boundary=\"=_arf_{0}\"\n\n"
      "--=_arf_{0}\nContent-Type: text/plain; charset=us-ascii\n\n"
      "This is an authentication failure report for a message received from {1} on {2}.\n\n"
      "--=_arf_{0}\nContent-Type: message/feedback-report\n\n"
      "Feedback-Type: auth-failure\nUser-Agent: Lua/1.0\nVersion: 1.0\nOriginal-Mail-From: billing@{3}\n"
      "Arrival-Date: {2}\nSource-IP: {1}\nReported-Domain: {3}\nAuth-Failure: dmarc\nDelivery-Result: delivered\n"
      "Authentication-Results: dmarc=fail (p=none; dis=none) header.from={3}\n\n",
      sent, source, rfc5322_date(sent - 90), domain);
  const std::string original = fmt::format(
      "From: Billing <billing@{0}>\nTo: <redacted>\nSubject: Invoice overdue\nDate: {1}\nMessage-ID: <{2}@{0}>\n",
      domain, rfc5322_date(sent - 120), sent);
  body += fmt::format("--=_arf_{}\nContent-Type: {}\n\n{}", sent,
                      with_mail ? "message/rfc822" : "text/rfc822-headers", original);
  if (with_mail) body += "\nPlease pay the attached invoice.\n";
  return body + fmt::format("\n--=_arf_{}--\n", sent);
}

/// SMTP TLS report (RFC 8460).
std::string tls_body(const std::string& domain, const std::string& organization, Day day) {
  const std::string json = fmt::format(
      "{{\"organization-name\":\"{0}\",\"date-range\":{{\"start-datetime\":\"{1}T00:00:00Z\",\"end-datetime\":"
      "\"{1}T23:59:59Z\"}},\"contact-info\":\"smtp-tls-reporting@{0}\",\"report-id\":\"{1}T00:00:00Z_{2}\","
      "\"policies\":"
      "[{{\"policy\":{{\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\",\"mode: testing\",\"mx: mx1.{2}\","
      "\"max_age: 604800\"],\"policy-domain\":\"{2}\"}},\"summary\":{{\"total-successful-session-count\":{3},"
      "\"total-failure-session-count\":0}}}}]}}",
      organization, iso_date(day), domain, 200 + day % 150);
  const std::string name = fmt::format("{}!{}!{}!{}!001.json.gz", organization, domain,
                                       midnight(day), midnight(day + 1) - 1);
  return fmt::format(
      "TLS-Report-Domain: {0}\nTLS-Report-Submitter: {1}\n"
      "Content-Type: multipart/report; boundary=\"0000000000007877ce{2}\"; report-type=tlsrpt\n\n"
      "--0000000000007877ce{2}\nContent-Type: text/plain; charset=\"UTF-8\"\n\n"
      "This is an aggregate TLS report from {1}\n\n"
      "--0000000000007877ce{2}\nContent-Type: application/tlsrpt+gzip; \n\tname=\"{3}\"\n"
      "Content-Disposition: attachment; \n\tfilename=\"{3}\"\nContent-Transfer-Encoding: base64\n\n{4}\n"
      "--0000000000007877ce{2}--\n",
      domain, organization, day, name, base64(gzip(json)));
}

}  // namespace

std::vector<JunkMail> junk_mails(const std::string& domain, const std::string& rua, Day first_day,
                                 int days, Rng& rng) {
  std::vector<JunkMail> junk;
  const auto on = [&](int percent) {  // office hours on a day so far into the period
    return midnight(first_day + days * percent / 100) + rng.between(7 * 3600, 16 * 3600);
  };
  const auto add = [&](std::string kind, std::string note, const Envelope& envelope,
                       const std::string& body) {
    junk.push_back({std::move(kind), std::move(note), mail_of(envelope, rua, body, rng)});
  };
  const std::string company_host = "mail." + domain;

  // The line that begins with "From " tests the mailbox's quoting.
  add("other", "a colleague's question",
      {"Mira Okafor <mira.okafor@" + domain + ">", "mira.okafor@" + domain, company_host,
       "What is all this?", on(6)},
      plain(
          "Hi,\n\nthe report mailbox is filling up. Who reads these?\n\nFrom the support desk I hear that some order\n"
          "mails land in spam.\n\nMira\n"));
  add("other", "a salesman's offer",
      {"Dale at MailPilot <dale@mailpilot.example>", "bounce-4471@mailpilot.example",
       "out.mailpilot.example", "Quick question about your DMARC record", on(23)},
      plain("Hello,\n\nI noticed that " + domain +
            " still publishes p=none. 15 minutes this week?\n\nDale\n"));
  add("other", "a newsletter in HTML",
      {"Deliverability Weekly <news@deliverability-weekly.example>",
       "news@deliverability-weekly.example", "mx.deliverability-weekly.example",
       "=?utf-8?Q?Issue_212=3A_what_=E2=80=9Crelaxed=E2=80=9D_means?=", on(48)},
      "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
      "<html><body><h1>Issue 212</h1><p>&lt;feedback&gt; is a tag, not an opinion =E2=80=93 today we read one.</p>"
      "</body></html>\n");
  add("other", "a colleague announces the new policy",
      {"Mira Okafor <mira.okafor@" + domain + ">", "mira.okafor@" + domain, company_host,
       "Policy is quarantine now", on(79)},
      plain("Done: _dmarc." + domain + " is p=quarantine since Sunday.\n\nMira\n"));

  add("other", "an absence note",
      {"Jonas Lindqvist <jonas.lindqvist@" + domain + ">", "jonas.lindqvist@" + domain,
       company_host, "Automatic reply: Report Domain: " + domain, on(12)},
      "Auto-Submitted: auto-replied\n" +
          plain(
              "I am out of the office until Monday, on a mountain without reception.\n\nJonas\n"));
  add("other", "an absence note",
      {"Jonas Lindqvist <jonas.lindqvist@" + domain + ">", "jonas.lindqvist@" + domain,
       company_host, "Automatic reply: Report Domain: " + domain, on(67)},
      "Auto-Submitted: auto-replied\n" + plain("Back next week.\n\nJonas\n"));

  Seconds sent = on(17);
  add("bounce", "a delivery failure",
      {"Mail Delivery System <MAILER-DAEMON@harborlight-hotels.example>", "",
       "mx.harborlight-hotels.example", "Undelivered Mail Returned to Sender", sent},
      bounce_body(rua, "reservations@harborlight-hotels.example", "550 5.1.1 user unknown", sent));
  sent = on(58);
  add("bounce", "a delivery failure",
      {"Mail Delivery System <MAILER-DAEMON@summitbank.example>", "", "mx2.summitbank.example",
       "Undelivered Mail Returned to Sender", sent},
      bounce_body(rua, "dmarc-noreply@summitbank.example", "550 5.7.1 this mailbox takes no mail",
                  sent));

  sent = on(31);
  add("failure_report", "a failure report with headers",
      {"dmarc-noreply@linkedin.com", "dmarc-noreply@linkedin.com", "mailf-cd.linkedin.com",
       "DMARC Failure report for " + domain, sent},
      failure_body(domain, "198.51.100.17", sent, false));
  sent = on(72);
  add("failure_report", "a failure report with the mail",
      {"Authentication report <noreply-ruf@summitbank.example>", "noreply-ruf@summitbank.example",
       "mx2.summitbank.example", "FW: Invoice overdue", sent},
      failure_body(domain, "203.0.113.142", sent, true));

  for (const int percent : {10, 40, 84}) {
    const std::string organization = percent == 40 ? "microsoft.com" : "google.com";
    const Seconds when = on(percent);
    const Day day = static_cast<Day>(when / seconds_per_day) - 1;
    add("tls_report", "an SMTP TLS report",
        {"noreply-smtp-tls-reporting@" + organization, "noreply-smtp-tls-reporting@" + organization,
         "mta." + organization,
         fmt::format("Report Domain: {0} Submitter: {1} Report-ID: <{2}+{0}@{1}>", domain,
                     organization, iso_date(day)),
         when},
        tls_body(domain, organization, day));
  }
  return junk;
}

Mail forwarded_as_attachment(const Mail& inner, const std::string& from, const std::string& rua,
                             Seconds sent, Rng& rng) {
  const std::string boundary = "------------" + rng.lower_alphanumeric(24);
  return mail_of(
      {"Jonas Lindqvist <" + from + ">", from, from.substr(from.find('@') + 1),
       "Fwd: this one came to me", sent},
      rua,
      "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\n\n--" + boundary +
          "\nContent-Type: text/plain; charset=UTF-8\n\nFrom my own inbox, for the collection.\n\n--" +
          boundary +
          "\nContent-Type: message/rfc822; charset=UTF-8; name=\"report.eml\"\n"
          "Content-Disposition: attachment; filename=\"report.eml\"\n\n" +
          inner.text + "\n--" + boundary + "--\n",
      rng);
}

}  // namespace dmarcq::generator
