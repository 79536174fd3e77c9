// SPDX-License-Identifier: MIT
#include "report/analysis/message/bulk_checklist.h"

#include <algorithm>
#include <array>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

using Status = ChecklistLine::Status;
using Rule = SenderRule;
using Reason = RuleReason;

ChecklistLine line(Rule rule, Status status, Reason reason, std::string value = {}) {
  ChecklistLine result{.rule = rule, .status = status, .reason = reason, .value = std::move(value)};
  result.microsoft = rule != Rule::tls && rule != Rule::spam_rate;
  result.yahoo = rule != Rule::tls;
  result.bulk_only = rule == Rule::dmarc || rule == Rule::one_click ||
                     rule == Rule::unsubscribe_link || rule == Rule::spam_rate;
  return result;
}

ChecklistLine spf_line(const SpfColumn& spf) {
  if (!spf.passes) return line(Rule::spf, Status::not_checkable, Reason::not_known, spf.domain);
  return *spf.passes ? line(Rule::spf, Status::passed, Reason::passes, spf.domain)
                     : line(Rule::spf, Status::failed, Reason::fails, spf.domain);
}

ChecklistLine dkim_line(const std::vector<DkimColumn>& signatures) {
  if (signatures.empty()) return line(Rule::dkim, Status::failed, Reason::missing);
  std::string failing;
  bool open = false;
  for (const DkimColumn& column : signatures) {
    if (column.passes.value_or(false))
      return line(Rule::dkim, Status::passed, Reason::passes, column.check.domain);
    open = open || !column.passes;
    if (failing.empty()) failing = column.check.domain;
  }
  return open ? line(Rule::dkim, Status::not_checkable, Reason::not_known, failing)
              : line(Rule::dkim, Status::failed, Reason::fails, failing);
}

ChecklistLine dmarc_line(const MailFacts& mail, const DmarcColumn& dmarc) {
  if (dmarc.policy.several)
    return line(Rule::dmarc, Status::not_checkable, Reason::not_known, mail.from_domain);
  const bool no_record = dmarc.policy.none_published || dmarc.said == "none" ||
                         dmarc.said == "bestguesspass";
  if (no_record) return line(Rule::dmarc, Status::failed, Reason::missing, mail.from_domain);
  if (!dmarc.passes)
    return line(Rule::dmarc, Status::not_checkable, Reason::not_known, mail.from_domain);
  if (!*dmarc.passes) return line(Rule::dmarc, Status::failed, Reason::fails, mail.from_domain);
  // An aligned pass without a record is no DMARC pass: somebody must have seen the record.
  if (dmarc.policy.from == AppliedPolicy::From::nowhere && dmarc.said != "pass")
    return line(Rule::dmarc, Status::not_checkable, Reason::not_known, mail.from_domain);
  return line(Rule::dmarc, Status::passed, Reason::passes, mail.from_domain);
}

ChecklistLine reverse_dns_line(const MailFacts& mail, const MessageRoute& route) {
  const bool of_service = route.weight == ProofWeight::proven && !route.service.empty() &&
                          route.route != salesforce_route::email_relay;
  if (of_service)
    return line(Rule::reverse_dns, Status::not_applicable, Reason::kept_by_service, route.service);
  const ReceivedHop* const entry = mail.entry();
  if (entry == nullptr) return line(Rule::reverse_dns, Status::not_checkable, Reason::not_known);
  if (entry->ptr.empty() || entry->ptr == "unknown")
    return line(Rule::reverse_dns, Status::not_checkable, Reason::no_name);
  return line(Rule::reverse_dns, Status::passed, Reason::name_found, entry->ptr);
}

ChecklistLine tls_line(const MailFacts& mail) {
  const ReceivedHop* const entry = mail.entry();
  if (entry == nullptr || (entry->protocol.empty() && !entry->encrypted))
    return line(Rule::tls, Status::not_checkable, Reason::not_known);
  return entry->encrypted ? line(Rule::tls, Status::passed, Reason::encrypted, entry->protocol)
                          : line(Rule::tls, Status::failed, Reason::clear_text, entry->protocol);
}

ChecklistLine one_from_line(const MailFacts& mail) {
  const std::size_t fields = mail.count("from");
  if (fields == 0) return line(Rule::one_from, Status::failed, Reason::missing);
  if (fields > 1)
    return line(Rule::one_from, Status::failed, Reason::several, std::to_string(fields));
  if (mail.from.size() > 1)
    return line(Rule::one_from, Status::failed, Reason::several, std::to_string(mail.from.size()));
  if (mail.from_domain.empty())
    return line(Rule::one_from, Status::failed, Reason::not_an_address,
                std::string(mail.value("from")));
  return line(Rule::one_from, Status::passed, Reason::passes, mail.from.front().address);
}

