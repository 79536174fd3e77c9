// SPDX-License-Identifier: MIT
#include "parser/message_auth/mail_sender.h"

#include <algorithm>
#include <optional>
#include <set>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/domain_name.h"
#include "parser/message_auth/authentication_results.h"

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

/// Domain of the one address of a From field (RFC 5322 section 3.6.2). Of several, DMARC looks at none (RFC 9989 section 4.4).
std::string from_domain(std::string_view from) {
  std::set<std::string> domains;
  bool quoted = false;
  int comments = 0;
  std::string plain;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const char c = from[i];
    if ((quoted || comments > 0) && c == '\\') ++i;
    else if (quoted) quoted = c != '"';
    else if (comments > 0) comments += c == '(' ? 1 : c == ')' ? -1 : 0;
    else if (c == '"') quoted = true;
    else if (c == '(') comments = 1;
    else plain += c;
  }
  const auto take = [&](std::string_view address) {
    if (address.find('@') == address.npos) return;
    const std::size_t end = address.find_first_of(" \t<>,;", address.rfind('@'));
    domains.insert(domain_in(address.substr(0, end)));
  };
  if (plain.find('<') != plain.npos) {
    // "noreply@bank.example <evil@example.org>": the part in angle brackets is the address.
    for (std::size_t at = plain.find('<'); at != plain.npos; at = plain.find('<', at + 1)) take(std::string_view(plain).substr(at + 1, plain.find('>', at) - at - 1));
  } else {
    for (std::size_t at = 0; at <= plain.size();) {
      const std::size_t end = std::min(plain.find(',', at), plain.size());
      take(trimmed(std::string_view(plain).substr(at, end - at)));
      at = end + 1;
    }
  }
  return domains.size() == 1 ? *domains.begin() : "";
}

/// "submitter: {google.com}" of a subject like "Report Domain: example.com Submitter: google.com Report-ID: <1>".
std::string submitter_in(std::string_view subject) {
  const std::string folded = lower(subject);
  const std::size_t word = folded.find("submitter:");
  if (word == folded.npos) return {};
  std::string_view rest = trimmed(std::string_view(folded).substr(word + 10));
  rest = rest.substr(0, rest.find_first_of(" \t\r\n"));
  while (!rest.empty() && (rest.front() == '{' || rest.front() == '<')) rest.remove_prefix(1);
  while (!rest.empty() && (rest.back() == '}' || rest.back() == '>' || rest.back() == ',')) rest.remove_suffix(1);
  return domain_in(rest);
}

/// d= of a DKIM-Signature (RFC 6376 section 3.5).
std::string signing_domain(std::string_view signature) {
  for (std::size_t at = 0; at < signature.size();) {
    const std::size_t end = std::min(signature.find(';', at), signature.size());
    const std::string_view tag = trimmed(signature.substr(at, end - at));
    const std::size_t equals = tag.find('=');
    if (equals != tag.npos && trimmed(tag.substr(0, equals)) == "d") return domain_in(tag.substr(equals + 1));
    at = end + 1;
  }
  return {};
}

/// The host behind "by" of a Received field (RFC 5321 section 4.4); "" when it is none.
std::string receiving_host(std::string_view received) {
  const std::string folded = lower(received.substr(0, received.find(';')));
  int comments = 0;
  for (std::size_t at = 0; at < folded.size(); ++at) {
    if (folded[at] == '(') ++comments;
    else if (folded[at] == ')' && comments > 0) --comments;
    if (comments > 0 || folded.compare(at, 3, "by ") != 0 || (at > 0 && folded[at - 1] != ' ' && folded[at - 1] != '\t')) continue;
    const std::string_view host = trimmed(std::string_view(folded).substr(at + 3));
    return domain_in(host.substr(0, host.find_first_of(" \t(;")));
  }
  return {};
}

bool in_one_organization(std::string_view a, std::string_view b) { return !a.empty() && organizational_domain(a) == organizational_domain(b); }

/// All that one receiver wrote.
struct Findings {
  std::vector<std::string> ids;
  std::vector<AuthenticationResult> results;
  bool well_formed = true;
};

