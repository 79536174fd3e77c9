// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "report/analysis/refusals/mail_outcome.h"
#include "report/analysis/refusals/refusal_evidence.h"

namespace dmarcq {

/// What refusals of one kind come to, the kinds by whose matter they are.
struct RefusalCause {
  enum class Kind : std::uint8_t {
    dmarc_enforced,     ///< reports prove it: the owner's own policy refuses own mail
    authentication,     ///< SPF, DKIM or DMARC does not pass
    own_tenant,         ///< the recipient's own Microsoft 365 refuses mail of its own domain from
                        ///< outside (Direct Send)
    relay_connector,    ///< Email Relay into Microsoft 365, whose connector does not match
    own_gateway,        ///< the recipient's own gateway refuses its own domain from outside
    sender_unverified,  ///< Salesforce itself refuses: the From domain is not verified
    reputation,         ///< what receivers think of address, domain or conduct
    content,
    rate,
    setup,          ///< TLS, PTR, size, format, relaying
    recipient,      ///< addresses of no use
    receiver_rule,  ///< somebody at the receiver's decided so
    network,
    unknown,
  };
  Kind kind{};
  std::uint64_t mails = 0;
  std::map<RefusalClass, std::uint64_t> classes;
  std::set<std::string> from_domains, receivers, orgs;
  std::uint64_t proven = 0, before_dmarc = 0, pass_in_reports = 0;  ///< by RefusalEvidence
  std::uint64_t bounce_managed = 0;  ///< of these, with Salesforce's envelope sender
  std::string example;               ///< words of one of them
  Day first_day = 0, last_day = 0;
  /// So much mail of the same From, org and receiver arrived since the last refusal that, at the
  /// rate of refusals before, none among it would be a surprise (95 %). Never of causes that are
  /// not the sender's to repair.
  bool repaired = false;
};
inline constexpr std::size_t refusal_cause_count = 14;
std::string_view to_text(RefusalCause::Kind) noexcept;  ///< "dmarc-enforced"

/// Is it the sender's to repair?
bool is_for_sender(RefusalCause::Kind) noexcept;

/// A failed mail and what reports say of it.
struct WeighedRefusal {
  const MailOutcome* mail = nullptr;
  RefusalEvidence evidence = RefusalEvidence::not_asked;
};
RefusalCause::Kind cause_of(const WeighedRefusal&);

/// The words to show for several refusals: the latest that say more than a code, else the latest.
class ExampleWords {
 public:
  void take(const WeighedRefusal&);  ///< in order of time
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool tells_ = false;
};

/// Causes by kind; those without mail are left out. `all`: every outcome of the window, by time, to
/// see what arrived since: what logs say arrived, for whoever wants a refusal forgotten can send
/// bounces that speak of delivery.
std::vector<RefusalCause> refusal_causes(std::span<const WeighedRefusal>,
                                         std::span<const MailOutcome> all);

/// Authentication refused by two operators or more is a fault of the sender's; bad reputation at
/// one alone is that one's view.
struct RefusalSplit {
  std::uint64_t technical = 0, reputation = 0, recipient = 0, other = 0;
  std::uint64_t proven = 0;  ///< of the technical ones: reports prove that DMARC refused them
  std::set<std::string> technical_at, reputation_at;
};
RefusalSplit refusal_split(std::span<const WeighedRefusal>);

/// How sure the class of a refusal is.
enum class Sureness : std::uint8_t { low, medium, high };
std::string_view to_text(Sureness) noexcept;
/// High: the receiver's words name the cause, or reports prove it. Medium: words that the service's
/// category explains. Low: no words, no known ones, or reports speak against them.
Sureness sureness_of(const WeighedRefusal&);

}  // namespace dmarcq
