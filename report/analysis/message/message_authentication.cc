// SPDX-License-Identifier: MIT
#include "report/analysis/message/message_authentication.h"

#include <algorithm>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {
namespace {

using Results = std::span<const AuthenticationResult>;

/// The results that can be believed: the receiver's, where nobody can have put one in.
Results believed(const MailFacts& mail) {
  return mail.receiver && mail.receiver->well_formed ? Results(mail.receiver->results) : Results();
}

const AuthenticationResult* result_of(Results results, std::string_view method) {
  const auto found = std::ranges::find(results, method, &AuthenticationResult::method);
  return found == results.end() ? nullptr : &*found;
}

/// Pass or not; nothing for words that say neither ("none", "temperror", "neutral (no key)").
std::optional<bool> passed(std::string_view word) {
  if (word == "pass") return true;
  if (word == "fail" || word == "softfail" || word == "permerror" || word == "neutral" ||
      word == "none" || word == "policy")
    return false;
  return std::nullopt;
}

SpfColumn spf_column(const MailFacts& mail, const Rechecked& rechecked) {
  SpfColumn column;
  column.null_sender = mail.return_path.kind == ReturnPath::Kind::null;
  column.domain = mail.return_path.domain;
  const AuthenticationResult* const said = result_of(believed(mail), "spf");
  if (said != nullptr) {
    column.said = said->result;
    if (column.domain.empty()) column.domain = domain_in(said->property("smtp", "mailfrom"));
    if (column.domain.empty()) column.domain = domain_in(said->property("smtp", "helo"));
  }
  if (column.domain.empty() && mail.entry() != nullptr)
    column.domain = domain_in(mail.entry()->helo);
  column.recomputed = rechecked.spf;
  column.why = rechecked.spf_why;
  column.aligned = aligned_modes(column.domain, mail.from_domain);
  column.passes = passed(column.said);
  if (!column.passes && column.recomputed && *column.recomputed != SpfResult::temperror)
    column.passes = *column.recomputed == SpfResult::pass;
  return column;
}

/// Does the receiver's result speak of this signature? By d= or the domain of i=, then by the first
/// characters of b= and s=, where it names them (RFC 6008).
bool speaks_of(const AuthenticationResult& result, const DkimCheck& check) {
  if (result.method != "dkim") return false;
  const std::string domain = domain_in(result.property("header", "d"));
  const std::string identity = domain_in(result.property("header", "i"));
  const std::string_view start = result.property("header", "b"),
                         selector = result.property("header", "s");
  if (domain.empty() && identity.empty()) return false;
  if (!domain.empty() && domain != check.domain) return false;
  if (domain.empty() && identity != check.identity && identity != check.domain) return false;
  if (!selector.empty() && folded_domain(selector) != check.selector) return false;
  const std::size_t length = std::min(start.size(), check.signature_start.size());
  return start.substr(0, length) == std::string_view(check.signature_start).substr(0, length);
}

std::optional<bool> recomputed_pass(const DkimColumn& column) {
  switch (column.check.result) {
    case SignatureResult::pass: return !column.check.testing && !column.expired;
    case SignatureResult::key_unknown: return std::nullopt;
    case SignatureResult::body_changed:
    case SignatureResult::header_changed:
    case SignatureResult::malformed:
    case SignatureResult::key_missing:
    case SignatureResult::key_unusable: break;
  }
  return false;
}

std::vector<DkimColumn> dkim_columns(const MailFacts& mail, std::vector<DkimCheck> checks) {
  std::vector<DkimColumn> columns;
  std::vector<bool> taken(believed(mail).size());
  for (DkimCheck& check : checks) {
    DkimColumn& column = columns.emplace_back();
    column.check = std::move(check);
    column.expired = column.check.expires && mail.received_at &&
                     *mail.received_at > *column.check.expires;
    column.aligned = aligned_modes(column.check.domain, mail.from_domain);
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const AuthenticationResult& result = believed(mail)[i];
      if (taken[i] || !speaks_of(result, column.check)) continue;
      taken[i] = true;
      column.said = result.result;
      break;
    }
    column.passes = passed(column.said);
    if (!column.passes) column.passes = recomputed_pass(column);
  }
  return columns;
}

/// The policy as the receiver tells it: Gmail's "(p=REJECT sp=NONE dis=NONE)".
std::string policy_in(std::string_view comment) {
  const std::string folded = lower(comment);
  for (std::size_t at = folded.find("p="); at != folded.npos; at = folded.find("p=", at + 1)) {
    if (at > 0 && folded[at - 1] != ' ' && folded[at - 1] != ',') continue;
    const std::string word = folded.substr(at + 2, folded.find_first_of(" ,;)", at) - at - 2);
    if (word == "none" || word == "quarantine" || word == "reject") return word;
  }
  return "";
}

DmarcColumn dmarc_column(const MailFacts& mail, const MessageAuthentication& all,
                         AppliedPolicy policy) {
  DmarcColumn column;
  if (const AuthenticationResult* const said = result_of(believed(mail), "dmarc")) {
    column.said = said->result;
    column.said_policy = said->comment;
    for (const auto& property : said->properties)
      if (property.name == "action" || property.name == "published-domain-policy")
        column.said_policy += (column.said_policy.empty() ? "" : " ") + property.name + "=" +
                              property.value;
    if (policy.from == AppliedPolicy::From::nowhere) {
      policy.policy = policy_in(said->comment);
      if (!policy.policy.empty()) policy.from = AppliedPolicy::From::receiver;
    }
  }
  column.policy = std::move(policy);
  bool some = false, open = false;
  const auto weigh = [&](const std::optional<bool>& passes, bool is_aligned) {
    if (!is_aligned) return;
    some = some || passes.value_or(false);
    open = open || !passes;
  };
  weigh(all.spf.passes, all.spf.aligned.in(column.policy.aspf));
  for (const DkimColumn& dkim : all.dkim) weigh(dkim.passes, dkim.aligned.in(column.policy.adkim));
  if (some || !open) column.recomputed = some;
  if (mail.from_domain.empty()) column.recomputed.reset();
  // Microsoft's "bestguesspass" is a pass where there is no record.
  if (column.said == "pass" || column.said == "fail") column.passes = column.said == "pass";
  if (!column.passes) column.passes = column.recomputed;
  return column;
}

}  // namespace

AlignedModes aligned_modes(std::string_view authenticated, std::string_view header_from) {
  return {.relaxed = aligned(authenticated, header_from, Alignment::relaxed),
          .strict = aligned(authenticated, header_from, Alignment::strict)};
}

bool MessageAuthentication::signed_as_from() const {
  return std::ranges::any_of(dkim, [](const DkimColumn& column) { return column.aligned.relaxed; });
}

MessageAuthentication message_authentication(const MailFacts& mail, Rechecked rechecked) {
  MessageAuthentication all;
  all.spf = spf_column(mail, rechecked);
  all.dkim = dkim_columns(mail, std::move(rechecked.signatures));
  all.dmarc = dmarc_column(mail, all, std::move(rechecked.policy));
  return all;
}

}  // namespace dmarcq