ChecklistLine well_formed_line(const MailFacts& mail) {
  static constexpr std::array<std::string_view, 10> singletons = {
      "sender",     "reply-to",    "to",         "cc",      "bcc",
      "message-id", "in-reply-to", "references", "subject", "date"};
  for (const std::string_view field : singletons)
    if (mail.count(field) > 1)
      return line(Rule::well_formed, Status::failed, Reason::twice, std::string(field));
  if (mail.message_id.find('@') == std::string::npos)
    return line(Rule::well_formed, Status::failed, Reason::lacks_field, "Message-ID");
  if (!mail.date) return line(Rule::well_formed, Status::failed, Reason::lacks_field, "Date");
  return line(Rule::well_formed, Status::passed, Reason::passes);
}

/// The field that says that the mail is transactional or automatic; "" without.
std::string transactional_field(const MailFacts& mail) {
  if (lower(mail.value("x-delivery")).contains("transactional")) return "X-Delivery";
  if (lower(mail.value("auto-submitted")).starts_with("auto-")) return "Auto-Submitted";
  return "";
}

/// Signs of marketing mail; without any, nothing says what it is.
bool looks_like_marketing(const MailFacts& mail) {
  const std::string precedence = lower(mail.value("precedence"));
  return mail.count("list-unsubscribe") > 0 || mail.count("list-id") > 0 ||
         mail.count("x-csa-complaints") > 0 || precedence == "bulk" || precedence == "list" ||
         mail.offers_unsubscribe;
}

/// Does a signature cover both fields (RFC 8058 section 4) that passes, or would with `if_open`
/// where it is not known?
bool is_signed_pair(const MailFacts& mail, const std::vector<DkimColumn>& signatures,
                    bool if_open) {
  return std::ranges::any_of(signatures, [&](const DkimColumn& column) {
    return column.passes.value_or(if_open) && column.covers("list-unsubscribe", mail) &&
           column.covers("list-unsubscribe-post", mail);
  });
}

ChecklistLine one_click_line(const MailFacts& mail, const std::vector<DkimColumn>& signatures) {
  if (const std::string field = transactional_field(mail); !field.empty())
    return line(Rule::one_click, Status::not_applicable, Reason::transactional, field);
  if (!looks_like_marketing(mail))
    return line(Rule::one_click, Status::not_checkable, Reason::not_bulk);
  const std::string targets = lower(mail.value("list-unsubscribe"));
  if (targets.empty())
    return line(Rule::one_click, Status::failed, Reason::lacks_field, "List-Unsubscribe");
  if (targets.find("<https://") == std::string::npos)
    return line(Rule::one_click, Status::failed, Reason::only_mailto);
  if (lower(trimmed(mail.value("list-unsubscribe-post"))) != "list-unsubscribe=one-click")
    return line(Rule::one_click, Status::failed, Reason::no_post_field);
  if (is_signed_pair(mail, signatures, false))
    return line(Rule::one_click, Status::passed, Reason::passes);
  if (is_signed_pair(mail, signatures, true))
    return line(Rule::one_click, Status::not_checkable, Reason::not_known);
  return line(Rule::one_click, Status::failed, Reason::not_signed);
}

ChecklistLine link_line(const MailFacts& mail) {
  if (const std::string field = transactional_field(mail); !field.empty())
    return line(Rule::unsubscribe_link, Status::not_applicable, Reason::transactional, field);
  if (mail.offers_unsubscribe)
    return line(Rule::unsubscribe_link, Status::passed, Reason::link_found);
  if (!looks_like_marketing(mail))
    return line(Rule::unsubscribe_link, Status::not_checkable, Reason::not_bulk);
  return line(Rule::unsubscribe_link, Status::not_checkable, Reason::no_link);
}

}  // namespace

std::string_view to_text(SenderRule rule) noexcept {
  static constexpr std::array<std::string_view, sender_rule_count> words = {
      "spf",      "dkim",        "dmarc",     "reverse-dns",      "tls",
      "one-from", "well-formed", "one-click", "unsubscribe-link", "spam-rate"};
  return words[static_cast<std::size_t>(rule)];
}

std::string_view to_text(ChecklistLine::Status status) noexcept {
  switch (status) {
    case Status::passed: return "passed";
    case Status::failed: return "failed";
    case Status::not_applicable: return "not-applicable";
    case Status::not_checkable: break;
  }
  return "not-checkable";
}

std::vector<ChecklistLine> bulk_checklist(const MailFacts& mail,
                                          const MessageAuthentication& authentication,
                                          const MessageRoute& route) {
  return {spf_line(authentication.spf),
          dkim_line(authentication.dkim),
          dmarc_line(mail, authentication.dmarc),
          reverse_dns_line(mail, route),
          tls_line(mail),
          one_from_line(mail),
          well_formed_line(mail),
          one_click_line(mail, authentication.dkim),
          link_line(mail),
          line(Rule::spam_rate, Status::not_checkable, Reason::not_in_the_mail)};
}

}  // namespace dmarcq
