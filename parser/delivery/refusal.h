// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// Why a receiver (or the sending service itself) did not take a mail, as its words tell.
enum class RefusalClass : std::uint8_t {
  unclassified,       ///< the text tells nothing known
  sender_unverified,  ///< the sending service refuses: its customer has not verified the domain
  tenant_route,       ///< the recipient's own Microsoft 365 takes this route for Direct Send
  spoof_local,        ///< a gateway refuses its own domain from outside
  auth_bulk,          ///< bulk rules: SPF and DKIM and DMARC
  auth_dmarc,
  auth_spf,
  auth_dkim,
  auth_any,  ///< neither SPF nor DKIM passed
  ptr,       ///< no reverse DNS
  tls,
  rate,
  greylist,
  rep_list,   ///< on a public block list
  rep_ip,     ///< the receiver's own verdict on the address or domain
  rcpt_rule,  ///< a rule of the recipient or of his administrator
  content,
  unknown_user,
  disabled,  ///< the mailbox is switched off
  mailbox_full,
  rcpt_dns,      ///< the recipient's domain does not exist or takes no mail
  rcpt_network,  ///< not reached, or given up
  rcpt_system,   ///< the receiver's server is out of order
  relay,
  size,
  format,
  sender_dns,    ///< the envelope sender's domain does not exist
  suppressed,    ///< the sending service keeps the address on a list
  policy_other,  ///< refused by a policy that is not named
};
inline constexpr std::size_t refusal_class_count = 29;

enum class RefusalFault : std::uint8_t {
  unknown,
  sender_authentication,
  sender_reputation,
  sender_setup,   ///< what is sent, or how: content, size, rate, relay, TLS
  recipient,      ///< the address is no longer of use
  receiver_rule,  ///< somebody at the receiver's decided so
  network,        ///< time will tell
  own_service,    ///< the sending service refused by itself
};

enum class Suppress : std::uint8_t {
  no,
  soft,  ///< when it goes on: three times within 30 days
  yes,
};

/// What a class means for the one who has to act.
struct RefusalTraits {
  std::string_view word;  ///< "AUTH_DMARC": stable, shown and stored
  RefusalFault fault = RefusalFault::unknown;
  Suppress suppress = Suppress::no;  ///< should the recipient be left out of further mail?
  bool technical = false;            ///< authentication, names, TLS: repaired in DNS or setup
  bool reputation = false;           ///< what a receiver thinks of address, domain or conduct
};
RefusalTraits traits_of(RefusalClass) noexcept;
inline std::string_view to_text(RefusalClass value) noexcept { return traits_of(value).word; }
std::optional<RefusalClass> refusal_class_from(std::string_view word) noexcept;

/// The class of a refusal by the receiver's words, which tell more than codes (550 5.7.1 means
/// anything). Rows of parser/delivery/refusal_codes.tsv in order; the first that fits counts. Any
/// bytes; looks at the first 2000.
RefusalClass classify_refusal(std::string_view text);

/// The codes in a text (RFC 5321 section 4.2, RFC 3463).
struct SmtpCodes {
  int basic = 0;         ///< 550; 0 when there is none
  std::string enhanced;  ///< "5.7.26"; "" when there is none
  friend bool operator==(const SmtpCodes&, const SmtpCodes&) = default;
};
SmtpCodes smtp_codes(std::string_view text);
/// A receiver's words with the codes that are told beside them ("550", "5.1.1") in front, as far as
/// the words have none of their own. An enhanced code that says nothing (x.0.0) is left out.
std::string with_codes(std::string_view words, std::string_view basic, std::string_view enhanced);

/// Are they Salesforce's own words ("[internal]") and no verdict of a receiver?
bool is_own_words(std::string_view text) noexcept;

}  // namespace dmarcq
