// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/generator/dates.h"
#include "tests/generator/report.h"
#include "tests/generator/rng.h"

// A reporter is a way to write, a way to send and a few habits of judging: all of it data, so that
// a new one is a new entry in reporters.cc and no new code.
namespace dmarcq::generator {

/// Elements whose presence and order differ between reporters. Spelled as in the XML.
enum class Element {
  // feedback
  version,
  report_metadata,
  policy_published,
  // report_metadata
  org_name,
  email,
  extra_contact_info,
  report_id,
  date_range,
  generator,
  // policy_published
  domain,
  adkim,
  aspf,
  p,
  sp,
  np,
  pct,
  fo,
  testing,
  discovery_method,
  // identifiers
  envelope_to,
  envelope_from,
  header_from,
  // auth_results and its entries
  dkim,
  spf,
  selector,
  scope,
  result,
  human_result,
};

/// How the XML looks. The lists give both which elements are written and in what order.
struct XmlStyle {
  std::string declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  std::string root_attributes;  ///< with a leading space, e.g. a namespace
  std::string version = "1.0";
  std::string generator;
  std::string indent = "  ";
  std::string line_end = "\n";  ///< empty, with an empty indent: all on one line
  bool final_line_end = true;
  bool self_closing = false;  ///< <human_result/> instead of <human_result></human_result>
  bool keep_empty = false;    ///< a tag that is not published is written empty (Cisco: <sp></sp>)

  std::vector<Element> feedback = {Element::version, Element::report_metadata,
                                   Element::policy_published};
  std::vector<Element> metadata = {Element::org_name, Element::email, Element::extra_contact_info,
                                   Element::report_id, Element::date_range};
  std::vector<Element> policy = {Element::domain, Element::adkim, Element::aspf, Element::p,
                                 Element::sp,     Element::pct,   Element::fo};
  std::vector<Element> identifiers = {Element::header_from};
  std::vector<Element> auth_results = {Element::dkim, Element::spf};
  std::vector<Element> dkim = {Element::domain, Element::selector, Element::result};
  std::vector<Element> spf = {Element::domain, Element::scope, Element::result};
};

/// How a reporter judges and groups, beyond DMARC itself.
struct Habits {
  /// Rows are split by the recipient's domain, and the domain is written: one address becomes many
  /// rows (Microsoft).
  std::vector<std::string> recipients;
  /// RFC 9990: `pass` instead of `none` when DMARC passed under an enforcing policy;
  /// policy_test_mode for t=y.
  bool rfc9990 = false;
  /// Added to every row (OpenDMARC before 2026), or to every row that fails (KDDI's empty reason).
  std::vector<Reason> on_every_row, on_failure;
  /// Own words for SPF results: {"fail", "hardfail"}.
  std::vector<std::pair<std::string, std::string>> spf_words;
  /// Further SPF entries behind the real one, each a copy with the scope or result changed
  /// (gosecure).
  bool three_spf_results = false;
  /// Mail without a signature gets an empty or `none` DKIM entry instead of no entry.
  bool writes_missing_dkim = false;
};

/// When the window of a day begins and ends. Its middle must stay within the day.
struct WindowStyle {
  Seconds offset = 0;                    ///< from 00:00 UTC
  Seconds length = seconds_per_day - 1;  ///< 86,399: until 23:59:59
  Seconds offset_jitter = 0, length_jitter = 0;
};

enum class Container { gzip, zip, xml };

enum class MailShape {
  body_is_attachment,  ///< the mail has no parts: its body is the file (Google, Mimecast)
  mixed,               ///< multipart/mixed: a word of explanation, then the file
  microsoft,           ///< mixed(related(alternative(html)), file)
};

/// How the file is mailed. `{domain} {submitter} {id} {date}` are filled in.
struct MailStyle {
  MailShape shape = MailShape::mixed;
  Container container = Container::gzip;
  std::string from;
  std::string envelope_sender;
  std::string subject = "Report Domain: {domain} Submitter: {submitter} Report-ID: {id}";
  bool encoded_subject = false;  ///< RFC 2047, base64
  std::string content_type;  ///< of the file; empty: application/gzip, application/zip or text/xml
  std::string text;          ///< of the explaining part
  std::string mailer;        ///< X-Mailer
  std::string host;          ///< whose name stands in Received
  bool id_in_file_name = false;
  bool split_file_names = false;       ///< RFC 2231: name*0=, name*1=
  std::string member_suffix = ".xml";  ///< of the file inside a zip
  bool gzip_carries_name = false;
  std::string after_gzip;  ///< bytes behind the gzip stream that do not belong there (Mimecast: CR
                           ///< LF)
  unsigned unfolded_header_percent = 0;  ///< so many mails have a part header line without a colon
                                         ///< (Microsoft)
  int zone_hours = 0;
  int earliest_hours = 4, latest_hours = 26;  ///< after the end of the window
};

/// What a report id may be made of.
struct IdContext {
  const std::string& domain;
  Day day;
  Seconds begin, end;
  Rng& rng;
};

struct Reporter {
  std::string key;  ///< how scenarios name it: "google"
  std::string org_name, email, extra_contact_info;
  std::string submitter;  ///< domain in the subject and in the file name
  std::function<std::string(const IdContext&)> report_id;
  WindowStyle window;
  Habits habits;
  XmlStyle xml;
  MailStyle mail;
};

/// The reporters that reporters.cc knows, each in its real shape.
const std::vector<Reporter>& all_reporters();
/// Throws std::invalid_argument for an unknown key.
const Reporter& reporter(const std::string& key);

}  // namespace dmarcq::generator
