// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "ingest/dns/resolver.h"
#include "parser/message_auth/spf_check.h"
#include "report/analysis/dns/dmarc_discovery.h"
#include "report/analysis/finding/diagnose.h"
#include "report/analysis/message/bulk_checklist.h"
#include "report/analysis/message/message_authentication.h"
#include "report/analysis/message/message_note.h"
#include "report/analysis/message/route_proof.h"
#include "store/snapshot.h"

namespace dmarcq {

/// One mail, as it lies in a file.
struct MessageQuestion {
  std::string_view mail;
  std::vector<std::string> receivers;  ///< authserv-ids of the owner's receivers
  Resolver* resolver = nullptr;        ///< null: neither DNS nor a file of answers was asked for
  bool keys_only = false;              ///< the resolver knows DKIM keys and nothing else
  Limits limits;
  Day today = 0;
};

/// What reports say of mail like this one.
struct MessageStream {
  enum class Like {
    address_and_selector,  ///< From, address and a selector of the mail
    address,               ///< From and address
    selector,              ///< From and a selector
    from,                  ///< From alone
  };
  Like like = Like::from;
  Totals totals;
  std::uint64_t sources = 0, reporters = 0;
  Day first_day = 0, last_day = 0;
  std::vector<FindingCode> codes;  ///< those of most messages first
};
std::string_view to_text(MessageStream::Like) noexcept;

struct MessageAnswer {
  MailFacts mail;
  MessageAuthentication authentication;
  MessageRoute route;
  std::optional<SpfCheck> spf_check;
  std::optional<DmarcDiscovery> dmarc;
  /// As the same mail would be judged in a report.
  Sender sender;
  Flow flow = Flow::unknown;
  std::optional<OrgVerdict> org;
  std::vector<Finding> findings;  ///< the worst first
  std::vector<ChecklistLine> checklist;
  std::vector<MessageNote> notes;
  bool dns_asked = false;
  bool reports_asked = false;          ///< there is a database
  Day since = 0;                       ///< of the reports that were looked at
  std::vector<MessageStream> streams;  ///< the closest first; those without mail are left out

  /// Would anything more be known with DNS, or with a named receiver?
  bool is_open() const { return !authentication.dmarc.passes; }
};

/// `snapshot`: null without a database. Stores nothing.
std::expected<MessageAnswer, Error> message_answer(Snapshot* snapshot, const MessageQuestion&);

}  // namespace dmarcq
