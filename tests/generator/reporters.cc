// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <stdexcept>

#include "tests/generator/reporter.h"

// Each shape was taken from published mails and reports of that reporter; where only the XML was to
// be had, the mail around it is the plain form of RFC 7489. Comments name what a reader of such
// reports trips over.
namespace dmarcq::generator {
namespace {

using enum Element;
using Elements = std::vector<Element>;

constexpr Seconds hour = 3600;

Reporter google() {
  Reporter r;
  r.key = "google";
  r.org_name = r.submitter = "google.com";
  r.email = "noreply-dmarc-support@google.com";
  r.extra_contact_info = "https://support.google.com/a/answer/2466580";
  r.report_id = [](const IdContext& c) { return c.rng.digits(19); };
  r.xml.declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n";
  r.xml.feedback = {report_metadata, policy_published};  // no version
  r.xml.policy = {domain, adkim, aspf, p, sp, pct, np};  // np in the old dialect, no fo
  r.xml.dkim = {domain, result, selector};
  r.xml.spf = {domain, result};
  r.mail.shape = MailShape::body_is_attachment;
  r.mail.container = Container::zip;
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.subject = "Report domain: {domain} Submitter: {submitter} Report-ID: {id}";
  r.mail.host = "mail-qk1-f202.google.com";
  r.mail.zone_hours = -7;
  r.mail.latest_hours = 12;
  return r;
}

Reporter microsoft(std::string key, std::string name, std::string submitter,
                   std::string subject_prefix, std::vector<std::string> recipients) {
  Reporter r;
  r.key = std::move(key);
  r.org_name = std::move(name);
  r.submitter = std::move(submitter);
  r.email = "dmarcreport@microsoft.com";
  r.report_id = [](const IdContext& c) { return c.rng.hex(32); };
  r.window.length = seconds_per_day;  // until the next midnight, so that windows touch
  r.habits.recipients = std::move(recipients);
  r.xml.declaration = "<?xml version=\"1.0\"?>\r\n";
  r.xml.root_attributes =
      " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
  r.xml.line_end = "\r\n";
  r.xml.final_line_end = false;
  r.xml.identifiers = {envelope_to, envelope_from, header_from};
  r.mail.shape = MailShape::microsoft;
  r.mail.from = "\"DMARC Aggregate Report\" <dmarcreport@microsoft.com>";
  r.mail.envelope_sender = r.email;
  r.mail.subject = subject_prefix +
                   "Report Domain: {domain} Submitter: {submitter} Report-ID: {id}";
  r.mail.host = "nam10-map.protection.outlook.com";
  r.mail.text = "This is a DMARC aggregate report from Microsoft Corporation.";
  r.mail.earliest_hours = 9;
  r.mail.latest_hours = 34;
  return r;
}

Reporter enterprise_outlook() {
  Reporter r = microsoft("enterprise-outlook", "Enterprise Outlook",
                         "enterprise.protection.outlook.com", "[Preview] ",
                         {"harborlight-hotels.example", "summitbank.example",
                          "cedarvalley-schools.example", "brightpath-logistics.example"});
  r.mail.unfolded_header_percent = 25;
  return r;
}

Reporter outlook_com() {
  Reporter r = microsoft("outlook.com", "Outlook.com", "protection.outlook.com", "",
                         {"outlook.com", "hotmail.com", "live.com", "msn.com"});
  r.mail.encoded_subject = true;
  return r;
}

Reporter yahoo() {
  Reporter r;
  r.key = "yahoo";
  r.org_name = "Yahoo";
  r.submitter = "yahoo.com";
  r.email = "dmarchelp@yahooinc.com";
  r.report_id = [](const IdContext& c) {
    return fmt::format("{}.{}", c.end + c.rng.between(600, 5400), c.rng.digits(6));
  };
  r.xml.declaration = "<?xml version=\"1.0\"?>\t\n";  // a tab ends every line
  r.xml.line_end = "\t\n";
  r.xml.feedback = {report_metadata, policy_published};
  r.xml.policy = {domain, adkim, aspf, p, pct};  // no sp, no fo
  r.xml.spf = {domain, result};
  r.mail.from = r.mail.envelope_sender = "noreply@dmarc.yahoo.com";
  r.mail.subject = "Report Domain: {domain} Submitter: {submitter} Report-ID: <{id}>";
  r.mail.text =
      "This is an aggregate DMARC report from Yahoo for your domain \"{domain}\".\n\n"
      "This domain has a DMARC record set up. You are receiving this report because your email address is included in\n"
      "the 'rua' tag which is part of that DMARC record.";
  r.mail.mailer = "MIME::Lite 3.030 (F2.84; T1.38; A2.12; B3.13; Q3.13)";
  r.mail.host = "dmarc-nonspam.mail.yahoo.com";
  r.mail.zone_hours = -7;
  return r;
}

/// GMX, WEB.DE and mail.com: the namespace and the fields of RFC 9990 since January 2026.
Reporter gmx() {
  Reporter r;
  r.key = "gmx";
  r.org_name = r.submitter = "gmx.net";
  r.email = "noreply-dmarc@sicher.gmx.net";
  r.extra_contact_info = "https://postmaster.gmx.net/en/case?c=r2002";
  r.report_id = [](const IdContext& c) { return c.rng.hex(32); };
  r.habits.rfc9990 = true;
  r.xml.root_attributes = " xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\"";
  r.xml.generator = "dmarc-reporter 4.2.1";
  r.xml.metadata = {org_name, email, extra_contact_info, report_id, date_range, Element::generator};
  r.xml.policy = {domain, discovery_method, p, sp, np, fo, adkim, aspf, testing};  // no pct
  r.xml.identifiers = {header_from, envelope_from};
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.id_in_file_name = true;
  r.mail.text = "This is a DMARC aggregate report for {domain} generated at {date}.";
  r.mail.host = "mout-dmarc.gmx.net";
  return r;
}

Reporter mail_ru() {
  Reporter r;
  r.key = "mail.ru";
  r.org_name = "Mail.Ru";
  r.submitter = "mail.ru";
  r.email = "dmarc_support@corp.mail.ru";
  r.extra_contact_info = "http://help.mail.ru/mail-help";
  r.report_id = [](const IdContext& c) { return c.rng.digits(44); };
  r.window.length = seconds_per_day;
  r.xml.declaration = "<?xml version='1.0' encoding='utf-8'?>\n";  // apostrophes, then everything
                                                                   // on one line
  r.xml.indent = r.xml.line_end = "";
  r.xml.feedback = {report_metadata, policy_published};
  r.xml.policy = {domain, adkim, aspf, p, sp, pct};
  r.xml.identifiers = {header_from};
  r.mail.from = r.mail.envelope_sender = "dmarc_support@corp.mail.ru";
  r.mail.content_type = "application/gzip";
  r.mail.text = "This is a DMARC aggregate report from Mail.Ru for {domain}.";
  r.mail.host = "dmarc.m.smailru.net";
  r.mail.zone_hours = 3;
  return r;
}

Reporter comcast() {
  Reporter r;
  r.key = "comcast";
  r.org_name = r.submitter = "comcast.net";
  r.email = "dmarc_reports@comcast.net";
  r.report_id = [](const IdContext& c) { return fmt::format("v2-{}-{}", c.begin, c.domain); };
  r.xml.identifiers = {envelope_from, header_from};
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.text = "This is an aggregate report from comcast.net.";
  r.mail.host = "resdmarc-ch2-01o.sys.comcast.net";
  return r;
}

Reporter amazon_ses() {
  Reporter r;
  r.key = "amazon-ses";
  r.org_name = "AMAZON-SES";
  r.submitter = "amazonses.com";
  r.email = "postmaster@amazonses.com";
  r.report_id = [](const IdContext& c) { return c.rng.uuid(); };
  r.window.length = seconds_per_day;
  r.xml.declaration = "<?xml version=\"1.0\"?>\n";
  r.xml.version = "0.1";
  r.xml.indent = "\t";
  r.xml.identifiers = {envelope_from, header_from};
  r.xml.dkim = {domain, result};  // no selector
  r.xml.spf = {domain, result};
  r.mail.from = "\"postmaster@amazonses.com\" <postmaster@amazonses.com>";
  r.mail.envelope_sender = "0100018f@amazonses.com";
  r.mail.subject =
      "Dmarc Aggregate Report Domain: {{domain}}  Submitter: {Amazon SES}\n  Date: {{date}}  Report-ID: {{id}}";
  r.mail.content_type = "application/octet-stream";
  r.mail.split_file_names = true;
  r.mail.text = "This MIME email was sent through Amazon SES.";
  r.mail.host = "a7-5.smtp-out.amazonses.com";
  return r;
}

Reporter mimecast() {
  Reporter r;
  r.key = "mimecast";
  r.org_name = "Mimecast";
  r.submitter = "mimecast.org";
  r.email = "no-reply@us-1.mimecastreport.com";
  r.extra_contact_info = "https://community.mimecast.com/s/knowledge";
  r.report_id = [](const IdContext& c) { return c.rng.hex(64); };
  r.xml.declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
  r.xml.self_closing = true;
  r.xml.feedback = {report_metadata, policy_published};
  r.xml.policy = {domain, adkim, aspf, p, sp, pct};
  r.xml.dkim = {domain, selector, result, human_result};  // human_result always
  r.xml.spf = {domain, result};
  r.mail.shape = MailShape::body_is_attachment;
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.subject = "Report domain: {domain} Submitter: {submitter} Report-ID:\n {id}";
  r.mail.id_in_file_name = true;
  r.mail.gzip_carries_name = true;
  r.mail.after_gzip = "\r\n";  // a strict gunzip calls the stream damaged
  r.mail.host = "us-mta-571.us.mimecast.lan";
  return r;
}

/// Mail::DMARC. Local overrides are named with a comment.
Reporter fastmail() {
  Reporter r;
  r.key = "fastmail";
  r.org_name = "Fastmail Pty Ltd";
  r.submitter = "fastmail.com";
  r.email = "reports@fastmaildmarc.com";
  r.extra_contact_info = "https://fastmail.com/";
  r.report_id = [](const IdContext& c) { return c.rng.digits(9); };
  r.habits.recipients = {"fastmail.com", "fastmail.fm"};
  r.xml.declaration = "<?xml version=\"1.0\"?>\n";
  r.xml.indent = "\t";
  r.xml.policy = {domain, p, sp, pct, fo};  // no adkim, no aspf
  r.xml.identifiers = {envelope_to, envelope_from, header_from};
  r.mail.from = "\"Fastmail DMARC Reports\" <reports@fastmaildmarc.com>";
  r.mail.envelope_sender = r.email;
  r.mail.id_in_file_name = true;
  r.mail.text =
      "This is a DMARC aggregate report for {domain}\n\nSubmitted by Fastmail Pty Ltd\nGenerated with Mail::DMARC "
      "1.20240314";
  r.mail.host = "fout-dmarc.messagingengine.com";
  return r;
}

/// Cisco Secure Email: a window of a day and some seconds, ids full of punctuation, empty elements.
Reporter cisco() {
  Reporter r;
  r.key = "cisco";
  r.org_name = "esa1.hc4417-55.iphmx.com";
  r.submitter = "hc4417-55.iphmx.com";
  r.email = "dmarc-reports@ironridge-steel.example";
  r.report_id = [](const IdContext& c) {
    return fmt::format("{}${}={}@esa1.hc4417-55.iphmx.com", c.rng.hex(6), c.rng.hex(7),
                       c.rng.hex(16));
  };
  r.window.offset = 5 * hour;
  r.window.offset_jitter = 9;
  r.window.length = seconds_per_day + 1;
  r.window.length_jitter = 17;
  r.xml.keep_empty = true;
  r.xml.policy = {domain, adkim, aspf, p, sp, pct};
  r.xml.identifiers = {header_from, envelope_from};
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.text = "This is a DMARC aggregate report from ironridge-steel.example.";
  r.mail.host = "esa1.hc4417-55.iphmx.com";
  r.mail.earliest_hours = 1;
  r.mail.latest_hours = 3;
  return r;
}

Reporter zoho() {
  Reporter r;
  r.key = "zoho";
  r.org_name = r.submitter = "zoho.com";
  r.email = "noreply-dmarc@zoho.com";
  r.extra_contact_info = "https://www.zoho.com/mail/help/adminconsole/dmarc-policy.html";
  r.report_id = [](const IdContext& c) { return c.rng.uuid(); };
  r.window.offset = 8 * hour;  // midnight in California
  r.window.length = seconds_per_day;
  r.xml.declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n";
  r.xml.indent = "    ";
  r.xml.dkim = {result, domain, selector};
  r.xml.spf = {domain, result, scope};
  r.mail.container = Container::zip;
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.text = "This is an aggregate report from zoho.com.";
  r.mail.host = "sender4-dmarc.zoho.com";
  r.mail.latest_hours = 9;
  return r;
}

/// A museum with OpenDMARC on its own server, in the versions before 2026 that blame ARC on every
/// row.
Reporter opendmarc() {
  Reporter r;
  r.key = "opendmarc";
  r.org_name = r.submitter = "fjordmuseum.example";
  r.email = "postmaster@fjordmuseum.example";
  r.report_id = [](const IdContext& c) { return fmt::format("{}:{}", c.domain, c.end + 2 * hour); };
  r.window.length = seconds_per_day;
  r.habits.on_every_row = {{"local_policy", "arc=fail"}};
  r.habits.spf_words = {{"none", "unknown"}};
  r.xml.declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n";
  r.xml.version = "1";
  r.xml.indent = " ";
  r.xml.policy = {domain, adkim, aspf, p, sp, pct};
  r.xml.auth_results = {spf, dkim};
  r.xml.spf = {domain, scope, result};
  r.mail.container = Container::zip;
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.text = "This is a DMARC aggregate report for {domain}.";
  r.mail.mailer = "opendmarc-reports v1.4.2";
  r.mail.host = "mx.fjordmuseum.example";
  return r;
}

Reporter docomo() {
  Reporter r;
  r.key = "docomo";
  r.org_name = r.submitter = "docomo.ne.jp";
  r.email = "dmarc-report@docomo.ne.jp";
  r.report_id = [](const IdContext& c) {
    return fmt::format("{}-{}", compact_date(c.day), c.rng.hex(12));
  };
  r.habits.spf_words = {{"fail", "hardfail"}};
  r.xml.indent = r.xml.line_end = "";
  r.xml.policy = {adkim, aspf, domain, p, sp, pct};
  r.xml.identifiers = {header_from, envelope_from};
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.text = "DMARC aggregate report for {domain}";
  r.mail.host = "mfsmax-dmarc.docomo.ne.jp";
  r.mail.zone_hours = 9;
  return r;
}

Reporter kddi() {
  Reporter r;
  r.key = "kddi";
  r.org_name = r.submitter = "kddi.com";
  r.email = "noreply-dmarc-support@kddi.com";
  r.extra_contact_info = "https://support.kddi.com/dmarc";
  r.report_id = [](const IdContext& c) { return compact_date(c.day) + c.rng.digits(12); };
  r.window.length = 10'000;  // windows of hours
  r.window.offset_jitter = 18 * hour;
  r.window.length_jitter = hour;
  r.habits.on_failure = {{"", ""}};
  r.habits.writes_missing_dkim = true;
  r.xml.identifiers = {envelope_to, envelope_from, header_from};
  r.habits.recipients = {"ezweb.ne.jp"};
  r.xml.dkim = {domain, selector, result, human_result};
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.text = "This is a DMARC aggregate report from kddi.com for {domain}.";
  r.mail.host = "dmarc-report.kddi.com";
  r.mail.zone_hours = 9;
  return r;
}

Reporter gosecure() {
  Reporter r;
  r.key = "gosecure";
  r.org_name = r.submitter = "gosecure.net";
  r.email = "dmarc@gosecure.net";
  r.report_id = [](const IdContext& c) { return fmt::format("{}.{}", c.begin, c.rng.hex(10)); };
  r.window.offset_jitter = 11 * hour;  // begins at any second
  r.window.length = seconds_per_day;
  r.habits.three_spf_results = true;
  r.habits.writes_missing_dkim = true;
  r.xml.identifiers = {header_from, envelope_from};
  r.mail.container = Container::xml;
  r.mail.from = r.mail.envelope_sender = r.email;
  r.mail.text = "DMARC aggregate report.";
  r.mail.host = "mx1.gosecure.net";
  return r;
}

Reporter godaddy() {
  Reporter r;
  r.key = "godaddy";
  r.org_name = "GoDaddy.com";
  r.submitter = "secureserver.net";
  r.email = "<dmarcreports@secureserver.net>";  // with its brackets, so the XML needs escapes
  r.report_id = [](const IdContext& c) {
    return fmt::format("{}-{}", c.domain, c.end + 25 * hour + c.rng.between(0, 900));
  };
  r.window.length = 0;  // begin == end
  r.window.offset_jitter = seconds_per_day - 1;
  r.xml.declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n";
  r.xml.feedback = {report_metadata, policy_published};
  r.xml.policy = {domain, adkim, aspf, p, sp, pct};
  r.xml.auth_results = {spf, dkim};
  r.xml.dkim = {domain, result};
  r.xml.spf = {domain, result};
  r.mail.container = Container::zip;
  r.mail.from = "<dmarcreports@secureserver.net>";
  r.mail.envelope_sender = "dmarcreports@secureserver.net";
  r.mail.subject =
      "Report domain: {domain} submitter: dmarcreports@secureserver.net report-id: {id}";
  r.mail.mailer = "\"opendmarc-reports (Release: v1.1, Date: 2018-07-24T08:58:38+0200)\" <@>";
  r.mail.host = "p3plsmtp-dmarc.prod.phx3.secureserver.net";
  return r;
}

}  // namespace

const std::vector<Reporter>& all_reporters() {
  static const std::vector<Reporter> reporters = {
      google(),     enterprise_outlook(), outlook_com(), yahoo(), gmx(),  mail_ru(),   comcast(),
      amazon_ses(), mimecast(),           fastmail(),    cisco(), zoho(), opendmarc(), docomo(),
      kddi(),       gosecure(),           godaddy(),
  };
  return reporters;
}

const Reporter& reporter(const std::string& key) {
  for (const Reporter& r : all_reporters()) {
    if (r.key == key) return r;
  }
  throw std::invalid_argument("no reporter is called " + key);
}

}  // namespace dmarcq::generator
