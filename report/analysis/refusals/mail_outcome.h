// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/delivery/delivery_event.h"
#include "parser/delivery/refusal.h"
#include "report/analysis/words.h"
#include "store/scope.h"
#include "store/snapshot.h"

namespace dmarcq {

/// What became of one mail to one recipient in the end.
enum class FinalState : std::uint8_t {
  delivered,
  refused,
  expired,       ///< refused for now, tried for a day, and given up or heard of no more
  under_way,     ///< the last word of it is less than a day older than the log
  stuck,         ///< the sending service has it, and nothing more was heard for a day
  never_sent,    ///< on a list of the service, or an address that none can have (.invalid)
  complained,    ///< delivered, and called spam
  unsubscribed,  ///< delivered, and answered with no more
};
inline constexpr std::size_t final_state_count = 8;
std::string_view to_text(FinalState) noexcept;  ///< "never-sent"

struct MailOutcome {
  FinalState state = FinalState::under_way;
  DeliverySource source = DeliverySource::other;  ///< a log, where one tells of the mail
  /// Of a mail that did not arrive: why. Else unclassified.
  RefusalClass why = RefusalClass::unclassified;
  Day day = 0;  ///< of the event that decided
  EpochSeconds time = 0;
  std::uint32_t attempts = 0;  ///< refusals for now, before the end
  InternedString recipient_domain = nullptr, from_domain = nullptr;  ///< from_domain "": not told
  InternedString org_id = nullptr;     ///< of Salesforce, 18 characters; "" else
  InternedString receiver = nullptr;   ///< operator_of()
  InternedString text = nullptr;       ///< the refusal's words; "" when there are none
  InternedString recipient = nullptr;  ///< the address; "" when it was forgotten, or the mail
                                       ///< arrived
  /// Of the recipient's address in lower case, for this run of the program: also where the mail
  /// arrived, of which the address is not kept. 0 when it was forgotten.
  std::uint64_t recipient_hash = 0;
  /// A delivery log says so, which is the owner's own file. Bounces are mail that anyone can send.
  bool refused_in_log = false, arrived_in_log = false;
  bool own_words = false;       ///< it is the sending service that says so, not a receiver
  bool bounce_managed = false;  ///< the envelope sender is Salesforce's

  /// The domain is below .invalid: nobody has such an address (RFC 2606), and Salesforce sends
  /// nothing there, whatever it shows.
  bool is_invalid() const;
  bool arrived() const {
    return state == FinalState::delivered || state == FinalState::complained ||
           state == FinalState::unsubscribed;
  }
  bool failed() const {
    return state == FinalState::refused || state == FinalState::expired ||
           state == FinalState::never_sent;
  }
};

/// Addresses are taken without regard to case.
std::string address_key(std::string_view);
/// MailOutcome::recipient_hash of an address.
std::uint64_t hash_of_address(std::string_view);

/// Gathers the events of mails, in any order, and says what became of each. Mails are told apart by
/// Message-ID and recipient, without one by the service's own id; events with neither are mails of
/// their own. 500,000 events take about 100 MB.
///
/// Of mail whose recipients were forgotten, only the domain is known: those of one mail in one
/// domain are taken for one, and the first event of that mail with an address there goes on with
/// it. Recipients are forgotten by day, so what was forgotten is added before what was not.
class MailLedger {
 public:
  void add(const StoredDelivery&);
  /// By time. What is younger than a day before the end of the log is still under way. The log ends
  /// with its last event, but not after today. Bounces, which anyone can send with any date, count
  /// for mail alone that no log tells of.
  std::vector<MailOutcome> finish(Day today = last_possible_day);

 private:
  struct Mail {
    MailOutcome outcome;
    EpochSeconds last = 0;  ///< the last event
    bool delivered = false, refused = false, delayed = false, complained = false,
         unsubscribed = false, suppressed = false;
    bool forgotten = false;  ///< all its events have lost their recipient
  };
  std::size_t position_of(const StoredDelivery&);
  void take(Mail&, const StoredDelivery&);
  void describe(MailOutcome&, const StoredDelivery&);
  RefusalClass class_of(InternedString text, std::string_view stage);

  Words words_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_key_;
  std::unordered_map<std::uint64_t, std::uint32_t> forgotten_;  ///< by mail and domain
  std::unordered_map<InternedString, RefusalClass> classes_;
  std::vector<Mail> mails_;
  EpochSeconds last_in_log_ = 0, last_bounce_ = 0;
};

}  // namespace dmarcq