MailSender::Verdict verdict_of(const Findings& found, std::string_view from) {
  using Verdict = MailSender::Verdict;
  if (!found.well_formed || from.empty()) return Verdict::unknown;
  bool dmarc = false, pass = true, signature = false;
  for (const AuthenticationResult& result : found.results) {
    if (result.method == "dmarc") {
      if (result.result == "none" || result.result == "temperror" || result.result == "bestguesspass") continue;
      dmarc = true;
      const std::string judged = domain_in(result.property("header", "from"));
      pass = pass && result.result == "pass" && (judged.empty() || judged == from);
    } else if (result.method == "dkim" && result.result == "pass") {
      std::string domain = domain_in(result.property("header", "d"));
      if (domain.empty()) domain = domain_in(result.property("header", "i"));
      signature = signature || aligned(domain, from, Alignment::relaxed);
    }
  }
  if (dmarc) return pass ? Verdict::pass : Verdict::fail;
  return signature ? Verdict::pass : Verdict::unknown;
}

}  // namespace

MailSender sender_of(const MailTrace& trace, std::span<const std::string> receivers) {
  MailSender sender;
  sender.from_domain = from_domain(trace.from);
  sender.submitter = submitter_in(trace.subject);
  std::set<std::string> signers;
  std::optional<std::string> top_host;  // by whom the mail was received last
  Findings named, guessed;
  const auto take = [](Findings& found, AuthenticationResults& results) {
    // Of one id the topmost: those below may have come with the mail. Some receivers write several, under several ids (iCloud).
    if (std::ranges::find(found.ids, results.authserv_id) != found.ids.end()) return;
    found.ids.push_back(results.authserv_id);
    found.well_formed = found.well_formed && results.well_formed;
    std::ranges::move(results.results, std::back_inserter(found.results));
  };
  std::vector<AuthenticationResults> written;
  const auto sort_in = [&](AuthenticationResults& results) {
    const std::string_view host = top_host ? std::string_view(*top_host) : std::string_view();
    if (results.authserv_id.empty() && at_or_below(host, outlook_hosts)) results.authserv_id = outlook_hosts;
    const std::string& id = results.authserv_id;
    if (id.empty()) return;
    if (std::ranges::any_of(receivers, [&](const std::string& receiver) { return at_or_below(id, receiver); })) take(named, results);
    else if (in_one_organization(id, host)) take(guessed, results);
  };
  for (const MailTrace::Line& line : trace.lines) {
    switch (line.field) {
      case MailTrace::Field::dkim_signature:
        if (std::string domain = signing_domain(line.value); !domain.empty()) signers.insert(std::move(domain));
        break;
      case MailTrace::Field::received:
        if (!top_host) top_host = receiving_host(line.value);
        if (top_host->empty()) top_host.reset();  // "by 2002:a05:…": a hop inside of Gmail
        break;
      case MailTrace::Field::authentication_results: written.push_back(parse_authentication_results(line.value)); break;
    }
  }
  for (AuthenticationResults& results : written) sort_in(results);
  sender.signed_by.assign(signers.begin(), signers.end());
  const Findings& found = named.ids.empty() ? guessed : named;
  if (!found.ids.empty()) {
    sender.authserv_id = found.ids.front();
    sender.named_receiver = !named.ids.empty();
    sender.verdict = verdict_of(found, sender.from_domain);
  }
  return sender;
}

std::vector<std::string> receivers_of_imap_host(std::string_view host) {
  struct Provider {
    std::string_view host, receiver;
  };
  static constexpr Provider providers[] = {
      {"imap.gmail.com", "mx.google.com"},         {"outlook.office365.com", outlook_hosts}, {"imap-mail.outlook.com", outlook_hosts},
      {"imap.mail.me.com", "icloud.com"},          {"imap.mail.yahoo.com", "yahoo.com"},     {"imap.aol.com", "yahoo.com"},
      {"imap.fastmail.com", "messagingengine.com"},
  };
  for (const Provider& provider : providers)
    if (folded_domain(host) == provider.host) return {std::string(provider.receiver)};
  return {};
}

}  // namespace dmarcq
