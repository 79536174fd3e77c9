// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/analysis/message/message_authentication.h"
#include "report/analysis/sender/names.h"

namespace dmarcq {

/// One mail as a row of an aggregate report would have it, so that it is judged by the very rules
/// that rows are judged by. Stays where it is made: the lookup points into it.
class MessageRow {
 public:
  MessageRow(const MailFacts&, const MessageAuthentication&, Day received);
  MessageRow(const MessageRow&) = delete;
  MessageRow& operator=(const MessageRow&) = delete;

  const SourceRow& row() const { return row_; }
  RowLookup lookup() const;

 private:
  std::vector<DkimAuthResult> dkim_;
  std::vector<SpfAuthResult> spf_;
  Identity identity_;
  PolicyEvaluated evaluation_;
  PolicyPublished policy_;
  std::string reporter_;
  SourceRow row_;
};

}  // namespace dmarcq
