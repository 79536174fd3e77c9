// SPDX-License-Identifier: MIT
#include "parser/message_auth/mail_sender.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/dns_record/tag_list.h"
#include "parser/domain_name.h"
#include "parser/message_auth/authentication_results.h"
#include "parser/message_auth/dkim.h"

namespace dmarcq {
namespace {

constexpr std::string_view outlook_hosts = "prod.outlook.com";

/// The domain of an address, or the name itself; "" when that is no domain name.
std::string domain_in(std::string_view text) {
  text = trimmed(text);
  if (const std::size_t at = text.rfind('@'); at != text.npos) text.remove_prefix(at + 1);
  std::string domain = to_a_labels(folded_domain(text));
  return is_domain_name(domain) && domain.find('.') != domain.npos ? domain : "";
}

/// Domain of the one address of a From field (RFC 5322 section 3.6.2). Of several, DMARC looks at
/// none (RFC 9989 section 4.4).
std::string from_domain(std::string_view from) {
  std::set<std::string> domains;
  bool quoted = false;
  int comments = 0;
  std::string plain;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const char c = from[i];
    if ((quoted || comments > 0) && c == '\\')
      ++i;
    else if (quoted)
      quoted = c != '"';
    else if (comments > 0)
      comments += c == '(' ? 1 : c == ')' ? -1 : 0;
    else if (c == '"')
      quoted = true;
    else if (c == '(')
      comments = 1;
    else
      plain += c;
  }
  const auto take = [&](std::string_view address) {
    if (address.find('@') == address.npos) return;
    const std::size_t end = address.find_first_of(" \t<>,;", address.rfind('@'));
    domains.insert(domain_in(address.substr(0, end)));
  };
  if (plain.find('<') != plain.npos) {
    // "noreply@bank.example <evil@example.org>": the part in angle brackets is the address.
    for (std::size_t at = plain.find('<'); at != plain.npos; at = plain.find('<', at + 1))
      take(std::string_view(plain).substr(at + 1, plain.find('>', at) - at - 1));
  } else {
    for (std::size_t at = 0; at <= plain.size();) {
      const std::size_t end = std::min(plain.find(',', at), plain.size());
      take(trimmed(std::string_view(plain).substr(at, end - at)));
      at = end + 1;
    }
  }
  return domains.size() == 1 ? *domains.begin() : "";
}

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

/// The host behind "by" of a Received field (RFC 5321 section 4.4); "" when it is none.
std::string receiving_host(std::string_view received) {
  const std::string folded = lower(received.substr(0, received.find(';')));
  int comments = 0;
  for (std::size_t at = 0; at < folded.size(); ++at) {
    if (folded[at] == '(')
      ++comments;
    else if (folded[at] == ')' && comments > 0)
      --comments;
    if (comments > 0 || folded.compare(at, 3, "by ") != 0 ||
        (at > 0 && folded[at - 1] != ' ' && folded[at - 1] != '\t'))
      continue;
    const std::string_view host = trimmed(std::string_view(folded).substr(at + 3));
    return domain_in(host.substr(0, host.find_first_of(" \t(;")));
  }
  return {};
}

bool in_one_organization(std::string_view a, std::string_view b) {
  return !a.empty() && organizational_domain(a) == organizational_domain(b);
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

/// All that one receiver wrote.
struct Testimony {
  std::string id;
  std::vector<AuthenticationResult> results;
  bool well_formed = true;
};

// Each method under an id of its own.
constexpr std::string_view icloud = "icloud.com";
constexpr std::array<std::string_view, 5> icloud_ids{"bimi.icloud.com", "arc.icloud.com",
                                                     "dmarc.icloud.com", "dkim-verifier.icloud.com",
                                                     "spf.icloud.com"};
bool is_icloud(std::string_view id) {
  return std::ranges::find(icloud_ids, id) != icloud_ids.end();
}

struct Provider {
  std::string_view imap_host, receiver;
};
constexpr Provider providers[] = {
    {"imap.gmail.com", "mx.google.com"},          {"outlook.office365.com", outlook_hosts},
    {"imap-mail.outlook.com", outlook_hosts},     {"imap.mail.me.com", icloud},
    {"imap.mail.yahoo.com", "yahoo.com"},         {"imap.aol.com", "yahoo.com"},
    {"imap.fastmail.com", "messagingengine.com"},
};

}  // namespace

MailSender sender_of(const MailTrace& trace, std::span<const std::string> receivers) {
  MailSender sender;
  sender.from_domain = from_domain(trace.from);
  sender.submitter = submitter_in(trace.subject);
  std::set<std::string> signers;
  // By whom the mail was received last; "by 2002:a05:…" is a hop inside of Gmail.
  std::string top_host;
  for (const MailTrace::Line& line : trace.lines)
    if (line.field == MailTrace::Field::received && top_host.empty())
      top_host = receiving_host(line.value);

  std::optional<Testimony> testimony;
  bool named = false, goes_on = false;  // goes_on: nothing but results stands between
  std::vector<std::string> seen_icloud;
  for (const MailTrace::Line& line : trace.lines) {
    if (line.field == MailTrace::Field::dkim_signature)
      if (std::string domain = signing_domain(line.value); !domain.empty())
        signers.insert(std::move(domain));
    if (line.field != MailTrace::Field::authentication_results) {
      goes_on = false;
      continue;
    }
    AuthenticationResults results = parse_authentication_results(line.value);
    if (results.authserv_id.empty() && at_or_below(top_host, outlook_hosts))
      results.authserv_id = outlook_hosts;
    const std::string& id = results.authserv_id;
    const bool is_named = std::ranges::any_of(
        receivers, [&](const std::string& receiver) { return is_receiver(id, receiver); });
    const bool is_guessed = receivers.empty() && in_one_organization(id, top_host);
    if (!testimony && (is_named || is_guessed)) {
      testimony.emplace(Testimony{id, {}, true});
      named = is_named;
      goes_on = true;
    } else if (!testimony || !goes_on ||
               (id != testimony->id && !(is_icloud(id) && is_icloud(testimony->id)))) {
      goes_on = false;
      continue;
    }
    if (is_icloud(id)) {
      // Those of the same id below may have come with the mail.
      if (std::ranges::find(seen_icloud, id) != seen_icloud.end()) continue;
      seen_icloud.push_back(id);
    }
    testimony->well_formed = testimony->well_formed && results.well_formed;
    std::ranges::move(results.results, std::back_inserter(testimony->results));
  }
  sender.signed_by.assign(signers.begin(), signers.end());
  if (testimony) {
    sender.authserv_id = testimony->id;
    sender.named_receiver = named;
    if (testimony->well_formed) sender.verdict = verdict_of(testimony->results, sender.from_domain);
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

bool is_receiver(std::string_view id, std::string_view named) {
  if (named == icloud) return is_icloud(id);
  const bool is_provider = std::ranges::any_of(
      providers, [&](const Provider& provider) { return provider.receiver == named; });
  return is_provider ? at_or_below(id, named) : id == named;
}

std::vector<std::string> receivers_of_imap_host(std::string_view host) {
  for (const Provider& provider : providers)
    if (folded_domain(host) == provider.imap_host) return {std::string(provider.receiver)};
  return {};
}

}  // namespace dmarcq
