// SPDX-License-Identifier: MIT
#include "parser/message_auth/receiver_results.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/message_auth/received.h"

namespace dmarcq {
namespace {

constexpr std::string_view outlook_hosts = "prod.outlook.com";

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

/// Did a host outside of the receiver's organization write this Received? Then it came with the
/// mail, and all that is below.
bool came_with_the_mail(std::string_view received, std::string_view top_host) {
  const ReceivedHop hop = parse_received(received);
  return hop.by.find('.') != std::string::npos && !is_private_name(hop.by) &&
         !in_one_organization(hop.by, top_host) && (!hop.ip || !is_internal(*hop.ip));
}

}  // namespace

bool in_one_organization(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && organizational_domain(a) == organizational_domain(b);
}

std::string last_receiving_host(const MailTrace& trace) {
  for (const MailTrace::Line& line : trace.lines) {
    if (line.field != MailTrace::Field::received) continue;
    ReceivedHop hop = parse_received(line.value);
    const bool named = hop.by.contains('.');
    if (named && !is_private_name(hop.by)) return std::move(hop.by);
    // What is below came with the mail.
    if (hop.ip && !is_internal(*hop.ip)) return named ? std::move(hop.by) : "";
  }
  return {};
}

std::optional<ReceiverResults> receiver_results(const MailTrace& trace,
                                                std::span<const std::string> receivers) {
  const std::string top_host = last_receiving_host(trace);
  std::optional<ReceiverResults> found;
  bool goes_on = false;  // nothing but results stands between
  bool from_here_on_foreign = false;
  std::vector<std::string> seen_icloud;
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    const MailTrace::Line& line = trace.lines[i];
    if (line.field != MailTrace::Field::authentication_results) {
      goes_on = false;
      if (line.field == MailTrace::Field::received && !top_host.empty())
        from_here_on_foreign = from_here_on_foreign || came_with_the_mail(line.value, top_host);
      continue;
    }
    AuthenticationResults results = parse_authentication_results(line.value);
    if (results.authserv_id.empty() && at_or_below(top_host, outlook_hosts))
      results.authserv_id = outlook_hosts;
    const std::string& id = results.authserv_id;
    const bool is_named = std::ranges::any_of(
        receivers, [&](const std::string& receiver) { return is_receiver(id, receiver); });
    const bool is_guessed = receivers.empty() && !from_here_on_foreign &&
                            in_one_organization(id, top_host);
    if (!found && (is_named || is_guessed)) {
      found.emplace(ReceiverResults{.authserv_id = id, .named = is_named});
      goes_on = true;
    } else if (!found || !goes_on ||
               (id != found->authserv_id && !(is_icloud(id) && is_icloud(found->authserv_id)))) {
      goes_on = false;
      continue;
    }
    if (is_icloud(id)) {
      // Those of the same id below may have come with the mail.
      if (std::ranges::find(seen_icloud, id) != seen_icloud.end()) continue;
      seen_icloud.push_back(id);
    }
    found->lines.push_back(i);
    found->well_formed = found->well_formed && results.well_formed;
    std::ranges::move(results.results, std::back_inserter(found->results));
  }
  return found;
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
