// SPDX-License-Identifier: MIT
#include "report/analysis/message/message_authentication.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {
namespace {

using Results = std::span<const AuthenticationResult>;

const AuthenticationResult* result_of(Results results, std::string_view method) {
  const auto found = std::ranges::find(results, method, &AuthenticationResult::method);
  return found == results.end() ? nullptr : &*found;
}

/// The receiver's SPF result: that for MAIL FROM, where there is one for HELO as well.
const AuthenticationResult* spf_result(Results results) {
  const auto found = std::ranges::find_if(results, [](const AuthenticationResult& result) {
    return result.method == "spf" && !domain_in(result.property("smtp", "mailfrom")).empty();
  });
  return found == results.end() ? result_of(results, "spf") : &*found;
}

/// Pass or not; nothing where that was not found out ("temperror"), and for unknown words.
std::optional<bool> passed(std::string_view word) {
  static constexpr std::array<std::string_view, 7> no = {
      "fail", "softfail", "hardfail", "permerror", "neutral", "none", "policy"};
  if (word == "pass") return true;
  if (std::ranges::find(no, word) != no.end()) return false;
  return std::nullopt;
}

std::optional<bool> recomputed_pass(const SpfColumn& column) {
  if (!column.recomputed || *column.recomputed == SpfResult::temperror) return std::nullopt;
  return *column.recomputed == SpfResult::pass;
}

SpfColumn spf_column(const MailFacts& mail, const Rechecked& rechecked) {
  SpfColumn column = spf_identity(mail);
  column.recomputed = rechecked.spf;
  column.why = rechecked.spf_why;
  column.aligned = aligned_modes(column.domain, mail.from_domain);
  column.passes = passed(column.said);
  if (!column.passes) column.passes = recomputed_pass(column);
  return column;
}

/// Does the receiver's result speak of this signature? By d= or the domain of i=, then by the first
/// characters of b= and s=, where it names them (RFC 6008). `alone`: there is one signature and one
/// result of DKIM, so that the result need not say of which (Zoho).
bool speaks_of(const AuthenticationResult& result, const DkimCheck& check, bool alone) {
  if (result.method != "dkim") return false;
  const std::string domain = domain_in(result.property("header", "d"));
  const std::string identity = domain_in(result.property("header", "i"));
  const std::string_view start = result.property("header", "b"),
                         selector = result.property("header", "s");
  if (domain.empty() && identity.empty()) return alone && result.properties.empty();
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

/// DMARC passes when some aligned mechanism does, and is open while one that may is open.
class Combined {
 public:
  void add(const std::optional<bool>& passes, bool is_aligned) {
    if (!is_aligned) return;
    some_ = some_ || passes.value_or(false);
    open_ = open_ || !passes;
  }
  std::optional<bool> passes() const {
    return some_ || !open_ ? std::optional(some_) : std::nullopt;
  }

 private:
  bool some_ = false, open_ = false;
};

std::vector<DkimColumn> dkim_columns(const MailFacts& mail, std::vector<DkimCheck> checks) {
  std::vector<DkimColumn> columns;
  const Results results = mail.believed();
  const bool alone = checks.size() == 1 &&
                     std::ranges::count(results, "dkim", &AuthenticationResult::method) == 1;
  std::vector<bool> taken(results.size());
  for (DkimCheck& check : checks) {
    DkimColumn& column = columns.emplace_back();
    column.check = std::move(check);
    column.expired = column.check.expires && mail.received_at &&
                     *mail.received_at > *column.check.expires;
    column.aligned = aligned_modes(column.check.domain, mail.from_domain);
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const AuthenticationResult& result = results[i];
      if (taken[i] || !speaks_of(result, column.check, alone)) continue;
      taken[i] = true;
      column.said = result.result;
      break;
    }
    column.passes = passed(column.said);
    if (!column.passes) column.passes = recomputed_pass(column);
  }
  return columns;
}

/// The policy behind "p=" or "sp=" of Gmail's "(p=REJECT sp=NONE dis=NONE)"; "" without.
std::string policy_behind(std::string_view tag, std::string_view comment) {
  const std::string folded = lower(comment);
  for (std::size_t at = folded.find(tag); at != folded.npos; at = folded.find(tag, at + 1)) {
    if (at > 0 && folded[at - 1] != ' ' && folded[at - 1] != ',') continue;
    const std::size_t begin = at + tag.size();
    const std::string word = folded.substr(begin, folded.find_first_of(" ,;)", begin) - begin);
    if (word == "none" || word == "quarantine" || word == "reject") return word;
  }
  return "";
}

/// The policy as the receiver tells it. For a From domain below its organizational domain, the
/// record may be of either: known only where p= and sp= are the same, or there is no sp=.
std::string policy_in(std::string_view comment, std::string_view from_domain) {
  const std::string own = policy_behind("p=", comment), below = policy_behind("sp=", comment);
  const bool same = below.empty() || own == below ||
                    organizational_domain(from_domain) == from_domain;
  return same ? own : "";
}

DmarcColumn dmarc_column(const MailFacts& mail, const MessageAuthentication& all,
                         AppliedPolicy policy) {
  DmarcColumn column;
  const AuthenticationResult* const said = result_of(mail.believed(), "dmarc");
  const std::string judged = said != nullptr ? domain_in(said->property("header", "from")) : "";
  // What was found of another From is no word on this one.
  if (said != nullptr && (judged.empty() || mail.from_domain.empty() ||
                          in_one_organization(judged, mail.from_domain))) {
    column.said = said->result;
    column.said_policy = said->comment;
    for (const auto& property : said->properties)
      if (property.name == "action" || property.name == "published-domain-policy")
        column.said_policy += (column.said_policy.empty() ? "" : " ") + property.name + "=" +
                              property.value;
    // OpenDMARC writes "dmarc=none (p=none dis=none)" where there is no record.
    if (policy.from == AppliedPolicy::From::nowhere && column.said != "none") {
      policy.policy = policy_in(said->comment, mail.from_domain);
      if (!policy.policy.empty()) policy.from = AppliedPolicy::From::receiver;
    }
  }
  column.policy = std::move(policy);
  // Microsoft's "bestguesspass" is a pass where there is no record.
  if (column.said == "pass" || column.said == "fail") column.passes = column.said == "pass";
  if (mail.from_domain.empty()) return column;
  Combined recomputed, known;
  const bool spf_aligned = all.spf.aligned.in(column.policy.aspf);
  // Where the domain is not known, it may be aligned.
  recomputed.add(recomputed_pass(all.spf), spf_aligned || all.spf.domain.empty());
  known.add(all.spf.passes, spf_aligned || all.spf.domain.empty());
  for (const DkimColumn& dkim : all.dkim) {
    recomputed.add(recomputed_pass(dkim), dkim.aligned.in(column.policy.adkim));
    known.add(dkim.passes, dkim.aligned.in(column.policy.adkim));
  }
  column.recomputed = recomputed.passes();
  if (!column.passes) column.passes = known.passes();
  return column;
}

}  // namespace

