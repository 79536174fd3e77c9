// SPDX-License-Identifier: MIT
#include "report/answers/message_answer.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/message/message_row.h"
#include "report/answers/base/judged_window.h"
#include "report/answers/base/timeline_reader.h"

namespace dmarcq {
namespace {

constexpr Day looked_back = 90;
constexpr EpochSeconds seconds_a_day = 86'400;

/// Knows nothing, so that body hashes are checked all the same.
class NobodyAsked final : public Resolver {
 public:
  DnsAnswer ask(const DnsQuestion&) override {
    return {.status = DnsAnswer::Status::unknown, .why = "DNS was not asked"};
  }
};

Alignment mode_of(const PolicyRecord& record, std::string_view tag) {
  return record.strict(tag) ? Alignment::strict : Alignment::relaxed;
}

AppliedPolicy policy_of(const DmarcDiscovery& found) {
  AppliedPolicy policy{.from = AppliedPolicy::From::dns};
  const DmarcReading& reading = found.by_9989;
  policy.domain = reading.record_at;
  policy.policy = reading.policy;
  policy.several = std::ranges::any_of(
      found.walk, [](const DmarcStep& step) { return step.records.size() > 1; });
  if (policy.several) policy.policy.clear();
  policy.none_published = reading.record_at.empty() && !policy.several;
  if (reading.record) {
    policy.adkim = mode_of(*reading.record, "adkim");
    policy.aspf = mode_of(*reading.record, "aspf");
  }
  return policy;
}

/// The policy that the last reports tell, where DNS was not asked.
AppliedPolicy policy_of(const PolicyPublished& published, const std::string& from_domain) {
  AppliedPolicy policy{.from = AppliedPolicy::From::reports, .domain = published.domain};
  const bool below = from_domain != published.domain;
  const Reported<Policy>& asked = below && !published.sp.absent() ? published.sp : published.p;
  policy.policy = asked.text();
  policy.adkim = published.adkim.is(Alignment::strict) ? Alignment::strict : Alignment::relaxed;
  policy.aspf = published.aspf.is(Alignment::strict) ? Alignment::strict : Alignment::relaxed;
  return policy;
}

/// The rows of the From domain in the database, judged, for the days before today.
class Reports {
 public:
  Reports(Snapshot& snapshot, const MailFacts& mail, Day today)
      : window_(snapshot,
                {.domains = {mail.from_domain}, .since = today - looked_back, .until = today},
                today) {}

  const PolicyPublished* policy(const std::string& from_domain) const {
    if (const PolicyPublished* own = window_.policy(from_domain)) return own;
    return window_.policy(organizational_domain(from_domain));
  }

  std::vector<MessageStream> streams(const MailFacts& mail,
                                     const MessageAuthentication& authentication) {
    using Like = MessageStream::Like;
    std::array<Sums, 4> sums;
    const std::optional<IpAddress> address = mail.sending_ip();
    for (std::size_t i = 0; i < window_.rows().size(); ++i) {
      const SourceRow& row = window_.rows()[i];
      const Identity& identity = window_.dictionary().identity(row.identity);
      if (!identity.header_from.empty() && folded_domain(identity.header_from) != mail.from_domain)
        continue;
      const bool same_address = address && row.source_ip == *address;
      const bool same_selector = has_selector_of(identity, authentication);
      const auto add = [&](Like like) { add_row(sums[static_cast<std::size_t>(like)], i); };
      if (same_address && same_selector) add(Like::address_and_selector);
      if (same_address) add(Like::address);
      if (same_selector) add(Like::selector);
      add(Like::from);
    }
    std::vector<MessageStream> streams;
    for (std::size_t like = 0; like < sums.size(); ++like)
      if (sums[like].stream.totals.messages > 0)
        streams.push_back(finish(sums[like], static_cast<Like>(like)));
    return streams;
  }

 private:
  struct Sums {
    MessageStream stream;
    std::set<IpAddress> addresses;
    ReporterSet reporters;
    std::map<FindingCode, std::uint64_t> codes;
  };

  static bool has_selector_of(const Identity& identity,
                              const MessageAuthentication& authentication) {
    return std::ranges::any_of(identity.dkim, [&](const DkimAuthResult& result) {
      return std::ranges::any_of(authentication.dkim, [&](const DkimColumn& column) {
        return !column.check.selector.empty() &&
               column.check.domain == folded_domain(result.domain) &&
               column.check.selector == folded_domain(result.selector);
      });
    });
  }
  void add_row(Sums& sums, std::size_t i) {
    const SourceRow& row = window_.rows()[i];
    MessageStream& stream = sums.stream;
    stream.first_day = stream.totals.messages == 0 ? row.first_day
                                                   : std::min(stream.first_day, row.first_day);
    stream.last_day = std::max(stream.last_day, row.last_day);
    stream.totals.add(window_.dictionary().evaluation(row.evaluation), row.messages);
    sums.addresses.insert(row.source_ip);
    sums.reporters.add(row.reporters);
    each_code(window_.judgement().rows[i].codes,
              [&](FindingCode code) { sums.codes[code] += row.messages; });
  }
  static MessageStream finish(Sums& sums, MessageStream::Like like) {
    MessageStream stream = std::move(sums.stream);
    stream.like = like;
    stream.sources = sums.addresses.size();
    stream.reporters = sums.reporters.size();
    for (const auto& [code, messages] : sums.codes) stream.codes.push_back(code);
    std::ranges::stable_sort(stream.codes, std::ranges::greater(),
                             [&](FindingCode code) { return sums.codes.at(code); });
    return stream;
  }

