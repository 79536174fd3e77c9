// SPDX-License-Identifier: MIT
#include "parser/message_auth/mail_sender.h"

#include <algorithm>
#include <optional>
#include <set>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/dns_record/tag_list.h"
#include "parser/message_auth/address_list.h"
#include "parser/message_auth/dkim.h"
#include "parser/message_auth/receiver_results.h"

namespace dmarcq {
namespace {

/// "submitter: {google.com}" of a subject like "Report Domain: example.com Submitter: google.com
/// Report-ID: <1>".
std::string submitter_in(std::string_view subject) {
  const std::string folded = lower(subject);
  const std::size_t word = folded.find("submitter:");
  if (word == folded.npos) return {};
  std::string_view rest = trimmed(std::string_view(folded).substr(word + 10));
  rest = rest.substr(0, rest.find_first_of(" \t\r\n"));
  while (!rest.empty() && (rest.front() == '{' || rest.front() == '<')) rest.remove_prefix(1);
  while (!rest.empty() && (rest.back() == '}' || rest.back() == '>' || rest.back() == ','))
    rest.remove_suffix(1);
  return domain_in(rest);
}

/// d= of a DKIM-Signature (RFC 6376 section 3.5).
std::string signing_domain(std::string_view signature) {
  const std::optional<TagList> tags = TagList::parse(signature);
  return tags ? domain_in(tags->value("d")) : "";
}

MailSender::Verdict verdict_of(const std::vector<AuthenticationResult>& results,
                               std::string_view from) {
  using Verdict = MailSender::Verdict;
  if (from.empty()) return Verdict::unknown;
  bool passed = false, failed = false, signature = false;
  for (const AuthenticationResult& result : results) {
    if (result.method == "dmarc") {
      // A pass says for whom, and is one for this From or (some write that) its organizational
      // domain.
      const std::string judged = domain_in(result.property("header", "from"));
      const bool pass = result.result == "pass", is_of_from = in_one_organization(judged, from);
      passed = passed || (pass && is_of_from);
      failed = failed || result.result == "fail" || (pass && !judged.empty() && !is_of_from);
    } else if (result.method == "dkim" && result.result == "pass") {
      std::string domain = domain_in(result.property("header", "d"));
      if (domain.empty()) domain = domain_in(result.property("header", "i"));
      signature = signature || aligned(domain, from, Alignment::relaxed);
    }
  }
  if (failed) return Verdict::fail;
  return passed || signature ? Verdict::pass : Verdict::unknown;
}

}  // namespace

MailSender sender_of(const MailTrace& trace, std::span<const std::string> receivers) {
  MailSender sender;
  sender.from_domain = from_domain(trace.from);
  sender.submitter = submitter_in(trace.subject);
  std::set<std::string> signers;
  for (const MailTrace::Line& line : trace.lines)
    if (line.field == MailTrace::Field::dkim_signature)
      if (std::string domain = signing_domain(line.value); !domain.empty())
        signers.insert(std::move(domain));
  sender.signed_by.assign(signers.begin(), signers.end());
  if (const std::optional<ReceiverResults> found = receiver_results(trace, receivers)) {
    sender.authserv_id = found->authserv_id;
    sender.named_receiver = found->named;
    if (found->well_formed) sender.verdict = verdict_of(found->results, sender.from_domain);
  } else if (const auto unproven = unproven_results(trace, receivers)) {
    // Who sent the mail may have written it, but not against himself; and where no receiver was
    // named, a pass proves nothing in any case.
    const auto verdict = verdict_of(unproven->results, sender.from_domain);
    if (receivers.empty() || verdict == MailSender::Verdict::fail) {
      sender.verdict = verdict;
      sender.authserv_id = unproven->authserv_id;
    }
  }
  return sender;
}

std::string signed_for_from(std::string_view mail, const MailTrace& trace, Resolver& resolver) {
  const std::string from = from_domain(trace.from);
  if (from.empty()) return {};
  for (const DkimCheck& check : check_dkim(mail, resolver, [&](std::string_view domain) {
         return aligned(domain, from, Alignment::relaxed);
       }))
    if (check.result == SignatureResult::pass && !check.testing && check.unsigned_tail == 0)
      return key_name(check);
  return {};
}

}  // namespace dmarcq
