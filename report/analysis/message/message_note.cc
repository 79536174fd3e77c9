// SPDX-License-Identifier: MIT
#include "report/analysis/message/message_note.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {
namespace {

using Kind = MessageNote::Kind;
using Notes = std::vector<MessageNote>;

constexpr int weak_below = 2048;

void add_trust(const MailFacts& mail, Notes& notes) {
  if (mail.hops.empty()) notes.push_back({Kind::no_trace, "", ""});
  const std::size_t all = mail.count("authentication-results");
  const std::size_t own = mail.receiver ? mail.receiver->lines.size() : 0;
  if (mail.receiver && !mail.receiver->well_formed)
    notes.push_back({Kind::results_broken, mail.receiver->authserv_id, ""});
  else if (mail.receiver && !mail.receiver->named)
    notes.push_back({Kind::receiver_not_named, mail.receiver->authserv_id, ""});
  else if (mail.receiver && mail.receiver->below_takeover)
    notes.push_back({Kind::results_below, mail.receiver->authserv_id, ""});
  if (mail.unproven)
    notes.push_back({Kind::results_unproven, mail.unproven->authserv_id,
                     mail.unproven->of_provider ? "provider"
                     : mail.unproven->named     ? "named"
                                                : ""});
  if (all > own) notes.push_back({Kind::claims_only, std::to_string(all - own), ""});
  if (mail.bare_line_ends) notes.push_back({Kind::bare_line_ends, "", ""});
}

void add_signature(const DkimColumn& column, Notes& notes) {
  const DkimCheck& check = column.check;
  switch (check.result) {
    case SignatureResult::body_changed:
      notes.push_back({Kind::body_changed, check.domain, check.selector});
      break;
    case SignatureResult::header_changed:
      if (!check.subject_tag.empty())
        notes.push_back({Kind::subject_tagged, check.subject_tag, check.domain});
      else if (check.made_with_key && !*check.made_with_key)
        notes.push_back({Kind::other_key, check.selector, check.domain});
      else
        notes.push_back({Kind::header_changed, check.domain, check.selector});
      break;
    case SignatureResult::key_missing:
      notes.push_back({Kind::key_missing, check.selector, check.domain});
      break;
    case SignatureResult::pass:
    case SignatureResult::malformed:
    case SignatureResult::key_unusable:
    case SignatureResult::key_unknown: break;
  }
  if (check.testing) notes.push_back({Kind::key_testing, check.selector, check.domain});
  if (column.expired) notes.push_back({Kind::expired, check.domain, check.selector});
  if (check.unsigned_tail > 0)
    notes.push_back({Kind::unsigned_tail, std::to_string(check.unsigned_tail), check.domain});
  if (check.key_bits > 0 && check.key_bits < weak_below)
    notes.push_back({Kind::weak_key, std::to_string(check.key_bits), check.domain});
  const bool verifies = check.result == SignatureResult::pass;
  const bool known = check.result != SignatureResult::key_unknown;
  if (known && ((column.said == "pass" && !verifies) || (column.said == "fail" && verifies)))
    notes.push_back({Kind::said_otherwise, check.domain, column.said});
}

/// A field that forwarders and lists add.
std::string_view forward_field(const MailFacts& mail) {
  static constexpr std::array<std::string_view, 6> fields = {"x-forwarded-to",    "x-forwarded-for",
                                                             "resent-from",       "resent-to",
                                                             "x-google-group-id", "list-post"};
  for (const std::string_view field : fields)
    if (mail.count(field) > 0) return field;
  return mail.return_path.forwarder.empty() ? std::string_view() : "Return-Path";
}

void add_addresses(const MailFacts& mail, Notes& notes) {
  if (const std::size_t fields = std::max(mail.count("from"), mail.from.size()); fields > 1)
    notes.push_back({Kind::several_from, std::to_string(fields), mail.from_domain});
  for (const HeaderAddress& from : mail.from) {
    const std::size_t at = from.display.find('@');
    const std::string shown = at == std::string::npos ? "" : domain_in(from.display.substr(at));
    if (!shown.empty() && organizational_domain(shown) != organizational_domain(from.domain))
      notes.push_back({Kind::name_holds_address, from.display.substr(0, 200), ""});
  }
  for (const HeaderAddress& reply : mail.reply_to)
    if (!reply.domain.empty() && !in_one_organization(reply.domain, mail.from_domain)) {
      notes.push_back({Kind::reply_elsewhere, reply.domain, ""});
      break;
    }
  if (mail.return_path.kind == ReturnPath::Kind::null) notes.push_back({Kind::null_sender, "", ""});
  if (const std::string_view field = forward_field(mail); !field.empty())
    notes.push_back({Kind::forwarded, std::string(field), ""});
}

/// "SFV:SPM;" of X-Forefront-Antispam-Report.
std::string_view forefront(std::string_view report, std::string_view key) {
  for (std::size_t at = 0; at < report.size();) {
    const std::size_t end = std::min(report.find(';', at), report.size());
    const std::string_view pair = trimmed(report.substr(at, end - at));
    if (pair.starts_with(key) && pair.size() > key.size() && pair[key.size()] == ':')
      return pair.substr(key.size() + 1);
    at = end + 1;
  }
  return {};
}

int number_of(std::string_view digits) {
  int number = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// Mail that was sent by way of Microsoft bears its marks as well, and anyone can write them.
bool received_by_microsoft(const MailFacts& mail) {
  for (std::size_t i = 0; i <= mail.handover.value_or(0) && i < mail.hops.size(); ++i)
    if (at_or_below(mail.hops[i].by, "outlook.com")) return true;
  return false;
}

/// Microsoft's composite authentication and its junk mail marks (message headers of Defender for
/// Office 365).
void add_microsoft(const MailFacts& mail, Notes& notes) {
  for (const AuthenticationResult& result : mail.believed()) {
    if (result.method != "compauth" || result.result != "fail") continue;
    const std::string& reason = result.reason;
    // 010 and 6xx: the From domain is one that the recipient's own tenant accepts mail for.
    if (reason == "010" || (reason.size() == 3 && reason.front() == '6'))
      notes.push_back({Kind::self_to_self, mail.from_domain, reason});
  }
  if (!received_by_microsoft(mail)) return;
  const std::string_view report = mail.value("x-forefront-antispam-report");
  const std::string_view verdict = forefront(report, "SFV"), level = forefront(report, "SCL");
  const std::string_view bulk = mail.value("x-microsoft-antispam");
  if (verdict == "SPM" || verdict == "SKB" || verdict == "BLK" || number_of(level) >= 5)
    notes.push_back({Kind::junked, "SFV:" + std::string(verdict) + " SCL:" + std::string(level),
                     std::string(forefront(report, "CAT"))});
  else if (const std::string_view found = forefront(bulk, "BCL"); number_of(found) >= 7)
    notes.push_back({Kind::junked, "BCL:" + std::string(found), "BULK"});
}

void add_arc(const MailFacts& mail, Notes& notes) {
  if (mail.arc.sets.empty()) return;
  const ArcSet& first = mail.arc.sets.front();
  std::string dmarc;
  for (const AuthenticationResult& result : first.results.results)
    if (result.method == "dmarc") dmarc = result.result;
  notes.push_back({Kind::arc, domain_in(first.sealed_by), dmarc});
  if (!mail.arc.in_order)
    notes.push_back({Kind::arc_broken, std::to_string(mail.arc.sets.size()), ""});
}

}  // namespace

std::string_view to_text(MessageNote::Kind kind) noexcept {
  static constexpr std::array<std::string_view, 31> words = {"no-trace",
                                                             "receiver-not-named",
                                                             "results-below",
                                                             "results-unproven",
                                                             "claims-only",
                                                             "results-broken",
                                                             "bare-line-ends",
                                                             "body-changed",
                                                             "subject-tagged",
                                                             "header-changed",
                                                             "other-key",
                                                             "key-missing",
                                                             "key-testing",
                                                             "expired",
                                                             "unsigned-tail",
                                                             "weak-key",
                                                             "not-signed-as-from",
                                                             "dmarc-disputed",
                                                             "said-otherwise",
                                                             "null-sender",
                                                             "forwarded",
                                                             "several-from",
                                                             "name-holds-address",
                                                             "reply-elsewhere",
                                                             "self-to-self",
                                                             "junked",
                                                             "sandbox",
                                                             "other-org",
                                                             "developer-org",
                                                             "arc",
                                                             "arc-broken"};
  return words[static_cast<std::size_t>(kind)];
}

std::vector<MessageNote> message_notes(const MailFacts& mail,
                                       const MessageAuthentication& authentication,
                                       const MessageRoute& route) {
  Notes notes;
  add_trust(mail, notes);
  for (const DkimColumn& column : authentication.dkim) add_signature(column, notes);
  if (!mail.from_domain.empty() && !authentication.signed_as_from())
    notes.push_back({Kind::not_signed_as_from, mail.from_domain, ""});
  if (authentication.dmarc.is_disputed())
    notes.push_back({Kind::dmarc_disputed, *authentication.dmarc.passes ? "pass" : "fail", ""});
  add_addresses(mail, notes);
  add_microsoft(mail, notes);
  if (route.sandbox) notes.push_back({Kind::sandbox, route.instance, ""});
  if (!route.other_org.empty()) notes.push_back({Kind::other_org, route.other_org, route.org_id});
  if (route.developer_org) notes.push_back({Kind::developer_org, "", ""});
  add_arc(mail, notes);
  return notes;
}

}  // namespace dmarcq