AlignedModes aligned_modes(std::string_view authenticated, std::string_view header_from) {
  return {.relaxed = aligned(authenticated, header_from, Alignment::relaxed),
          .strict = aligned(authenticated, header_from, Alignment::strict)};
}

bool DkimColumn::covers(std::string_view field, const MailFacts& mail) const {
  const auto named = std::ranges::count(check.signed_fields, field);
  return named > 0 && static_cast<std::size_t>(named) >= mail.count(field);
}

bool MessageAuthentication::signed_as_from() const {
  return std::ranges::any_of(dkim, [](const DkimColumn& column) { return column.aligned.relaxed; });
}

bool MessageAuthentication::passes_by_dkim() const {
  return std::ranges::any_of(dkim, [&](const DkimColumn& column) {
    return column.passes.value_or(false) && column.aligned.in(dmarc.policy.adkim);
  });
}

bool MessageAuthentication::passes_by_spf() const {
  return spf.passes.value_or(false) && spf.aligned.in(dmarc.policy.aspf);
}

SpfColumn spf_identity(const MailFacts& mail) {
  SpfColumn column;
  column.null_sender = mail.return_path.kind == ReturnPath::Kind::null;
  column.mail_from = mail.envelope_sender;
  column.domain = domain_in(column.mail_from);
  if (const AuthenticationResult* const said = spf_result(mail.believed())) {
    column.said = said->result;
    const std::string_view told = said->property("smtp", "mailfrom");
    std::string domain = domain_in(told);
    if (domain.empty()) {
      domain = domain_in(said->property("smtp", "helo"));
      column.null_sender = column.null_sender || !domain.empty();
      if (!domain.empty()) column.mail_from.clear();
    } else if (told.contains('@') || domain != column.domain) {
      column.mail_from = told;
      column.null_sender = false;
    }
    if (!domain.empty()) column.domain = std::move(domain);
  }
  if (column.domain.empty() && column.null_sender && mail.entry() != nullptr)
    column.domain = domain_in(mail.entry()->helo);
  return column;
}

MessageAuthentication message_authentication(const MailFacts& mail, Rechecked rechecked) {
  MessageAuthentication all;
  all.spf = spf_column(mail, rechecked);
  all.dkim = dkim_columns(mail, std::move(rechecked.signatures));
  all.dmarc = dmarc_column(mail, all, std::move(rechecked.policy));
  return all;
}

}  // namespace dmarcq