  JudgedWindow window_;
};

/// SPF as the receiver could have computed it: for the address that handed the mail over.
void check_spf_again(const MailFacts& mail, const MessageQuestion& question, MessageAnswer& answer,
                     Rechecked& rechecked) {
  const std::optional<IpAddress> address = mail.sending_ip();
  const SpfColumn identity = spf_identity(mail);
  if (question.resolver == nullptr || question.keys_only) {
    rechecked.spf_why = "DNS was not asked";
  } else if (!address) {
    rechecked.spf_why = "the address that handed the mail over is not known";
  } else if (identity.mail_from.empty() && !identity.null_sender) {
    rechecked.spf_why = "the mail does not tell its envelope sender";
  } else {
    SpfQuestion spf{.ip = *address, .mail_from = identity.mail_from};
    if (const ReceivedHop* const entry = mail.entry()) spf.helo = entry->helo;
    if (identity.null_sender && spf.helo.empty()) spf.helo = identity.domain;
    answer.spf_check = check_spf(spf, *question.resolver);
    rechecked.spf = answer.spf_check->result;
    rechecked.spf_why = answer.spf_check->reason;
  }
}

/// As the rules for reports judge the same mail.
void judge_as_row(Snapshot* snapshot, Day received, MessageAnswer& answer) {
  const MessageRow one(answer.mail, answer.authentication, received);
  Identifier identifier(one.lookup(), snapshot != nullptr ? owner_of(*snapshot) : Owner());
  const std::span<const SourceRow> rows(&one.row(), 1);
  identifier.learn(rows);
  Judgement judgement = judge(rows, identifier);
  const RowVerdict& verdict = judgement.rows.front();
  answer.sender = judgement.senders[verdict.sender];
  answer.flow = verdict.flow;
  if (verdict.org >= 0) answer.org = judgement.orgs[static_cast<std::size_t>(verdict.org)];
  answer.findings = std::move(judgement.findings);
  std::ranges::stable_sort(answer.findings, std::ranges::greater(), &Finding::severity);
}

}  // namespace

std::string_view to_text(MessageStream::Like like) noexcept {
  switch (like) {
    case MessageStream::Like::address_and_selector: return "address-and-selector";
    case MessageStream::Like::address: return "address";
    case MessageStream::Like::selector: return "selector";
    case MessageStream::Like::from: break;
  }
  return "from";
}

std::expected<MessageAnswer, Error> message_answer(Snapshot* snapshot,
                                                   const MessageQuestion& question) {
  auto mail = read_mail_facts(question.mail, question.limits, question.receivers);
  if (!mail) return std::unexpected(std::move(mail.error()));
  MessageAnswer answer;
  answer.mail = std::move(*mail);
  answer.dns_asked = question.resolver != nullptr && !question.keys_only;
  NobodyAsked nobody;
  Resolver& resolver = question.resolver != nullptr ? *question.resolver
                                                    : static_cast<Resolver&>(nobody);
  Rechecked rechecked;
  rechecked.signatures =
      check_dkim(mail_in(question.mail), resolver, [](std::string_view) { return true; });
  check_spf_again(answer.mail, question, answer, rechecked);
  std::optional<Reports> reports;
  if (snapshot != nullptr && !answer.mail.from_domain.empty()) {
    answer.reports_asked = true;
    answer.since = question.today - looked_back;
    reports.emplace(*snapshot, answer.mail, question.today);
    if (const PolicyPublished* policy = reports->policy(answer.mail.from_domain))
      rechecked.policy = policy_of(*policy, answer.mail.from_domain);
  }
  if (answer.dns_asked && !answer.mail.from_domain.empty()) {
    answer.dmarc = discover_dmarc(answer.mail.from_domain, resolver);
    if (answer.dmarc->known) rechecked.policy = policy_of(*answer.dmarc);
  }
  answer.authentication = message_authentication(answer.mail, std::move(rechecked));
  answer.route = route_of(answer.mail, answer.authentication, SenderCatalogue::built_in());
  if (!answer.mail.from_domain.empty()) {
    const Day received = answer.mail.received_at
                             ? static_cast<Day>(*answer.mail.received_at / seconds_a_day)
                             : question.today;
    judge_as_row(snapshot, received, answer);
  }
  answer.checklist = bulk_checklist(answer.mail, answer.authentication, answer.route);
  answer.notes = message_notes(answer.mail, answer.authentication, answer.route);
  if (reports) answer.streams = reports->streams(answer.mail, answer.authentication);
  return answer;
}

}  // namespace dmarcq
