// SPDX-License-Identifier: MIT
#include "report/analysis/message/message_row.h"

#include "parser/alignment.h"

namespace dmarcq {
namespace {

/// The words of a result where it is known, else what stands for it in reports.
std::string_view result_word(const std::optional<bool>& passes) {
  if (!passes) return "temperror";
  return *passes ? "pass" : "fail";
}

}  // namespace

MessageRow::MessageRow(const MailFacts& mail, const MessageAuthentication& authentication,
                       Day received) {
  bool dkim_aligned = false;
  const AppliedPolicy& applied = authentication.dmarc.policy;
  for (const DkimColumn& column : authentication.dkim) {
    if (column.check.domain.empty()) continue;
    dkim_.push_back(
        {.domain = column.check.domain,
         .selector = column.check.selector,
         .result = Reported<DkimResult>::from(std::string(result_word(column.passes)))});
    dkim_aligned = dkim_aligned ||
                   (column.passes.value_or(false) && column.aligned.in(applied.adkim));
  }
  const SpfColumn& spf = authentication.spf;
  if (!spf.domain.empty())
    spf_.push_back({.domain = spf.domain,
                    .result = Reported<SpfResult>::from(std::string(result_word(spf.passes)))});
  const bool spf_aligned = spf.passes.value_or(false) && spf.aligned.in(applied.aspf);
  identity_.header_from = mail.from_domain;
  identity_.envelope_from = spf.null_sender ? "" : spf.domain;
  identity_.dkim = dkim_;
  identity_.spf = spf_;
  evaluation_.dkim = dkim_aligned ? DmarcResult::pass : DmarcResult::fail;
  evaluation_.spf = spf_aligned ? DmarcResult::pass : DmarcResult::fail;
  evaluation_.disposition = Disposition::none;
  policy_.domain = applied.domain.empty() ? organizational_domain(mail.from_domain)
                                          : applied.domain;
  policy_.p = Reported<Policy>::from(applied.policy);
  policy_.adkim = applied.adkim;
  policy_.aspf = applied.aspf;
  reporter_ = mail.receiver ? mail.receiver->authserv_id : "";
  row_.source_ip = mail.sending_ip().value_or(IpAddress());
  row_.messages = row_.rows = 1;
  row_.first_day = row_.last_day = received;
  row_.reporters.add(0);
}

RowLookup MessageRow::lookup() const {
  RowLookup lookup;
  lookup.domain = [this](std::int64_t) -> const std::string& { return policy_.domain; };
  lookup.identity = [this](std::int64_t) -> const Identity& { return identity_; };
  lookup.evaluation = [this](std::int64_t) -> const PolicyEvaluated& { return evaluation_; };
  lookup.reporter = [this](std::uint32_t) -> const std::string& { return reporter_; };
  lookup.policy = [this](std::int64_t) -> const PolicyPublished* { return &policy_; };
  return lookup;
}

}  // namespace dmarcq
