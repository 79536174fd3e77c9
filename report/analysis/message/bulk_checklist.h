// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "report/analysis/message/message_authentication.h"
#include "report/analysis/message/route_proof.h"

namespace dmarcq {

/// What Google, Yahoo and Microsoft's consumer services ask of senders (support.google.com
/// 81126, senders.yahooinc.com, Microsoft's rules of 2025), as far as one mail can show it.
enum class SenderRule : std::uint8_t {
  spf,
  dkim,
  dmarc,
  reverse_dns,
  tls,
  one_from,
  well_formed,  ///< Date, Message-ID, no field twice that may be there once (RFC 5322 section 3.6)
  one_click,    ///< RFC 8058
  unsubscribe_link,
  spam_rate,
};
inline constexpr std::size_t sender_rule_count = 10;
std::string_view to_text(SenderRule) noexcept;  ///< "one-click"

/// Why a rule is held or not; the sentences are in message_phrases.h.
enum class RuleReason : std::uint8_t {
  passes,           ///< value: the domain
  fails,            ///< value: the domain, or what is there
  missing,          ///< there is none at all
  not_known,        ///< neither the receiver nor this program could check it
  not_in_the_mail,  ///< it cannot be seen in a mail
  kept_by_service,  ///< the service's business. value: the service
  name_found,       ///< value: the host name
  no_name,
  encrypted,  ///< value: the protocol
  clear_text,
  several,  ///< several From fields or addresses. value: their number
  not_an_address,
  twice,          ///< value: the field
  lacks_field,    ///< value: the field
  not_bulk,       ///< nothing says that it is marketing mail
  transactional,  ///< a field says that it is transactional. value: the field
  only_mailto,
  no_post_field,
  not_signed,  ///< no passing signature covers both fields
  link_found,
  no_link,
};

struct ChecklistLine {
  enum class Status { passed, failed, not_applicable, not_checkable };
  SenderRule rule{};
  Status status = Status::not_checkable;
  RuleReason reason{};
  std::string value;
  bool google = true, yahoo = true, microsoft = true;  ///< who asks for it
  bool bulk_only = false;  ///< of senders of 5,000 mails a day and more; the rest is asked of all
};
std::string_view to_text(ChecklistLine::Status) noexcept;  ///< "not-applicable"

/// All rules, in the order of SenderRule.
std::vector<ChecklistLine> bulk_checklist(const MailFacts&, const MessageAuthentication&,
                                          const MessageRoute&);

}  // namespace dmarcq
